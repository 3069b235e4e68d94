import CanonicalJSON
public import CenterLink
public import Platform

/// The daemon as the courier sees it: questions and their answers over one socket.
public final class HallConnection: Sendable {
    /// The socket is gone; every question that was open ends with this.
    public struct Closed: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private struct State {
        var connection: FrameConnection?
        var last = 0
        var open: [Int: CheckedContinuation<ToCourier, any Error>] = [:]
        var closed: Closed?
    }

    private let executor = QueueExecutor(label: "courier.hall")
    private let state = Guarded(State())

    /// - Throws: `SystemError` when no daemon listens at the path.
    public init(path: String) throws(SystemError) {
        let descriptor = try UnixSocket.connect(path: path)
        let connection = FrameConnection(
            descriptor, on: executor.queue, onFrame: { [weak self] in self?.received($0) },
            onEnd: { [weak self] in self?.end(Closed(description: "the daemon's socket ended: \($0)")) })
        state.withLock { $0.connection = connection }
        connection.start()
    }

    deinit { state.withLock { $0.connection }?.close() }

    public func close() { state.withLock { $0.connection }?.close() }

    /// The next segment after an entry, once there is one.
    public func segment(after: Int) async throws -> Segment {
        guard case .segment(let answer) = try await ask({ .segment(.init(request: $0, after: after)) }) else {
            throw Closed(description: "the daemon answered something else")
        }
        return answer.segment
    }

    public func hand(receipt: String) async throws {
        _ = try await ask { .receipt(.init(request: $0, receipt: receipt)) }
    }

    public func lastOrder() async throws -> Int {
        guard case .lastOrder(let answer) = try await ask({ .lastOrder(.init(request: $0)) }) else {
            throw Closed(description: "the daemon answered something else")
        }
        return answer.sequence
    }

    /// Hands over orders in as many frames as they need.
    public func hand(orders: [SignedOrder]) async throws {
        var rest = orders[...]
        while !rest.isEmpty {
            var part: [SignedOrder] = []
            var size = 1024
            while let next = rest.first {
                let length = try JSONCoder.encode(next).count + 1
                if !part.isEmpty && size + length > FrameDecoder.limit { break }
                size += length
                part.append(next)
                rest.removeFirst()
            }
            let sent = part
            _ = try await ask { .orders(.init(request: $0, orders: sent)) }
        }
    }

    /// The question bank that the daemon wants, once it wants one.
    public func wantedBank() async throws -> BankWanted {
        guard case .bank(let answer) = try await ask({ .bank(.init(request: $0)) }) else {
            throw Closed(description: "the daemon answered something else")
        }
        return answer.wanted
    }

    /// Hands over bytes of the wanted bank.
    public func hand(bank digest: String, offset: Int, bytes: [UInt8]) async throws {
        let data = base64url(bytes)
        _ = try await ask { .bankPart(.init(request: $0, digest: digest, offset: offset, data: data)) }
    }

    private func ask(_ question: @Sendable (Int) -> FromCourier) async throws -> ToCourier {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let frame = try JSONCoder.encode(question(number))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let refused = state.withLock { state -> (any Error)? in
                    if let closed = state.closed { return closed }
                    if Task.isCancelled { return CancellationError() }
                    state.open[number] = continuation
                    return nil
                }
                if let refused { return continuation.resume(throwing: refused) }
                state.withLock { $0.connection }?.send(frame)
            }
        } onCancel: {
            let continuation = state.withLock { $0.open.removeValue(forKey: number) }
            continuation?.resume(throwing: CancellationError())
        }
    }

    private func received(_ frame: [UInt8]) {
        do {
            let answer = try JSONCoder.decode(ToCourier.self, from: frame)
            let continuation = state.withLock { $0.open.removeValue(forKey: answer.request) }
            continuation?.resume(returning: answer)
        } catch {
            Log.warning("the daemon sent a frame that is none: \(JSONCoder.explain(error))")
            close()
        }
    }

    private func end(_ reason: Closed) {
        let open = state.withLock { state in
            state.closed = reason
            state.connection = nil
            defer { state.open = [:] }
            return state.open.values.map { $0 }
        }
        for continuation in open { continuation.resume(throwing: reason) }
    }
}
