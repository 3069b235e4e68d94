internal import Exam

/// Makes an archive, attempt by attempt; every attempt stands in it once.
public struct AnswerArchiveBuilder: ~Copyable {
    private var archive = AnswerArchive()
    private var banks: [String: UInt16] = [:]
    private var programmes: [ProgrammeCode: UInt16] = [:]
    private var languages: [LanguageTag: UInt8] = [:]
    private var questions: [AnswerArchive.Question: UInt32] = [:]
    private var seen: [AttemptID: Int] = [:]
    private var sources: [String] = []

    public init() {}

    public var count: Int { archive.count }

    /// Takes an attempt in.
    ///
    /// - Parameter place: where it was read, as errors name it.
    /// - Throws: `Unusable` for an attempt that is there already, and for one that no archive can hold.
    public mutating func add(_ attempt: AnsweredAttempt, from place: String) throws(Unusable) {
        func wrong(_ problem: String) -> Unusable { Unusable(place, problem) }
        let count = attempt.responses.count
        guard (1...Int(UInt16.max)).contains(count) else { throw wrong("an attempt has \(count) answers") }
        guard attempt.full > 0, attempt.full % count == 0 else {
            throw wrong("\(attempt.full) points cannot be shared among \(count) questions")
        }
        guard (0...attempt.full).contains(attempt.score), (0...Int(UInt16.max)).contains(attempt.passMark),
            attempt.full <= Int(UInt16.max)
        else {
            throw wrong("score \(attempt.score) and pass mark \(attempt.passMark) do not fit \(attempt.full) points")
        }
        guard attempt.result.count == 32 else { throw wrong("the result's digest has \(attempt.result.count) bytes") }
        guard attempt.tenths.isEmpty || attempt.tenths.count == count else {
            throw wrong("\(attempt.tenths.count) times for \(count) answers")
        }
        var masks: [UInt32] = []
        for (number, response) in attempt.responses.enumerated() {
            var last = 0
            for option in response.answer {
                guard option > last, option <= AnswerArchive.mostOptions else {
                    throw wrong(
                        "answer \(number + 1), question \(response.item): options are numbers from 1 to "
                            + "\(AnswerArchive.mostOptions), each once, in order; there are: \(response.answer)")
                }
                last = option
            }
            masks.append(AnswerArchive.mask(response.answer))
        }
        try note(attempt.attempt, from: place)
        var row = AnswerArchive.Row()
        row.bank = try Self.place(of: attempt.bank, among: &banks, in: &archive.banks, place)
        row.programme = try Self.place(of: attempt.programme, among: &programmes, in: &archive.programmes, place)
        row.language = try Self.place(of: attempt.language, among: &languages, in: &archive.languages, place)
        row.result = AnswerArchive.words(of: attempt.result)
        row.endedBy = UInt8(AnswerArchive.endings.firstIndex(of: attempt.endedBy) ?? 0)
        row.score = UInt16(attempt.score)
        row.full = UInt16(attempt.full)
        row.passMark = UInt16(attempt.passMark)
        row.pointsEach = UInt16(attempt.full / count)
        row.count = UInt16(count)
        for (response, mask) in zip(attempt.responses, masks) {
            let question = AnswerArchive.Question(bank: Int(row.bank), item: response.item, version: response.version)
            archive.words.append(try self.place(of: question, from: place) << 12 | mask)
        }
        append(&row, name: Array(attempt.attempt.rawValue.utf8))
        if !attempt.tenths.isEmpty {
            fillTimes(upTo: archive.words.count - count)
            archive.times += attempt.tenths.map { tenths in
                tenths.map { UInt16(min(max(0, $0), Int(AnswerArchive.timeUnknown) - 1)) } ?? AnswerArchive.timeUnknown
            }
        }
    }

    /// Takes in all attempts of another archive.
    public mutating func add(contentsOf other: AnswerArchive, from place: String) throws(Unusable) {
        var bankPlaces: [UInt16] = []
        for bank in other.banks {
            bankPlaces.append(try Self.place(of: bank, among: &banks, in: &archive.banks, place))
        }
        var programmePlaces: [UInt16] = []
        for code in other.programmes {
            programmePlaces.append(try Self.place(of: code, among: &programmes, in: &archive.programmes, place))
        }
        var languagePlaces: [UInt8] = []
        for tag in other.languages {
            languagePlaces.append(try Self.place(of: tag, among: &languages, in: &archive.languages, place))
        }
        var questionPlaces: [UInt32] = []
        for question in other.questions {
            let bank = Int(bankPlaces[question.bank])
            questionPlaces.append(
                try self.place(of: .init(bank: bank, item: question.item, version: question.version), from: place))
        }
        if other.hasTimes { fillTimes(upTo: archive.words.count) }
        for old in other.rows {
            let name = other.attempt(of: old)
            try note(name, from: place)
            var row = old
            row.bank = bankPlaces[Int(old.bank)]
            row.programme = programmePlaces[Int(old.programme)]
            row.language = languagePlaces[Int(old.language)]
            for word in other.words[old.answers] {
                archive.words.append(questionPlaces[Int(word >> 12)] << 12 | word & 0xFFF)
            }
            append(&row, name: Array(name.rawValue.utf8))
        }
        if other.hasTimes { archive.times += other.times }
    }

    public consuming func finish() -> AnswerArchive {
        if archive.hasTimes { fillTimes(upTo: archive.words.count) }
        return archive
    }

    private mutating func append(_ row: inout AnswerArchive.Row, name: [UInt8]) {
        row.first = archive.words.count - Int(row.count)
        row.name = UInt32(archive.names.count)
        row.nameLength = UInt16(name.count)
        archive.names += name
        archive.rows.append(row)
    }

    private mutating func fillTimes(upTo count: Int) {
        archive.times += Array(repeating: AnswerArchive.timeUnknown, count: max(0, count - archive.times.count))
    }

    private mutating func note(_ attempt: AttemptID, from place: String) throws(Unusable) {
        if sources.last != place { sources.append(place) }
        if let first = seen.updateValue(sources.count - 1, forKey: attempt) {
            throw Unusable(
                place, "attempt \(attempt) was read already, from \(sources[first]); every attempt is counted once")
        }
        let length = attempt.rawValue.utf8.count
        guard (1...Int(UInt16.max)).contains(length), archive.names.count + length <= Int(UInt32.max) else {
            throw Unusable(place, "an attempt's id of \(length) bytes does not go into an archive")
        }
    }

    private mutating func place(of question: AnswerArchive.Question, from place: String) throws(Unusable) -> UInt32 {
        if let known = questions[question] { return known }
        guard archive.questions.count < AnswerArchive.mostQuestions else {
            throw Unusable(
                place, "an archive holds \(AnswerArchive.mostQuestions) versions of questions; begin another")
        }
        let new = UInt32(archive.questions.count)
        archive.questions.append(question)
        questions[question] = new
        return new
    }

    private static func place<Value: Hashable, Number: FixedWidthInteger>(
        of value: Value, among known: inout [Value: Number], in list: inout [Value], _ place: String
    ) throws(Unusable) -> Number {
        if let number = known[value] { return number }
        guard list.count < Int(Number.max) else {
            throw Unusable(place, "an archive holds \(Number.max) of banks, programmes or languages; begin another")
        }
        let new = Number(list.count)
        list.append(value)
        known[value] = new
        return new
    }
}
