import Glibc

/// A request-and-answer connection for command-line programs: blocks until an answer or the deadline.
public final class BlockingFrames {
    private let descriptor: FileDescriptor
    private var decoder = FrameDecoder()

    public init(path: String) throws(SystemError) { descriptor = try UnixSocket.connect(path: path) }

    public func send(_ payload: [UInt8]) throws(SystemError) {
        var rest = FrameDecoder.frame(payload)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                retrying { Glibc.send(descriptor.raw, buffer.baseAddress!, buffer.count, Int32(MSG_NOSIGNAL)) }
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), milliseconds: 10_000)
            } else {
                throw SystemError("send")
            }
        }
    }

    /// The next frame.
    ///
    /// - Throws: ETIMEDOUT when none comes in time, ECONNRESET when the other end is gone.
    public func receive(milliseconds: Int = 10_000) throws(SystemError) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            do throws(FrameDecoder.TooLong) {
                if let frame = try decoder.next() { return frame }
            } catch {
                throw SystemError(code: EMSGSIZE, "receive")
            }
            let count = retrying { read(descriptor.raw, &chunk, chunk.count) }
            if count > 0 {
                decoder.append(chunk[..<count])
            } else if count == 0 {
                throw SystemError(code: ECONNRESET, "receive")
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLIN), milliseconds: milliseconds)
            } else {
                throw SystemError("receive")
            }
        }
    }

    private func wait(for events: Int16, milliseconds: Int) throws(SystemError) {
        var poll = pollfd(fd: descriptor.raw, events: events, revents: 0)
        let ready = retrying { Glibc.poll(&poll, 1, Int32(milliseconds)) }
        guard ready > 0 else { throw SystemError(code: ready == 0 ? ETIMEDOUT : errno, "wait for the other end") }
    }
}
