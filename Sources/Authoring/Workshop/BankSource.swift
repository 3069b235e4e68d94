internal import CanonicalJSON
public import CivilTime
public import Cryptography
internal import Dispatch
public import Exam
public import Packages
internal import Platform
public import QuestionBank

/// A bank as its authors keep it: a folder.
///
/// | file | what |
/// |---|---|
/// | `bank.json` | id, version, languages, translations, days of validity, names of areas, promises |
/// | `programmes.json` | the table of programmes |
/// | `calendar.json` | the days that are worked, where the bank states them |
/// | `blueprints/*.json` | one blueprint each, with its joint table |
/// | `items/*.items` | the questions, one file for an area or a chapter |
/// | `media/**` | the drawings that questions name |
///
/// Reading never throws: whatever is wrong is a finding, with its file and line.
public struct BankSource: Sendable {
    /// What is packed: the active questions, with the languages that are complete and were read; nil when it cannot be
    /// told, which a finding explains. It may still hold errors.
    public let contents: BankContents?
    /// All questions in any state, with all their texts, in order of their ids.
    public let items: [AuthoredItem]
    /// PNG bytes by digest, of the questions of all states.
    public let pictures: [String: [UInt8]]
    /// The drawing in `media` that a question names, of the questions of all states.
    public let drawings: [ItemID: String]
    public let findings: [Finding]

    public var errors: [Finding] { findings.filter { $0.weight == .error } }
    public var warnings: [Finding] { findings.filter { $0.weight == .warning } }

    /// - Parameters:
    ///   - today: the day on which it is; nil for the machine's.
    ///   - progress: called with how many questions are read, their drawings drawn.
    public init(folder: String, today: CalendarDate? = nil, progress: (Int) -> Void = { _ in }) {
        var reader = Reader(folder: folder, today: today ?? SystemTime().wall().date())
        contents = reader.read(progress)
        items = reader.items
        pictures = reader.pictures
        drawings = reader.drawings
        findings = reader.findings
    }

    /// Builds the package.
    ///
    /// - Throws: `Refused` with the errors that stand in the way; the file is then not touched.
    /// - Returns: the package, opened from the file that was written.
    public func pack(
        to path: String, signer: some Signer, recipients: [QuestionPackage.Access], suite: CipherSuite? = nil,
        progress: QuestionPackage.Progress = { _, _ in }
    ) throws -> QuestionPackage {
        let contents = try packable()
        try QuestionPackage.write(
            contents, to: path, signer: signer, recipients: recipients, suite: suite, progress: progress)
        return try QuestionPackage(path: path, trust: .keys(JWKS(keys: [signer.verifyingKey.jwk])))
    }

    /// What is packed.
    ///
    /// - Throws: `Refused` for a bank with errors.
    public func packable() throws(Refused) -> BankContents {
        guard let contents, errors.isEmpty else { throw Refused(errors: errors) }
        return contents
    }

    /// A bank with errors is not packed.
    public struct Refused: Error, CustomStringConvertible {
        public let errors: [Finding]
        public var description: String {
            (["not packed: \(errors.count) errors"] + errors.map(\.description)).joined(separator: "\n")
        }
    }
}

/// `bank.json`.
struct BankConfiguration: Codable {
    let id: String
    let purpose: BankPurpose?
    /// For a practice bank: the folder of the exam bank, seen from this one, with which it shares no question.
    let apartFrom: String?
    let version: Int
    let languages: [LanguageTag]
    let translations: [LanguageTag]?
    let validFrom: CalendarDate?
    let validUntil: CalendarDate?
    let areas: [Area: [LanguageTag: String]]
    let promises: [BankIndex.Promise]?
}

/// A file of `blueprints/`, in which the table may not stand yet.
struct BlueprintFile: Codable {
    let programme: ProgrammeCode
    let version: Int
    let classes: [VehicleClass]?
    let kinds: [ItemKind: Int]
    let areas: [Area: Int]
    let table: [Area: [ItemKind: Int]]?
    let share: Int?
}

/// Goes through a bank's folder once and collects what is there and what is wrong.
private struct Reader {
    let folder: String
    let today: CalendarDate
    var findings: [Finding] = []
    private(set) var items: [AuthoredItem] = []
    private(set) var pictures: [String: [UInt8]] = [:]
    private(set) var drawings: [ItemID: String] = [:]
    private var drawn: [String: Result<SVGPicture.Rendered, SVGPicture.Refusal>] = [:]
    private var rendered: [String: (digest: String, height: Int)] = [:]

    init(folder: String, today: CalendarDate) {
        self.folder = folder
        self.today = today
    }

    mutating func read(_ progress: (Int) -> Void) -> BankContents? {
        guard let configuration = decode(BankConfiguration.self, "bank.json") else { return nil }
        let translations = configuration.translations ?? []
        // A language that stands twice would make two texts of one.
        let languages = configuration.languages + translations
        guard Set(languages).count == languages.count else {
            findings.append(Finding(file: "bank.json", rule: .badValue, "languages: one of them stands twice"))
            return nil
        }
        let programmes = decode([Programme].self, "programmes.json") ?? []
        let calendar = calendar()
        let blueprints = names(in: "blueprints", ending: ".json").compactMap { blueprint("blueprints/\($0)") }
        readItems(languages: languages, progress)
        let packed = packed(translations: translations)
        let shown = Set(packed.values.compactMap { $0.picture?.digest })
        let pictures = pictures.filter { digest, _ in shown.contains(digest) }
        let contents = BankContents(
            index: BankIndex(
                id: configuration.id, purpose: configuration.purpose, version: configuration.version,
                languages: configuration.languages,
                translations: translations, validFrom: configuration.validFrom,
                validUntil: configuration.validUntil, areas: configuration.areas, programmes: programmes,
                blueprints: blueprints, promises: configuration.promises ?? [],
                items: packed.values.map(\.indexEntry), calendar: calendar),
            items: packed,
            keys: Dictionary(
                uniqueKeysWithValues: items.filter { packed[$0.item.id] != nil }.map { ($0.item.id, $0.key) }),
            pictures: pictures)
        if configuration.purpose == .practice { keepApart(contents, from: configuration.apartFrom) }
        findings += BankCheck.findings(in: contents, items: items, bankFile: "bank.json", today: today)
        return contents
    }

    private mutating func readItems(languages: [LanguageTag], _ progress: (Int) -> Void) {
        var reader = ItemReader(languages: languages)
        var places: [ItemID: String] = [:]
        var states: [ItemID: ItemState] = [:]
        for name in names(in: "items", ending: ".items") {
            guard let bytes = file("items/\(name)") else { continue }
            let source = ItemsFile(bytes, name: "items/\(name)")
            let drafts = reader.read(source, name: "items/\(name)")
            drawAhead(drafts)
            for draft in drafts where states[draft.authored.item.id] == nil {
                states[draft.authored.item.id] = draft.authored.state
                items.append(withPicture(draft))
                progress(items.count)
            }
            for draft in source.drafts {
                guard let first = places[draft.id] else {
                    places[draft.id] = "items/\(name):\(draft.line)"
                    continue
                }
                let retired = states[draft.id] == .retired ? ", retired" : ""
                findings.append(
                    Finding(
                        file: "items/\(name)", line: draft.line, item: draft.id, rule: .duplicateID,
                        "stands already in \(first)\(retired); an id belongs to one question for ever"))
            }
        }
        items.sort { $0.item.id < $1.item.id }
        findings += reader.findings
    }

    /// The active questions with what is ready of them; an enemy is one from both sides.
    private func packed(translations: [LanguageTag]) -> [ItemID: Item] {
        let active = items.filter { $0.state == .active }
        let ids = Set(active.map(\.item.id))
        var enemies: [ItemID: Set<ItemID>] = [:]
        for item in active.map(\.item) {
            for enemy in item.enemies where enemy != item.id && ids.contains(enemy) {
                enemies[item.id, default: []].insert(enemy)
                enemies[enemy, default: []].insert(item.id)
            }
        }
        return Dictionary(
            uniqueKeysWithValues: active.map { authored in
                let id = authored.item.id
                return (id, authored.packed(translations: translations, enemies: enemies[id, default: []].sorted()))
            })
    }

    private mutating func names(in part: String, ending: String) -> [String] {
        do {
            return try listDirectory("\(folder)/\(part)").filter { $0.hasSuffix(ending) }
        } catch {
            findings.append(Finding(file: part, rule: .file, "\(error)"))
            return []
        }
    }

    private mutating func file(_ name: String) -> [UInt8]? {
        do {
            return try readFile("\(folder)/\(name)")
        } catch {
            findings.append(Finding(file: name, rule: .file, "\(error)"))
            return nil
        }
    }

    private mutating func decode<Value: Decodable>(_ type: Value.Type, _ name: String) -> Value? {
        guard let bytes = file(name) else { return nil }
        do {
            return try JSONCoder.decode(type, from: bytes)
        } catch {
            findings.append(Finding(file: name, rule: .badValue, JSONCoder.explain(error)))
            return nil
        }
    }

    /// No question of a practice bank is one of the exam bank's, in whatever state that is.
    private mutating func keepApart(_ contents: BankContents, from other: String?) {
        guard let other else {
            let words = "apartFrom is missing: it names the folder of the exam bank with which no question is shared"
            findings.append(Finding(file: "bank.json", rule: .shared, words))
            return
        }
        let exam = BankSource(folder: "\(folder)/\(other)").items
        guard !exam.isEmpty else {
            findings.append(Finding(file: "bank.json", rule: .shared, "apartFrom: \(other) holds no questions"))
            return
        }
        do throws(PracticeRefusal) {
            let shared = try PracticeBank(contents).sharedItems(
                ids: Set(exam.map(\.item.id)),
                fingerprints: Fingerprints(exam.flatMap { $0.item.fingerprints(sha256: sha256) }), sha256: sha256)
            for id in shared {
                let authored = items.first { $0.item.id == id }
                findings.append(
                    Finding(
                        file: authored?.file ?? "bank.json", line: authored?.line, item: id, rule: .shared,
                        "it is asked in exams too: \(other) has a question of this id, or in the same words"))
            }
        } catch {
            findings.append(Finding(file: "bank.json", rule: .shared, error.description))
        }
    }

    private mutating func calendar() -> WorkCalendar? {
        guard fileExists("\(folder)/calendar.json") else { return nil }
        guard let calendar = decode(WorkCalendar.self, "calendar.json") else { return nil }
        for problem in calendar.contradictions {
            findings.append(Finding(file: "calendar.json", rule: .calendar, problem))
        }
        return calendar
    }

    private mutating func blueprint(_ name: String) -> Blueprint? {
        guard let source = decode(BlueprintFile.self, name) else { return nil }
        guard let table = source.table else {
            findings.append(
                Finding(file: name, rule: .blueprint, "its table is not made; `kaotai bank blueprint` makes it"))
            return nil
        }
        do throws(BlueprintError) {
            return try Blueprint(
                programme: source.programme, version: source.version, classes: source.classes ?? [],
                kinds: source.kinds, areas: source.areas, table: table, share: source.share)
        } catch {
            findings.append(Finding(file: name, rule: .blueprint, error.description))
            return nil
        }
    }

    private static func isInside(_ path: String) -> Bool {
        !path.split(separator: "/").contains("..") && !path.hasPrefix("/")
    }

    /// Draws what the questions of a file show, on all processors: making the PNG files takes the most time by far.
    private mutating func drawAhead(_ drafts: [ItemReader.Draft]) {
        let paths = Set(drafts.compactMap(\.picture)).filter { drawn[$0] == nil && Self.isInside($0) }.sorted()
        let folder = folder
        let done = Guarded<[String: Result<SVGPicture.Rendered, SVGPicture.Refusal>]>([:])
        DispatchQueue.concurrentPerform(iterations: paths.count) { index in
            guard let svg = try? readFile("\(folder)/media/\(paths[index])") else { return }
            let drawing = Result { () throws(SVGPicture.Refusal) in try SVGPicture.render(svg) }
            done.withLock { $0[paths[index]] = drawing }
        }
        drawn.merge(done.withLock { $0 }) { _, new in new }
    }

    /// The question with its drawing made into pixels; without it when the drawing is not to be had.
    private mutating func withPicture(_ draft: ItemReader.Draft) -> AuthoredItem {
        let authored = draft.authored
        guard let path = draft.picture else { return authored }
        func refuse(_ words: String) -> Finding {
            Finding(
                file: authored.file, line: draft.pictureLine ?? authored.line, item: authored.item.id, rule: .picture,
                "media/\(path) \(words)")
        }
        if rendered[path] == nil {
            guard Self.isInside(path) else {
                findings.append(refuse("leaves the folder media"))
                return authored
            }
            guard let drawing = drawn[path] else {
                findings.append(refuse("is not there"))
                return authored
            }
            do throws(SVGPicture.Refusal) {
                let picture = try drawing.get()
                let digest = hexadecimal(sha256(picture.png))
                pictures[digest] = picture.png
                rendered[path] = (digest, picture.height)
            } catch {
                findings.append(refuse(error.words))
            }
        }
        guard let picture = rendered[path] else { return authored }
        drawings[authored.item.id] = path
        return AuthoredItem(
            item: authored.item.with(
                picture: Picture(
                    digest: picture.digest, width: SVGPicture.width, height: picture.height,
                    alternatives: draft.alternatives)),
            key: authored.key, state: authored.state, file: authored.file, line: authored.line)
    }
}
