/// What interrupted an exam.
public enum InterruptionCause: String, Hashable, Sendable, Codable {
    /// The daemon, or the whole machine, was started again.
    case restart
    /// Between two looks at the clock more time passed than can be: the daemon stood.
    case gap
    /// The machine slept.
    case suspend
    /// The seat's terminal is gone.
    case terminal
    /// The seat's terminal is connected and says nothing any more.
    case silence
    /// The terminal's touch panel failed.
    case touch
    /// The terminal's display failed.
    case display
    /// Staff took the exam off a seat that works.
    case staff
}

/// How much interruption an exam bears before people have to decide, and how many before they have to look.
///
/// An interruption reaches from the last committed second of which the seat is known to have worked (for a cut the last
/// second in the journal, for a seat its terminal's last sign of life) to the resume. While the clock stood nothing was
/// spent, so nothing is lost. What the clock still ran, because nobody knew yet that the seat had failed, was spent in
/// vain: the budget is raised by it. Both together are what a candidate is credited with, and both are capped together,
/// because time off the clock is time to think in: above the cap two people decide.
/// An interruption over a restart of the machine has no measured length, as only the wall clock spans it, which decides
/// nothing; nor is a sleep of the machine measured. Both strike all seats at once; they are counted instead.
///
/// No rule of the ministry gives figures; practice at the desks is "raise a hand, the examiner handles it" and the
/// platform's records know "pause", "resume" and "sit again after a fault". The figures are ours: the way to another
/// seat takes a minute or two, waiting for one to come free up to a quarter of an hour. They stand in the journal with
/// each attempt.
public struct CreditRules: Hashable, Sendable, Codable {
    /// The longest interruption that is credited without approval, in milliseconds.
    public var capMs: Int
    /// The most that all interruptions of an attempt credited without approval may come to.
    public var totalCapMs: Int
    /// More cuts than this flag the attempt.
    public var unflaggedCuts: Int

    public init(capMs: Int = 15 * 60_000, totalCapMs: Int = 30 * 60_000, unflaggedCuts: Int = 3) {
        self.capMs = capMs
        self.totalCapMs = totalCapMs
        self.unflaggedCuts = unflaggedCuts
    }

    public static let shipped = CreditRules()
    /// How many different people approve what is above a cap (`architecture.md`, rule 7).
    public static let approvers = 2
}

extension AttemptEntry {
    public struct Interrupted: Hashable, Sendable, Codable {
        /// Spent time as it stood and stands.
        public var spentMs: Int
        public var cause: InterruptionCause
        /// Spent time at the last committed second of which the seat is known to have worked.
        public var from: Int
        /// - Parameter from: nil where no time ran after that second.
        public init(spentMs: Int, cause: InterruptionCause, from: Int? = nil) {
            self.spentMs = spentMs
            self.cause = cause
            self.from = from ?? spentMs
        }
    }

    public struct Credited: Hashable, Sendable, Codable {
        /// By how much the budget grows: spent time that ran for nothing.
        public var ms: Int
        /// How long the clock stood until the resume; nil where the machine slept or was started again.
        public var stoodMs: Int?
        /// The bounds of `ms`, as spent time: the last committed second that the candidate could use, and the resume.
        public var from: Int
        public var to: Int
        /// Who approved it; empty for what is within the cap.
        public var approvedBy: [String]

        public init(ms: Int, stoodMs: Int?, from: Int, to: Int, approvedBy: [String] = []) {
            self.ms = ms
            self.stoodMs = stoodMs
            self.from = from
            self.to = to
            self.approvedBy = approvedBy
        }

        /// How long the interruption was, as far as it was measured.
        public var lengthMs: Int { ms + (stoodMs ?? 0) }
        public var isApproved: Bool { Set(approvedBy).count >= CreditRules.approvers }
    }

    /// How a seat was drawn for a candidate whose own failed.
    public struct SeatDraw: Hashable, Sendable, Codable {
        public var free: [SeatID]
        /// Seed of the draw, hexadecimal.
        public var seed: String
        public init(free: [SeatID], seed: String) {
            self.free = free
            self.seed = seed
        }
    }

    public struct Moved: Hashable, Sendable, Codable {
        public var from: SeatID
        public var to: SeatID
        /// Why not at the old seat.
        public var cause: InterruptionCause
        /// Where check-in drew the seat; nil where the candidate chose a free one, or staff did.
        public var draw: SeatDraw?
        /// Who approved it, where staff chose the seat.
        public var approvedBy: [String]
        public init(
            from: SeatID, to: SeatID, cause: InterruptionCause, draw: SeatDraw? = nil, approvedBy: [String] = []
        ) {
            self.from = from
            self.to = to
            self.cause = cause
            self.draw = draw
            self.approvedBy = approvedBy
        }
    }

    public struct Reopened: Hashable, Sendable, Codable {
        public var reason: String
        public var approvedBy: [String]
        public init(reason: String, approvedBy: [String]) {
            self.reason = reason
            self.approvedBy = approvedBy
        }
    }
}

extension Attempt {
    /// An interruption that is not over.
    public struct Interruption: Hashable, Sendable, Codable {
        public var cause: InterruptionCause
        /// Spent time at the last committed second of which the seat is known to have worked.
        public var from: Int
        public init(cause: InterruptionCause, from: Int) {
            self.cause = cause
            self.from = from
        }
    }

    /// How an interruption comes to its end.
    public enum CreditDecision: Hashable, Sendable {
        /// The exam goes on.
        case given(AttemptEntry.Credited)
        /// It is more than the rules give: the exam stands until two people approve it.
        case needsApproval(AttemptEntry.Credited)
    }

    /// What ends the open interruption; nil when there is none.
    ///
    /// - Parameter stoodMs: how long the clock stood; nil over a restart or a sleep of the machine.
    public func creditDecision(stoodMs: Int?) -> CreditDecision? {
        guard let interruption else { return nil }
        let credit = AttemptEntry.Credited(
            ms: spentMs - interruption.from, stoodMs: stoodMs.map { max(0, $0) }, from: interruption.from, to: spentMs)
        return isWithinCap(credit) ? .given(credit) : .needsApproval(credit)
    }

    func isWithinCap(_ credit: AttemptEntry.Credited) -> Bool {
        guard let rules = started?.credit else { return false }
        let before = credits.filter { !$0.isApproved }.reduce(0) { $0 + $1.lengthMs }
        return credit.lengthMs <= rules.capMs && before + credit.lengthMs <= rules.totalCapMs
    }

    /// More cuts than this hall lets pass unseen.
    public var hasManyCuts: Bool { cuts > (started?.credit ?? .shipped).unflaggedCuts }

    /// The time is used up; never while an interruption is open, whose credit may still come.
    public func isTimeUp(spentMs: Int) -> Bool {
        guard let started, interruption == nil else { return false }
        return spentMs >= started.budgetMs + creditedMs
    }

    /// What interrupted this exam, as it stands on the result.
    public var interruptions: ExamResult.Interruptions {
        .init(
            cuts: cuts, flagged: hasManyCuts,
            moves: moves.map { .init(from: $0.from, to: $0.to, cause: $0.cause, approvedBy: $0.approvedBy) },
            credits: credits.filter { $0.ms > 0 || !$0.approvedBy.isEmpty })
    }
}

extension ExamResult {
    public struct Interruptions: Hashable, Sendable, Codable {
        public struct Move: Hashable, Sendable, Codable {
            public var from: SeatID
            public var to: SeatID
            public var cause: InterruptionCause
            public var approvedBy: [String]
            public init(from: SeatID, to: SeatID, cause: InterruptionCause, approvedBy: [String] = []) {
                self.from = from
                self.to = to
                self.cause = cause
                self.approvedBy = approvedBy
            }
        }

        /// How often the exam was interrupted, whatever by.
        public var cuts: Int
        /// There were more cuts than the hall lets pass unseen.
        public var flagged: Bool
        public var moves: [Move]
        /// Those that raised the budget or that people approved.
        public var credits: [AttemptEntry.Credited]
        public init(cuts: Int, flagged: Bool, moves: [Move], credits: [AttemptEntry.Credited]) {
            self.cuts = cuts
            self.flagged = flagged
            self.moves = moves
            self.credits = credits
        }
    }
}
