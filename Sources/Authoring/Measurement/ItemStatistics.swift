public import Exam

/// How one version of a question did in one programme, in one language or in all.
public struct ItemStatistics: Sendable {
    /// What an author should look at first.
    public enum Flag: String, Sendable, Codable, CaseIterable {
        /// The better people are, the more often they are wrong: is the key right?
        case keyCheck
        /// Fewer than 30 of 100 are right.
        case hard
        /// Harder or easier in one language than in the reference for people who know as much: is the translation right?
        case languageDifference

        public var meaning: String {
            switch self {
            case .keyCheck: "people who know more are wrong more often: check the key"
            case .hard: "fewer than 30 % are right: check key and wording"
            case .languageDifference: "not equally hard in all languages: check the translation"
            }
        }
    }

    /// What is worth a look when there is time; in an examination that most people pass it is often harmless.
    public enum Note: String, Sendable, Codable, CaseIterable {
        /// The point-biserial is below 0, but chance alone could do that.
        case negative
        /// It is below 0.20: the question hardly tells people apart.
        case weak
        /// More than 85 of 100 are right.
        case easy
    }

    public let item: ItemID
    public let version: Int
    public let programme: ProgrammeCode
    /// Nil for all languages together.
    public let language: LanguageTag?
    /// How many people reached the question.
    public internal(set) var count = 0
    public internal(set) var right = 0
    /// How often each option was chosen, by authored number; in a multi question people choose several.
    public internal(set) var chosen: [Int]
    public let key: Set<Int>
    /// People who reached the question and left it.
    public internal(set) var omitted = 0
    /// People whose time or exam ended before they came to it; they count nowhere else.
    public internal(set) var notReached = 0
    /// In tenths of a second, sorted.
    var times: [UInt16] = []
    /// The answers of whole attempts.
    var strata = Strata()
    public internal(set) var flags: [Flag] = []
    public internal(set) var notes: [Note] = []

    init(item: ItemID, version: Int, programme: ProgrammeCode, language: LanguageTag?, options: Int, key: UInt32) {
        self.item = item
        self.version = version
        self.programme = programme
        self.language = language
        chosen = Array(repeating: 0, count: options)
        self.key = Set((1...max(1, options)).filter { key >> UInt32($0 - 1) & 1 == 1 })
    }

    /// Share of right answers, in thousandths.
    public var share: Int? { count > 0 ? thousandths(Double(right) / Double(count)) : nil }
    /// How many of those who reached it are of whole attempts, which the figures below are of.
    public var whole: Int { strata.count }
    /// Corrected point-biserial correlation, in thousandths.
    public var pointBiserial: Int? { strata.pointBiserial.map(thousandths) }
    /// Upper less lower 27 %, in thousandths.
    public var upperLower: Int? { strata.upperLower.map(thousandths) }
    /// How many times are known.
    public var timed: Int { times.count }
    public var medianMs: Int? {
        guard !times.isEmpty else { return nil }
        let middle = times.count / 2
        let twice = times.count % 2 == 1 ? Int(times[middle]) * 2 : Int(times[middle - 1]) + Int(times[middle])
        return twice * 50
    }

    /// Takes the figures of the same question in another language in.
    mutating func add(_ other: ItemStatistics) {
        count += other.count
        right += other.right
        for (option, count) in other.chosen.enumerated() where option < chosen.count { chosen[option] += count }
        omitted += other.omitted
        notReached += other.notReached
        times += other.times
        strata.add(other.strata)
    }
}

/// How much harder or easier a question is in one language than in the reference, for people who know as much.
public struct LanguageDifference: Sendable {
    public let item: ItemID
    public let version: Int
    public let programme: ProgrammeCode
    /// The bank's first language, or the one that most people sat the programme in.
    public let reference: LanguageTag
    public let language: LanguageTag
    public let counts: (reference: Int, language: Int)
    let statistic: MantelHaenszel

    /// Mantel–Haenszel delta in thousandths: below 0 it is harder in `language`.
    public var delta: Int { thousandths(statistic.delta) }
    public var standardError: Int { thousandths(statistic.standardError) }
    /// Standardised difference of the shares of right answers, in thousandths.
    public var shareDifference: Int { thousandths(statistic.shareDifference) }
    /// `A` negligible, `B` slight, `C` large.
    public var grade: String { statistic.grade.rawValue }
    /// Large, and by so much more than chance (χ² of 0.1 %) that it stands out among the hundreds that a bank has.
    public var isFlagged: Bool { statistic.grade == .large && statistic.chiSquare >= 10.83 }
}

/// How the scores of a programme came out, in one language or in all.
public struct ProgrammeStatistics: Sendable {
    public let programme: ProgrammeCode
    /// Nil for all languages together.
    public let language: LanguageTag?
    public internal(set) var attempts = 0
    public internal(set) var passed = 0
    /// Attempts in which every question was reached.
    public internal(set) var whole = 0
    /// Questions of a paper; nil when papers differ.
    public internal(set) var questions: Int?
    public internal(set) var pointsEach = 1
    public internal(set) var full = 0
    public internal(set) var passMark = 0
    /// How many attempts had each signed score.
    public internal(set) var scores: [Int: Int] = [:]
    var reliability = Reliability()

    init(programme: ProgrammeCode, language: LanguageTag?) {
        self.programme = programme
        self.language = language
    }

    /// Mean score in thousandths of a point.
    public var meanScore: Int? {
        attempts > 0 ? scores.reduce(0) { $0 + $1.key * $1.value } * 1000 / attempts : nil
    }
    /// KR-20 in thousandths.
    public var kr20: Int? { questions.flatMap { reliability.kr20(questions: $0) }.map(thousandths) }
    /// Standard error of measurement in thousandths of a point.
    public var standardError: Int? {
        questions.flatMap { reliability.standardError(questions: $0) }.map { thousandths($0 * Double(pointsEach)) }
    }

    /// Takes the attempts of another language in; reliability is counted anew.
    mutating func add(_ other: ProgrammeStatistics) {
        if attempts == 0 {
            (questions, pointsEach, full, passMark) = (other.questions, other.pointsEach, other.full, other.passMark)
        } else if questions != other.questions || pointsEach != other.pointsEach {
            questions = nil
        }
        attempts += other.attempts
        passed += other.passed
        whole += other.whole
        scores.merge(other.scores, uniquingKeysWith: +)
    }
}

/// A figure as documents hold it: no fractions.
func thousandths(_ value: Double) -> Int { Int((value * 1000).rounded()) }
