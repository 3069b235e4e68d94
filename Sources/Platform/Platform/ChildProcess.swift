internal import CPlatform
import Glibc

/// A child that this process started; no shell is between them.
public final class ChildProcess: Sendable {
    public let process: Int32
    /// The exit code once the child was reaped; from then on its number may be another process's.
    private let status = Guarded<Int32?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - environment: what is added to this process's environment.
    ///   - descriptors: `child number: our descriptor`, beside standard input, output and error.
    ///   - output: where standard output and error go; nil leaves them with ours.
    ///   - ownGroup: the child is out of reach of Ctrl-C at our terminal: whoever starts it ends it.
    public init(
        _ path: String, _ arguments: [String], environment added: [String: String] = [:],
        descriptors: [Int32: Int32] = [:], standardOutput: Int32? = nil, standardError: Int32? = nil,
        ownGroup: Bool = false
    ) throws(SystemError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let standardOutput { posix_spawn_file_actions_adddup2(&actions, standardOutput, 1) }
        if let standardError { posix_spawn_file_actions_adddup2(&actions, standardError, 2) }
        for (child, ours) in descriptors { posix_spawn_file_actions_adddup2(&actions, ours, child) }
        // Libraries open sockets that children would inherit, and keep open long after we closed them.
        cplatform_spawn_close_from(&actions, (descriptors.keys.max() ?? 2) + 1)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Signals that we ignore or watch are the child's own again.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for number in [SIGTERM, SIGINT, SIGPIPE, SIGHUP, SIGCHLD] { sigaddset(&defaults, number) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGDEF | (ownGroup ? POSIX_SPAWN_SETPGROUP : 0)))

        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            pointer += 1
        }
        variables.merge(added) { $1 }
        let argv: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) } + [nil]
        let envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in argv + envp { free(string) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, path, &actions, &attributes, argv, envp)
        guard code == 0 else { throw SystemError(code: code, "start \(path)") }
        process = child
    }

    public func signal(_ number: Int32) {
        status.withLock { status in
            if status == nil { kill(process, number) }
        }
    }

    /// Waits for the end: the exit code, or 128 and the signal's number.
    @discardableResult
    public func wait() -> Int32 {
        while true {
            if let code = pollExit() { return code }
            // Looks without reaping: a signal that is sent meanwhile reaches this child and no other.
            var information = siginfo_t()
            let code = retrying { waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) }
            precondition(code == 0, "child \(process) was reaped by somebody else: error \(errno)")
        }
    }

    /// The exit code if the child has ended.
    public func pollExit() -> Int32? {
        status.withLock { status in
            guard status == nil else { return status }
            var raw: Int32 = 0
            guard retrying({ waitpid(process, &raw, WNOHANG) }) == process else { return nil }
            status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + (raw & 0x7F)
            return status
        }
    }
}
