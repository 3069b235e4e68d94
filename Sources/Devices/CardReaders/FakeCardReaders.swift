import Platform
public import IdentityCards

/// Readers without hardware and without pcscd, which keep the contract of `CardReaderSource`.
public final class FakeCardReaders: CardReaderSource {
    /// What can be laid on a fake reader.
    public enum Card: Sendable {
        /// A card with these base data (`CardFile.encoded`), right or wrong.
        case file([UInt8])
        /// A card that ends in this fault.
        case faulty(CardFault)
    }

    public let events: AsyncStream<ReaderEvent>
    private let emit: AsyncStream<ReaderEvent>.Continuation
    private let state: Guarded<State>

    private struct State {
        var isStarted = false
        var serviceIsUp = true
        var readers: [ReaderID] = []
        var cards: [ReaderID: Card] = [:]
        var states: [ReaderID: ReaderState.Card] = [:]
        var isTelling: Bool { isStarted && serviceIsUp }
    }

    public init(readers: [ReaderID]) {
        (events, emit) = AsyncStream.makeStream(of: ReaderEvent.self)
        state = Guarded(State(readers: readers))
    }

    public func start() {
        state.withLock { state in
            state.isStarted = true
            announceAll(&state)
        }
    }

    public func stop() {
        state.withLock { $0.isStarted = false }
        emit.finish()
    }

    public func readers() -> [ReaderState] {
        state.withLock { state in
            guard state.isStarted, state.serviceIsUp else { return [] }
            return state.readers.sorted { $0.name < $1.name }
                .map { ReaderState(reader: $0, profile: "fake", card: state.states[$0] ?? .none) }
        }
    }

    /// Lays a card on a reader; one that lies there is taken away first.
    public func insert(_ card: Card, in reader: ReaderID) {
        state.withLock { state in
            takeAway(reader, &state)
            state.cards[reader] = card
            read(reader, &state)
        }
    }

    public func insert(_ document: IdentityDocument, in reader: ReaderID) throws(RecordError) {
        insert(.file(CardFile(text: try document.record.encoded(), photo: document.photo).encoded), in: reader)
    }

    public func remove(from reader: ReaderID) { state.withLock { takeAway(reader, &$0) } }

    public func plug(_ reader: ReaderID) {
        state.withLock { state in
            guard !state.readers.contains(reader) else { return }
            state.readers.append(reader)
            if state.isTelling { emit.yield(.appeared(reader)) }
        }
    }

    public func unplug(_ reader: ReaderID) {
        state.withLock { state in
            takeAway(reader, &state)
            state.readers.removeAll { $0 == reader }
            if state.isTelling { emit.yield(.vanished(reader)) }
        }
    }

    /// The card service dies; cards stay where they are.
    public func loseService() {
        state.withLock { state in
            guard state.serviceIsUp else { return }
            if state.isTelling { emit.yield(.serviceLost) }
            state.serviceIsUp = false
            state.states = [:]
        }
    }

    public func returnService() {
        state.withLock { state in
            guard !state.serviceIsUp else { return }
            state.serviceIsUp = true
            if state.isStarted { emit.yield(.serviceBack) }
            announceAll(&state)
        }
    }

    private func announceAll(_ state: inout State) {
        guard state.isTelling else { return }
        for reader in state.readers {
            emit.yield(.appeared(reader))
            read(reader, &state)
        }
    }

    private func takeAway(_ reader: ReaderID, _ state: inout State) {
        guard state.cards.removeValue(forKey: reader) != nil else { return }
        state.states[reader] = ReaderState.Card.none
        if state.isTelling { emit.yield(.cardOut(reader)) }
    }

    private func read(_ reader: ReaderID, _ state: inout State) {
        guard state.isTelling, state.readers.contains(reader), let card = state.cards[reader] else { return }
        emit.yield(.cardIn(reader))
        switch card {
        case .file(let file):
            do throws(RecordError) {
                emit.yield(.document(reader, try IdentityDocument(file: file)))
                state.states[reader] = .read
            } catch {
                fail(reader, .record(error), &state)
            }
        case .faulty(let fault):
            fail(reader, fault, &state)
        }
    }

    private func fail(_ reader: ReaderID, _ fault: CardFault, _ state: inout State) {
        state.states[reader] = .unreadable(fault)
        emit.yield(.unreadable(reader, fault))
    }
}
