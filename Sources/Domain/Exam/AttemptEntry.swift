/// What the journal records of one attempt: entries of kind `attempt.…` in the stream `attempt/ID`.
///
/// The order in which they may come is decided by `Attempt.apply`. Question numbers count from 1 in paper order.
public enum AttemptEntry: Hashable, Sendable {
    /// Check-in admitted a candidate and drew the seat.
    case opened(Opened)
    /// The candidate proved at the seat to be the one who was admitted.
    case verified(Verified)
    /// The candidate tried the screen on questions that do not count, before the clock ran.
    case familiarised
    /// The candidate confirmed having read the rules.
    case rulesAcknowledged(RulesAcknowledged)
    /// The paper was drawn; from here the attempt counts.
    case started(Started)
    /// Another question came on the screen.
    case showed(Showed)
    /// An answer was chosen or changed; the last one before the end counts.
    case chose(Chose)
    case flagged(Flagged)
    /// An answer became final, where the programme commits on "next".
    case committed(Committed)
    /// What the scorer said of a final answer, where the programme tells or fails early.
    case judged(Judged)
    /// The pass mark went out of reach and the candidate was asked whether to go on.
    case earlyFailAsked(EarlyFailAsked)
    /// The candidate chose to go on although the pass mark is out of reach.
    case wentOn
    case paused(Paused)
    case resumed
    /// Time passed that was not spent: a cut, a suspend, a screen that was gone.
    case interrupted(Interrupted)
    /// An interruption is over: what ran for nothing is given back, and the clock goes on.
    case credited(Credited)
    /// The exam goes on at another seat, once the candidate has proved there to be the one.
    case moved(Moved)
    /// An end that nobody signed was taken back; the exam is paused.
    case reopened(Reopened)
    case ended(Ended)
    case scored(Scored)
    /// The candidate signed the score.
    case signed(Signed)
    /// The result was issued and signed by the appliance.
    case result(ResultIssued)
    /// The examiner's signature: waived by configuration until an examiner is connected.
    case final(Final)
    /// The slip's PDF was drawn and stored.
    case slip(SlipStored)
    /// The candidate left; the seat is free.
    case left

    public struct Opened: Hashable, Sendable, Codable {
        public var booking: BookingID
        /// Keyed digest of the document's kind and number.
        public var candidate: String
        public var programme: ProgrammeCode
        public var vehicleClass: VehicleClass
        /// From 1; 2 is the make-up exam.
        public var attemptNumber: Int
        public var language: LanguageTag
        public var reason: ExamReason
        public var seat: SeatID
        /// Key of table `subject` under which `sealed` is sealed.
        public var subject: String
        /// Name, sex and masked number, sealed.
        public var sealed: String
        /// Extra time by approval, in percent of the programme's.
        public var extraTimePercent: Int
        public init(
            booking: BookingID, candidate: String, programme: ProgrammeCode, vehicleClass: VehicleClass,
            attemptNumber: Int, language: LanguageTag, reason: ExamReason, seat: SeatID, subject: String,
            sealed: String, extraTimePercent: Int
        ) {
            self.booking = booking
            self.candidate = candidate
            self.programme = programme
            self.vehicleClass = vehicleClass
            self.attemptNumber = attemptNumber
            self.language = language
            self.reason = reason
            self.seat = seat
            self.subject = subject
            self.sealed = sealed
            self.extraTimePercent = extraTimePercent
        }
    }

    public enum Proof: String, Hashable, Sendable, Codable { case card, confirmation }

    public struct Verified: Hashable, Sendable, Codable {
        public var by: Proof
        /// The language chosen at the seat, which holds from here.
        public var language: LanguageTag
        public init(by: Proof, language: LanguageTag) {
            self.by = by
            self.language = language
        }
    }

    public struct RulesAcknowledged: Hashable, Sendable, Codable {
        public var version: Int
        public init(version: Int) { self.version = version }
    }

    public struct Started: Hashable, Sendable, Codable {
        public var paper: Paper
        /// How many questions of each kind the paper has; they stand in blocks in the kinds' order.
        public var kinds: [ItemKind: Int]
        /// SHA-256 of the paper's canonical items, base64url.
        public var paperDigest: String
        public var budgetMs: Int
        public var full: Int
        public var passMark: Int
        public var pointsEach: Int
        public var policies: Policies
        public var credit: CreditRules
        public init(
            paper: Paper, kinds: [ItemKind: Int], paperDigest: String, budgetMs: Int, full: Int, passMark: Int,
            pointsEach: Int, policies: Policies, credit: CreditRules = .shipped
        ) {
            self.paper = paper
            self.kinds = kinds
            self.paperDigest = paperDigest
            self.budgetMs = budgetMs
            self.full = full
            self.passMark = passMark
            self.pointsEach = pointsEach
            self.policies = policies
            self.credit = credit
        }
    }

    public struct Showed: Hashable, Sendable, Codable {
        public var number: Int
        public init(number: Int) { self.number = number }
    }

    public struct Chose: Hashable, Sendable, Codable {
        public var number: Int
        public var item: ItemID
        /// Authored option numbers, sorted.
        public var answer: [Int]
        public init(number: Int, item: ItemID, answer: [Int]) {
            self.number = number
            self.item = item
            self.answer = answer
        }
    }

    public struct Flagged: Hashable, Sendable, Codable {
        public var number: Int
        public var flagged: Bool
        public init(number: Int, flagged: Bool) {
            self.number = number
            self.flagged = flagged
        }
    }

    public struct Committed: Hashable, Sendable, Codable {
        public var number: Int
        public init(number: Int) { self.number = number }
    }

    public struct Judged: Hashable, Sendable, Codable {
        public var number: Int
        public var right: Bool
        public init(number: Int, right: Bool) {
            self.number = number
            self.right = right
        }
    }

    public struct EarlyFailAsked: Hashable, Sendable, Codable {
        public var wrong: Int
        public init(wrong: Int) { self.wrong = wrong }
    }

    public enum PauseReason: String, Hashable, Sendable, Codable {
        case examiner, interrupted, cardRemoved
        /// An interruption's credit waits for two people's approval.
        case credit
    }

    public struct Paused: Hashable, Sendable, Codable {
        public var reason: PauseReason
        public init(reason: PauseReason) { self.reason = reason }
    }

    public enum EndReason: String, Hashable, Sendable, Codable { case submitted, timeUp, earlyFail, voided }

    public struct Ended: Hashable, Sendable, Codable {
        public var by: EndReason
        public var spentMs: Int
        public init(by: EndReason, spentMs: Int) {
            self.by = by
            self.spentMs = spentMs
        }
    }

    public struct Scored: Hashable, Sendable, Codable {
        public var score: Int
        public var full: Int
        public var passMark: Int
        public var passed: Bool
        /// Questions answered wrongly or not at all.
        public var wrong: [Int]
        public var areas: [AreaScore]
        public init(score: Int, full: Int, passMark: Int, passed: Bool, wrong: [Int], areas: [AreaScore]) {
            self.score = score
            self.full = full
            self.passMark = passMark
            self.passed = passed
            self.wrong = wrong
            self.areas = areas
        }
    }

    public struct Signed: Hashable, Sendable, Codable {
        /// The strokes, sealed under the candidate's key.
        public var sealed: String
        public init(sealed: String) { self.sealed = sealed }
    }

    public struct ResultIssued: Hashable, Sendable, Codable {
        public var jws: String
        public init(jws: String) { self.jws = jws }
    }

    public struct Final: Hashable, Sendable, Codable {
        public var examiner: String
        public init(examiner: String) { self.examiner = examiner }
    }

    public struct SlipStored: Hashable, Sendable, Codable {
        /// SHA-256 of the PDF, base64url.
        public var digest: String
        public init(digest: String) { self.digest = digest }
    }
}

/// How many questions of an area were wrong.
public struct AreaScore: Hashable, Sendable, Codable {
    public var area: Area
    public var wrong: Int
    public var total: Int
    public init(area: Area, wrong: Int, total: Int) {
        self.area = area
        self.wrong = wrong
        self.total = total
    }
}
