public import Exam
public import QuestionBank

/// A bank with its keys, as counting again and measuring look at it.
public struct MeasuredBank: Sendable {
    struct Question: Sendable {
        let version: Int
        let kind: ItemKind
        let options: Int
        /// The bits of the right options.
        let key: UInt32
    }

    /// What errors call it: the package's path.
    public let name: String
    /// By which papers and results name it.
    public let digest: String
    public let id: String
    public let version: Int
    let questions: [ItemID: Question]
    /// The texts, for reports; nil where they are of no use.
    let contents: BankContents?

    /// - Parameter digest: of the package that the contents were read from.
    public init(name: String, digest: String, contents: BankContents) {
        self.name = name
        self.digest = digest
        id = contents.index.id
        version = contents.index.version
        self.contents = contents
        var questions: [ItemID: Question] = [:]
        for entry in contents.index.items {
            questions[entry.id] = Question(
                version: entry.version, kind: entry.kind, options: entry.options,
                key: AnswerArchive.mask((contents.keys[entry.id] ?? []).sorted()))
        }
        self.questions = questions
    }

    /// The languages that every question is complete in.
    public var languages: [LanguageTag] { contents?.index.languages ?? [] }

    init(name: String, digest: String, id: String, version: Int, questions: [ItemID: Question]) {
        self.name = name
        self.digest = digest
        self.id = id
        self.version = version
        self.questions = questions
        contents = nil
    }

    /// The question that an attempt was asked, if the bank holds it in that version.
    func question(_ asked: AnswerArchive.Question) throws(Unusable) -> Question {
        guard let question = questions[asked.item] else {
            throw Unusable(
                name, "papers of this bank ask \(asked.item), which it does not hold; the answers are not to be counted"
            )
        }
        guard question.version == asked.version else {
            throw Unusable(
                name,
                "papers of this bank ask version \(asked.version) of \(asked.item), it holds version \(question.version)"
            )
        }
        return question
    }
}

extension AnswerArchive {
    /// For each question the bank that it is from, as far as it is at hand.
    func banks(among given: [MeasuredBank]) -> [MeasuredBank?] {
        let byDigest = Dictionary(given.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
        return banks.map { byDigest[$0] }
    }

    /// That every answer is one that its question allows.
    ///
    /// - Throws: `Unusable` naming attempt, place on the paper, question and option.
    func checkOptions(limits: [Int], name: String) throws(Unusable) {
        let limit = limits.map { UInt32(truncatingIfNeeded: 1 << $0) }
        // Most archives are in order: one pass without a branch, and only a fault is looked for.
        var beyond = false
        for word in words { beyond = beyond || word & 0xFFF >= limit[Int(word >> 12)] }
        guard beyond else { return }
        for row in rows {
            for (number, word) in words[row.answers].enumerated() where word & 0xFFF >= limit[Int(word >> 12)] {
                let option = UInt32.bitWidth - (word & 0xFFF).leadingZeroBitCount
                throw Unusable(
                    name,
                    "attempt \(attempt(of: row)), question \(number + 1): option \(option) was chosen, "
                        + "\(questions[Int(word >> 12)].item) has \(limits[Int(word >> 12)])")
            }
        }
    }
}
