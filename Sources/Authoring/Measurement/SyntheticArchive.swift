internal import Exam

extension AnswerArchive {
    /// Attempts that nobody made, for measuring how fast archives are counted: every paper is drawn at random from a bank of
    /// questions with four options, and every answer is one option at random.
    ///
    /// - Parameter seed: not 0. The same figures give the same archive: numbers are those of xorshift64 (Marsaglia 2003).
    /// - Returns: the archive and the bank with its keys.
    public static func synthetic(attempts: Int, answersEach: Int, questions: Int, seed: UInt64) -> (
        archive: AnswerArchive, bank: MeasuredBank
    ) {
        precondition(seed != 0 && questions <= mostQuestions, "a seed that is not 0, and no more questions than fit")
        var state = seed
        func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        let digest = String(repeating: "5", count: 64)
        var archive = AnswerArchive()
        archive.banks = [digest]
        archive.programmes = ["K1-CAR"]
        archive.languages = ["zh-Hans"]
        var known: [ItemID: MeasuredBank.Question] = [:]
        var keys: [UInt32] = []
        for number in 0..<questions {
            let item = ItemID("SYN-\(number)")
            archive.questions.append(Question(bank: 0, item: item, version: 1))
            keys.append(1 << UInt32(next() & 3))
            known[item] = MeasuredBank.Question(version: 1, kind: .single, options: 4, key: keys[number])
        }
        archive.words.reserveCapacity(attempts * answersEach)
        archive.rows.reserveCapacity(attempts)
        for number in 0..<attempts {
            var row = Row()
            row.first = archive.words.count
            row.count = UInt16(answersEach)
            row.full = UInt16(answersEach)
            row.passMark = UInt16(answersEach * 9 / 10)
            row.pointsEach = 1
            row.result = (next(), next(), next(), UInt64(number))
            for _ in 0..<answersEach {
                let drawn = next()
                let question = UInt32((drawn >> 8) % UInt64(questions))
                let answer: UInt32 = 1 << UInt32(drawn & 3)
                if answer == keys[Int(question)] { row.score += 1 }
                archive.words.append(question << 12 | answer)
            }
            let name = Array("S-\(number)".utf8)
            row.name = UInt32(archive.names.count)
            row.nameLength = UInt16(name.count)
            archive.names += name
            archive.rows.append(row)
        }
        let bank = MeasuredBank(name: "synthetic bank", digest: digest, id: "synthetic", version: 1, questions: known)
        return (archive, bank)
    }

    /// The packed answers, for a floor that counts them without anything around it.
    public var packedAnswers: [UInt32] { words }

    /// The key of each question, in the bits of packed answers.
    public func packedKeys(of bank: MeasuredBank) -> [UInt32] { questions.map { bank.questions[$0.item]?.key ?? 0 } }
}
