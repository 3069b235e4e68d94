internal import CivilTime
internal import Exam
internal import QuestionBank

/// Turns an author's names and values into a question, and says what it misses.
struct ItemReader {
    /// A question as read, its picture still a path.
    struct Draft {
        let authored: AuthoredItem
        let picture: String?
        let alternatives: [LanguageTag: String]
        let pictureLine: Int?
    }

    /// The languages of the bank, those that may be missing in a question included.
    let languages: [LanguageTag]
    private(set) var findings: [Finding] = []

    private static let plainNames: Set<String> = [
        "area", "classes", "written", "reviewed", "kind", "basis", "version", "picture", "key", "state", "from",
        "until", "regions", "enemies",
    ]
    private static let defaultNames: Set<String> = [
        "area", "classes", "written", "reviewed", "kind", "basis", "state", "from", "until", "regions",
    ]
    /// The province codes of GB/T 2260.
    private static let provinces: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62,
        63, 64, 65, 71, 81, 82,
    ]

    init(languages: [LanguageTag]) { self.languages = languages }

    /// The questions of a file; one with a finding that leaves it without meaning is left out.
    mutating func read(_ source: ItemsFile, name: String) -> [Draft] {
        findings += source.findings
        for (field, value) in source.defaults.sorted(by: { $0.value.line < $1.value.line }) {
            let named = Self.defaultNames.contains(field)
            let isPerson = field.hasPrefix("translated.") || field.hasPrefix("reviewed.")
            guard !named, let problem = isPerson ? problem(with: field) : "\(field) is no default" else { continue }
            findings.append(
                Finding(
                    file: name, line: value.line, rule: .unknownName,
                    "\(problem); before the first question stand \(Self.defaultNames.sorted().joined(separator: ", ")), "
                        + "translated.LANGUAGE and reviewed.LANGUAGE"))
        }
        return source.drafts.compactMap { read($0, defaults: source.defaults, file: name) }
    }

    private mutating func read(_ draft: ItemsFile.Draft, defaults: [String: ItemsFile.Field], file: String) -> Draft? {
        let fields = Fields(draft, defaults: defaults, file: file)
        for (field, value) in draft.fields.sorted(by: { $0.value.line < $1.value.line }) {
            if let problem = problem(with: field) {
                findings.append(fields.finding(.unknownName, problem, at: field))
            } else if value.value.isEmpty {
                findings.append(fields.finding(.missingField, "\(field) has no value", at: field))
            }
        }
        let state = state(fields)
        var area = fields["area"]
        var classes = fields["classes"]
        var basis = fields["basis"]
        var written = fields["written"]
        for field in ["area", "classes", "kind", "basis", "written", "key"] where fields[field] == nil {
            // An author at work has not written everything yet.
            findings.append(
                fields.finding(.missingField, "\(field) is missing", weight: state == .draft ? .warning : .error))
        }
        if state == .draft {
            area = area ?? ""
            classes = classes ?? ""
            basis = basis ?? ""
            written = written ?? ""
        }
        checkPerson("written", fields)
        checkPerson("reviewed", fields)
        guard let kindName = fields["kind"], !kindName.isEmpty else { return nil }
        guard let kind = ItemKind(rawValue: kindName) else {
            findings.append(
                fields.finding(.badValue, "kind \"\(kindName)\" is none of judge, single, multi", at: "kind"))
            return nil
        }
        let texts = texts(fields, kind: kind)
        if kind == .judge,
            let option = draft.fields.filter({ Self.optionNumber($0.key) != nil }).min(by: {
                $0.value.line < $1.value.line
            })
        {
            findings.append(
                fields.finding(
                    .options, "a judge question has no options of its own; true and false are fixed", at: option.key))
        }
        guard let key = key(fields, kind: kind, state: state) else { return nil }
        guard let area, let classes, let basis, let written else { return nil }
        let alternatives = Dictionary(
            uniqueKeysWithValues: languages.compactMap { language in
                fields["picture.\(language)"].map { (language, $0) }
            })
        let picture = fields["picture"]
        if picture == nil, !alternatives.isEmpty {
            findings.append(fields.finding(.missingField, "words for a picture, but no picture"))
        }
        let item = Item(
            id: draft.id, version: version(fields), kind: kind, area: Area(area),
            classes: Self.words(classes).map { VehicleClass($0) }, regions: regions(fields),
            validFrom: day("from", fields), validUntil: day("until", fields),
            enemies: Self.words(fields["enemies"] ?? "").map { ItemID($0) }, basis: basis, picture: nil, texts: texts,
            written: written, reviewed: fields["reviewed"] ?? "", translations: translations(fields, texts: texts))
        return Draft(
            authored: AuthoredItem(item: item, key: key, state: state, file: file, line: draft.line),
            picture: picture, alternatives: alternatives, pictureLine: fields.line("picture"))
    }

    /// What is wrong with a name, in words.
    private func problem(with field: String) -> String? {
        if Self.plainNames.contains(field) { return nil }
        let parts = field.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let isByLanguage =
            ["stem", "explain", "picture", "translated", "reviewed"].contains(parts[0])
            || Int(parts[0]).map { $0 >= 1 } == true
        guard parts.count == 2, isByLanguage else { return "\(field) is no name that a question has" }
        guard languages.contains(LanguageTag(parts[1])) else {
            return
                "\(field): \(parts[1]) is no language of this bank (\(languages.map(\.rawValue).joined(separator: ", ")))"
        }
        return nil
    }

    private static func optionNumber(_ field: String) -> Int? {
        field.split(separator: ".").first.flatMap { Int($0) }
    }

    private static func words(_ text: String) -> [Substring] { text.split(separator: " ") }

    // MARK: Values

    /// What stands there, or what follows from whether somebody has read it.
    private mutating func state(_ fields: Fields) -> ItemState {
        guard let text = fields["state"] else { return fields["reviewed"] == nil ? .review : .active }
        if let state = ItemState(rawValue: text) { return state }
        let known = ItemState.allCases.map(\.rawValue).joined(separator: ", ")
        findings.append(fields.finding(.badValue, "state \"\(text)\" is none of \(known)", at: "state"))
        return .draft
    }

    private mutating func checkPerson(_ field: String, _ fields: Fields) {
        if let text = fields[field], !text.isEmpty, NameAndDay(text) == nil {
            findings.append(
                fields.finding(.badValue, "\(field): wants a name and a date, as \"Li Ming 2026-11-22\"", at: field))
        }
    }

    private mutating func version(_ fields: Fields) -> Int {
        guard let text = fields["version"] else { return 1 }
        if let number = Int(text), number >= 1 { return number }
        findings.append(fields.finding(.badValue, "version \"\(text)\" is no whole number from 1", at: "version"))
        return 1
    }

    private mutating func day(_ field: String, _ fields: Fields) -> CalendarDate? {
        guard let text = fields[field] else { return nil }
        let day = CalendarDate(text)
        if day == nil {
            findings.append(fields.finding(.badValue, "\(field) \"\(text)\" is no day, as 2026-11-22", at: field))
        }
        return day
    }

    private mutating func regions(_ fields: Fields) -> [String] {
        let regions = Self.words(fields["regions"] ?? "").map(String.init)
        for region in regions {
            let isCode = [2, 4, 6].contains(region.utf8.count) && region.utf8.allSatisfy { (48...57).contains($0) }
            guard isCode, Self.provinces.contains(Int(region.prefix(2)) ?? 0) else {
                findings.append(
                    fields.finding(
                        .badValue,
                        "region \"\(region)\" is no code of GB/T 2260; write 33 for a province, 3301 for a city",
                        at: "regions"))
                continue
            }
        }
        return regions.sorted()
    }

    /// What stands there, by language; what lacks is found by the check of the contents.
    private func texts(_ fields: Fields, kind: ItemKind) -> [LanguageTag: ItemText] {
        var texts: [LanguageTag: ItemText] = [:]
        for language in languages {
            var options: [Int: String] = [:]
            if kind != .judge {
                for field in fields.own where field.hasSuffix(".\(language)") {
                    if let number = Self.optionNumber(field) { options[number] = fields[field] }
                }
            }
            let text = ItemText(
                stem: fields["stem.\(language)"] ?? "", options: options,
                explanation: fields["explain.\(language)"] ?? "")
            if !text.stem.isEmpty || !text.options.isEmpty || !text.explanation.isEmpty { texts[language] = text }
        }
        return texts
    }

    /// Who made and read a language's texts; a file's default says so only of questions that have them.
    private mutating func translations(_ fields: Fields, texts: [LanguageTag: ItemText]) -> [LanguageTag: Translation] {
        var translations: [LanguageTag: Translation] = [:]
        for language in languages where texts[language] != nil {
            checkPerson("translated.\(language)", fields)
            checkPerson("reviewed.\(language)", fields)
            let translated = fields["translated.\(language)"]
            let reviewed = fields["reviewed.\(language)"]
            guard translated != nil || reviewed != nil else { continue }
            translations[language] = Translation(translated: translated ?? "", reviewed: reviewed ?? "")
        }
        return translations
    }

    private mutating func key(_ fields: Fields, kind: ItemKind, state: ItemState) -> Set<Int>? {
        guard let text = fields["key"] else { return state == .draft ? [] : nil }
        if kind == .judge {
            if text == "true" { return [1] }
            if text == "false" { return [2] }
        } else {
            let numbers = text.split(separator: " ").map { Int($0) }
            if !numbers.contains(nil), Set(numbers).count == numbers.count { return Set(numbers.compactMap(\.self)) }
        }
        let wanted = kind == .judge ? "true or false" : "numbers of options, as \(kind == .single ? "3" : "1 3")"
        findings.append(fields.finding(.key, "key \"\(text)\" is not \(wanted)", at: "key"))
        return nil
    }
}

/// A question's own fields over its file's defaults.
private struct Fields {
    private let fields: [String: ItemsFile.Field]
    private let draft: ItemsFile.Draft
    private let file: String

    init(_ draft: ItemsFile.Draft, defaults: [String: ItemsFile.Field], file: String) {
        var fields = defaults.merging(draft.fields) { $1 }
        // That a file was read is said of what was ready to be read.
        let state = fields["state"]?.value
        if state == ItemState.draft.rawValue || state == ItemState.review.rawValue {
            fields["reviewed"] = draft.fields["reviewed"]
        }
        self.fields = fields
        self.draft = draft
        self.file = file
    }

    subscript(field: String) -> String? { fields[field]?.value }
    var own: some Sequence<String> { draft.fields.keys }
    func line(_ field: String) -> Int? { fields[field]?.line }

    func finding(
        _ rule: Finding.Rule, _ message: String, at field: String? = nil, weight: Finding.Weight = .error
    ) -> Finding {
        Finding(
            file: file, line: field.flatMap(line) ?? draft.line, item: draft.id, rule: rule, message, weight: weight)
    }
}

/// A name and a day, as in `Li Ming 2026-11-22`.
struct NameAndDay: Hashable {
    let name: Substring
    let day: CalendarDate

    init?(_ text: String) {
        guard let space = text.lastIndex(of: " "), let day = CalendarDate(text[text.index(after: space)...]),
            space > text.startIndex
        else { return nil }
        name = text[..<space]
        self.day = day
    }
}
