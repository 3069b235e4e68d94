import Glibc
import Platform

/// A card's connection to its reader: frames of a length of two bytes, big-endian, and so many bytes.
///
/// Reading happens on the card's queue only; closing may come from anywhere.
final class Connection: @unchecked Sendable {
    let descriptor: FileDescriptor
    private var watch: ReadWatch?
    private var buffer: [UInt8] = []
    private let closed = Guarded(false)

    init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    /// The frames that are complete now; nil at the connection's end.
    func read() -> [[UInt8]]? {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor.raw, &chunk, chunk.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return [] }
        guard count > 0 else { return nil }
        buffer += chunk[..<count]
        var frames: [[UInt8]] = []
        while buffer.count >= 2 {
            let length = Int(buffer[0]) << 8 | Int(buffer[1])
            guard buffer.count >= 2 + length else { break }
            frames.append(Array(buffer[2..<2 + length]))
            buffer.removeFirst(2 + length)
        }
        return frames
    }

    /// Sends a frame; answers are small enough for the socket's buffer. A reader that is gone is noticed by `read`.
    func send(_ payload: [UInt8]) {
        let frame = [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] + payload
        closed.withLock { closed in
            guard !closed else { return }
            _ = frame.withUnsafeBytes { Glibc.send(descriptor.raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }

    /// Begins to look for bytes, unless it was closed meanwhile: a watch made after that would fire at the end of the
    /// stream for ever, and nothing would cancel it.
    func look(with make: () -> ReadWatch) {
        closed.withLock { closed in
            guard !closed else { return }
            watch = make()
        }
    }

    func close() {
        closed.withLock { closed in
            guard !closed else { return }
            closed = true
            shutdown(descriptor.raw, Int32(SHUT_RDWR))
            // The descriptor stays open until the watch has let go of it.
            watch?.cancel(then: { [descriptor] in withExtendedLifetime(descriptor) {} })
            watch = nil
        }
    }
}
