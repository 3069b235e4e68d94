public import Exam

/// Counts archived attempts again under corrected keys.
///
/// Every attempt of a bank at hand is counted twice from its answers: under the keys that its bank holds, which must
/// give the score that was signed, and under the corrected ones. An answer is right when it is exactly the key, as in
/// `Scorer`. Results are read, never written.
public struct Rescoring: Sendable {
    /// How an attempt stands.
    public struct Standing: Codable, Hashable, Sendable {
        public let score: Int
        public let passed: Bool
    }

    /// An attempt whose score a corrected key changes.
    public struct Change: Hashable, Sendable {
        public let attempt: AttemptID
        /// SHA-256 of its result.
        public let result: [UInt8]
        public let before: Standing
        public let after: Standing
        /// It ended at the wrong answer that made passing impossible, and a corrected question was among those counted as
        /// wrong: what the candidate would have answered after it nobody knows. Two persons decide about it.
        public let stoppedEarly: Bool
    }

    /// An attempt whose signed score is not what its answers give under the bank's own keys.
    public struct Disagreement: Hashable, Sendable {
        public let attempt: AttemptID
        public let signed: Int
        public let counted: Int
    }

    public struct Outcome: Sendable {
        /// Attempts that were counted.
        public var attempts = 0
        public var answers = 0
        /// Attempts on whose paper a corrected question stood.
        public var concerned = 0
        public var changes: [Change] = []
        public var disagreements: [Disagreement] = []
        /// Attempts of banks that are not at hand, by the bank's digest: not counted.
        public var otherBanks: [String: Int] = [:]
    }

    private let archive: AnswerArchive
    /// For each question: the key of its bank, with `corrected` set where that is not the last word.
    private let keys: [UInt16]
    /// For each question the key that counts now; nil where everybody gets the points.
    private let newKeys: [UInt16?]
    private static let corrected: UInt16 = 1 << 15
    /// For each bank of the archive, whether it is at hand.
    private let isKnown: [Bool]

    /// - Parameter name: what errors call the answers.
    /// - Throws: `Unusable` for a correction that fits no bank, and answers that fit no question.
    public init(
        _ archive: AnswerArchive, name: String, banks: [MeasuredBank], corrections: [KeyCorrection]
    ) throws(Unusable) {
        for correction in corrections {
            let concerned = banks.filter { correction.concerns($0) }
            guard !concerned.isEmpty else {
                let given = banks.map { "\($0.name) (\($0.id), version \($0.version), digest \($0.digest))" }
                throw Unusable(
                    correction.name, "it is for \(correction.bank); given is \(given.joined(separator: ", "))")
            }
            for bank in concerned { try correction.check(against: bank) }
        }
        for (number, correction) in corrections.enumerated() {
            if let other = corrections[..<number].first(where: { other in
                other.item == correction.item && banks.contains { correction.concerns($0) && other.concerns($0) }
            }) {
                throw Unusable(correction.name, "\(other.name) corrects \(correction.item) too; which of them holds?")
            }
        }
        let known = archive.banks(among: banks)
        var keys: [UInt16] = []
        var newKeys: [UInt16?] = []
        var limits: [Int] = []
        for asked in archive.questions {
            guard let bank = known[asked.bank] else {
                keys.append(0)
                newKeys.append(0)
                limits.append(AnswerArchive.mostOptions)
                continue
            }
            let question = try bank.question(asked)
            limits.append(question.options)
            guard let correction = corrections.first(where: { $0.item == asked.item && $0.concerns(bank) }) else {
                keys.append(UInt16(question.key))
                newKeys.append(UInt16(question.key))
                continue
            }
            keys.append(UInt16(question.key) | Self.corrected)
            switch correction.verdict {
            case .newKey(let key): newKeys.append(UInt16(AnswerArchive.mask(key)))
            case .creditAll: newKeys.append(nil)
            }
        }
        try archive.checkOptions(limits: limits, name: name)
        self.archive = archive
        self.keys = keys
        self.newKeys = newKeys
        isKnown = known.map { $0 != nil }
    }

    public func run() -> Outcome {
        var outcome = Outcome()
        archive.rows.withUnsafeBufferPointer { rows in
            archive.words.withUnsafeBufferPointer { words in
                keys.withUnsafeBufferPointer { keys in
                    for row in rows {
                        guard isKnown[Int(row.bank)] else {
                            outcome.otherBanks[archive.banks[Int(row.bank)], default: 0] += 1
                            continue
                        }
                        outcome.attempts += 1
                        outcome.answers += Int(row.count)
                        let answers = UnsafeBufferPointer(rebasing: words[row.answers])
                        let (right, isConcerned) = Self.count(answers, keys)
                        if isConcerned { take(row, answers, right: right, into: &outcome) }
                        if right * Int(row.pointsEach) != Int(row.score) {
                            outcome.disagreements.append(
                                .init(
                                    attempt: archive.attempt(of: row), signed: Int(row.score),
                                    counted: right * Int(row.pointsEach)))
                        }
                    }
                }
            }
        }
        return outcome
    }

    /// How many answers of one attempt are right under its bank's keys, and whether a corrected question is among them.
    @inline(__always)
    private static func count(_ answers: UnsafeBufferPointer<UInt32>, _ keys: UnsafeBufferPointer<UInt16>)
        -> (right: Int, isConcerned: Bool)
    {
        // Questions were held against their bounds when the archive was read.
        let keys = keys.baseAddress.unsafelyUnwrapped
        var right: UInt32 = 0
        var marks: UInt16 = 0
        for answer in answers {
            let key = keys[Int(answer >> 12)]
            right &+= (UInt16(truncatingIfNeeded: answer) ^ key) & 0xFFF == 0 ? 1 : 0
            marks |= key
        }
        return (Int(right), marks & corrected != 0)
    }

    private func take(
        _ row: AnswerArchive.Row, _ answers: UnsafeBufferPointer<UInt32>, right: Int, into outcome: inout Outcome
    ) {
        outcome.concerned += 1
        let new = answers.count { answer in newKeys[Int(answer >> 12)].map { answer & 0xFFF == UInt32($0) } ?? true }
        let score = Int(row.score) + (new - right) * Int(row.pointsEach)
        guard score != Int(row.score) else { return }
        let after = Standing(score: score, passed: score >= Int(row.passMark))
        let endedEarly = AnswerArchive.endings[Int(row.endedBy)] == .earlyFail
        outcome.changes.append(
            Change(
                attempt: archive.attempt(of: row), result: AnswerArchive.bytes(of: row.result),
                before: Standing(score: Int(row.score), passed: row.score >= row.passMark), after: after,
                stoppedEarly: endedEarly && new > right && !after.passed))
    }
}
