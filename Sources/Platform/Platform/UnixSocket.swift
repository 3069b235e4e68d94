internal import CPlatform
import Glibc

/// The address of a Unix socket; a leading `@` names an abstract one.
public struct SocketAddress: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    static func datagram() throws(SystemError) -> FileDescriptor {
        let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        return FileDescriptor(owning: raw)
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        precondition(bytes.count < 108, "a socket's path is longer than the kernel takes: \(path)")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Who is at the other end of a Unix socket.
public struct PeerCredentials: Hashable, Sendable {
    public let process: Int32
    public let user: UInt32
    public let group: UInt32
}

public enum UnixSocket {
    /// A listening socket at a path, replacing one that a dead process left; mode 0660.
    public static func listen(path: String) throws(SystemError) -> FileDescriptor {
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = FileDescriptor(owning: raw)
        unlink(path)
        let bound = SocketAddress(path: path).withPointer { bind(raw, $0, $1) }
        guard bound == 0 else { throw SystemError("bind \(path)") }
        guard chmod(path, 0o660) == 0, Glibc.listen(raw, 16) == 0 else { throw SystemError("listen at \(path)") }
        return descriptor
    }

    /// A connection that waits at the listening socket, or nil.
    public static func accept(_ listener: FileDescriptor) -> (FileDescriptor, PeerCredentials)? {
        let raw = retrying { Glibc.accept(listener.raw, nil, nil) }
        guard raw >= 0 else { return nil }
        _ = cplatform_fcntl(raw, F_SETFD, FD_CLOEXEC)
        setNonblocking(raw)
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        guard cplatform_peer_credentials(raw, &process, &user, &group) == 0 else {
            close(raw)
            return nil
        }
        return (FileDescriptor(owning: raw), PeerCredentials(process: process, user: user, group: group))
    }

    /// A connected socket, not blocking.
    public static func connect(path: String) throws(SystemError) -> FileDescriptor {
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        let descriptor = FileDescriptor(owning: raw)
        let connected = SocketAddress(path: path).withPointer { address, length in
            retrying { Glibc.connect(raw, address, length) }
        }
        guard connected == 0 else { throw SystemError("connect to \(path)") }
        setNonblocking(raw)
        return descriptor
    }

    /// Two connected sockets, not blocking: for tests and for parents with children.
    public static func pair() throws(SystemError) -> (FileDescriptor, FileDescriptor) {
        var raw: [Int32] = [0, 0]
        guard
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0, &raw)
                == 0
        else {
            throw SystemError("socketpair")
        }
        return (FileDescriptor(owning: raw[0]), FileDescriptor(owning: raw[1]))
    }

    static func setNonblocking(_ raw: Int32) {
        _ = cplatform_fcntl(raw, F_SETFL, cplatform_fcntl(raw, F_GETFL, 0) | O_NONBLOCK)
    }
}
