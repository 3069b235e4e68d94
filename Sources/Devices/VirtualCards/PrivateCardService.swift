internal import CPlatform
import Glibc
public import IdentityCards
import Platform

/// A pcscd of our own with virtual readers, beside the system's and without touching it: for demos and tests.
///
/// pcscd has no option for the path of its socket, but takes a listening socket as descriptor 3 by systemd's protocol.
/// It wants /run/pcscd and removes its pid file there at its end, so it gets a /run of its own in a user namespace. It
/// ends with the process that started it, however that ends.
public final class PrivateCardService: Sendable {
    /// A virtual reader to be made.
    public struct Reader: Hashable, Sendable {
        /// Its serial number, which is also what its socket is called.
        public let name: String
        public let dialect: CardDialect

        public init(_ name: String, dialect: CardDialect = .virtualFile) {
            self.name = name
            self.dialect = dialect
        }

        /// What pcscd calls it, before it adds numbers; profiles go by it.
        var model: String {
            switch dialect {
            case .virtualFile: "Kaotai Virtual Reader"
            case .sdtTunnel: "Kaotai Virtual SDT Reader"
            }
        }
    }

    private let folder: String
    private let driver: String
    private let exchangeTimeoutMilliseconds: Int
    private let running = Guarded<Running?>(nil)

    private struct Running {
        let guardian: ChildProcess
        /// While this end of a pair of sockets is open, the service runs.
        let lifeline: FileDescriptor
    }

    /// Starts a service.
    ///
    /// - Parameters:
    ///   - folder: for its sockets and configuration; made if it does not exist. Its path must be short (sockets).
    ///   - exchangeTimeoutMilliseconds: how long its readers wait for a card's answer.
    /// - Throws: `Failure` when pcscd, the driver or user namespaces are missing, with the remedy.
    public init(folder: String, readers: [Reader], exchangeTimeoutMilliseconds: Int = 5000) throws {
        self.folder = try Self.usable(folder, readers)
        self.exchangeTimeoutMilliseconds = exchangeTimeoutMilliseconds
        driver = try Self.findDriver()
        guard fileExists(Self.program) else {
            throw Failure(.unavailable, "\(Self.program) is missing; Provisioning/install-packages.sh installs it")
        }
        try makeDirectory(self.folder + "/conf")
        try makeDirectory(self.folder + "/readers")
        try start(readers: readers)
    }

    /// The readers named so, all in the virtual-file dialect.
    public convenience init(folder: String, readers: [String]) throws {
        try self.init(folder: folder, readers: readers.map { Reader($0) })
    }

    /// What a process needs in its environment to reach this service instead of the system's.
    public var environment: [String: String] { ["PCSCLITE_CSOCK_NAME": socket] }

    /// Makes this process itself use the service; has to happen before its first call to libpcsclite, which keeps the
    /// path it found.
    public func adopt() { for (name, value) in environment { setenv(name, value, 1) } }

    /// Where a card is laid on the reader with this name.
    public func readerSocket(_ name: String) -> String { "\(folder)/readers/\(name).sock" }

    private var socket: String { folder + "/pcscd.comm" }
    private static let program = "/usr/sbin/pcscd"

    /// Kills the service as a crash would. Virtual cards lose their connection with it and have to be laid down again, unless
    /// they are lasting.
    public func kill() {
        guard let running = running.withLock({ $0.take() }) else { return }
        if let text = try? readFile(folder + "/pid"), let process = Int32(String(decoding: text, as: UTF8.self).trimmed)
        {
            Glibc.kill(process, SIGKILL)
        }
        withExtendedLifetime(running.lifeline) { _ = running.guardian.wait() }
    }

    /// Starts it again, perhaps with other readers.
    public func restart(readers: [Reader]) throws {
        kill()
        try start(readers: readers)
    }

    /// Ends the service in order.
    public func stop() {
        // Letting go of the lifeline is what ends it.
        guard let guardian = running.withLock({ $0.take()?.guardian }) else { return }
        guardian.wait()
    }

    deinit { stop() }

    private func start(readers: [Reader]) throws {
        var configuration = ""
        for (index, reader) in readers.enumerated() {
            unlink(readerSocket(reader.name))
            configuration += """
                FRIENDLYNAME "\(reader.model)"
                DEVICENAME \(folder)/readers:\(reader.name)
                LIBPATH \(driver)
                CHANNELID \(index)


                """
        }
        try AtomicFile.write(configuration, to: folder + "/conf/readers")
        unlink(folder + "/pid")

        let (ours, theirs) = try UnixSocket.pair()
        // The guardian's shell reads its end and has to block in that.
        _ = cplatform_fcntl(theirs.raw, F_SETFL, cplatform_fcntl(theirs.raw, F_GETFL, 0) & ~O_NONBLOCK)
        // Numbers that the child's own 3 and 4 cannot collide with.
        let listener = try Self.raised(UnixSocket.listen(path: socket))
        let lifeline = try Self.raised(theirs)
        let log = try FileDescriptor(path: folder + "/pcscd.log", flags: O_WRONLY | O_CREAT | O_APPEND)
        let child = try ChildProcess(
            "unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", Self.script, "pcscd", folder],
            environment: ["VIRTUAL_READER_TIMEOUT_MS": String(exchangeTimeoutMilliseconds)],
            descriptors: [3: listener.raw, 4: lifeline.raw], standardOutput: log.raw, standardError: log.raw)
        running.withLock { $0 = Running(guardian: child, lifeline: ours) }
        try awaitReaders(readers, child)
    }

    /// The guardian: starts pcscd and, once the lifeline's other end is closed or pcscd is gone, ends.
    private static let script = """
        mount -t tmpfs tmpfs /run && mkdir /run/pcscd || exit 71
        sh -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec \(program) --foreground --error -c "$1/conf"' pcscd "$1" 4<&- &
        service=$!
        echo $service > "$1/pid.new" && mv "$1/pid.new" "$1/pid"
        exec 3<&-
        { read -r _ <&4; kill $service; } &
        watcher=$!
        exec 4<&-
        wait $service
        kill $watcher
        """

    private static func raised(_ descriptor: FileDescriptor) throws(SystemError) -> FileDescriptor {
        let raw = cplatform_fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 20)
        guard raw >= 0 else { throw SystemError("duplicate a descriptor") }
        return FileDescriptor(owning: raw)
    }

    private func awaitReaders(_ readers: [Reader], _ child: ChildProcess) throws {
        for _ in 0..<2000 {
            if readers.allSatisfy({ fileExists(readerSocket($0.name)) }), fileExists(folder + "/pid") { return }
            if let code = child.pollExit() {
                throw Failure(
                    .unavailable,
                    "the private card service ended at its start with \(code); \(folder)/pcscd.log says why. It needs "
                        + "user namespaces (sysctl kernel.unprivileged_userns_clone=1) or root.")
            }
            usleep(5000)
        }
        throw Failure(.unavailable, "the private card service has no readers after 10 s; see \(folder)/pcscd.log")
    }

    /// The folder's whole path, if pcscd's configuration and the kernel's sockets can take it.
    private static func usable(_ folder: String, _ readers: [Reader]) throws -> String {
        var path = folder
        if !path.hasPrefix("/"), let here = getcwd(nil, 0) {
            path = String(cString: here) + "/" + path
            free(here)
        }
        let longest = readers.map(\.name.utf8.count).max() ?? 0
        guard path.utf8.count + longest < 90, path.allSatisfy({ !$0.isWhitespace && $0 != ":" && $0 != "\"" }) else {
            throw Failure(
                .usage,
                "\(path) does not do as a folder for sockets: at most 80 bytes, without blanks, colons and quotes")
        }
        return path
    }

    /// libVirtualReader.so beside this program, where `swift build` puts it.
    private static func findDriver() throws -> String {
        let path = executableFolder() + "/libVirtualReader.so"
        guard fileExists(path) else {
            throw Failure(.unavailable, "\(path) is missing; swift build makes it")
        }
        return path
    }
}

extension String {
    fileprivate var trimmed: String { String(prefix { !$0.isWhitespace }) }
}
