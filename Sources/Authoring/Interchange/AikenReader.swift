/// Questions in the Aiken format: a line that asks, lines `A. …` or `A) …`, a line `ANSWER: A`.
enum AikenReader {
    static func read(_ text: String, limits: InterchangeLimits) -> ForeignReading {
        var reading = ForeignReading(limits: limits)
        var open = Open()
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = raw.split { $0.isWhitespace }.joined(separator: " ")
            if line.isEmpty {
                open.hasGap = true
                continue
            }
            if answer(line) == nil, open.isCut(before: line) {
                reading.skip(open.name(until: index), "has no line \"ANSWER: \" at its end")
                open = Open()
            }
            if let answer = answer(line) {
                let question = open
                let name = question.name(until: index + 1)
                reading.take(name) { () throws(Unsuited) in try question.question(answer, name: name) }
                open = Open()
            } else {
                open.add(line, number: index + 1)
            }
        }
        if open.line != nil { reading.skip(open.name(until: nil), "has no line \"ANSWER: \" at its end") }
        return reading
    }

    /// What stands after `ANSWER:`; nil for any other line.
    private static func answer(_ line: String) -> Substring? {
        guard line.prefix(7).uppercased() == "ANSWER:" else { return nil }
        return line.dropFirst(7).drop { $0 == " " }
    }

    /// The letter and the words of a line `A. …` or `A)…`.
    private static func option(_ line: String) -> (letter: Character, words: String)? {
        let head = Array(line.prefix(2))
        guard head.count == 2, head[0].isASCII, head[0].isUppercase, head[1] == "." || head[1] == ")" else {
            return nil
        }
        return (head[0], String(line.dropFirst(2).drop { $0 == " " }))
    }

    private struct Open {
        private(set) var line: Int?
        private var stem = ""
        private var options: [String] = []
        private var problem: String?
        /// Whether a blank line stands after the last one.
        var hasGap = false

        /// Whether a line after a blank one begins another question, so that this one never got its answer.
        func isCut(before line: String) -> Bool { hasGap && !options.isEmpty && AikenReader.option(line) == nil }

        func name(until end: Int?) -> String {
            let words = stem.isEmpty ? "" : " (\(stem.prefix(60)))"
            return "line \(line ?? end ?? 0)\(words)"
        }

        mutating func add(_ text: String, number: Int) {
            line = line ?? number
            hasGap = false
            guard let option = AikenReader.option(text), !stem.isEmpty else {
                if options.isEmpty {
                    stem += (stem.isEmpty ? "" : " ") + text
                } else {
                    problem = problem ?? "line \(number) is neither an answer nor \"ANSWER: \""
                }
                return
            }
            let wanted = Character(Unicode.Scalar(UInt8(65 + min(options.count, 25))))
            if option.letter != wanted {
                problem = problem ?? "line \(number): answer \(option.letter) stands where \(wanted) is due"
            }
            options.append(option.words)
        }

        func question(_ answer: Substring, name: String) throws(Unsuited) -> ForeignQuestion {
            if let problem { throw Unsuited(problem) }
            guard answer.utf8.count == 1, let letter = answer.utf8.first, letter >= 65,
                options.indices.contains(Int(letter) - 65)
            else { throw Unsuited("ANSWER: \(answer.prefix(20)) names none of its \(options.count) answers") }
            return ForeignQuestion(
                name: name, stem: stem, options: options, right: [Int(letter) - 65])
        }
    }
}
