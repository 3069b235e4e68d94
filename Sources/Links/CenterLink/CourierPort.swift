import CanonicalJSON
public import Platform

/// The daemon's side of the courier's socket: answers its requests by closures, one request of a connection at a time
/// for each kind, and holds a request for a segment until there is one.
public final class CourierPort: Sendable {
    public struct Answers: Sendable {
        /// The next segment after an entry; nil while there is none.
        public var segment: @Sendable (Int) async -> Segment?
        /// Verifies and keeps a receipt of the center's (a JWS); one that is none is left.
        public var receipt: @Sendable (String) async -> Void
        /// Verifies and journals orders; those that do not verify are left. The courier then asks `lastOrder` again.
        public var orders: @Sendable ([SignedOrder]) async -> Void
        /// The last order journalled; 0 before the first.
        public var lastOrder: @Sendable () async -> Int
        /// The question bank that is wanted; nil while none is.
        public var bank: @Sendable () async -> BankWanted?
        /// Keeps bytes of the wanted bank; others are left.
        public var bankPart: @Sendable (BankPart) async -> Void

        public init(
            segment: @escaping @Sendable (Int) async -> Segment?, receipt: @escaping @Sendable (String) async -> Void,
            orders: @escaping @Sendable ([SignedOrder]) async -> Void, lastOrder: @escaping @Sendable () async -> Int,
            bank: @escaping @Sendable () async -> BankWanted?,
            bankPart: @escaping @Sendable (BankPart) async -> Void
        ) {
            self.segment = segment
            self.receipt = receipt
            self.orders = orders
            self.lastOrder = lastOrder
            self.bank = bank
            self.bankPart = bankPart
        }
    }

    /// Whether a courier is there, and what it has carried: for `kaotai status`.
    public struct Status: Hashable, Sendable {
        public var connected = false
        /// The last entry that a receipt was brought for.
        public var receiptedSequence: Int?
    }

    private struct State {
        var connections: [ObjectIdentifier: Peer] = [:]
        var status = Status()
    }

    private let answers: Answers
    private let executor = QueueExecutor(label: "courier-port")
    private let state = Guarded(State())
    /// Held so that the socket lives as long as the port.
    private let listener = Guarded<FrameListener?>(nil)

    /// - Throws: `SystemError` when the socket cannot be made.
    public init(path: String, answers: Answers) throws(SystemError) {
        self.answers = answers
        let listener = try FrameListener(path: path, on: executor.queue) { [weak self] descriptor, _ in
            self?.accept(descriptor)
        }
        self.listener.withLock { $0 = listener }
    }

    public var status: Status {
        state.withLock { state in
            var status = state.status
            status.connected = !state.connections.isEmpty
            return status
        }
    }

    /// Tells a waiting courier that a head was signed or a bank is wanted.
    public func notify() {
        for peer in state.withLock({ Array($0.connections.values) }) { peer.wake() }
    }

    /// Closes the socket and every connection.
    public func close() {
        listener.withLock { $0 = nil }
        for peer in state.withLock({ Array($0.connections.values) }) { peer.close() }
    }

    private func accept(_ descriptor: FileDescriptor) {
        let peer = Peer()
        let connection = FrameConnection(
            descriptor, on: executor.queue,
            onFrame: { [weak self] in self?.received($0, from: peer) },
            onEnd: { [weak self] end in
                peer.finish()
                _ = self?.state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(peer)) }
                if case .tooLong(let length) = end { Log.warning("the courier sent a frame of \(length) bytes") }
            })
        state.withLock { $0.connections[ObjectIdentifier(peer)] = peer }
        peer.begin(connection) { [weak self] in await self?.answer($0, to: peer) }
    }

    private func received(_ frame: [UInt8], from peer: Peer) {
        do {
            peer.offer(try JSONCoder.decode(FromCourier.self, from: frame))
        } catch {
            Log.warning("the courier sent a frame that is none: \(JSONCoder.explain(error))")
            peer.close()
        }
    }

    private func answer(_ request: FromCourier, to peer: Peer) async {
        switch request {
        case .segment(let wanted):
            // The news are counted before the question is put: what comes meanwhile asks again.
            while !Task.isCancelled {
                let news = peer.newsCount
                if let segment = await answers.segment(wanted.after) {
                    return peer.send(.segment(.init(request: wanted.request, segment: segment)))
                }
                await peer.news(after: news)
            }
        case .receipt(let delivery):
            await answers.receipt(delivery.receipt)
            if let sequence = Receipt.unverifiedSequence(delivery.receipt) {
                state.withLock { $0.status.receiptedSequence = sequence }
            }
            peer.send(.taken(.init(request: delivery.request)))
        case .lastOrder(let wanted):
            peer.send(.lastOrder(.init(request: wanted.request, sequence: await answers.lastOrder())))
        case .orders(let delivery):
            await answers.orders(delivery.orders)
            peer.send(.taken(.init(request: delivery.request)))
        case .bank(let wanted):
            while !Task.isCancelled {
                let news = peer.newsCount
                if let bank = await answers.bank() {
                    return peer.send(.bank(.init(request: wanted.request, wanted: bank)))
                }
                await peer.news(after: news)
            }
        case .bankPart(let part):
            await answers.bankPart(part)
            peer.send(.taken(.init(request: part.request)))
        }
    }
}

/// One connected courier: three lanes of requests, so that a segment or a bank that is waited for holds up nothing else.
private final class Peer: Sendable {
    private struct State {
        var connection: FrameConnection?
        var tasks: [Task<Void, Never>] = []
        var news = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var ended = false
    }

    private let state = Guarded(State())
    private let lanes = (0..<3).map { _ in
        AsyncStream.makeStream(of: FromCourier.self, bufferingPolicy: .bufferingOldest(16))
    }

    func begin(_ connection: FrameConnection, answer: @escaping @Sendable (FromCourier) async -> Void) {
        let tasks = lanes.map { lane in
            Task { for await request in lane.stream where !Task.isCancelled { await answer(request) } }
        }
        state.withLock { state in
            state.connection = connection
            state.tasks = tasks
        }
        connection.start()
    }

    func offer(_ request: FromCourier) {
        let lane =
            switch request {
            case .segment, .receipt: lanes[0]
            case .lastOrder, .orders: lanes[1]
            case .bank, .bankPart: lanes[2]
            }
        if case .dropped = lane.continuation.yield(request) {
            Log.warning("the courier asks without waiting for answers")
            close()
        }
    }

    func send(_ answer: ToCourier) {
        guard let bytes = try? JSONCoder.encode(answer), bytes.count <= FrameDecoder.limit else {
            // Waiting would be for ever: the courier comes again, and complains where somebody sees it.
            Log.error("an answer to the courier is longer than a frame")
            return close()
        }
        state.withLock { $0.connection }?.send(bytes)
    }

    var newsCount: Int { state.withLock { $0.news } }

    func wake() {
        let waiting = state.withLock { state in
            state.news += 1
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns at the first news after so many, or at the end of the connection.
    func news(after count: Int) async {
        await withCheckedContinuation { continuation in
            let late = state.withLock { state in
                guard state.news == count, !state.ended else { return true }
                state.waiting.append(continuation)
                return false
            }
            if late { continuation.resume() }
        }
    }

    func close() { state.withLock { $0.connection }?.close() }

    func finish() {
        let tasks = state.withLock { state in
            state.ended = true
            state.connection = nil
            defer { state.tasks = [] }
            return state.tasks
        }
        for task in tasks { task.cancel() }
        for lane in lanes { lane.continuation.finish() }
        wake()
    }
}
