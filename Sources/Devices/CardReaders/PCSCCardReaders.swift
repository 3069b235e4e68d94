import Dispatch
import IdentityCards
public import Platform

/// The card readers of this machine, through pcscd.
///
/// One thread lists readers and waits for changes; each reader has a worker that connects, reads and lets go. Events of
/// the card service only say "look": a document is what was read in one exclusive connection.
///
/// When pcscd dies, everything known is dropped and it is looked for every 100 ms; see `CardReaderSource` for what that
/// means for those who listen.
public final class PCSCCardReaders: CardReaderSource {
    public let events: AsyncStream<ReaderEvent>
    private let emit: AsyncStream<ReaderEvent>.Continuation
    private let service: any CardService
    private let profiles: [ReaderProfile]
    private let hangLimitMilliseconds: Int
    private let time: any TimeSource
    private let monitor = QueueExecutor(label: "card readers")
    private let watchdog = QueueExecutor(label: "card reader watchdog")
    private let state = Guarded(State())

    private struct State {
        var stopped = false
        var serviceIsUp = true
        var readers: [String: Reader] = [:]
        var timer: IntervalTimer?
    }

    private struct Reader {
        let worker: ReaderWorker
        let profile: String?
        /// Nil until the reader has said who it is; nothing is told about it before.
        var id: ReaderID?
        var isPresent = false
        /// Another one after each movement: what was begun for an earlier one is void.
        var generation = 0
        var card = ReaderState.Card.none
        /// The monitor must not look at it: a mute card makes libpcsclite sleep 400 ms at each look, for all readers.
        var isIgnored = false
        var workSince: Instant?
        /// Attempts that failed on the card that lies there.
        var failures = 0
    }

    /// - Parameter hangLimitMilliseconds: after so long without an answer a reader is reported as hanging.
    public convenience init(
        profiles: [ReaderProfile], hangLimitMilliseconds: Int = 10_000, time: any TimeSource = SystemTime()
    ) {
        self.init(profiles: profiles, hangLimitMilliseconds: hangLimitMilliseconds, time: time, service: PCSC())
    }

    init(profiles: [ReaderProfile], hangLimitMilliseconds: Int, time: any TimeSource, service: any CardService) {
        self.service = service
        self.profiles = profiles
        self.hangLimitMilliseconds = hangLimitMilliseconds
        self.time = time
        (events, emit) = AsyncStream.makeStream(of: ReaderEvent.self)
    }

    public func start() {
        let timer = IntervalTimer(milliseconds: 250, on: watchdog.queue) { [weak self] in self?.reportHanging() }
        state.withLock { $0.timer = timer }
        monitor.queue.async { self.run() }
    }

    public func stop() {
        let workers = state.withLock { state in
            state.stopped = true
            state.timer = nil
            defer { state.readers = [:] }
            return state.readers.values.map(\.worker)
        }
        for worker in workers { worker.run { worker.end() } }
    }

    public func readers() -> [ReaderState] {
        state.withLock { state in
            state.readers.values.compactMap { reader in
                reader.id.map { ReaderState(reader: $0, profile: reader.profile, card: reader.card) }
            }
        }
        .sorted { $0.reader.name < $1.reader.name }
    }
}

// MARK: - The monitor's thread

extension PCSCCardReaders {
    private static let pauseMilliseconds = 100
    private static let waitMilliseconds = 250

    private var isStopped: Bool { state.withLock { $0.stopped } }

    private func run() {
        while !isStopped {
            do throws(PCSCError) {
                let context = try service.makeContext()
                serviceFound()
                try watch(context)
            } catch {
                serviceLost(error)
                pause(Self.pauseMilliseconds)
            }
        }
        emit.finish()
    }

    /// Follows readers and cards until the service is gone.
    private func watch(_ context: any CardServiceContext) throws(PCSCError) {
        var moves: [String: CardMoves] = [:]
        var states: [String: PCSCState] = [:]
        while !isStopped {
            let names = try context.readers()
            for name in Set(moves.keys).subtracting(names) {
                moves[name] = nil
                states[name] = nil
                vanished(name)
            }
            for name in names where moves[name] == nil {
                moves[name] = CardMoves()
                appeared(name)
            }
            let ignored = state.withLock { state in state.readers.filter { $0.value.isIgnored }.map(\.key) }
            for name in names {
                if ignored.contains(name) {
                    states[name] = .ignore
                } else if states[name] == .ignore {
                    // Its worker followed the card meanwhile; counts begin anew.
                    states[name] = nil
                    moves[name] = CardMoves(isPresent: state.withLock { $0.readers[name]?.isPresent ?? false })
                }
            }
            let current = names.map { (name: $0, state: states[$0] ?? .unaware) }
            let seen: [PCSCState]
            do throws(PCSCError) {
                // The wait is short because the service may miss a reader that comes between the list and the wait.
                guard let result = try context.wait(for: current, milliseconds: Self.waitMilliseconds) else { continue }
                seen = result
            } catch {
                // Of a reader that went after the list was made. The context is as good as before.
                if error.code == .unknownReader || error.code == .readerUnavailable { continue }
                throw error
            }
            for (entry, now) in zip(current, seen) where entry.state != .ignore {
                states[entry.name] = now.asCurrent
                let happened = moves[entry.name, default: CardMoves()].look(now)
                if !happened.isEmpty { moved(entry.name, happened, isMute: now.isMute) }
            }
        }
    }

    private func pause(_ milliseconds: Int) {
        let never = DispatchSemaphore(value: 0)
        _ = never.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    private func serviceFound() {
        state.withLock { state in
            guard !state.serviceIsUp else { return }
            state.serviceIsUp = true
            emit.yield(.serviceBack)
        }
    }

    private func serviceLost(_ error: PCSCError) {
        let workers = state.withLock { state in
            if state.serviceIsUp, !state.stopped {
                state.serviceIsUp = false
                Log.warning("the card service is gone (\(error)); it is looked for")
                emit.yield(.serviceLost)
            }
            defer { state.readers = [:] }
            return state.readers.values.map(\.worker)
        }
        for worker in workers { worker.run { worker.end() } }
    }

    private func appeared(_ name: String) {
        let profile = profiles.first { $0.fits(reader: name) }
        let worker = ReaderWorker(name: name, profile: profile, service: service)
        state.withLock { $0.readers[name] = Reader(worker: worker, profile: profile?.name, workSince: time.now()) }
        worker.run { [weak self] in self?.identify(name, worker, attempt: 1) }
    }

    /// On the worker's queue. A reader that does not say who it is, because another program holds it, is asked again;
    /// after a second it is told by its name alone, and is renamed when it answers at last.
    private func identify(_ name: String, _ worker: ReaderWorker, attempt: Int) {
        guard state.withLock({ $0.readers[name]?.worker === worker }) else { return }
        do throws(PCSCError) {
            identified(name, worker, as: try worker.identify())
        } catch {
            if attempt == 10 { identified(name, worker, as: ReaderID(name: name)) }
            worker.run(after: attempt < 10 ? 100 : 1000) { [weak self] in
                self?.identify(name, worker, attempt: attempt + 1)
            }
        }
    }

    private func vanished(_ name: String) {
        let reader = state.withLock { state in
            let reader = state.readers.removeValue(forKey: name)
            if let id = reader?.id { emit.yield(.vanished(id)) }
            return reader
        }
        if let worker = reader?.worker { worker.run { worker.end() } }
    }

    private func moved(_ name: String, _ moves: [CardMove], isMute: Bool) {
        change(name) { reader in
            for move in moves {
                reader.isPresent = move == .in
                reader.generation += 1
                announce(move, &reader)
            }
            reader.isIgnored = reader.isPresent && isMute
        }
    }
}

// MARK: - What workers tell

extension PCSCCardReaders {
    /// Changes a reader, and sends its worker to the card if one lies there that nobody has looked at yet.
    private func change(_ name: String, by worker: ReaderWorker? = nil, _ body: (inout Reader) -> Void) {
        state.withLock { state in
            // A worker of a reader that went, or of the service before, has nothing to say any more.
            guard var reader = state.readers[name], worker == nil || worker === reader.worker else { return }
            let before = reader.generation
            body(&reader)
            state.readers[name] = reader
            guard reader.id != nil, before != reader.generation else { return }
            begin(name, reader, after: 0)
        }
    }

    private func announce(_ move: CardMove, _ reader: inout Reader) {
        reader.card = move == .in ? .reading : .none
        reader.failures = 0
        guard let id = reader.id else { return }
        emit.yield(move == .in ? .cardIn(id) : .cardOut(id))
    }

    private func begin(_ name: String, _ reader: Reader, after milliseconds: Int) {
        let (worker, generation) = (reader.worker, reader.generation)
        guard reader.isPresent else {
            worker.run { worker.release() }
            return
        }
        worker.run(after: milliseconds) { [weak self] in self?.read(name, worker, generation) }
    }

    private func identified(_ name: String, _ worker: ReaderWorker, as id: ReaderID) {
        change(name, by: worker) { reader in
            reader.workSince = nil
            introduce(&reader, as: id)
        }
    }

    private func introduce(_ reader: inout Reader, as id: ReaderID) {
        guard reader.id != id else { return }
        if let earlier = reader.id { emit.yield(.vanished(earlier)) }
        reader.id = id
        emit.yield(.appeared(id))
        if reader.isPresent {
            reader.generation += 1
            announce(.in, &reader)
        }
    }

    /// One attempt of a worker, on its queue.
    private func read(_ name: String, _ worker: ReaderWorker, _ generation: Int) {
        let now = time.now()
        let wanted = state.withLock { state in
            guard state.readers[name]?.worker === worker, state.readers[name]?.generation == generation else {
                return false
            }
            state.readers[name]?.workSince = now
            return true
        }
        guard wanted else { return }
        let outcome = worker.read()
        change(name, by: worker) { reader in
            reader.workSince = nil
            guard reader.generation == generation, let id = reader.id else { return }
            conclude(outcome, name, &reader, id)
        }
    }

    private func conclude(_ outcome: ReadingOutcome, _ name: String, _ reader: inout Reader, _ id: ReaderID) {
        switch outcome {
        case .document(let document):
            reader.card = .read
            reader.isIgnored = false
            emit.yield(.document(id, document))
        case .fault(let fault):
            reader.isIgnored = fault == .mute
            reader.failures += 1
            let patience = Patience(with: fault)
            if reader.failures >= patience.attempts { report(fault, &reader, id) }
            if reader.failures < patience.attempts || patience.goesOn {
                begin(name, reader, after: patience.pauseMilliseconds)
            }
        case .gone:
            // The monitor sees removals by itself, unless it was told not to look.
            guard reader.isIgnored else { break }
            reader.isIgnored = false
            reader.isPresent = false
            reader.generation += 1
            announce(.out, &reader)
        case .serviceLost:
            // The monitor notices it too, and tells.
            break
        }
    }

    private func report(_ fault: CardFault, _ reader: inout Reader, _ id: ReaderID) {
        guard reader.card != .unreadable(fault) else { return }
        reader.card = .unreadable(fault)
        emit.yield(.unreadable(id, fault))
    }

    private func reportHanging() {
        let now = time.now()
        state.withLock { state in
            for (name, var reader) in state.readers {
                guard let since = reader.workSince, now.milliseconds(since: since) >= hangLimitMilliseconds else {
                    continue
                }
                if reader.id == nil { introduce(&reader, as: ReaderID(name: name)) }
                if let id = reader.id, reader.card != .unreadable(.readerHangs) {
                    Log.error("reader \(id) has not answered for \(hangLimitMilliseconds) ms")
                    report(.readerHangs, &reader, id)
                }
                state.readers[name] = reader
            }
        }
    }
}

/// How often a card is tried before its fault is told, and whether it is tried again after that.
private struct Patience {
    let attempts: Int
    let pauseMilliseconds: Int
    let goesOn: Bool

    init(with fault: CardFault) {
        switch fault {
        // People turn a card over. Each attempt powers it anew. A card just pulled away looks mute, too, for a moment.
        case .mute: (attempts, pauseMilliseconds, goesOn) = (2, 150, true)
        case .badContact: (attempts, pauseMilliseconds, goesOn) = (3, 50, false)
        // Another program may only have been quicker this time.
        case .busy: (attempts, pauseMilliseconds, goesOn) = (4, 100, true)
        default: (attempts, pauseMilliseconds, goesOn) = (1, 0, false)
        }
    }
}
