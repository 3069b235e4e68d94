internal import CivilTime
internal import Exam
internal import QuestionBank

/// Turns an author's names and values into a question, and says what it misses.
struct ItemReader {
    /// A question as read, its picture still a path.
    struct Draft {
        let item: Item
        let key: Set<Int>
        let picture: String?
        let alternatives: [LanguageTag: String]
        let file: String
        let line: Int
        let pictureLine: Int?
    }

    let languages: [LanguageTag]
    private(set) var findings: [Finding] = []

    private static let plainNames: Set<String> = [
        "area", "classes", "written", "reviewed", "kind", "basis", "version", "picture", "key",
    ]
    private static let defaultNames: Set<String> = ["area", "classes", "written", "reviewed", "kind", "basis"]

    init(languages: [LanguageTag]) { self.languages = languages }

    /// The questions of a file; one with a finding that leaves it without meaning is left out.
    mutating func read(_ source: ItemsFile, name: String) -> [Draft] {
        findings += source.findings
        for (field, value) in source.defaults.sorted(by: { $0.value.line < $1.value.line })
        where !Self.defaultNames.contains(field) {
            findings.append(
                Finding(
                    file: name, line: value.line, rule: .unknownName,
                    "\(field) is no default; before the first question stand \(Self.defaultNames.sorted().joined(separator: ", "))"
                ))
        }
        return source.drafts.compactMap { read($0, defaults: source.defaults, file: name) }
    }

    private mutating func read(_ draft: ItemsFile.Draft, defaults: [String: ItemsFile.Field], file: String) -> Draft? {
        let fields = defaults.merging(draft.fields) { $1 }
        func finding(_ rule: Finding.Rule, _ message: String, at field: String? = nil) -> Finding {
            Finding(
                file: file, line: field.flatMap { fields[$0]?.line } ?? draft.line, item: draft.id, rule: rule, message)
        }
        for (field, value) in draft.fields.sorted(by: { $0.value.line < $1.value.line }) {
            if let problem = problem(with: field) {
                findings.append(finding(.unknownName, problem, at: field))
            } else if value.value.isEmpty {
                findings.append(finding(.missingField, "\(field) has no value", at: field))
            }
        }
        func required(_ field: String) -> String? {
            if let value = fields[field]?.value { return value.isEmpty ? nil : value }
            missing.append(finding(.missingField, "\(field) is missing"))
            return nil
        }
        var missing: [Finding] = []
        let area = required("area")
        let classes = required("classes")
        let kindName = required("kind")
        let basis = required("basis")
        let written = required("written")
        let keyText = required("key")
        findings += missing

        if written.map(Self.hasDate) == false {
            findings.append(
                finding(.badValue, "written: wants a name and a date, as \"Li Ming 2026-11-22\"", at: "written"))
        }
        let reviewed = fields["reviewed"]?.value ?? ""
        if !reviewed.isEmpty && !Self.hasDate(reviewed) {
            findings.append(
                finding(.badValue, "reviewed: wants a name and a date, as \"Wang Fang 2026-11-22\"", at: "reviewed"))
        }
        var version = 1
        if let text = fields["version"]?.value {
            if let number = Int(text), number >= 1 {
                version = number
            } else {
                findings.append(finding(.badValue, "version \"\(text)\" is no whole number from 1", at: "version"))
            }
        }
        guard let kindName else { return nil }
        guard let kind = ItemKind(rawValue: kindName) else {
            findings.append(
                finding(.badValue, "kind \"\(kindName)\" is none of judge, single, multi", at: "kind"))
            return nil
        }
        let texts = texts(fields, kind: kind)
        if kind == .judge,
            let option = draft.fields.filter({ Self.optionNumber($0.key) != nil }).min(by: {
                $0.value.line < $1.value.line
            })
        {
            findings.append(
                finding(
                    .options, "a judge question has no options of its own; true and false are fixed", at: option.key))
        }
        guard let keyText, let key = key(keyText, kind: kind) else {
            if let keyText {
                let wanted =
                    kind == .judge ? "true or false" : "numbers of options, as \(kind == .single ? "3" : "1 3")"
                findings.append(finding(.key, "key \"\(keyText)\" is not \(wanted)", at: "key"))
            }
            return nil
        }
        guard let area, let classes, let basis, let written else { return nil }
        let alternatives = Dictionary(
            uniqueKeysWithValues: languages.compactMap { language in
                fields["picture.\(language)"].map { (language, $0.value) }
            })
        let picture = fields["picture"]?.value
        if picture == nil, !alternatives.isEmpty {
            findings.append(finding(.missingField, "words for a picture, but no picture"))
        }
        let item = Item(
            id: draft.id, version: version, kind: kind, area: Area(area),
            classes: classes.split(separator: " ").map { VehicleClass($0) }, basis: basis, picture: nil, texts: texts,
            written: written, reviewed: reviewed)
        return Draft(
            item: item, key: key, picture: picture, alternatives: alternatives, file: file, line: draft.line,
            pictureLine: fields["picture"]?.line)
    }

    /// What is wrong with a name, in words.
    private func problem(with field: String) -> String? {
        if Self.plainNames.contains(field) { return nil }
        let parts = field.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isWords = ["stem", "explain", "picture"].contains(parts[0]) || Int(parts[0]).map { $0 >= 1 } == true
        guard parts.count == 2, isWords else { return "\(field) is no name that a question has" }
        guard languages.contains(LanguageTag(parts[1])) else {
            return
                "\(field): \(parts[1]) is no language of this bank (\(languages.map(\.rawValue).joined(separator: ", ")))"
        }
        return nil
    }

    private static func optionNumber(_ field: String) -> Int? {
        field.split(separator: ".").first.flatMap { Int($0) }
    }

    /// What stands there, by language; what lacks is found by the check of the contents.
    private func texts(_ fields: [String: ItemsFile.Field], kind: ItemKind) -> [LanguageTag: ItemText] {
        Dictionary(
            uniqueKeysWithValues: languages.map { language in
                var options: [Int: String] = [:]
                if kind != .judge {
                    for (field, value) in fields where field.hasSuffix(".\(language)") {
                        if let number = Self.optionNumber(field) { options[number] = value.value }
                    }
                }
                return (
                    language,
                    ItemText(
                        stem: fields["stem.\(language)"]?.value ?? "", options: options,
                        explanation: fields["explain.\(language)"]?.value ?? "")
                )
            })
    }

    private func key(_ text: String, kind: ItemKind) -> Set<Int>? {
        if kind == .judge { return text == "true" ? [1] : text == "false" ? [2] : nil }
        let numbers = text.split(separator: " ").map { Int($0) }
        guard !numbers.contains(nil), Set(numbers).count == numbers.count else { return nil }
        return Set(numbers.compactMap(\.self))
    }

    /// Whether a value is a name followed by a day.
    private static func hasDate(_ value: String) -> Bool {
        guard let space = value.lastIndex(of: " ") else { return false }
        return CalendarDate(value[value.index(after: space)...]) != nil
    }
}
