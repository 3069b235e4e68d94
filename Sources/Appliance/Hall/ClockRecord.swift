public import CivilTime

/// How far a wall clock may stand from what is known of the time before no exam begins by it.
///
/// They stand in each `hall.started` entry, so that whoever reads the journal later judges its labels as the hall did.
public struct ClockBounds: Hashable, Sendable, Codable {
    /// Steps of the clock while the machine runs, and how far it may stand before the last time that was believed.
    public var slackSeconds: Int
    /// How long a hall may have been switched off: a clock that is further ahead at the next start must be confirmed.
    public var absenceDays: Int
    /// Steps that are told, although they close nothing.
    public var warnSeconds: Int
    /// It is later than this; whoever builds an appliance's image sets the day on which it was built.
    public var notBefore: Timestamp

    public init(
        slackSeconds: Int = 300, absenceDays: Int = 30, warnSeconds: Int = 2,
        notBefore: Timestamp = Timestamp("2025-01-01T00:00:00Z")!
    ) {
        self.slackSeconds = slackSeconds
        self.absenceDays = absenceDays
        self.warnSeconds = warnSeconds
        self.notBefore = notBefore
    }

    /// A bound that is not named has its default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        slackSeconds = try container.decodeIfPresent(Int.self, forKey: .slackSeconds) ?? slackSeconds
        absenceDays = try container.decodeIfPresent(Int.self, forKey: .absenceDays) ?? absenceDays
        warnSeconds = try container.decodeIfPresent(Int.self, forKey: .warnSeconds) ?? warnSeconds
        notBefore = try container.decodeIfPresent(Timestamp.self, forKey: .notBefore) ?? notBefore
    }

    var slackMs: Int { slackSeconds * 1000 }
    var absenceMs: Int { absenceDays * 86_400_000 }
}

/// Why a wall clock is not believed.
enum ClockFault: Hashable, Sendable {
    /// It stands before this program was built: a dead battery, mostly.
    case beforeBuild(Timestamp)
    /// The center signed something later.
    case beforeCenter(Timestamp)
    /// It was set back while the machine was off.
    case beforeJournal(Timestamp)
    /// It is further ahead than a hall is ever switched off.
    case afterAbsence(Timestamp, days: Int)
    /// It was set while the machine ran, where its uptime says that it is this late.
    case stepped(Timestamp)

    /// For the technician.
    var words: String {
        switch self {
        case .beforeBuild(let time): "is before \(time), when this appliance was built"
        case .beforeCenter(let time): "is before \(time), which the center signed"
        case .beforeJournal(let time): "is before \(time), which the journal has seen"
        case .afterAbsence(let time, let days):
            "is over \(days) days after \(time), the last that the journal or the center has seen"
        case .stepped(let time): "was set: by the time that this machine has run it is \(time)"
        }
    }
}

/// A wall clock, judged.
struct ClockReading: Hashable, Sendable {
    /// What the clock says.
    let wall: Timestamp
    /// The best that is known of the time: the clock where it is believed, else what the journal and the uptime tell.
    let best: Timestamp
    /// How far the clock was set since this machine's first label, milliseconds; nil before there is one.
    let steppedMs: Int?
    /// Nil where the clock is believed.
    let fault: ClockFault?
}

/// What the journal tells of the time: the fold of its entries' labels.
///
/// A label is believed when it follows from one that was: within one boot by the uptime between them, across boots when it
/// lies after it and not beyond any absence. One that is not believed changes nothing here, so a clock that was wrong for a
/// while leaves no trace once it is right. What is believed after all is said by a person of the hall or by the center.
struct ClockRecord: Hashable, Sendable, Codable {
    /// A label that is believed, and the uptime at it.
    struct Anchor: Hashable, Sendable, Codable {
        var boot: String
        /// Microseconds of CLOCK_BOOTTIME.
        var monotonic: Int
        var at: Timestamp
    }

    private(set) var bounds = ClockBounds()
    private(set) var anchor: Anchor?
    /// The latest label that was believed.
    private(set) var seen: Timestamp?
    /// The latest time that the center signed in an order.
    private(set) var signed: Timestamp?
    /// The entry of the center's last statement of the time; receipts for less were signed by an older clock of it.
    private(set) var stated = 0

    /// Judges a clock.
    ///
    /// - Parameter receipt: of the center, another lower bound.
    func reading(_ label: EntryLabel, receipt: (sequence: Int, at: Timestamp)? = nil) -> ClockReading {
        let wall = label.at.millisecondsSinceEpoch
        var center = signed
        if let receipt, receipt.sequence >= stated { center = max(receipt.at, center ?? receipt.at) }
        let least = max(bounds.notBefore, center ?? bounds.notBefore)
        var known = max(least, seen ?? least)
        var stepped: Int?
        var fault: ClockFault?
        if label.at < bounds.notBefore {
            fault = .beforeBuild(bounds.notBefore)
        } else if let center, wall < center.millisecondsSinceEpoch - bounds.slackMs {
            fault = .beforeCenter(center)
        }
        if let anchor, anchor.boot == label.boot {
            let expected = Timestamp(
                millisecondsSinceEpoch: anchor.at.millisecondsSinceEpoch
                    + (label.monotonic - anchor.monotonic) / 1000)
            let step = wall - expected.millisecondsSinceEpoch
            stepped = step
            known = max(expected, least)
            if abs(step) > bounds.slackMs { fault = fault ?? .stepped(known) }
        } else if let seen {
            if wall < seen.millisecondsSinceEpoch - bounds.slackMs {
                fault = fault ?? .beforeJournal(seen)
            } else if wall > known.millisecondsSinceEpoch + bounds.absenceMs {
                fault = fault ?? .afterAbsence(known, days: bounds.absenceDays)
            }
        }
        return ClockReading(
            wall: label.at, best: fault == nil ? label.at : known, steppedMs: stepped, fault: fault)
    }

    /// Takes the label of the next entry.
    ///
    /// - Returns: the best that is known of its time.
    mutating func take(_ label: EntryLabel) -> Timestamp {
        let reading = reading(label)
        guard reading.fault == nil else { return reading.best }
        if anchor?.boot != label.boot { believe(label) }
        seen = max(seen ?? label.at, label.at)
        return label.at
    }

    /// A start of the daemon says by which bounds it judges.
    mutating func take(_ bounds: ClockBounds) { self.bounds = bounds }

    /// A person of the hall looked at another clock and says that this one is right.
    mutating func confirm(_ label: EntryLabel) {
        believe(label)
        seen = label.at
    }

    /// An order was signed at this time, so it is later.
    mutating func take(signed at: Timestamp) { signed = max(signed ?? at, at) }

    /// The center says what time it is: what was believed before counts no more.
    ///
    /// - Parameters:
    ///   - at: when it said so; it is later.
    ///   - until: it is not later than this when the statement is taken.
    mutating func state(at: Timestamp, until: Timestamp, label: EntryLabel, sequence: Int) {
        signed = at
        stated = sequence
        let wall = label.at.millisecondsSinceEpoch
        let isRight =
            wall >= at.millisecondsSinceEpoch - bounds.slackMs && wall <= until.millisecondsSinceEpoch + bounds.slackMs
        let time = isRight ? label.at : at
        believe(EntryLabel(at: time, boot: label.boot, monotonic: label.monotonic))
        seen = time
    }

    private mutating func believe(_ label: EntryLabel) {
        anchor = Anchor(boot: label.boot, monotonic: label.monotonic, at: label.at)
    }
}
