import Dispatch
import Glibc
public import IdentityCards
public import Platform

/// A card that can be laid on a virtual reader.
///
/// It is a client of the reader's socket (see `VirtualReader.c`), answers what a reader of its dialect would answer, and
/// can misbehave as real cards do.
public final class VirtualCard: Sendable {
    /// What is wrong with the card.
    public struct Faults: Sendable {
        /// No answer to reset: a card that lies upside down.
        public var mute = false
        /// The base data end after so many bytes.
        public var truncatedTo: Int?
        /// Each answer takes so long.
        public var delayMilliseconds = 0
        /// From this exchange on (counted from 1) nothing is answered any more.
        public var silentFrom: Int?
        /// At this exchange (counted from 1) the card is pulled away instead of answering.
        public var pulledAt: Int?
        /// The module answers finding, selecting and reading with this status.
        public var moduleStatus: SDTStatus?
        /// One byte of each answer of the module is changed on its way.
        public var garbled = false
        /// It knows none of an identity card's commands, as a bank card does.
        public var foreign = false

        public init() {}
    }

    public let dialect: CardDialect
    /// The chip's own number, another one for each card made.
    public let chip: [UInt8]
    private let file: [UInt8]
    private let faults: Faults
    private let queue: DispatchQueue
    private let state = Guarded(State())

    private struct State {
        var connection: Connection?
        /// Where the card lies until it is taken away, even while its reader is gone.
        var place: String?
        var exchanges = 0
        /// What is left of an answer that did not fit into one response.
        var pending: [UInt8] = []
        var found = false
        var selected = false
        /// The module reads a card once, then wants it lifted.
        var consumed = false
    }

    /// A card with these base data, which need not make sense.
    public init(file: [UInt8], dialect: CardDialect = .virtualFile, chip: [UInt8]? = nil, faults: Faults = Faults()) {
        self.file = faults.truncatedTo.map { Array(file.prefix($0)) } ?? file
        self.dialect = dialect
        self.chip = chip ?? systemEntropy(8)
        self.faults = faults
        queue = QueueExecutor(label: "virtual-card").queue
    }

    public convenience init(
        _ document: IdentityDocument, dialect: CardDialect = .virtualFile, faults: Faults = Faults()
    ) throws(RecordError) {
        let text = try document.record.encoded()
        self.init(file: CardFile(text: text, photo: document.photo).encoded, dialect: dialect, faults: faults)
    }

    /// Lays the card on the reader at this socket.
    ///
    /// - Parameter lasting: it lies there until `remove`, also when the card service dies and comes back meanwhile.
    public func insert(at socket: String, lasting: Bool = false) throws(SystemError) {
        let connection = Connection(try UnixSocket.connect(path: socket))
        // On the queue, so that no frame is handled before all of this is done.
        queue.sync {
            state.withLock { $0 = State(connection: connection, place: lasting ? socket : nil) }
            connection.look {
                ReadWatch(connection.descriptor.raw, on: queue) { [weak self, weak connection] in
                    guard let self, let connection else { return }
                    self.receive(on: connection)
                }
            }
        }
    }

    /// Takes the card away.
    public func remove() {
        let connection = state.withLock { state in
            state.place = nil
            return state.connection.take()
        }
        connection?.close()
    }

    private func lost(_ connection: Connection) {
        connection.close()
        let place = state.withLock { state in
            if state.connection === connection { state.connection = nil }
            return state.connection == nil ? state.place : nil
        }
        if let place { layAgain(at: place) }
    }

    private func layAgain(at place: String) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { [weak self] in
            guard let self, self.state.withLock({ $0.place == place }) else { return }
            do throws(SystemError) {
                try self.insert(at: place, lasting: true)
            } catch {
                self.layAgain(at: place)
            }
        }
    }

    /// Command APDUs answered since the card was laid down.
    public var exchanges: Int { state.withLock { $0.exchanges } }

    deinit { remove() }

    private func receive(on connection: Connection) {
        guard let frames = connection.read() else {
            lost(connection)
            return
        }
        for frame in frames {
            guard let answer = answer(to: frame) else { continue }
            connection.send(answer)
        }
    }

    /// The answer to a frame from the reader; nil when there is none.
    private func answer(to frame: [UInt8]) -> [UInt8]? {
        if frame.count == 1 {
            switch frame[0] {
            case 2: state.withLock { ($0.found, $0.selected, $0.pending) = (false, false, []) }
            case 4: return faults.mute ? [] : answerToReset
            default: break
            }
            return nil
        }
        let count = state.withLock {
            $0.exchanges += 1
            return $0.exchanges
        }
        if count == faults.pulledAt {
            remove()
            return nil
        }
        if let silentFrom = faults.silentFrom, count >= silentFrom { return nil }
        if faults.delayMilliseconds > 0 { usleep(UInt32(faults.delayMilliseconds * 1000)) }
        return response(to: frame)
    }

    /// The chip's number and, in the virtual-file dialect, the bytes 90 00 at 13 and 14 by which such readers are known.
    private var answerToReset: [UInt8] {
        let historical: [UInt8] = [0x50] + chip + (dialect == .virtualFile && !faults.foreign ? [0x90, 0x00] : [0, 0])
        let body: [UInt8] = [0x80 | UInt8(historical.count), 0x80, 0x01] + historical
        return [0x3B] + body + [body.reduce(0, ^)]
    }

    private func response(to command: [UInt8]) -> [UInt8] {
        guard command.count >= 4 else { return StatusWord.wrongLength }
        if faults.foreign { return StatusWord.unknownInstruction }
        let length = command.count > 4 ? Int(command[4]) : 0
        switch (command[0], command[1], dialect) {
        case (0xFF, 0xCA, _):
            return chip + StatusWord.done
        case (0xFF, 0xB0, .virtualFile):
            let offset = Int(command[2]) << 8 | Int(command[3])
            guard offset < file.count else { return StatusWord.wrongOffset }
            return Array(file[offset...].prefix(length == 0 ? 256 : length)) + StatusWord.done
        case (0xFF, 0x00, .sdtTunnel):
            guard command.count == 5 + length, length > 0 else { return StatusWord.wrongLength }
            var frame = moduleAnswer(to: command[5...]).frame
            if faults.garbled { frame[frame.count - 2] ^= 0x04 }
            state.withLock { $0.pending = frame }
            return nextPart(256)
        case (0xFF, 0xC0, .sdtTunnel):
            return nextPart(length == 0 ? 256 : length)
        default:
            return StatusWord.unknownInstruction
        }
    }

    /// The next bytes of a long answer: 61xx says how many more wait.
    private func nextPart(_ size: Int) -> [UInt8] {
        state.withLock { state in
            let part = Array(state.pending.prefix(size))
            state.pending.removeFirst(part.count)
            let rest = state.pending.count
            return part + (rest == 0 ? StatusWord.done : [0x61, UInt8(min(rest, 256) & 0xFF)])
        }
    }

    private func moduleAnswer(to frame: some Collection<UInt8>) -> SDTAnswer {
        let body: [UInt8]
        do throws(SDTFrame.Fault) {
            body = try SDTFrame.decode(frame)
        } catch {
            return SDTAnswer(status: error == .checksum ? .frameChecksum : .frameLength)
        }
        guard let command = SDTCommand(body: body) else { return SDTAnswer(status: .unknownCommand) }
        return state.withLock { state in
            switch command {
            case .resetModule, .moduleStatus: return SDTAnswer(status: .done)
            case .moduleNumber: return SDTAnswer(status: .done, data: Array(0..<16))
            case .readNewAddress: return SDTAnswer(status: .noSuchItem)
            case .findCard, .selectCard, .readBase: break
            }
            if let status = faults.moduleStatus { return SDTAnswer(status: status) }
            switch command {
            case .findCard:
                if state.consumed { return SDTAnswer(status: .noCard) }
                state.found = true
                return SDTAnswer(status: .found, data: [0, 0, 0, 0])
            case .selectCard:
                if !state.found { return SDTAnswer(status: .selectFailed) }
                state.selected = true
                return SDTAnswer(status: .done, data: [UInt8](repeating: 0, count: 8))
            default:
                if !state.selected { return SDTAnswer(status: .readFailed) }
                (state.found, state.selected, state.consumed) = (false, false, true)
                return SDTAnswer(status: .done, data: file)
            }
        }
    }
}

private enum StatusWord {
    static let done: [UInt8] = [0x90, 0x00]
    static let wrongLength: [UInt8] = [0x67, 0x00]
    static let wrongOffset: [UInt8] = [0x6B, 0x00]
    static let unknownInstruction: [UInt8] = [0x6D, 0x00]
}
