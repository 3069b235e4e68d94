import Exam
import Platform
import TerminalLink

/// What a seat is doing beside its attempt: nothing here outlives the daemon, and nothing here needs to.
struct Seat: Sendable {
    let id: SeatID
    let terminal: String
    /// Name, or part of it, of the card reader at this seat.
    let reader: String?
    /// What the terminal's own test found, empty when all is well; nil while it is not connected.
    var faults: [String]? = nil
    /// When the terminal last said anything.
    var heard: Instant?
    /// Spent time of the attempt here at that moment.
    var heardSpentMs: Int?
    /// It is connected and says nothing.
    var isSilent = false
    /// Since when the seat does not work.
    var failingSince: Instant?
    /// An attempt that is on its way here from a seat that failed.
    var incoming: AttemptID?
    var attempt: AttemptID?
    var view = Showing.View.main
    var preferences = Preferences()
    /// The candidate tries the screen; only between verification and start.
    var tutorial: Tutorial?
    /// Somebody practises here while the seat is free.
    var practice: Practice?
    var practiceTouched: Instant?
    /// Shown at the greeting: the wrong card was presented.
    var problem: Message?
    /// A stranger's card at a free seat, and how long its words stay.
    var notice: Notice?
    /// Contacts and shown scenes since the last tick; journalled with it, off the path of an answer.
    var touches: [[Int]] = []
    var showings: [Showing] = []
    var shown: [HallEntry.ShownScene] = []
    /// The beginning of the time that is running and not yet journalled; nil while the clock stands.
    var since: Instant?
    var slip: SlipAssembly?
    /// When the farewell gives way to the idle screen by itself.
    var leaveAt: Instant?

    var isConnected: Bool { faults != nil }
    var isTested: Bool { faults?.isEmpty == true && !isSilent }
    var isFree: Bool { isTested && attempt == nil && incoming == nil }

    /// A terminal gives a sign of life every second; after so long without one it is taken for dead.
    static let silenceMs = 5000

    /// Why the seat does not work; a fault begins with the part it is in: "touch: …", "display: …".
    var failure: InterruptionCause {
        guard let faults else { return .terminal }
        if isSilent { return .silence }
        return faults.first.flatMap { InterruptionCause(rawValue: String($0.prefix { $0 != ":" })) } ?? .terminal
    }

    /// The seat without its candidate.
    var emptied: Seat {
        var fresh = Seat(id: id, terminal: terminal, reader: reader)
        fresh.faults = faults
        fresh.heard = heard
        fresh.isSilent = isSilent
        fresh.failingSince = failingSince
        fresh.incoming = incoming
        fresh.showings = showings
        fresh.touches = touches
        fresh.shown = shown
        return fresh
    }
}

/// How one candidate likes the screen; forgotten when the candidate leaves.
struct Preferences: Hashable, Sendable {
    var textSize = TextSize.normal
    var theme = ThemeName.day
    /// Chosen before the exam; nil takes the booking's.
    var language: LanguageTag?
}

/// Words that stay on a screen until a moment.
struct Notice: Hashable, Sendable {
    var screen: Screen
    var until: Instant
}

/// The check-in desk: one card at a time.
struct Desk: Sendable {
    let terminal: String
    let reader: String?
    var isConnected = false
    var isReading = false
    var notice: Notice?
    var preferences = Preferences()
}

/// A slip's PDF on its way from a terminal, in parts.
struct SlipAssembly: Sendable {
    let attempt: AttemptID
    private var parts: [Int: [UInt8]] = [:]

    init(attempt: AttemptID) { self.attempt = attempt }

    /// The whole file once every part is there; nil before, or for a part that belongs elsewhere.
    mutating func take(_ part: SlipPart) -> [UInt8]? {
        guard part.attempt == attempt.rawValue, (1...64).contains(part.parts), (0..<part.parts).contains(part.part),
            let data = bytes(base64url: part.data)
        else { return nil }
        parts[part.part] = data
        guard parts.count == part.parts else { return nil }
        return (0..<part.parts).flatMap { parts[$0] ?? [] }
    }
}
