internal import CanonicalJSON
internal import Exam
internal import QuestionBank
internal import Workshop

/// A folder in the authors' format that fills with drafts.
///
/// Each question is written, read back by the authors' own reader and compared before it is taken.
struct DraftFolder {
    private let name: String
    private let options: QuestionImport.Options
    private var text: String
    private var media: [String: [UInt8]] = [:]
    private var ids: Set<ItemID> = []
    private var identifiers: Set<String> = []
    private(set) var imported: [ItemID] = []
    private(set) var skipped: [QuestionImport.Left] = []
    private(set) var losses: [QuestionImport.Left] = []

    init(name: String, format: InterchangeFormat, options: QuestionImport.Options) {
        let file = String(name.split(separator: "/").last ?? "questions")
        let stem = Self.idPart(String(file.split(separator: ".").first ?? "")).lowercased()
        self.name = stem.isEmpty ? "imported" : stem
        self.options = options
        text = """
            # Taken from \(Self.line(file)) (\(format.rawValue)). Every question is a draft: its key, its article and its words are to be
            # looked at before its state becomes review.

            """
        let defaults = [
            ("area", options.area), ("classes", options.classes), ("basis", options.basis),
            ("written", options.written), ("state", "draft"),
        ]
        for (field, value) in defaults {
            if let value { text += "\(field): \(Self.line(value))\n" }
        }
    }

    mutating func add(_ question: ForeignQuestion) {
        do throws(Unsuited) { try take(question) } catch {
            skipped.append(QuestionImport.Left(id: question.name, reason: error.words))
        }
    }

    // MARK: One question

    private mutating func take(_ question: ForeignQuestion) throws(Unsuited) {
        try check(question)
        if let identifier = question.identifier, identifiers.contains(identifier) {
            throw Unsuited("its identifier stands twice")
        }
        let id = freeID(question.identifier)
        let language = options.language
        let yes = JudgeWords.yes(in: question.options)
        let isJudge = yes != nil && question.right.count == 1
        let kind: ItemKind = isJudge ? .judge : question.right.count == 1 ? .single : .multi
        let stem = Self.line(question.stem)
        let explanation = Self.line(question.explanation)
        var block = "\n[\(id)]\n"
        block += "# \(Self.line(question.name).prefix(200))\n"
        if let category = question.category { block += "# \(Self.line(category).prefix(200))\n" }
        block += "kind: \(kind.rawValue)\n"
        let path = question.picture.map { mediaPath($0) }
        if let picture = question.picture, let path {
            block += "picture: \(path)\n"
            let words = Self.line(picture.words)
            if !words.isEmpty { block += "picture.\(language): \(words)\n" }
        }
        block += "stem.\(language): \(stem)\n"
        var options: [Int: String] = [:]
        if !isJudge {
            for (place, option) in question.options.enumerated() {
                options[place + 1] = Self.line(option)
                block += "\(place + 1).\(language): \(Self.line(option))\n"
            }
        }
        let key = isJudge ? [question.right.first == yes ? 1 : 2] : question.right.map { $0 + 1 }.sorted()
        block += "key: \(isJudge ? (key == [1] ? "true" : "false") : key.map(String.init).joined(separator: " "))\n"
        if !explanation.isEmpty { block += "explain.\(language): \(explanation)\n" }
        let written = ItemText(stem: stem, options: options, explanation: explanation)
        try checkReading(block, id: id, kind: kind, key: Set(key), text: written)

        text += block
        ids.insert(id)
        if let identifier = question.identifier { identifiers.insert(identifier) }
        imported.append(id)
        var losses = question.losses
        if let picture = question.picture, let path {
            media[path] = picture.bytes
            if picture.kind != .svg {
                losses.insert(
                    "its picture is \(picture.kind.rawValue.uppercased()); draw it again as SVG (media/\(path))")
            }
        }
        self.losses += losses.sorted().map { QuestionImport.Left(id: id.rawValue, reason: $0) }
    }

    private func check(_ question: ForeignQuestion) throws(Unsuited) {
        guard !Self.line(question.stem).isEmpty else { throw Unsuited("asks nothing: it has no text") }
        guard (2...6).contains(question.options.count) else {
            throw Unsuited("has \(question.options.count) answers; we hold two to six")
        }
        guard !question.options.contains(where: { Self.line($0).isEmpty }) else {
            throw Unsuited("has an empty answer")
        }
        guard !question.right.isEmpty else { throw Unsuited("states no right answer") }
        for text in [question.stem, question.explanation] + question.options {
            guard text.count <= options.limits.words else {
                throw Unsuited("has a text of \(text.count) characters, at most \(options.limits.words) are taken")
            }
            if let scalar = text.unicodeScalars.first(where: Self.isHidden) {
                throw Unsuited("has the invisible character U+\(String(scalar.value, radix: 16, uppercase: true))")
            }
        }
    }

    /// Control characters, and marks that turn the direction of what follows.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: !scalar.properties.isWhitespace
        case .unassigned, .privateUse, .surrogate: true
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }

    /// That the authors' reader finds the question that was written.
    private func checkReading(
        _ block: String, id: ItemID, kind: ItemKind, key: Set<Int>, text: ItemText
    ) throws(Unsuited) {
        let file = AuthoredFile(Array("state: draft\n\(block)".utf8), name: name, languages: [options.language])
        guard let read = file.items.first, file.items.count == 1, read.item.id == id, read.item.kind == kind,
            read.key == key, read.item.texts[options.language] == text,
            !file.findings.contains(where: { $0.weight == .error })
        else { throw Unsuited("its text cannot be written in a file of questions as it stands") }
    }

    // MARK: Names

    private mutating func freeID(_ identifier: String?) -> ItemID {
        let own = identifier.map { Self.idPart($0) } ?? ""
        guard own.isEmpty else {
            if !ids.contains(ItemID(own)) { return ItemID(own) }
            return firstFree { "\(own)-\($0)" }
        }
        let prefix = options.prefix.map { Self.idPart($0) } ?? name.uppercased()
        return firstFree { number in
            let digits = "\(number)"
            return "\(prefix)-\(String(repeating: "0", count: max(0, 3 - digits.count)))\(digits)"
        }
    }

    private func firstFree(_ name: (Int) -> String) -> ItemID {
        // Numbers go with the count of questions, so that a long file is not searched from its beginning each time.
        var number = imported.count + 1
        while ids.contains(ItemID(name(number))) { number += 1 }
        return ItemID(name(number))
    }

    /// Letters, digits and single hyphens of a name, at most 40.
    private static func idPart(_ text: String) -> String {
        var part = ""
        for scalar in text.uppercased().unicodeScalars {
            if ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) {
                part.unicodeScalars.append(scalar)
            } else if !part.isEmpty, part.last != "-" {
                part += "-"
            }
            if part.utf8.count == 40 { break }
        }
        while part.last == "-" { part.removeLast() }
        return part
    }

    private func mediaPath(_ picture: ForeignPicture) -> String {
        var path = "\(name)/\(picture.name).\(picture.kind.rawValue)"
        var number = 2
        while let other = media[path], other != picture.bytes {
            path = "\(name)/\(picture.name)-\(number).\(picture.kind.rawValue)"
            number += 1
        }
        return path
    }

    private static func line(_ text: String) -> String { text.split { $0.isWhitespace }.joined(separator: " ") }

    // MARK: The folder

    var files: [(path: String, bytes: [UInt8])] {
        let language = options.language.rawValue
        let area = options.area.map(Self.line) ?? ""
        let bank: JSONValue = [
            "id": .string("imported-\(name)"), "version": 1, "languages": [.string(language)],
            "areas": area.isEmpty ? [:] : [area: [language: .string(area)]],
        ]
        return [
            ("bank.json", Array((bank.canonicalText + "\n").utf8)), ("programmes.json", Array("[]\n".utf8)),
            ("items/\(name).items", Array(text.utf8)),
        ] + media.sorted { $0.key < $1.key }.map { ("media/\($0.key)", $0.value) }
    }
}
