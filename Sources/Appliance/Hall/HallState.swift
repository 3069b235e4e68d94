import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform

/// Everything that the hall knows from its journal: the fold of its entries, and nothing else.
///
/// This is the one place where recovered state is declared. What is added here stands in snapshots by itself, if its type
/// is `Codable`, and is compared with the fold of all entries; snapshots of a program with other members are not used.
/// Change `fold` when an entry leads to another state than before.
struct HallState: Hashable, Sendable, Codable {
    /// Counts the ways in which entries were folded.
    private static let fold = 2

    private(set) var clock = ClockRecord()
    /// Those that hold a seat.
    var attempts: [AttemptID: Attempt] = [:]
    /// Where those stand in the journal, for their results.
    private(set) var moments: [AttemptID: AttemptMoments] = [:]
    /// Since when the clocks of interrupted attempts stand.
    private(set) var standing: [AttemptID: EntryMoment] = [:]
    /// The last second of the daemon before this one.
    private(set) var lastBeforeStart: EntryMoment?
    private var lastMoment: EntryMoment?
    /// By digest: acts that wait for two people.
    private(set) var askings: [String: Asking] = [:]
    private(set) var sittings = SittingBook()
    /// Where the papers of each candidate stand in the journal.
    private(set) var earlierPapers = PaperPlaces()
    private(set) var bookings = BookingBook()
    private(set) var erasures = Erasures()
    private(set) var orders: OrderChain
    private(set) var exposure = ExposureRecord()
    /// The bank by which new exams are held.
    private(set) var installed: InstalledBank?
    /// A bank that the center released and that is neither installed nor refused yet.
    private(set) var release: ReleaseOrder?

    init(appliance: String) { orders = OrderChain(appliance: appliance) }

    /// What a snapshot of this state is called: another fold, or other members, and it is not read.
    static var format: String {
        let members = Mirror(reflecting: HallState(appliance: "")).children.compactMap(\.label)
        return "\(fold) \(members.joined(separator: " "))"
    }

    /// Takes the next entry of the journal.
    ///
    /// - Parameter center: the keys that sign orders.
    /// - Throws: `Attempt.Contradiction` for an entry that cannot follow, `CenterDocumentError` for an order that the center
    ///   did not sign, and what decoding throws.
    mutating func take(_ entry: Entry, center: JWKS) throws {
        let label = try entry.label()
        let moment = clock.take(label)
        let before = lastMoment
        let now = EntryMoment(boot: label.boot, monotonic: Instant(microseconds: label.monotonic))
        lastMoment = now
        if let id = AttemptID(stream: entry.stream) {
            guard let value = try AttemptEntry(journal: entry) else { return }
            try take(value, of: id, sequence: entry.sequence, label: label, moment: moment)
            return note(value, of: id, now)
        }
        switch HallEntryKind(rawValue: entry.kind) {
        case .approvalAsked, .approvalGiven, .approvalClosed: try takeApproval(entry, now)
        case .started:
            lastBeforeStart = before
            if let bounds = try entry.decode(HallEntry.Bounds.self).clock { clock.take(bounds) }
        case .clock:
            if try entry.decode(HallEntry.Clock.self).event == .confirmed { clock.confirm(label) }
        case .tick:
            for (id, spent) in try entry.decode(HallEntry.Tick.self).spent { attempts[id]?.spend(totalMs: spent) }
        case .exposure:
            if let counters = try ExposureCounters(journal: entry) {
                exposure.take(counters, sequence: entry.sequence)
            }
        case .order: try take(order: entry, label: label, center: center)
        case .bankInstalled:
            let bank = try entry.decode(HallEntry.BankInstalled.self)
            if !bank.isRestored {
                installed = InstalledBank(bank: bank.bank, version: bank.version, digest: bank.digest)
            }
            if release?.release.digest == bank.digest { release = nil }
        case .subjectErased: erasures.noteErased(try entry.decode(HallEntry.SubjectErased.self).subject)
        case .bankRefused:
            let refused = try entry.decode(HallEntry.BankRefused.self)
            if release?.order == refused.order { release = nil }
        default: break
        }
    }

    /// The members in which this state is another than that one.
    func differences(from other: HallState) -> [String] {
        guard self != other else { return [] }
        func isEqual(_ a: Any, _ b: Any) -> Bool {
            guard let a = a as? AnyHashable, let b = b as? AnyHashable else { return "\(a)" == "\(b)" }
            return a == b
        }
        return zip(Mirror(reflecting: self).children, Mirror(reflecting: other).children)
            .filter { !isEqual($0.value, $1.value) }.map { $0.0.label ?? "?" }
    }

    private mutating func take(order entry: Entry, label: EntryLabel, center: JWKS) throws {
        let jws = try entry.decode(HallEntry.Order.self).jws
        guard let order = try orders.take(SignedOrder(jws: jws), center: center) else { return }
        if let statement = try order.clockStatement() {
            clock.state(at: order.at, until: statement.notAfter, label: label, sequence: entry.sequence)
        } else {
            clock.take(signed: order.at)
        }
        if let booking = try order.booking() {
            try bookings.take(booking)
            erasures.take(booking)
        }
        if let erasure = try order.erasure() { erasures.take(erasure) }
        if let bank = try order.bankRelease(), bank.digest != installed?.digest,
            installed?.refusal(of: bank.bank, version: bank.version, digest: bank.digest) == nil
        {
            release = ReleaseOrder(order: order.sequence, release: bank)
        }
    }

    private mutating func take(
        _ value: AttemptEntry, of id: AttemptID, sequence: Int, label: EntryLabel, moment: Timestamp
    ) throws {
        if case .opened(let opened) = value {
            attempts[id] = Attempt(id: id, opened: opened)
            sittings[opened.sitting] = SittingRecord(attempt: id, outcome: .open)
            moments[id] = AttemptMoments(first: sequence)
            return
        }
        guard let opened = attempts[id]?.opened else { return }
        try attempts[id]?.apply(value)
        moments[id]?.last = sequence
        switch value {
        case .started:
            moments[id]?.startedAt = label.at
            earlierPapers.add(sequence, of: opened.candidate)
        case .ended(let ended):
            moments[id]?.endedAt = label.at
            // A voided sitting is not used up.
            if ended.by == .voided { sittings[opened.sitting] = nil }
        case .scored(let scored):
            sittings[opened.sitting]?.outcome = scored.passed ? .passed : .failed
            sittings[opened.sitting]?.day = moment.date()
        case .reopened:
            sittings[opened.sitting]?.outcome = .open
            sittings[opened.sitting]?.day = nil
        case .result: moments[id]?.result = sequence
        default: break
        }
        if attempts[id]?.isOpen == false {
            attempts[id] = nil
            moments[id] = nil
        }
    }
}

extension HallState {
    /// Takes in since when an attempt's clock stands: a daemon that was started again looks back at its predecessor's end.
    fileprivate mutating func note(_ value: AttemptEntry, of id: AttemptID, _ now: EntryMoment) {
        if attempts[id]?.interruption == nil {
            standing[id] = nil
        } else if case .interrupted(let interrupted) = value, standing[id] == nil {
            standing[id] = interrupted.cause == .restart ? lastBeforeStart ?? now : now
        }
    }

    fileprivate mutating func takeApproval(_ entry: Entry, _ now: EntryMoment) throws {
        switch HallEntryKind(rawValue: entry.kind) {
        case .approvalAsked:
            let asked = try entry.decode(HallEntry.ApprovalAsked.self)
            askings[asked.digest] = Asking(act: asked.act, asked: now)
        case .approvalGiven:
            let given = try entry.decode(HallEntry.ApprovalGiven.self)
            askings[given.digest]?.approvals[given.approver] = given.key
        default: askings[try entry.decode(HallEntry.ApprovalClosed.self).digest] = nil
        }
    }
}

/// Where an attempt stands in the journal.
struct AttemptMoments: Hashable, Sendable, Codable {
    var first: Int
    /// The last entry that was folded.
    var last: Int
    var startedAt: Timestamp?
    var endedAt: Timestamp?
    /// Sequence of the result's entry.
    var result: Int?

    init(first: Int) {
        self.first = first
        last = first
    }
}

/// A release of the center's, by the order that brought it.
struct ReleaseOrder: Hashable, Sendable, Codable {
    /// The order's sequence.
    var order: Int
    var release: BankRelease
}

/// A sitting that a booking gives.
struct Sitting: Hashable, Sendable {
    var booking: BookingID
    var programme: ProgrammeCode
    var number: Int
}

/// How a sitting stands.
struct SittingRecord: Hashable, Sendable {
    var attempt: AttemptID
    var outcome: SittingOutcome
    /// The day it ended.
    var day: CalendarDate?
}

extension AttemptEntry.Opened {
    /// The sitting that this attempt uses up.
    var sitting: Sitting { Sitting(booking: booking, programme: programme, number: attemptNumber) }
}
