import Dispatch
import Glibc
import Platform

/// Keeps a demo's processes running, as systemd does on an appliance: what ends is started again.
final class Supervisor: Sendable {
    /// How a process is started.
    struct Program: Sendable {
        var name: String
        var path: String
        var arguments: [String]
        var environment: [String: String]
    }

    private struct State {
        var running: [String: ChildProcess] = [:]
        var programs: [String: Program] = [:]
        var stopping = false
        /// What is not started again.
        var over: Set<String> = []
        var restarts = 0
    }

    private let state = Guarded(State())
    private let logs: String
    private let alive = DispatchGroup()

    /// - Parameter logs: folder of each process's standard error.
    init(logs: String) { self.logs = logs }

    var restarts: Int { state.withLock { $0.restarts } }

    func start(_ program: Program) throws {
        state.withLock { $0.programs[program.name] = program }
        try launch(program)
    }

    private func launch(_ program: Program) throws {
        let log = try FileDescriptor(path: "\(logs)/\(program.name).log", flags: O_WRONLY | O_CREAT | O_APPEND)
        let child = try ChildProcess(
            program.path, program.arguments, environment: program.environment, standardOutput: log.raw,
            standardError: log.raw, ownGroup: true)
        state.withLock { $0.running[program.name] = child }
        // A thread of its own waits, so that an end is noticed at once.
        DispatchQueue(label: "supervise.\(program.name)").async(group: alive) { [weak self] in
            let code = child.wait()
            self?.ended(program, code)
        }
    }

    private func ended(_ program: Program, _ code: Int32) {
        let again = state.withLock { state -> Bool in
            state.running[program.name] = nil
            if state.stopping || state.over.contains(program.name) { return false }
            state.restarts += 1
            return true
        }
        guard again else { return }
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(50)) { [weak self] in
            guard let self, !self.state.withLock({ $0.stopping }) else { return }
            do {
                try self.launch(program)
            } catch {
                Log.error("\(program.name) ended with code \(code) and cannot be started again: \(error)")
            }
        }
    }

    /// Sends a signal to a running process; false when it is not running.
    @discardableResult
    func signal(_ name: String, _ number: Int32) -> Bool {
        guard let child = state.withLock({ $0.running[name] }) else { return false }
        child.signal(number)
        return true
    }

    /// Kills a process and does not start it again.
    func end(_ name: String) {
        state.withLock { _ = $0.over.insert(name) }
        signal(name, SIGKILL)
    }

    /// The process id of what runs under a name.
    func process(_ name: String) -> Int32? { state.withLock { $0.running[name]?.process } }

    /// A preparation that failed half-way leaves nothing running.
    deinit { stop() }

    /// Stops all and waits for their ends; what does not end in time is killed.
    func stop() {
        let running = state.withLock { state in
            state.stopping = true
            return Array(state.running.values)
        }
        for child in running { child.signal(SIGTERM) }
        if alive.wait(timeout: .now() + .seconds(8)) == .timedOut {
            for child in running { child.signal(SIGKILL) }
            _ = alive.wait(timeout: .now() + .seconds(2))
        }
    }
}

/// Runs a program to its end and gives its standard output.
///
/// - Throws: `Failure` with its standard error when it ends with another code than 0.
func runToEnd(_ path: String, _ arguments: [String], scratch: String) throws -> String {
    let out = "\(scratch)/command.out"
    let err = "\(scratch)/command.err"
    unlink(out)
    unlink(err)
    let output = try FileDescriptor(path: out, flags: O_WRONLY | O_CREAT | O_TRUNC)
    let errors = try FileDescriptor(path: err, flags: O_WRONLY | O_CREAT | O_TRUNC)
    let child = try ChildProcess(path, arguments, standardOutput: output.raw, standardError: errors.raw)
    let code = child.wait()
    guard code == 0 else {
        let text = String(decoding: (try? readFile(err)) ?? [], as: UTF8.self)
        throw Failure(.unavailable, "\(path) \(arguments.joined(separator: " ")) ended with \(code): \(text)")
    }
    return String(decoding: try readFile(out), as: UTF8.self)
}
