@preconcurrency public import Dispatch
import Glibc

/// One end of a stream of frames; its handlers run on the given queue.
public final class FrameConnection: Sendable {
    public enum End: Hashable, Sendable {
        case closedByPeer
        case closedByUs
        case tooLong(Int)
        case failed(SystemError)
    }

    private struct State {
        var decoder = FrameDecoder()
        var outgoing: [UInt8] = []
        var reader: ReadWatch?
        var writer: WriteWatch?
        var ended = false
    }

    /// What a peer that does not read may leave waiting before it is cut off.
    private static let outgoingLimit = 8 << 20

    private let descriptor: FileDescriptor
    private let queue: DispatchQueue
    private let state = Guarded(State())
    private let onFrame: @Sendable ([UInt8]) -> Void
    private let onEnd: @Sendable (End) -> Void

    public init(
        _ descriptor: FileDescriptor, on queue: DispatchQueue,
        onFrame: @escaping @Sendable ([UInt8]) -> Void, onEnd: @escaping @Sendable (End) -> Void
    ) {
        self.descriptor = descriptor
        self.queue = queue
        self.onFrame = onFrame
        self.onEnd = onEnd
    }

    /// Begins to read; frames that came earlier are delivered now.
    public func start() {
        let reader = ReadWatch(descriptor.raw, on: queue) { [weak self] in self?.readAvailable() }
        state.withLock { $0.reader = reader }
    }

    public func send(_ payload: [UInt8]) {
        let overflow = state.withLock { state -> Bool in
            guard !state.ended else { return false }
            let waiting = !state.outgoing.isEmpty
            state.outgoing += FrameDecoder.frame(payload)
            if !waiting { flush(&state) }
            return state.outgoing.count > Self.outgoingLimit
        }
        if overflow { end(.failed(SystemError(code: ENOBUFS, "the peer does not read"))) }
    }

    public func close() { end(.closedByUs) }

    private func flush(_ state: inout State) {
        while !state.outgoing.isEmpty {
            let count = state.outgoing.withUnsafeBytes { buffer in
                retrying { Glibc.send(descriptor.raw, buffer.baseAddress!, buffer.count, Int32(MSG_NOSIGNAL)) }
            }
            if count <= 0 {
                // Nobody will take it any more; the end itself is what the reader sees.
                if errno != EAGAIN { state.outgoing = [] }
                break
            }
            state.outgoing.removeFirst(count)
        }
        if state.outgoing.isEmpty {
            state.writer?.cancel()
            state.writer = nil
        } else if state.writer == nil {
            state.writer = WriteWatch(descriptor.raw, on: queue) { [weak self] in
                guard let self else { return }
                self.state.withLock { self.flush(&$0) }
            }
        }
    }

    /// Reads until nothing is left, also after a short read: when a peer's last bytes and its end come together, Dispatch
    /// calls this once and never again.
    private func readAvailable() {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = retrying { read(descriptor.raw, &chunk, chunk.count) }
            if count < 0 {
                if errno != EAGAIN { end(.failed(SystemError("read"))) }
                return
            }
            if count == 0 { return end(.closedByPeer) }
            do throws(FrameDecoder.TooLong) {
                state.withLock { $0.decoder.append(chunk[..<count]) }
                while let frame = try nextFrame() { onFrame(frame) }
            } catch {
                return end(.tooLong(error.length))
            }
        }
    }

    private func nextFrame() throws(FrameDecoder.TooLong) -> [UInt8]? {
        let result = state.withLock { state -> Result<[UInt8]?, FrameDecoder.TooLong> in
            guard !state.ended else { return .success(nil) }
            do throws(FrameDecoder.TooLong) { return .success(try state.decoder.next()) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func end(_ reason: End) {
        let first = state.withLock { state -> Bool in
            guard !state.ended else { return false }
            state.ended = true
            state.writer?.cancel()
            state.writer = nil
            let descriptor = descriptor
            // The descriptor outlives its watch: the kernel could hand its number to somebody else meanwhile.
            state.reader?.cancel(then: { withExtendedLifetime(descriptor) {} })
            state.reader = nil
            shutdown(descriptor.raw, Int32(SHUT_RDWR))
            return true
        }
        if first { queue.async { self.onEnd(reason) } }
    }
}

/// Accepts connections at a Unix socket; the handler runs on the queue.
public final class FrameListener: Sendable {
    private let descriptor: FileDescriptor
    private let watch: ReadWatch

    public init(
        path: String, on queue: DispatchQueue,
        _ handler: @escaping @Sendable (FileDescriptor, PeerCredentials) -> Void
    ) throws(SystemError) {
        let descriptor = try UnixSocket.listen(path: path)
        self.descriptor = descriptor
        watch = ReadWatch(descriptor.raw, on: queue) {
            while let (connection, peer) = UnixSocket.accept(descriptor) { handler(connection, peer) }
        }
    }

    deinit {
        let descriptor = descriptor
        watch.cancel(then: { withExtendedLifetime(descriptor) {} })
    }
}
