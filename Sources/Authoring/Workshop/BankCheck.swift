internal import CivilTime
internal import Exam
public import QuestionBank

/// The rules that a bank's contents keep, wherever they were read from.
public struct BankCheck {
    /// The greatest lengths that fit the smallest screen, in characters.
    struct Limits {
        let stem: Int
        let option: Int
        let explanation: Int

        /// Wide scripts say more with a character and take more room for it.
        static func of(_ language: LanguageTag) -> Limits {
            let primary = language.rawValue.prefix { $0 != "-" }
            return ["zh", "ja", "ko"].contains(primary)
                ? Limits(stem: 70, option: 30, explanation: 80) : Limits(stem: 210, option: 90, explanation: 220)
        }
    }

    /// The classes of Order 162, Art. 11.
    static let vehicleClasses: [VehicleClass] = [
        "A1", "A2", "A3", "B1", "B2", "C1", "C2", "C3", "C4", "C5", "C6", "D", "E", "F", "M", "N", "P",
    ]

    /// What is packed.
    let contents: BankContents
    /// All questions, in order of their ids.
    let items: [AuthoredItem]
    let states: [ItemID: ItemState]
    let bankFile: String
    /// nil where nobody asks which days have come.
    let today: CalendarDate?
    var findings: [Finding] = []

    /// What is wrong in a package that was opened.
    public static func findings(in contents: BankContents, file: String) -> [Finding] {
        let items = AuthoredItem.all(of: contents, file: file)
        return findings(in: contents, items: items, bankFile: file, today: nil)
    }

    static func findings(in contents: BankContents, items: [AuthoredItem], bankFile: String, today: CalendarDate?)
        -> [Finding]
    {
        var check = BankCheck(contents: contents, items: items, bankFile: bankFile, today: today)
        for item in items { check.check(item) }
        check.checkRepeatedStems()
        check.checkProgrammes()
        check.checkBlueprints()
        return check.findings
    }

    private init(contents: BankContents, items: [AuthoredItem], bankFile: String, today: CalendarDate?) {
        self.contents = contents
        self.items = items
        self.bankFile = bankFile
        self.today = today
        states = Dictionary(items.map { ($0.item.id, $0.state) }) { first, _ in first }
    }

    // MARK: Reports

    /// What is not packed yet stands in nobody's way: its findings are warnings, unless the rule says otherwise.
    mutating func report(
        _ authored: AuthoredItem, _ rule: Finding.Rule, _ message: String, weight: Finding.Weight? = nil
    ) {
        findings.append(
            Finding(
                file: authored.file, line: authored.line, item: authored.item.id, rule: rule, message,
                weight: weight ?? authored.weight))
    }

    mutating func report(_ rule: Finding.Rule, _ message: String) {
        findings.append(Finding(file: bankFile, rule: rule, message))
    }

    func names(_ values: some Sequence<some TextIdentifier>) -> String {
        values.map(\.rawValue).sorted().joined(separator: ", ")
    }

    // MARK: Questions

    private mutating func check(_ authored: AuthoredItem) {
        checkLife(of: authored)
        // A question that is out of use keeps its id and its words; nobody mends them.
        guard authored.state != .retired else { return }
        let item = authored.item
        if contents.index.areas[item.area] == nil {
            report(authored, .unknownArea, "area \(item.area) is none of \(names(contents.index.areas.keys))")
        }
        if item.classes.isEmpty { report(authored, .missingField, "classes is empty") }
        for vehicleClass in item.classes where !Self.vehicleClasses.contains(vehicleClass) {
            report(authored, .unknownClass, "class \(vehicleClass) is none of \(names(Self.vehicleClasses))")
        }
        checkOptions(of: authored)
        checkEnemies(of: authored)
        for language in contents.index.languages { check(authored, in: language, weight: nil) }
        checkTranslations(of: authored)
        checkFigures(of: authored)
    }

    private mutating func checkOptions(of authored: AuthoredItem) {
        let (item, key) = (authored.item, authored.key)
        if item.kind == .judge {
            if key != [1] && key != [2] { report(authored, .key, "the key of a judge question is true or false") }
            if item.texts.values.contains(where: { !$0.options.isEmpty }) {
                report(authored, .options, "a judge question has no options of its own")
            }
            return
        }
        let numbers = authored.optionNumbers
        if numbers != Array(1..<numbers.count + 1) || !(2...6).contains(numbers.count) {
            let found = numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: ", ")
            report(
                authored, .options, "options are numbered from 1 without a gap, two to six of them; there are: \(found)"
            )
        }
        for number in key.sorted() where !numbers.contains(number) {
            report(authored, .key, "key names option \(number), which is not there")
        }
        if item.kind == .single && key.count != 1 {
            report(authored, .key, "a single question has one right option, the key names \(key.count)")
        }
        if item.kind == .multi && key.count < 2 {
            report(authored, .key, "a multi question has two right options or more, the key names \(key.count)")
        }
    }

    private mutating func checkEnemies(of authored: AuthoredItem) {
        for enemy in authored.item.enemies {
            if enemy == authored.item.id {
                report(authored, .enemy, "enemies names the question itself", weight: .error)
            } else if states[enemy] == nil {
                report(
                    authored, .enemy, "enemies names \(enemy), which is no question of this bank; take it out",
                    weight: .error)
            }
        }
    }

    /// The texts of a language in which the question is to be complete.
    mutating func check(_ authored: AuthoredItem, in language: LanguageTag, weight: Finding.Weight?) {
        for field in authored.missing(in: language) {
            report(authored, .missingTranslation, "\(field) is missing", weight: weight)
        }
        if authored.lacksPictureWords(in: language) {
            report(
                authored, .pictureAlternative,
                "picture.\(language) is missing: say in words what the picture shows", weight: weight)
        }
        guard let text = authored.item.texts[language] else { return }
        let limits = Limits.of(language)
        check(authored, "stem.\(language)", text.stem, limit: limits.stem, weight)
        check(authored, "explain.\(language)", text.explanation, limit: limits.explanation, weight)
        var seen: [String: Int] = [:]
        for (number, option) in text.options.sorted(by: { $0.key < $1.key }) where !option.isEmpty {
            check(authored, "\(number).\(language)", option, limit: limits.option, weight)
            let plain = Self.plain(option)
            if let first = seen[plain] {
                report(
                    authored, .duplicateText, "options \(first) and \(number) are the same in \(language)",
                    weight: weight)
            }
            seen[plain] = seen[plain] ?? number
        }
    }

    private mutating func check(
        _ authored: AuthoredItem, _ field: String, _ text: String, limit: Int, _ weight: Finding.Weight?
    ) {
        guard text.count > limit else { return }
        report(
            authored, .length, "\(field) has \(text.count) characters, at most \(limit) fit the screen", weight: weight)
    }

    /// A text without what the eye does not tell apart: case, blanks, punctuation, wide and narrow forms.
    static func plain(_ text: String) -> String {
        var plain = ""
        for scalar in text.lowercased().unicodeScalars {
            // Full-width forms of ASCII lie 0xFEE0 above it.
            let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) : scalar
            guard let narrow else { continue }
            switch narrow.properties.generalCategory {
            case .spaceSeparator, .otherPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                .initialPunctuation, .finalPunctuation, .control, .format:
                continue
            default: plain.unicodeScalars.append(narrow)
            }
        }
        // Options that consist of signs alone are compared as they stand.
        return plain.isEmpty ? text : plain
    }

    private mutating func checkRepeatedStems() {
        struct Shown: Hashable {
            let stem: String
            let picture: String?
        }
        for language in contents.index.languages + contents.index.translations {
            var seen: [Shown: ItemID] = [:]
            for authored in items where authored.state != .retired {
                guard let stem = authored.item.texts[language]?.stem, !stem.isEmpty else { continue }
                let shown = Shown(stem: Self.plain(stem), picture: authored.item.picture?.digest)
                if let first = seen[shown] {
                    report(
                        authored, .duplicateText, "asks in the same words as \(first) in \(language)", weight: .warning)
                } else {
                    seen[shown] = authored.item.id
                }
            }
        }
    }
}
