@testable import Interchange

/// The rules of QTI 3.0's specification (Assessment, Section and Item Information Model 3.0, 1EdTech) for the parts of
/// an item that our export uses, written down from its tables: names, order, required attributes and references.
enum QTIStructure {
    /// What an element may hold, in the order in which it must stand, and its attributes; a `!` marks a required one.
    private struct Rule {
        let children: [String]
        let attributes: [String]
        let hasText: Bool

        init(_ children: [String], _ attributes: [String] = [], text: Bool = false) {
            self.children = children
            self.attributes = attributes
            hasText = text
        }
    }

    private static let variable = ["identifier!", "cardinality!", "base-type"]

    private static let rules: [String: Rule] = [
        "qti-assessment-item": Rule(
            [
                "qti-context-declaration", "qti-response-declaration", "qti-outcome-declaration",
                "qti-template-declaration", "qti-template-processing", "qti-assessment-stimulus-ref",
                "qti-companion-materials-info", "qti-stylesheet", "qti-item-body", "qti-catalog-info",
                "qti-response-processing", "qti-modal-feedback",
            ],
            ["identifier!", "title!", "label", "xml:lang", "adaptive", "time-dependent!"]),
        "qti-response-declaration": Rule(["qti-default-value", "qti-correct-response", "qti-mapping"], variable),
        "qti-outcome-declaration": Rule(["qti-default-value"], variable),
        "qti-correct-response": Rule(["qti-value"]), "qti-default-value": Rule(["qti-value"]),
        "qti-value": Rule([], text: true), "qti-item-body": Rule(["*"]), "qti-content-body": Rule(["*"]),
        "p": Rule(["img"], text: true), "img": Rule([], ["src!", "alt!"]),
        "qti-choice-interaction": Rule(
            ["qti-prompt", "qti-simple-choice"],
            ["response-identifier!", "shuffle", "max-choices", "min-choices", "orientation"]),
        "qti-simple-choice": Rule([], ["identifier!", "fixed", "template-identifier", "show-hide"], text: true),
        "qti-response-processing": Rule([], ["template", "template-location"]),
        "qti-modal-feedback": Rule(
            ["qti-stylesheet", "qti-content-body"], ["outcome-identifier!", "show-hide", "identifier!", "title"]),
    ]

    static func problems(in text: String) -> [String] {
        let root: XMLElement
        do { root = try XMLElement.read(Array(text.utf8), name: "item", limits: InterchangeLimits()) } catch {
            return ["\(error)"]
        }
        var problems = shape(root)
        if root.name != "qti-assessment-item" { problems.append("<\(root.name)> is no item") }
        let all = [root] + everything(in: root)
        if all.contains(where: { $0.namespace != "http://www.imsglobal.org/xsd/imsqtiasi_v3p0" }) {
            problems.append("an element is of another namespace")
        }
        for element in all {
            for (name, value) in element.attributes where name.hasSuffix("identifier") && !isIdentifier(value) {
                problems.append("\(name)=\"\(value)\" is no identifier")
            }
        }
        return problems + references(root)
    }

    private static func everything(in element: XMLElement) -> [XMLElement] {
        element.children.flatMap { [$0] + everything(in: $0) }
    }

    /// A letter or an underscore, then those, digits, hyphens and dots.
    private static func isIdentifier(_ text: String) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    }

    private static func shape(_ element: XMLElement) -> [String] {
        guard let rule = rules[element.name] else { return ["line \(element.line): <\(element.name)> is not known"] }
        var problems: [String] = []
        let known = rule.attributes.map { $0.hasSuffix("!") ? String($0.dropLast()) : $0 }
        for name in element.attributes.keys where !known.contains(name) {
            problems.append("line \(element.line): \(element.name) has no attribute \(name)")
        }
        for name in rule.attributes where name.hasSuffix("!") && element.attributes[String(name.dropLast())] == nil {
            problems.append("line \(element.line): \(element.name) lacks \(name.dropLast())")
        }
        var last = 0
        for child in element.children where rule.children != ["*"] {
            guard let place = rule.children.firstIndex(of: child.name) else {
                problems.append("line \(child.line): <\(child.name)> in <\(element.name)>")
                continue
            }
            if place < last { problems.append("line \(child.line): <\(child.name)> stands too late") }
            last = max(last, place)
        }
        if !rule.hasText,
            element.nodes.contains(where: {
                if case .text(let words) = $0 { !words.allSatisfy(\.isWhitespace) } else { false }
            })
        {
            problems.append("line \(element.line): text in <\(element.name)>")
        }
        return problems + element.children.flatMap(shape)
    }

    /// What one part says of another.
    private static func references(_ root: XMLElement) -> [String] {
        var problems: [String] = []
        let responses = root.children("qti-response-declaration")
        let outcomes = root.children("qti-outcome-declaration").compactMap { $0.attributes["identifier"] }
        guard let body = root.child("qti-item-body"), let interaction = body.child("qti-choice-interaction") else {
            return ["there is no choice interaction"]
        }
        let declared = responses.first { $0.attributes["identifier"] == interaction.attributes["response-identifier"] }
        guard let declared else { return ["the interaction's response is not declared"] }
        let choices = interaction.children("qti-simple-choice").compactMap { $0.attributes["identifier"] }
        if choices.count < 2 || Set(choices).count != choices.count {
            problems.append("choices are missing or stand twice")
        }
        let right = declared.child("qti-correct-response")?.children("qti-value").map(\.text) ?? []
        if right.isEmpty || !Set(right).isSubset(of: choices) {
            problems.append("a right answer is none of the choices")
        }
        let isSingle = declared.attributes["cardinality"] == "single"
        if isSingle != (interaction.attributes["max-choices"] == "1") || isSingle && right.count != 1 {
            problems.append("cardinality and the number of choices differ")
        }
        for feedback in root.children("qti-modal-feedback") {
            if !outcomes.contains(feedback.attributes["outcome-identifier"] ?? "") {
                problems.append("a feedback's outcome is not declared")
            }
        }
        return problems
    }
}

extension Sample {
    /// An item in the form of our export.
    static let exported = """
        <?xml version="1.0" encoding="UTF-8"?>
        <qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="LAW-001.en" title="LAW-001" \
        adaptive="false" time-dependent="false" xml:lang="en">
          <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
            <qti-correct-response><qti-value>A2</qti-value></qti-correct-response>
          </qti-response-declaration>
          <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
          <qti-item-body>
            <p>Which?</p>
            <qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="1">
              <qti-simple-choice identifier="A1">one</qti-simple-choice>
              <qti-simple-choice identifier="A2">two</qti-simple-choice>
            </qti-choice-interaction>
          </qti-item-body>
          <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
        </qti-assessment-item>
        """
}
