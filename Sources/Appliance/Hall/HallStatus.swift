public import CanonicalJSON
import CardReaders
public import CenterLink
public import CivilTime
public import Exam
import Packages
import Platform
import QuestionBank

/// The hall as `kaotai status` shows it.
public struct HallStatus: Codable, Sendable {
    public struct Seat: Codable, Sendable {
        public var seat: Int
        public var terminal: String
        public var connected: Bool
        public var faults: [String]
        public var attempt: String?
        public var phase: String?
        public var question: Int?
        public var questions: Int?
        public var answered: Int?
        public var remainingMs: Int?
        /// Why the exam stands: the cause of its interruption, or of its pause.
        public var stands: String?
        /// How often the exam was interrupted.
        public var cuts: Int?
        /// More often than the hall lets pass unseen.
        public var flagged: Bool?
    }

    public struct Reader: Codable, Sendable {
        public var name: String
        public var port: String?
        public var profile: String?
        public var card: String
    }

    public struct Courier: Codable, Sendable {
        public var connected: Bool
        /// The last entry that the center has a receipt for.
        public var receiptedSequence: Int?
    }

    /// An act that waits for two people.
    public struct Waiting: Codable, Sendable {
        public var digest: String
        public var act: StaffAct
        public var approvedBy: [String]
        public var secondsLeft: Int
    }

    public struct Bank: Codable, Sendable {
        public var id: String
        public var version: Int
        public var digest: String
        public var items: Int
    }

    public struct Clock: Codable, Sendable {
        public var wall: Timestamp
        /// What the time is by the journal and the machine's uptime, where the clock is not believed.
        public var known: Timestamp
        /// How far it was set since the machine started, milliseconds.
        public var steppedMs: Int?
        /// Why it is not believed; absent where it is.
        public var fault: String?
        public var bounds: ClockBounds
        /// The latest time that the center signed.
        public var signed: Timestamp?
    }

    public var appliance: String
    public var version: String
    /// `open`, or `closed` when an interlock fails.
    public var state: String
    /// Each interlock: `ready`, `waived`, or what is wrong.
    public var interlocks: [String: String]
    public var seats: [Seat]
    public var checkIn: [String: Bool]
    public var readers: [Reader]
    public var cardService: Bool
    public var courier: Courier
    /// Absent while none is installed.
    public var bank: Bank?
    /// `offered`, why practice is off, or nil where none is configured.
    public var practice: String?
    /// What waits for two people's approvals, the oldest first.
    public var waiting: [Waiting]
    public var journalSequence: Int
    public var bookings: Int
    public var orders: Int
    public var freeMiB: Int?
    public var clock: Clock
}

extension Hall {
    /// The hall now.
    func status(readers: [ReaderState], courier: CourierPort.Status?, journalSequence: Int) -> HallStatus {
        let facts = interlockFacts
        return HallStatus(
            appliance: configuration.appliance, version: kaotaiVersion, state: facts.closed.isEmpty ? "open" : "closed",
            interlocks: Dictionary(uniqueKeysWithValues: facts.states.map { ($0.0.rawValue, $0.1.text) }),
            seats: seats.values.sorted { $0.id < $1.id }.map { seat in
                let attempt = seat.attempt.flatMap { attempts[$0] }
                let running = attempt?.started != nil
                return HallStatus.Seat(
                    seat: seat.id.number, terminal: seat.terminal, connected: seat.isConnected,
                    faults: seat.faults ?? [],
                    attempt: attempt?.id.rawValue, phase: attempt?.phase.rawValue,
                    question: running ? attempt?.current : nil, questions: running ? attempt?.total : nil,
                    answered: running ? attempt?.answeredCount : nil, remainingMs: running ? attempt?.remainingMs : nil,
                    stands: attempt?.interruption?.cause.rawValue ?? attempt?.pause?.rawValue,
                    cuts: running ? attempt?.cuts : nil, flagged: running ? attempt?.hasManyCuts : nil)
            },
            checkIn: desks.mapValues(\.isConnected),
            readers: readers.map {
                HallStatus.Reader(
                    name: $0.reader.name, port: $0.reader.port, profile: $0.profile, card: String(describing: $0.card))
            },
            cardService: cardServiceAvailable,
            courier: .init(connected: courier?.connected ?? false, receiptedSequence: receipt?.sequence),
            bank: installed.map { .init(id: $0.bank, version: $0.version, digest: $0.digest, items: bank.index.count) },
            practice: practiceState, waiting: waitingActs, journalSequence: journalSequence,
            bookings: bookings.count,
            orders: orders.sequence, freeMiB: facts.freeMiB, clock: clockStatus)
    }
}

/// What a person of the hall says of its clock.
public struct ClockConfirmation: Codable, Sendable {
    public var day: CalendarDate
    public var by: String
    public init(day: CalendarDate, by: String) {
        self.day = day
        self.by = by
    }
}

/// What an operator's command asks of the daemon, over the control socket; one member, named as the case.
public enum ControlRequest: Codable, Sendable {
    case status
    /// Copies the journal to a file that the daemon may write.
    case journalCopy(String)
    case capture(String)
    /// Verifies and installs a package, a file that the daemon may read.
    case installBank(String)
    /// Opens the slip of an attempt into a file that the daemon may write.
    case slip(attempt: String, path: String)
    case pause(Int)
    case resume(Int)
    /// Somebody of the hall, named, reads this day from another clock and says that the hall's is right.
    case confirmClock(ClockConfirmation)
    /// Asks two people for an act.
    case ask(StaffRequest)
    /// One person's signed approval.
    case approve(String)
    /// What belongs to an attempt beside its entries: slip, receipt, keys to trust.
    case dispute(String)
    /// Signs the manifest of an archive about an attempt: the files' names with their SHA-256.
    case signDispute(attempt: String, files: [String: String])

    private enum Name: String, CodingKey {
        case status, journalCopy, capture, installBank, pause, resume, slip, dispute, signDispute, confirmClock
        case ask, approve
    }

    private struct Manifest: Codable {
        var attempt: String
        var files: [String: String]
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .status: try container.encode(true, forKey: .status)
        case .journalCopy(let path): try container.encode(path, forKey: .journalCopy)
        case .capture(let terminal): try container.encode(terminal, forKey: .capture)
        case .installBank(let path): try container.encode(path, forKey: .installBank)
        case .slip(let attempt, let path): try container.encode([attempt, path], forKey: .slip)
        case .pause(let seat): try container.encode(seat, forKey: .pause)
        case .resume(let seat): try container.encode(seat, forKey: .resume)
        case .dispute(let attempt): try container.encode(attempt, forKey: .dispute)
        case .signDispute(let attempt, let files):
            try container.encode(Manifest(attempt: attempt, files: files), forKey: .signDispute)
        case .confirmClock(let confirmation): try container.encode(confirmation, forKey: .confirmClock)
        case .ask(let wanted): try container.encode(wanted, forKey: .ask)
        case .approve(let jws): try container.encode(jws, forKey: .approve)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        switch container.allKeys.first {
        case .status: self = .status
        case .journalCopy: self = .journalCopy(try container.decode(String.self, forKey: .journalCopy))
        case .capture: self = .capture(try container.decode(String.self, forKey: .capture))
        case .installBank: self = .installBank(try container.decode(String.self, forKey: .installBank))
        case .slip:
            let words = try container.decode([String].self, forKey: .slip)
            guard words.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .slip, in: container, debugDescription: "wants an attempt and a file")
            }
            self = .slip(attempt: words[0], path: words[1])
        case .pause: self = .pause(try container.decode(Int.self, forKey: .pause))
        case .resume: self = .resume(try container.decode(Int.self, forKey: .resume))
        case .dispute: self = .dispute(try container.decode(String.self, forKey: .dispute))
        case .signDispute:
            let manifest = try container.decode(Manifest.self, forKey: .signDispute)
            self = .signDispute(attempt: manifest.attempt, files: manifest.files)
        case .confirmClock:
            self = .confirmClock(try container.decode(ClockConfirmation.self, forKey: .confirmClock))
        case .ask: self = .ask(try container.decode(StaffRequest.self, forKey: .ask))
        case .approve: self = .approve(try container.decode(String.self, forKey: .approve))
        case nil:
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "a request has one member, named after its kind"))
        }
    }
}

/// An act that an operator asks for and two people have to approve.
public struct StaffRequest: Codable, Sendable {
    public var act: StaffAct.Kind
    public var attempt: AttemptID
    public var reason: String
    public var seat: Int?
    public var milliseconds: Int?
    public init(
        act: StaffAct.Kind, attempt: AttemptID, reason: String, seat: Int? = nil, milliseconds: Int? = nil
    ) {
        self.act = act
        self.attempt = attempt
        self.reason = reason
        self.seat = seat
        self.milliseconds = milliseconds
    }
}

/// The daemon's answer: a value, or why there is none.
public struct ControlAnswer: Codable, Sendable {
    public var value: JSONValue?
    public var error: String?
    /// What the command ends with: a sysexits code; absent for 69, unavailable.
    public var code: Int32?
    public init(value: JSONValue? = nil, error: String? = nil, code: Int32? = nil) {
        self.value = value
        self.error = error
        self.code = code
    }
}
