/// A question as a file of another system states it, before it becomes ours.
struct ForeignQuestion {
    /// What its file calls it; for people only.
    var name: String
    /// An identifier that its file gives it, which our id is made of; nil where it only has a place.
    var identifier: String?
    var stem: String
    /// In the order of the file.
    var options: [String]
    /// Places in `options`, from 0.
    var right: Set<Int>
    var explanation = ""
    var picture: ForeignPicture?
    /// Where its file sorts it.
    var category: String?
    /// What of it is not taken, in words.
    var losses: Set<String> = []
}

/// Why a question is not one that we can hold, in words.
struct Unsuited: Error {
    let words: String
    init(_ words: String) { self.words = words }
}

/// What was read from a file of another system.
struct ForeignReading {
    private(set) var questions: [ForeignQuestion] = []
    private(set) var skipped: [QuestionImport.Left] = []
    private let limit: Int

    init(limits: InterchangeLimits) { limit = limits.questions }

    var count: Int { questions.count + skipped.count }

    mutating func skip(_ id: String, _ reason: String) {
        skipped.append(QuestionImport.Left(id: id, reason: reason))
    }

    /// Takes a question, or lists why not.
    ///
    /// - Parameter id: what the list calls it when it is not taken.
    mutating func take(_ id: String, _ read: () throws(Unsuited) -> ForeignQuestion) {
        guard questions.count < limit else {
            return skip(id, "comes after \(limit) questions; divide the file")
        }
        do throws(Unsuited) { questions.append(try read()) } catch { skip(id, error.words) }
    }
}

/// The shares of the points that answers give, in thousandths of a percent: which answers are right by them.
enum AnswerShares {
    static let all = 100_000

    /// - Parameter one: whether a candidate chooses one answer only.
    /// - Returns: places of the right answers.
    static func right(_ shares: [Int], one: Bool) throws(Unsuited) -> Set<Int> {
        let positive = shares.indices.filter { shares[$0] > 0 }
        guard let first = positive.first else { throw Unsuited("no answer is marked as right") }
        if positive.count == 1 {
            guard shares[first] == all else { throw Unsuited("its only right answer gives part of the points") }
            return [first]
        }
        if one { throw Unsuited("several answers give points, each alone; we hold one right answer or all of several") }
        // Thirds and sevenths are written with two to seven digits.
        guard positive.allSatisfy({ abs(shares[$0] - all / positive.count) <= 20 }) else {
            throw Unsuited("its answers give different parts of the points; we hold right and wrong only")
        }
        return Set(positive)
    }

    /// The share that a decimal number of percents states; nil when it is none.
    static func thousandths(_ text: some StringProtocol) -> Int? {
        var digits = text.drop { $0 == " " }
        while digits.last == " " { digits.removeLast() }
        let isNegative = digits.first == "-"
        if isNegative || digits.first == "+" { digits.removeFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...6).contains(whole.utf8.count), let percents = UInt(whole) else {
            return nil
        }
        var thousandths = Int(percents) * 1000
        if parts.count == 2 {
            guard parts[1].utf8.count <= 18, parts[1].utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
            thousandths += Int(parts[1].prefix(3) + String(repeating: "0", count: max(0, 3 - parts[1].count))) ?? 0
        }
        return isNegative ? -thousandths : thousandths
    }
}

/// The two answers of a judge question, as languages name them.
enum JudgeWords {
    static let byLanguage: [String: (yes: String, no: String)] = [
        "en": ("True", "False"), "zh-Hans": ("正确", "错误"), "zh-Hant": ("正確", "錯誤"), "ru": ("Верно", "Неверно"),
        "ja": ("正しい", "誤り"), "fr": ("Vrai", "Faux"), "es": ("Verdadero", "Falso"), "de": ("Richtig", "Falsch"),
    ]
    private static let others = [("对", "错"), ("對", "錯"), ("是", "否"), ("Да", "Нет"), ("Wahr", "Falsch")]

    /// Which of two options says that the statement is true: 0 or 1; nil when they are other words.
    static func yes(in options: [String]) -> Int? {
        guard options.count == 2 else { return nil }
        let words = options.map { $0.lowercased() }
        for (yes, no) in byLanguage.values.map({ ($0.yes, $0.no) }) + others {
            if words == [yes.lowercased(), no.lowercased()] { return 0 }
            if words == [no.lowercased(), yes.lowercased()] { return 1 }
        }
        return nil
    }
}
