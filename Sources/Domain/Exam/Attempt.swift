/// One candidate's exam, as the fold of its journal entries.
///
///     opened → verified → ready → running ⇄ paused → ended → scored → signed → issued → left
///
/// `ended` carries the cause: submitted, time up, early fail or voided; a voided attempt goes no further than `left`.
/// A running attempt whose `interruption` is open takes no acts: its clock stands until the interruption is credited.
public struct Attempt: Hashable, Sendable, Codable {
    public enum Phase: String, Hashable, Sendable, Comparable, CaseIterable, Codable {
        case opened, verified, ready, running, paused, ended, scored, signed, issued, left

        public static func < (a: Self, b: Self) -> Bool {
            allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
        }
    }

    public let id: AttemptID
    public let opened: AttemptEntry.Opened
    /// Where the attempt is: of all that may be looked at or touched, this seat alone is its own.
    public internal(set) var seat: SeatID
    public internal(set) var phase = Phase.opened
    public internal(set) var language: LanguageTag
    public internal(set) var familiarised = false
    public internal(set) var rulesVersion: Int?
    public internal(set) var started: AttemptEntry.Started?
    /// The question on the screen, from 1; 0 before the start.
    public internal(set) var current = 0
    /// By question number; absent when nothing was ever chosen.
    public internal(set) var answers: [Int: [Int]] = [:]
    public internal(set) var flagged: Set<Int> = []
    public internal(set) var committed: Set<Int> = []
    public internal(set) var verdicts: [Int: Bool] = [:]
    /// The candidate was asked whether to go on and has not said so yet.
    public internal(set) var earlyFailOpen = false
    public internal(set) var earlyFailAnswered = false
    public internal(set) var pause: AttemptEntry.PauseReason?
    /// Time spent as journalled; it never falls before the end, whose entry gives the final figure.
    public internal(set) var spentMs = 0
    public internal(set) var creditedMs = 0
    /// How often the exam was interrupted.
    public internal(set) var cuts = 0
    /// The interruption that is not over.
    public internal(set) var interruption: Interruption?
    public internal(set) var credits: [AttemptEntry.Credited] = []
    public internal(set) var moves: [AttemptEntry.Moved] = []
    /// Moved to its seat, where the candidate has not proved yet to be the one.
    public internal(set) var awaitsProof = false
    public internal(set) var ended: AttemptEntry.Ended?
    public internal(set) var scored: AttemptEntry.Scored?
    public internal(set) var signed: AttemptEntry.Signed?
    public internal(set) var result: String?
    public internal(set) var slipDigest: String?

    public init(id: AttemptID, opened: AttemptEntry.Opened) {
        self.id = id
        self.opened = opened
        seat = opened.seat
        language = opened.language
    }

    public var paper: Paper? { started?.paper }
    public var total: Int { started?.paper.items.count ?? 0 }
    public var wrongSoFar: Int { verdicts.values.count { !$0 } }
    /// Wrong answers that still leave the pass mark in reach.
    public var allowedWrong: Int {
        guard let started else { return 0 }
        return (started.full - started.passMark) / started.pointsEach
    }
    public var remainingMs: Int { max(0, (started?.budgetMs ?? 0) + creditedMs - spentMs) }
    public var answeredCount: Int { answers.values.count { !$0.isEmpty } }
    /// The attempt holds its seat.
    public var isOpen: Bool { phase != .left }

    /// The kind of a question, by the block of the paper that it stands in.
    public func kind(of number: Int) -> ItemKind {
        var last = 0
        for kind in ItemKind.allCases {
            last += started?.kinds[kind] ?? 0
            if number <= last { return kind }
        }
        preconditionFailure("a question beyond the paper's last")
    }

    public func answer(to number: Int) -> [Int] { answers[number] ?? [] }

    /// An entry that cannot follow what came before: the journal and this fold contradict each other.
    public struct Contradiction: Error, Hashable, Sendable, CustomStringConvertible {
        public let attempt: AttemptID
        public let phase: Phase
        public let kind: AttemptEntryKind
        public var description: String { "\(attempt): \(kind.rawValue) cannot come in phase \(phase.rawValue)" }
    }

    /// Takes spent time from a `hall.tick` entry; an older figure changes nothing, and none does after the end.
    public mutating func spend(totalMs: Int) {
        if phase < .ended { spentMs = max(spentMs, totalMs) }
    }

    /// Takes the next entry of this attempt's stream.
    public mutating func apply(_ entry: AttemptEntry) throws(Contradiction) {
        let contradiction = Contradiction(attempt: id, phase: phase, kind: entry.kind)
        func require(_ allowed: Phase...) throws(Contradiction) {
            if !allowed.contains(phase) { throw contradiction }
        }
        func require(_ condition: Bool) throws(Contradiction) { if !condition { throw contradiction } }

        switch entry {
        case .opened: throw contradiction
        case .verified(let verified):
            if phase == .opened {
                language = verified.language
                phase = .verified
            } else {
                try require(awaitsProof)
            }
            awaitsProof = false
        case .familiarised:
            try require(.verified)
            familiarised = true
        case .rulesAcknowledged(let rules):
            try require(.verified)
            rulesVersion = rules.version
            phase = .ready
        case .started(let value):
            try require(.ready)
            started = value
            current = 1
            phase = .running
        case .showed(let showed):
            try require(.running)
            try require((1...total).contains(showed.number))
            current = showed.number
        case .chose(let chose):
            try require(.running)
            try require((1...total).contains(chose.number) && !committed.contains(chose.number))
            try require(started?.paper.items[chose.number - 1].item == chose.item)
            answers[chose.number] = chose.answer
        case .flagged(let value):
            try require(.running)
            if value.flagged { flagged.insert(value.number) } else { flagged.remove(value.number) }
        case .committed(let value):
            try require(.running)
            committed.insert(value.number)
        case .judged(let judged):
            try require(.running)
            try require(committed.contains(judged.number))
            verdicts[judged.number] = judged.right
        case .earlyFailAsked:
            try require(.running)
            earlyFailOpen = true
        case .wentOn:
            try require(.running)
            earlyFailOpen = false
            earlyFailAnswered = true
        case .paused(let value):
            try require(.running)
            pause = value.reason
            phase = .paused
        case .resumed:
            try require(.paused)
            try require(interruption == nil)
            pause = nil
            phase = .running
        case .interrupted(let value):
            try require(.running)
            try require(value.from <= value.spentMs)
            spend(totalMs: value.spentMs)
            cuts += 1
            // One that comes on top of another does not begin anew.
            interruption = interruption ?? Interruption(cause: value.cause, from: value.from)
        case .credited(let value):
            try require(.running, .paused)
            try require(!awaitsProof && value.from <= value.to && value.ms == value.to - value.from)
            if let interruption {
                try require(value.from == interruption.from && value.to == spentMs)
                try require(isWithinCap(value) || value.isApproved)
            } else {
                // Not measured but granted by people.
                try require(value.isApproved)
            }
            creditedMs += value.ms
            credits.append(value)
            interruption = nil
        case .moved(let value):
            try require(phase < .signed && value.from == seat && value.to != seat)
            try require(phase != .running || interruption != nil)
            seat = value.to
            moves.append(value)
            awaitsProof = phase != .opened
        case .reopened(let value):
            try require(.ended, .scored)
            try require(ended?.by != .voided && Set(value.approvedBy).count >= CreditRules.approvers)
            ended = nil
            scored = nil
            pause = .examiner
            phase = .paused
        case .ended(let value):
            switch value.by {
            case .voided: try require(phase < .ended)
            case .submitted, .timeUp, .earlyFail:
                try require(.running, .paused)
                try require(interruption == nil)
            }
            ended = value
            // A second's tick may overtake an end on its way to the disk: the end's own figure is the one that counts.
            spentMs = value.spentMs
            pause = nil
            interruption = nil
            earlyFailOpen = false
            phase = .ended
        case .scored(let value):
            try require(.ended)
            scored = value
            phase = .scored
        case .signed(let value):
            try require(.scored)
            signed = value
            phase = .signed
        case .result(let value):
            try require(.signed)
            result = value.jws
            phase = .issued
        case .final: try require(.issued)
        case .slip(let value):
            try require(.issued, .left)
            slipDigest = value.digest
        case .left:
            try require(phase == .issued || (phase == .ended && ended?.by == .voided))
            phase = .left
        }
    }
}
