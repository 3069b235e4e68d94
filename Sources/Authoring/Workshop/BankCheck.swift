internal import Exam
public import QuestionBank

/// The rules that a bank's contents keep, wherever they were read from.
public struct BankCheck {
    /// Where the author finds a question; a package has no lines.
    struct Place {
        let file: String
        let line: Int?
    }

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

    private let contents: BankContents
    private let bankFile: String
    private let places: [ItemID: Place]
    private var findings: [Finding] = []

    /// What is wrong in a package that was opened.
    public static func findings(in contents: BankContents, file: String) -> [Finding] {
        findings(in: contents, bankFile: file, places: [:])
    }

    static func findings(in contents: BankContents, bankFile: String, places: [ItemID: Place]) -> [Finding] {
        var check = BankCheck(contents: contents, bankFile: bankFile, places: places)
        for entry in contents.index.items {
            if let item = contents.items[entry.id] { check.check(item) }
        }
        check.checkRepeatedStems()
        check.checkProgrammes()
        check.checkBlueprints()
        return check.findings
    }

    private init(contents: BankContents, bankFile: String, places: [ItemID: Place]) {
        self.contents = contents
        self.bankFile = bankFile
        self.places = places
    }

    // MARK: Questions

    private mutating func report(
        _ item: Item, _ rule: Finding.Rule, _ message: String, weight: Finding.Weight = .error
    ) {
        let place = places[item.id] ?? Place(file: bankFile, line: nil)
        findings.append(
            Finding(file: place.file, line: place.line, item: item.id, rule: rule, message, weight: weight))
    }

    private mutating func check(_ item: Item) {
        if contents.index.areas[item.area] == nil {
            report(item, .unknownArea, "area \(item.area) is none of \(names(contents.index.areas.keys))")
        }
        if item.classes.isEmpty { report(item, .missingField, "classes is empty") }
        for vehicleClass in item.classes where !Self.vehicleClasses.contains(vehicleClass) {
            report(item, .unknownClass, "class \(vehicleClass) is none of \(names(Self.vehicleClasses))")
        }
        checkReview(of: item)
        checkOptions(of: item)
        for language in contents.index.languages { check(item, in: language) }
    }

    private mutating func checkReview(of item: Item) {
        /// The name in front of the date.
        func person(_ text: String) -> Substring { text.prefix(upTo: text.lastIndex(of: " ") ?? text.endIndex) }
        if item.reviewed.isEmpty {
            report(item, .notReviewed, "nobody has read it a second time; the reader adds reviewed: NAME DATE")
        } else if person(item.reviewed) == person(item.written) {
            report(item, .ownReview, "\(person(item.written)) wrote it and cannot be the second reader")
        }
    }

    private mutating func checkOptions(of item: Item) {
        let key = contents.keys[item.id] ?? []
        if item.kind == .judge {
            if key != [1] && key != [2] { report(item, .key, "the key of a judge question is true or false") }
            if item.texts.values.contains(where: { !$0.options.isEmpty }) {
                report(item, .options, "a judge question has no options of its own")
            }
            return
        }
        let numbers = Set(item.texts.values.flatMap(\.options.keys)).sorted()
        if numbers != Array(1..<numbers.count + 1) || !(2...6).contains(numbers.count) {
            let found = numbers.isEmpty ? "none" : numbers.map(String.init).joined(separator: ", ")
            report(item, .options, "options are numbered from 1 without a gap, two to six of them; there are: \(found)")
        }
        for number in key.sorted() where !numbers.contains(number) {
            report(item, .key, "key names option \(number), which is not there")
        }
        if item.kind == .single && key.count != 1 {
            report(item, .key, "a single question has one right option, the key names \(key.count)")
        }
        if item.kind == .multi && key.count < 2 {
            report(item, .key, "a multi question has two right options or more, the key names \(key.count)")
        }
    }

    private mutating func check(_ item: Item, in language: LanguageTag) {
        let text = item.texts[language] ?? ItemText(stem: "", options: [:], explanation: "")
        let limits = Limits.of(language)
        check(item, "stem.\(language)", text.stem, limit: limits.stem)
        check(item, "explain.\(language)", text.explanation, limit: limits.explanation)
        var seen: [String: Int] = [:]
        for number in Set(item.texts.values.flatMap(\.options.keys)).sorted() {
            let option = text.options[number] ?? ""
            check(item, "\(number).\(language)", option, limit: limits.option)
            if let first = seen[option], !option.isEmpty {
                report(item, .duplicateText, "options \(first) and \(number) are the same in \(language)")
            }
            seen[option] = number
        }
        if let picture = item.picture, picture.alternatives[language, default: ""].isEmpty {
            report(item, .pictureAlternative, "picture.\(language) is missing: say in words what the picture shows")
        }
    }

    private mutating func check(_ item: Item, _ field: String, _ text: String, limit: Int) {
        if text.isEmpty {
            report(item, .missingTranslation, "\(field) is missing")
        } else if text.count > limit {
            report(item, .length, "\(field) has \(text.count) characters, at most \(limit) fit the screen")
        }
    }

    private mutating func checkRepeatedStems() {
        guard let language = contents.index.languages.first else { return }
        struct Shown: Hashable {
            let stem: String
            let picture: String?
        }
        var seen: [Shown: ItemID] = [:]
        for entry in contents.index.items {
            guard let item = contents.items[entry.id], let stem = item.texts[language]?.stem, !stem.isEmpty else {
                continue
            }
            let shown = Shown(stem: stem, picture: item.picture?.digest)
            if let first = seen[shown] {
                report(item, .duplicateText, "asks in the same words as \(first)", weight: .warning)
            } else {
                seen[shown] = item.id
            }
        }
    }

    // MARK: Programmes and blueprints

    private mutating func report(_ rule: Finding.Rule, _ message: String) {
        findings.append(Finding(file: bankFile, rule: rule, message))
    }

    private func names(_ values: some Sequence<some TextIdentifier>) -> String {
        values.map(\.rawValue).sorted().joined(separator: ", ")
    }

    private mutating func checkProgrammes() {
        let index = contents.index
        if index.languages.isEmpty { report(.badValue, "the bank names no language") }
        if let from = index.validFrom, let until = index.validUntil, until < from {
            report(.badValue, "the bank is valid until \(until), which is before \(from)")
        }
        for area in index.areas.keys.sorted() {
            for language in index.languages where index.areas[area]?[language, default: ""].isEmpty != false {
                report(.missingTranslation, "area \(area) has no name in \(language)")
            }
        }
        var seen: Set<ProgrammeCode> = []
        for programme in index.programmes {
            if !seen.insert(programme.code).inserted { report(.programme, "programme \(programme.code) stands twice") }
            for problem in programme.contradictions { report(.programme, "programme \(programme.code): \(problem)") }
            for area in (programme.composition ?? [:]).keys.sorted() where index.areas[area] == nil {
                report(.unknownArea, "programme \(programme.code): area \(area) has no name in the bank")
            }
            for vehicleClass in programme.classes
            where vehicleClass != "*" && !Self.vehicleClasses.contains(vehicleClass) {
                report(.unknownClass, "programme \(programme.code): class \(vehicleClass) is not known")
            }
            for language in index.languages where programme.names[language, default: ""].isEmpty {
                report(.missingTranslation, "programme \(programme.code) has no name in \(language)")
            }
        }
    }

    private mutating func checkBlueprints() {
        let index = contents.index
        for code in Set(index.blueprints.map(\.programme)).sorted() {
            guard let blueprint = index.blueprint(for: code) else { continue }
            guard let programme = index.programme(code) else {
                report(.programme, "there is a blueprint for \(code), but no such programme")
                continue
            }
            guard let complete = try? programme.complete() else {
                report(
                    .programme,
                    MissingFigures(programme: code, figures: programme.missingFigures).description)
                continue
            }
            let kinds = complete.kinds.filter { $0.value > 0 }
            if blueprint.kinds.filter({ $0.value > 0 }) != kinds || blueprint.areas != complete.composition {
                report(.blueprint, "blueprint \(code): its kinds and areas are not those of the programme")
            }
            let times = index.promises.first { $0.programme == code }?.times ?? 1
            let classes = programme.classes.contains("*") ? Self.vehicleClasses : programme.classes
            for vehicleClass in classes { checkCells(of: blueprint, for: vehicleClass, times: times) }
        }
        for promise in index.promises where index.blueprint(for: promise.programme) == nil {
            report(.promise, "the bank promises \(promise.programme), which has no blueprint")
        }
    }

    private mutating func checkCells(of blueprint: Blueprint, for vehicleClass: VehicleClass, times: Int) {
        let items = contents.index.items
        let short = blueprint.shortCells(index: items, vehicleClass: vehicleClass)
        for cell in short { report(.cell, "\(blueprint.programme) for class \(vehicleClass): \(cell)") }
        for cell in blueprint.shortCells(index: items, vehicleClass: vehicleClass, times: times)
        where !short.contains(where: { $0.area == cell.area && $0.kind == cell.kind }) {
            report(.promise, "\(blueprint.programme) for class \(vehicleClass), promised \(times) times over: \(cell)")
        }
    }
}
