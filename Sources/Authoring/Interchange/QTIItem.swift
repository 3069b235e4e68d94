extension XMLElement {
    /// The name by which QTI 2 and QTI 3 call the same thing: `qti-choice-interaction` and `choiceInteraction` are
    /// `choiceinteraction`.
    var term: String { Self.term(name) }

    static func term(_ name: String) -> String {
        let lower = name.lowercased()
        return (lower.hasPrefix("qti-") ? String(lower.dropFirst(4)) : lower).replacing("-", with: "")
    }

    /// An attribute by its term.
    func value(_ term: String) -> String? {
        attributes.first { Self.term($0.key) == term }?.value
    }

    func parts(_ term: String) -> [XMLElement] { children.filter { $0.term == term } }
    func part(_ term: String) -> XMLElement? { children.first { $0.term == term } }

    /// All elements below that a test finds, in order; those inside a found one left out.
    func descendants(_ isWanted: (XMLElement) -> Bool) -> [XMLElement] {
        children.flatMap { isWanted($0) ? [$0] : $0.descendants(isWanted) }
    }

    /// Its text as one line.
    var oneLine: String { text.split { $0.isWhitespace }.joined(separator: " ") }
}

/// An assessment item of QTI 2 or 3: one choice interaction, scored right or wrong.
struct QTIItem {
    private let root: XMLElement
    private var text = MarkupText()
    private var choices: [(identifier: String, words: MarkupText)] = []
    private var hasPassedChoices = false

    /// - Parameter language: texts of another language are refused.
    static func question(
        _ root: XMLElement, language: String, finder: PictureFinder
    ) throws(Unsuited) -> ForeignQuestion {
        var item = QTIItem(root: root)
        return try item.question(language: language, finder: finder)
    }

    private init(root: XMLElement) { self.root = root }

    private mutating func question(language: String, finder: PictureFinder) throws(Unsuited) -> ForeignQuestion {
        guard let identifier = root.value("identifier"), !identifier.isEmpty else {
            throw Unsuited("has no identifier")
        }
        let stated = root.attributes["xml:lang"] ?? ""
        guard Self.isSame(stated, language) else {
            throw Unsuited(
                "is in \(stated.prefix(40)), not in \(language); import it with --language \(stated.prefix(40))")
        }
        if root.value("adaptive") == "true" || root.value("adaptive") == "1" {
            throw Unsuited("is adaptive: its answers come in several steps")
        }
        if root.part("templatedeclaration") != nil || root.part("templateprocessing") != nil {
            throw Unsuited("is a template whose numbers are drawn for each candidate")
        }
        guard let body = root.part("itembody") else { throw Unsuited("has no item body") }
        let interactions = body.descendants { $0.term.hasSuffix("interaction") }
        guard let interaction = interactions.first else {
            throw Unsuited("asks nothing: it has no interaction, text or feedback only")
        }
        guard interactions.count == 1 else { throw Unsuited("has \(interactions.count) interactions; we hold one") }
        guard interaction.term == "choiceinteraction" else {
            throw Unsuited("has the interaction <\(interaction.name)>; we hold choices only")
        }
        try walk(body)
        let picture = try finder.picture(of: text)
        if choices.contains(where: { !$0.words.pictures.isEmpty }) { throw Unsuited("has a picture in an answer") }
        let identifiers = choices.map(\.identifier)
        guard Set(identifiers).count == identifiers.count else { throw Unsuited("two choices have one identifier") }
        let right = try QTIScoring.right(root, interaction: interaction, choices: identifiers)
        var question = ForeignQuestion(
            name: identifier, identifier: Self.withoutLanguage(identifier, stated), stem: text.line,
            options: choices.map(\.words.line), right: right, picture: picture,
            losses: choices.reduce(into: text.losses) { $0.formUnion($1.words.losses) })
        takeFeedback(into: &question)
        if right.count == 1, let most = interaction.value("maxchoices"), most != "1" {
            question.losses.insert("lets a candidate choose several answers where one is right; taken as one of them")
        }
        return question
    }

    /// Whether a text that states a language is one in ours: `en-GB` and `en`, `zh` and `zh-Hans` are.
    private static func isSame(_ stated: String, _ language: String) -> Bool {
        let (one, other) = (stated.lowercased(), language.lowercased())
        return one.isEmpty || one == other || one.hasPrefix(other + "-") || other.hasPrefix(one + "-")
    }

    /// The identifier of the question whose text this is in one language, as our export writes it.
    private static func withoutLanguage(_ identifier: String, _ language: String) -> String {
        guard !language.isEmpty, identifier.hasSuffix(".\(language)"), identifier.count > language.count + 1 else {
            return identifier
        }
        return String(identifier.dropLast(language.count + 1))
    }

    // MARK: The body

    private mutating func walk(_ element: XMLElement) throws(Unsuited) {
        for node in element.nodes {
            switch node {
            case .text(let words):
                if hasPassedChoices, words.contains(where: { !$0.isWhitespace }) {
                    throw Unsuited("has text after its choices, which our questions cannot hold")
                }
                text.add(words)
            case .element(let child): try take(child)
            }
        }
    }

    private mutating func take(_ element: XMLElement) throws(Unsuited) {
        switch element.term {
        case "choiceinteraction":
            text.add(" ")
            for child in element.children {
                switch child.term {
                case "prompt": try walk(child)
                case "simplechoice": choices.append(try Self.choice(child))
                default: throw Unsuited("has <\(child.name)> among its choices")
                }
                text.add(" ")
            }
            hasPassedChoices = true
        case "itembody", "contentbody": try walk(element)
        default:
            if let loss = Self.loss(of: element) { return text.lose(loss) }
            let (name, attributes) = Self.inline(element)
            try text.begin(name) { attributes($0) }
            try walk(element)
            text.end(name)
        }
    }

    private static func choice(_ element: XMLElement) throws(Unsuited) -> (identifier: String, words: MarkupText) {
        guard let identifier = element.value("identifier"), !identifier.isEmpty else {
            throw Unsuited("has a choice without an identifier")
        }
        if element.value("templateidentifier") != nil { throw Unsuited("has a choice that a template shows") }
        var words = MarkupText()
        try add(element, to: &words)
        return (identifier, words)
    }

    private static func add(_ element: XMLElement, to text: inout MarkupText) throws(Unsuited) {
        for node in element.nodes {
            switch node {
            case .text(let words): text.add(words)
            case .element(let child):
                if let loss = loss(of: child) {
                    text.lose(loss)
                    continue
                }
                let (name, attributes) = inline(child)
                try text.begin(name) { attributes($0) }
                try add(child, to: &text)
                text.end(name)
            }
        }
    }

    /// What an element is that does not belong to the question's words; nil for one that does.
    private static func loss(of element: XMLElement) -> String? {
        switch element.term {
        case "feedbackinline", "feedbackblock": "feedback to single answers is not kept"
        case "rubricblock": "its rubric (<\(element.name)>) is not kept"
        case "stylesheet": "its style sheet is not kept"
        case "cataloginfo": "its catalog of other forms of the text is not kept"
        default: nil
        }
    }

    /// The HTML that an element is, for `MarkupText`.
    private static func inline(_ element: XMLElement) -> (name: String, attributes: (String) -> String?) {
        let name = element.name.lowercased()
        guard name == "object", element.value("type")?.hasPrefix("image/") == true else {
            return (name, { element.attributes[$0] })
        }
        return ("img", { $0 == "src" ? element.value("data") : $0 == "alt" ? element.oneLine : nil })
    }

    // MARK: Feedback

    /// One feedback to the whole question explains it; several belong to answers.
    private func takeFeedback(into question: inout ForeignQuestion) {
        let feedback = root.parts("modalfeedback").filter { $0.value("showhide") != "hide" }
        guard let first = feedback.first else { return }
        guard feedback.count == 1 else {
            question.losses.insert("feedback to single answers is not kept")
            return
        }
        var words = MarkupText()
        do throws(Unsuited) {
            try Self.add(first.part("contentbody") ?? first, to: &words)
        } catch {
            question.losses.insert("its feedback \(error.words); it is not kept")
            return
        }
        question.explanation = words.line
        question.losses.formUnion(words.losses)
        if !words.pictures.isEmpty { question.losses.insert("the picture of its feedback is not kept") }
    }
}
