import CanonicalJSON
import Glibc
import Hall
import Platform

/// The operators' socket of the daemon on this machine.
enum OperatorSocket {
    static let standard = "/run/kaotai/control.sock"

    /// What `--help` of every command that talks to the daemon says about it.
    static let help = """
          --socket PATH     the daemon's control socket (default: $KAOTAI_CONTROL, else \(standard))
        """

    /// Asks the daemon; the socket is that of `--socket`, of the environment, or the standard one.
    static func ask(_ request: ControlRequest, _ options: Arguments) throws -> JSONValue {
        let path = options.value("socket") ?? getenv("KAOTAI_CONTROL").map { String(cString: $0) } ?? standard
        guard path.utf8.count < 108 else {
            throw Failure(.usage, "\(path): a socket's path has 107 bytes at most")
        }
        return try ControlClient.ask(request, socket: path)
    }
}

/// A path that means the same to the daemon, which works in another folder.
func absolute(_ path: String) throws -> String {
    if path.hasPrefix("/") { return path }
    guard let folder = getcwd(nil, 0) else { throw SystemError("getcwd") }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
}
