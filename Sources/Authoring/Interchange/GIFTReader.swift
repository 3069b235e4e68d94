/// Questions in Moodle's GIFT format: multiple choice with one or several answers, and true/false.
struct GIFTReader {
    /// What stands between two blank lines, without comments.
    private struct Block {
        let line: Int
        var text: [UInt8]
    }

    private var reading: ForeignReading
    private var category: String?

    static func read(_ text: String, limits: InterchangeLimits) -> ForeignReading {
        var reader = GIFTReader(reading: ForeignReading(limits: limits))
        for block in blocks(text) { reader.take(block) }
        return reader.reading
    }

    private static func blocks(_ text: String) -> [Block] {
        var blocks: [Block] = []
        var isOpen = false
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.drop { $0.isWhitespace }
            if words.hasPrefix("//") { continue }
            if words.isEmpty {
                isOpen = false
            } else if isOpen {
                blocks[blocks.count - 1].text += [UInt8(ascii: "\n")] + Array(line.utf8)
            } else {
                blocks.append(Block(line: index + 1, text: Array(line.utf8)))
                isOpen = true
            }
        }
        return blocks
    }

    private mutating func take(_ block: Block) {
        var text = block.text[...]
        while text.starts(with: "$CATEGORY:".utf8) {
            let line = text.prefix { $0 != UInt8(ascii: "\n") }
            category = Self.words(line.dropFirst(10))
            text = text.dropFirst(line.count).drop { $0 == UInt8(ascii: "\n") }
        }
        if text.isEmpty { return }
        let title = Self.title(&text)
        let name = title.map { $0.isEmpty ? "line \(block.line)" : $0 } ?? "line \(block.line)"
        let (body, category) = (text, category)
        reading.take(name) { () throws(Unsuited) in
            var question = try Self.question(body, name: name)
            question.category = category
            return question
        }
    }

    // MARK: One question

    /// `::title::` at the beginning.
    private static func title(_ text: inout ArraySlice<UInt8>) -> String? {
        guard text.starts(with: "::".utf8), let end = place(of: "::", in: text.dropFirst(2)) else { return nil }
        let title = text[(text.startIndex + 2)..<end]
        text = text[(end + 2)...]
        return words(title)
    }

    private static func question(_ text: ArraySlice<UInt8>, name: String) throws(Unsuited) -> ForeignQuestion {
        guard let open = place(of: "{", in: text) else {
            throw Unsuited("has no answers in { }; it is a description, not a question")
        }
        guard let close = place(of: "}", in: text[(open + 1)...]) else { throw Unsuited("its { has no }") }
        let after = text[(close + 1)...]
        if place(of: "{", in: after) != nil { throw Unsuited("has more than one place for answers") }
        var format = "moodle"
        var before = text[..<open]
        takeFormat(&before, &format)
        // A gap in the sentence is shown as one.
        let tail = words(after)
        let head = words(before) + (tail.isEmpty ? "" : " ____ " + tail)
        let stem = try markup(head, format: format)
        if !stem.pictures.isEmpty { throw Unsuited("has a picture, which a GIFT file does not carry") }
        var question = ForeignQuestion(name: name, stem: stem.line, options: [], right: [], losses: stem.losses)
        try answers(text[(open + 1)..<close], format: format, into: &question)
        return question
    }

    private static func answers(
        _ text: ArraySlice<UInt8>, format: String, into question: inout ForeignQuestion
    ) throws(Unsuited) {
        var list = text
        if let general = place(of: "####", in: list) {
            let feedback = try markup(words(list[(general + 4)...]), format: format)
            question.explanation = feedback.line
            question.losses.formUnion(feedback.losses)
            list = list[..<general]
        }
        list = trimmed(list)
        guard let first = list.first else { throw Unsuited("is an essay question: its { } is empty") }
        if first == UInt8(ascii: "#") { throw Unsuited("is a numerical question; we hold choices only") }
        let end = place(of: "#", in: list) ?? list.endIndex
        let word = String(decoding: trimmed(list[..<end]), as: UTF8.self).uppercased()
        if ["T", "TRUE", "F", "FALSE"].contains(word) {
            question.options = ["True", "False"]
            question.right = [word.hasPrefix("T") ? 0 : 1]
            if end < list.endIndex { question.losses.insert("feedback to single answers is not kept") }
            return
        }
        let choices = try choices(list)
        guard choices.contains(where: { !$0.isRight }) else {
            throw Unsuited(
                choices.contains { place(of: "->", in: $0.text) != nil }
                    ? "is a matching question; we hold choices only"
                    : "is a short-answer question; we hold choices only")
        }
        for choice in choices {
            let answer = try markup(choice.text, format: format)
            if !answer.pictures.isEmpty { throw Unsuited("has a picture in an answer") }
            question.options.append(answer.line)
            question.losses.formUnion(answer.losses)
            if choice.hasFeedback { question.losses.insert("feedback to single answers is not kept") }
            if choice.share < 0 { question.losses.insert("points taken off for wrong answers are not kept") }
        }
        question.right = try AnswerShares.right(choices.map(\.share), one: choices.contains(where: \.isRight))
    }

    private struct Choice {
        let isRight: Bool
        let share: Int
        let text: ArraySlice<UInt8>
        let hasFeedback: Bool
    }

    private static func choices(_ list: ArraySlice<UInt8>) throws(Unsuited) -> [Choice] {
        var starts: [Int] = []
        var place = list.startIndex
        while place < list.endIndex {
            if list[place] == UInt8(ascii: "\\") {
                place += 1
            } else if list[place] == UInt8(ascii: "=") || list[place] == UInt8(ascii: "~") {
                starts.append(place)
            }
            place += 1
        }
        guard starts.first == list.startIndex else {
            throw Unsuited("its answers begin neither with = nor with ~")
        }
        var choices: [Choice] = []
        for (number, start) in starts.enumerated() {
            var text = list[(start + 1)..<(number + 1 < starts.count ? starts[number + 1] : list.endIndex)]
            let isRight = list[start] == UInt8(ascii: "=")
            var share = isRight ? AnswerShares.all : 0
            text = trimmed(text)
            if text.first == UInt8(ascii: "%"),
                let end = text.dropFirst().firstIndex(of: UInt8(ascii: "%"))
            {
                let percent = String(decoding: text[(text.startIndex + 1)..<end], as: UTF8.self)
                guard let weight = AnswerShares.thousandths(percent) else {
                    throw Unsuited("the weight %\(percent.prefix(20))% is no number")
                }
                share = weight
                text = text[(end + 1)...]
            }
            let feedback = Self.place(of: "#", in: text)
            choices.append(
                Choice(
                    isRight: isRight, share: share, text: trimmed(text[..<(feedback ?? text.endIndex)]),
                    hasFeedback: feedback.map { !trimmed(text[($0 + 1)...]).isEmpty } ?? false))
        }
        return choices
    }

    // MARK: Text

    /// `[html]` and its like at the beginning.
    private static func takeFormat(_ text: inout ArraySlice<UInt8>, _ format: inout String) {
        let rest = trimmed(text)
        for known in ["html", "moodle", "plain", "markdown"] where rest.starts(with: "[\(known)]".utf8) {
            format = known
            text = rest.dropFirst(known.utf8.count + 2)
        }
    }

    private static func markup(_ text: ArraySlice<UInt8>, format: String) throws(Unsuited) -> MarkupText {
        var (text, format) = (text, format)
        takeFormat(&text, &format)
        return try markup(words(text), format: format)
    }

    private static func markup(_ words: String, format: String) throws(Unsuited) -> MarkupText {
        switch format {
        case "plain": return MarkupText(plain: words)
        case "markdown":
            guard !words.contains(where: { "*_`#[]<>".contains($0) }) else {
                throw Unsuited("has marks of Markdown, which our questions cannot hold")
            }
            return MarkupText(plain: words)
        default: return try MarkupText(html: words)
        }
    }

    /// Where unescaped characters stand.
    private static func place(of mark: StaticString, in text: ArraySlice<UInt8>) -> Int? {
        mark.withUTF8Buffer { mark in
            var place = text.startIndex
            while place < text.endIndex {
                if text[place] == UInt8(ascii: "\\") {
                    place += 2
                } else if text[place...].starts(with: mark) {
                    return place
                } else {
                    place += 1
                }
            }
            return nil
        }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }

    /// Text with its escapes replaced.
    private static func words(_ text: ArraySlice<UInt8>) -> String {
        var plain: [UInt8] = []
        var rest = trimmed(text)
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                plain.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "n"): plain.append(UInt8(ascii: "\n"))
            case _ where "~=#{}:\\".utf8.contains(next): plain.append(next)
            default: plain += [byte, next]
            }
            rest = rest.dropFirst()
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
