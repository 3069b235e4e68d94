internal import CanonicalJSON
import CivilTime
import Platform
public import Exam
public import Ledger

/// The journal's kinds of entries that belong to no attempt, each with its meaning; the auditors' list is made from here.
public enum HallEntryKind: String, CaseIterable, Sendable {
    case started = "hall.started"
    case stopped = "hall.stopped"
    case tick = "hall.tick"
    case clock = "hall.clock"
    case cardService = "hall.cardService"
    case admitted = "checkIn.admitted"
    case refused = "checkIn.refused"
    case continued = "seat.continued"
    case practised = "seat.practised"
    case seatRefused = "seat.refused"
    case seatTested = "seat.tested"
    case scenes = "seat.scenes"
    case touches = "seat.touches"
    case shown = "seat.shown"
    case badFrame = "seat.badFrame"
    case exposure
    case order = "order.received"
    case orderRefused = "order.refused"
    case bankInstalled = "bank.installed"
    case bankRefused = "bank.refused"
    case disputeExported = "dispute.exported"
    case subjectErased = "subject.erased"
    case approvalAsked = "approval.asked"
    case approvalGiven = "approval.given"
    case approvalRefused = "approval.refused"
    case approvalClosed = "approval.closed"

    public var meaning: String {
        switch self {
        case .started: "the daemon started; what it found and recovered"
        case .stopped: "the daemon stopped in order"
        case .tick: "time spent so far by every running attempt, once a second"
        case .clock: "the wall clock was set, is not believed, is believed again, or was confirmed by a person"
        case .cardService: "the card service was lost or came back"
        case .admitted: "a candidate was admitted; the seat was drawn from this seed among these free seats"
        case .refused: "a person was refused at check-in, with the reason"
        case .continued: "a candidate who passed goes on with the booking's next exam at the same seat"
        case .practised: "somebody practised at a free seat: how many questions, and how many were right"
        case .seatRefused: "a card or person was refused at a seat, with the reason"
        case .seatTested: "a terminal connected and reported its own test"
        case .scenes:
            "what a seat with a candidate was sent to show, as far as the attempt's entries do not tell: its screens can be made again"
        case .touches: "contacts on a seat's panel, for replay: [at, contact, phase, x, y, revision]"
        case .shown: "what a seat showed: [revision, digest, environment]"
        case .badFrame: "a terminal sent what does not parse; its connection was closed"
        case .exposure: "counts of how often questions stood in papers, by appliance; of two the greater counts"
        case .order: "a signed order of the center"
        case .orderRefused: "an order that is not what the center signs, with the reason"
        case .bankInstalled: "a question bank was verified and put in its place; new exams are held by it from here on"
        case .bankRefused: "a question bank was not installed, with the reason"
        case .disputeExported:
            "an archive about an attempt was made and signed for somebody: SHA-256 of its manifest's JWS"
        case .subjectErased:
            "the key of a person's data was deleted, with the reason: what is sealed under it stays shut"
        case .approvalAsked: "an act waits for two people's approvals, which are bound to its digest"
        case .approvalGiven: "one person approved an act, with the signed approval"
        case .approvalRefused: "an approval that does not count, with the reason"
        case .approvalClosed: "an act waits no longer: it is done, came to be impossible, or nobody approved it in time"
        }
    }
}

/// Bodies of those entries.
enum HallEntry {
    struct Started: Codable, Sendable {
        var version: String
        var bank: String
        var recovered: [AttemptID]
        var interlocks: [String: String]
        /// How labels are judged from here on.
        var clock: ClockBounds
    }

    /// What of a start the hall's state takes.
    struct Bounds: Codable, Sendable { var clock: ClockBounds? }

    struct Clock: Codable, Sendable {
        enum Event: String, Codable, Sendable {
            /// It was set, and is still believed.
            case stepped
            /// It is not believed; no exam begins by it.
            case outside
            /// It is believed again.
            case right
            /// A person looked at another clock and says that this one is right.
            case confirmed
        }

        var event: Event
        /// What the clock said.
        var wall: Timestamp
        /// What the time was by the journal and the machine's uptime.
        var known: Timestamp
        /// What is wrong with it.
        var reason: String?
        /// Who confirmed it.
        var by: String?
    }

    struct Tick: Codable, Sendable { var spent: [AttemptID: Int] }

    struct CardService: Codable, Sendable { var available: Bool }

    struct Admitted: Codable, Sendable {
        var attempt: AttemptID
        var booking: BookingID
        var seat: SeatID
        var free: [SeatID]
        /// Seed of the draw, hexadecimal.
        var seed: String
        var terminal: String
    }

    struct Practised: Codable, Sendable {
        var answered: Int
        var right: Int
    }

    struct Continued: Codable, Sendable {
        /// The one that begins.
        var attempt: AttemptID
        var after: AttemptID
        var booking: BookingID
    }

    struct Refused: Codable, Sendable {
        /// Keyed digest of the document; nil when it could not be read.
        var document: String?
        var reason: String
        var values: [String: String]
        var terminal: String
    }

    struct SeatTested: Codable, Sendable {
        var terminal: String
        var width: Int
        var height: Int
        /// The panel's millimetres, where they are known: the layout follows them.
        var widthMM: Int?
        var heightMM: Int?
        var environment: String
        var faults: [String]
    }

    struct Scenes: Codable, Sendable { var scenes: [Showing] }

    struct Touches: Codable, Sendable { var records: [[Int]] }

    struct ShownScene: Codable, Sendable {
        var revision: Int
        var digest: String
        var environment: String
    }

    struct Shown: Codable, Sendable { var scenes: [ShownScene] }

    struct BadFrame: Codable, Sendable {
        var terminal: String
        var problem: String
    }

    struct Exposure: Codable, Sendable { var counters: ExposureCounters }

    struct Order: Codable, Sendable { var jws: String }

    struct OrderRefused: Codable, Sendable {
        var sequence: Int?
        var reason: String
    }

    struct BankInstalled: Codable, Sendable {
        var bank: String
        var version: Int
        var digest: String
        var items: Int
        /// Thumbprint of the key that signed the package.
        var signer: String
        var suite: String
        /// The order that released it; nil for one that an operator brought.
        var order: Int?
        /// It came back for an exam that began with it; new exams are not held by it.
        var isRestored: Bool
    }

    struct BankRefused: Codable, Sendable {
        /// What it says it is; nil for one that could not be read so far.
        var bank: String?
        var version: Int?
        var digest: String?
        var order: Int?
        var reason: String
    }

    struct DisputeExported: Codable, Sendable {
        var attempt: AttemptID
        /// SHA-256 of the manifest's JWS, base64url.
        var manifest: String
    }

    /// Written by the journal together with the deletion.
    struct SubjectErased: Codable, Sendable {
        var subject: String
        var reason: String
    }

    struct Nothing: Codable, Sendable {}
}

extension Draft {
    /// An entry of the hall, of check-in or of a seat.
    init(_ kind: HallEntryKind, stream: String, _ body: some Encodable) {
        self.init(kind: kind.rawValue, stream: stream, body: Draft.tree(body))
    }

    /// An entry of an attempt.
    init(_ entry: AttemptEntry, attempt: AttemptID) {
        self.init(kind: entry.kind.rawValue, stream: attempt.stream, body: Draft.tree(entry.body))
    }

    private static func tree(_ body: some Encodable) -> JSONValue {
        do { return try JSONCoder.tree(body) } catch {
            preconditionFailure("an entry of ours is no document: \(error)")
        }
    }
}

extension AttemptID {
    /// The journal stream of this attempt's entries.
    public var stream: String { "attempt/\(rawValue)" }

    public init?(stream: String) {
        guard stream.hasPrefix("attempt/") else { return nil }
        self.init(rawValue: String(stream.dropFirst(8)))
    }
}

extension SeatID {
    var stream: String { "seat/\(number)" }

    init?(stream: String) {
        guard stream.hasPrefix("seat/"), let number = Int(stream.dropFirst(5)) else { return nil }
        self.init(rawValue: number)
    }
}

extension AttemptEntry {
    /// Reads an attempt's entry from the journal; nil for an entry of another kind.
    public init?(journal entry: Entry) throws {
        guard let kind = AttemptEntryKind(rawValue: entry.kind) else { return nil }
        try self.init(kind: kind) { type in try JSONCoder.decode(type, from: entry.body) }
    }
}

extension ExposureCounters {
    /// Reads counters from the journal; nil for an entry of another kind.
    public init?(journal entry: Entry) throws {
        guard entry.kind == HallEntryKind.exposure.rawValue else { return nil }
        self = try entry.decode(HallEntry.Exposure.self).counters
    }
}

/// The labels that the journal puts on every entry.
struct EntryLabel: Hashable, Sendable {
    var at: Timestamp
    var boot: String
    /// Microseconds of CLOCK_BOOTTIME.
    var monotonic: Int
}

extension Entry {
    /// The labels; the rest of the body is passed over, for a recovery reads those of every entry.
    func label() throws -> EntryLabel {
        var at: Timestamp?
        var boot: String?
        var monotonic: Int?
        var reader = JSONReader(body)
        try reader.object { (name, reader) throws(JSONSyntaxFault) in
            switch name {
            case "at": at = Timestamp(try reader.string())
            case "boot": boot = try reader.string()
            case "monotonic": monotonic = try reader.integer()
            default: _ = try reader.skip()
            }
        }
        guard let at, let boot, let monotonic else {
            throw Failure(.badData, "entry \(sequence) lacks at, boot or monotonic")
        }
        return EntryLabel(at: at, boot: boot, monotonic: monotonic)
    }
}
