public import Cryptography
public import Exam
import Platform

/// How the demo's candidates touch: as fast as the seats answer, or a person does it over VNC.
public enum Pace: String, Sendable { case fast, human }

/// What a run of the demo is made of.
public struct DemonstrationOptions: Sendable {
    public var candidates = 6
    /// The seat whose terminal dies for good in the middle of an exam; its candidate goes on at another.
    public var failingSeat: Int?
    public var seats = 6
    /// One programme for all; nil gives each candidate one of those that the bank can fill.
    public var programme: ProgrammeCode?
    /// Everything drawn for people and their answers comes from it: the same number gives the same day.
    public var seed = 1
    public var pace = Pace.fast
    /// How long people look at each screen before they touch it; what stands for half a second gets a digest.
    public var lookMs = 0
    /// What the hall and the center sign and seal with.
    public var suite = CipherSuite.intl
    /// Folder of what is left: `screens`, `results`, `slips`, `answers`, `journal.sqlite`, `trust.jwks`,
    /// `anchors.jws`.
    public var out: String
    /// Folder with `QuestionBank/`, `Kiosk/` and `Provisioning/`.
    public var share: String
    /// Folder with items and blueprints, when it is not `share`'s own.
    public var bank: String
    /// Folder with the questions to practise on.
    public var practice: String
    /// Folder of the programs to start.
    public var programs: String
    /// Pictures of screens are taken.
    public var pictures = true
    public var width = 1920
    public var height = 1080

    public init(out: String, share: String, programs: String) {
        self.out = out
        self.share = share
        self.programs = programs
        bank = share + "/QuestionBank"
        practice = share + "/PracticeBank"
    }
}

/// What a run showed, as `kaotai demo --json` prints it.
public struct DemonstrationReport: Codable, Sendable {
    public struct Candidate: Codable, Sendable {
        public var attempt: String
        public var seat: Int
        public var programme: String
        public var language: String
        public var score: Int
        public var full: Int
        public var passed: Bool
        /// Answers whose saving a screen confirmed.
        public var acknowledged: Int
        /// Answers in the journal at the end.
        public var recorded: Int
        /// The center has the result, recounted it and found it right.
        public var verified: Bool
        /// What the center found wrong with it; empty when nothing is.
        public var problem: String
        /// The journal entry up to which the center signed for having everything.
        public var centerReceipt: Int
    }

    public struct Spread: Codable, Sendable {
        /// Microseconds are given as thousandths of a millisecond would need fractions, which no document of ours holds.
        public var p50: Int
        public var p99: Int
    }

    public struct Timings: Codable, Sendable {
        public var checkInToSeatMs: Spread
        public var tapToSavedMs: Spread
        public var tapToPixelMs: Spread
        public var tapToSavedMicroseconds: Spread
        public var tapToPixelMicroseconds: Spread
        public var finishToCenterMs: Int
        public var runMs: Int
    }

    /// A candidate's way to another seat.
    public struct Move: Codable, Sendable {
        public var attempt: String
        public var from: Int
        public var to: Int
        /// From the card on the new seat's reader to the last pixel of the same question.
        public var milliseconds: Int
        public var question: Int
    }

    public var candidates: [Candidate]
    public var moves: [Move]
    public var screens: [String]
    public var timings: Timings
    public var out: String
    /// Processes that ended and were started again.
    public var restarts: Int
    /// The day was ended early by Ctrl-C or a signal like it.
    public var interrupted = false
}
