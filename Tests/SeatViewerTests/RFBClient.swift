import Glibc
import Platform

/// A VNC viewer written from RFC 6143 alone: version 3.8, no security, raw encoding.
///
/// It blocks while it waits for the server, on a thread of its own; what does not come within 20 s is an error.
actor RFBClient {
    struct Unexpected: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    struct ServerInit: Equatable {
        var width: Int
        var height: Int
        /// Sixteen bytes, as section 7.4 lays them out.
        var pixelFormat: [UInt8]
        var name: String
    }

    private let executor = QueueExecutor(label: "rfb-client")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let socket: FileDescriptor

    init(port: Int) throws {
        let raw = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard raw >= 0 else { throw SystemError("socket") }
        socket = FileDescriptor(owning: raw)
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw SystemError("connect to port \(port)") }
    }

    /// Shakes hands without security and says that others may look too.
    func begin() throws -> ServerInit {
        let version = try read(12)
        guard version == Array("RFB 003.008\n".utf8) else {
            throw Unexpected("the server speaks \(String(decoding: version, as: UTF8.self))")
        }
        try socket.write(Array("RFB 003.008\n".utf8))
        let kinds = try read(Int(read(1)[0]))
        guard kinds.contains(1) else { throw Unexpected("the server offers security \(kinds)") }
        try socket.write([1])
        guard try read(4) == [0, 0, 0, 0] else { throw Unexpected("the server refuses") }
        try socket.write([1])
        let size = try read(4)
        let format = try read(16)
        let name = try read(number(read(4)))
        return ServerInit(
            width: number(size[..<2]), height: number(size[2...]), pixelFormat: format,
            name: String(decoding: name, as: UTF8.self))
    }

    /// Asks for an update of the whole picture and paints what comes into `picture` (4 bytes a pixel).
    ///
    /// - Returns: the rows that came.
    func update(_ picture: inout [UInt8], width: Int, height: Int, incremental: Bool) throws -> [Range<Int>] {
        try socket.write([3, incremental ? 1 : 0, 0, 0, 0, 0] + big(width) + big(height))
        let head = try read(4)
        guard head[0] == 0 else { throw Unexpected("message \(head[0]) in the place of an update") }
        var rows: [Range<Int>] = []
        for _ in 0..<number(head[2...]) {
            let rect = try read(12)
            guard rect[8...] == [0, 0, 0, 0] else { throw Unexpected("encoding \(rect[8...]) was not asked for") }
            let (x, y) = (number(rect[0..<2]), number(rect[2..<4]))
            let (w, h) = (number(rect[4..<6]), number(rect[6..<8]))
            let pixels = try read(w * h * 4)
            for row in 0..<h {
                let start = ((y + row) * width + x) * 4
                picture.replaceSubrange(start..<start + w * 4, with: pixels[row * w * 4..<(row + 1) * w * 4])
            }
            rows.append(y..<y + h)
        }
        return rows
    }

    /// Puts the pointer at a place with these buttons down (bit 0 is the left one).
    func pointer(_ buttons: UInt8, x: Int, y: Int) throws { try socket.write([5, buttons] + big(x) + big(y)) }

    /// True once the server has closed the connection.
    func isClosed() -> Bool {
        var byte: UInt8 = 0
        return recv(socket.raw, &byte, 1, 0) == 0
    }

    func close() { shutdown(socket.raw, Int32(SHUT_RDWR)) }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { recv(socket.raw, $0.baseAddress! + done, count - done, 0) }
            guard got > 0 else { throw got == 0 ? Unexpected("the server closed") : SystemError("read") as any Error }
            done += got
        }
        return bytes
    }

    private func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
    private func big(_ number: Int) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}
