/// Questions of a Moodle XML file: `multichoice` and `truefalse`, with pictures that stand in the file.
enum MoodleReader {
    static func read(_ root: XMLElement, name: String, limits: InterchangeLimits) throws(InterchangeRefusal)
        -> ForeignReading
    {
        guard root.name == "quiz" else {
            throw InterchangeRefusal(
                name, line: root.line, "is no Moodle XML: <\(root.name)> stands where <quiz> is due")
        }
        var reading = ForeignReading(limits: limits)
        var category: String?
        for element in root.children {
            let place = "line \(element.line)"
            guard element.name == "question" else {
                reading.skip(place, "<\(element.name)> is no question")
                continue
            }
            let type = element.attributes["type"] ?? ""
            if type == "category" {
                category = element.child("category").map { line($0.text) }
                continue
            }
            let title = line(element.child("name")?.text ?? "")
            let current = category
            reading.take(title.isEmpty ? place : title) { () throws(Unsuited) in
                var question = try question(element, type: type, limits: limits)
                question.name = title.isEmpty ? place : title
                question.category = current
                return question
            }
        }
        return reading
    }

    private static func line(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }

    private static func question(
        _ element: XMLElement, type: String, limits: InterchangeLimits
    ) throws(Unsuited) -> ForeignQuestion {
        guard type == "multichoice" || type == "truefalse" else {
            throw Unsuited("is a question of type \"\(type.prefix(40))\"; we hold multichoice and truefalse")
        }
        guard let asked = element.child("questiontext") else { throw Unsuited("has no <questiontext>") }
        if let image = element.child("image"), !line(image.text).isEmpty {
            throw Unsuited("has its picture in <image>, the form of Moodle 1; export it from Moodle 2 or later")
        }
        let stem = try markup(asked)
        var question = ForeignQuestion(name: "", stem: stem.line, options: [], right: [], losses: stem.losses)
        let finder = PictureFinder(limits: limits, file: files(of: asked))
        question.picture = try finder.picture(of: stem)
        if let general = element.child("generalfeedback") {
            let feedback = try markup(general)
            question.explanation = feedback.line
            question.losses.formUnion(feedback.losses)
            if !feedback.pictures.isEmpty { question.losses.insert("the picture of its feedback is not kept") }
        }
        var shares: [Int] = []
        for answer in element.children("answer") {
            let words = try markup(answer)
            if !words.pictures.isEmpty { throw Unsuited("has a picture in an answer") }
            question.options.append(type == "truefalse" ? words.line.lowercased() : words.line)
            question.losses.formUnion(words.losses)
            guard let share = AnswerShares.thousandths(line(answer.attributes["fraction"] ?? "")) else {
                throw Unsuited("line \(answer.line): an answer's fraction is no number")
            }
            shares.append(share)
            if share < 0 { question.losses.insert("points taken off for wrong answers are not kept") }
            if let feedback = answer.child("feedback"), !line(feedback.text).isEmpty {
                question.losses.insert("feedback to single answers is not kept")
            }
        }
        let isSingle = element.child("single").map { !["false", "0"].contains(line($0.text).lowercased()) } ?? true
        question.right = try AnswerShares.right(shares, one: type == "truefalse" || isSingle)
        if type == "truefalse" {
            // Moodle names the two answers in English whatever the language.
            guard JudgeWords.yes(in: question.options) != nil else {
                throw Unsuited("its two answers are not \"true\" and \"false\"")
            }
        }
        return question
    }

    /// The words of an element with `<text>` in it, by its format.
    private static func markup(_ element: XMLElement) throws(Unsuited) -> MarkupText {
        let text = element.child("text")?.text ?? ""
        switch element.attributes["format"] ?? "html" {
        case "plain_text": return MarkupText(plain: text)
        case "markdown":
            guard !text.contains(where: { "*_`#[]<>".contains($0) }) else {
                throw Unsuited("has marks of Markdown, which our questions cannot hold")
            }
            return MarkupText(plain: text)
        default: return try MarkupText(html: text)
        }
    }

    /// The files that stand in an element, by the addresses that its text uses.
    private static func files(of element: XMLElement) -> (String) -> [UInt8]? {
        let files = element.children("file")
        return { path in
            let mark = "@@PLUGINFILE@@/"
            guard path.hasPrefix(mark) else { return nil }
            let wanted = path.dropFirst(mark.count)
            let file = files.first { file in
                let folder = (file.attributes["path"] ?? "/").drop { $0 == "/" }
                return folder + (file.attributes["name"] ?? "") == wanted
            }
            guard let file, (file.attributes["encoding"] ?? "") == "base64" else { return nil }
            return bytes(base64: file.text)
        }
    }
}
