internal import CanonicalJSON
internal import CivilTime
internal import Cryptography
internal import Exam
public import Packages
internal import Platform
public import QuestionBank

/// A bank as its authors keep it: a folder.
///
/// | file | what |
/// |---|---|
/// | `bank.json` | id, version, languages, days of validity, names of areas, promises |
/// | `programmes.json` | the table of programmes |
/// | `blueprints/*.json` | one blueprint each, with its joint table |
/// | `items/*.items` | the questions, one file for an area or a chapter |
/// | `media/**` | the drawings that questions name |
///
/// Reading never throws: whatever is wrong is a finding, with its file and line.
public struct BankSource: Sendable {
    /// What the folder holds; nil when it cannot be told, which a finding explains. It may still hold errors.
    public let contents: BankContents?
    public let findings: [Finding]

    public var errors: [Finding] { findings.filter { $0.weight == .error } }
    public var warnings: [Finding] { findings.filter { $0.weight == .warning } }

    public init(folder: String) {
        var reader = Reader(folder: folder)
        contents = reader.read()
        findings = reader.findings
    }

    /// Builds the package.
    ///
    /// - Throws: `Refused` with the errors that stand in the way; the file is then not touched.
    /// - Returns: the package, opened from the file that was written.
    public func pack(to path: String) throws -> QuestionPackage {
        guard let contents, errors.isEmpty else { throw Refused(errors: errors) }
        try QuestionPackage.write(contents, to: path)
        return try QuestionPackage(path: path)
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
    let version: Int
    let languages: [LanguageTag]
    let validFrom: CalendarDate?
    let validUntil: CalendarDate?
    let areas: [Area: [LanguageTag: String]]
    let promises: [BankIndex.Promise]?
}

/// A file of `blueprints/`, in which the table may not stand yet.
struct BlueprintFile: Codable {
    let programme: ProgrammeCode
    let version: Int
    let kinds: [ItemKind: Int]
    let areas: [Area: Int]
    let table: [Area: [ItemKind: Int]]?
}

/// Goes through a bank's folder once and collects what is there and what is wrong.
private struct Reader {
    let folder: String
    var findings: [Finding] = []
    private var pictures: [String: [UInt8]] = [:]
    private var rendered: [String: (digest: String, height: Int)] = [:]

    init(folder: String) { self.folder = folder }

    mutating func read() -> BankContents? {
        guard let configuration = decode(BankConfiguration.self, "bank.json") else { return nil }
        // A language that stands twice would make two texts of one.
        guard Set(configuration.languages).count == configuration.languages.count else {
            findings.append(Finding(file: "bank.json", rule: .badValue, "languages: one of them stands twice"))
            return nil
        }
        let programmes = decode([Programme].self, "programmes.json") ?? []
        let blueprints = names(in: "blueprints", ending: ".json").compactMap { blueprint("blueprints/\($0)") }
        var reader = ItemReader(languages: configuration.languages)
        var items: [ItemID: Item] = [:]
        var keys: [ItemID: Set<Int>] = [:]
        var places: [ItemID: BankCheck.Place] = [:]
        for name in names(in: "items", ending: ".items") {
            guard let bytes = file("items/\(name)") else { continue }
            let source = ItemsFile(bytes, name: "items/\(name)")
            for draft in source.drafts {
                if let first = places[draft.id] {
                    findings.append(
                        Finding(
                            file: "items/\(name)", line: draft.line, item: draft.id, rule: .duplicateID,
                            "stands already in \(first.file):\(first.line ?? 0); an id belongs to one question for ever"
                        ))
                } else {
                    places[draft.id] = .init(file: "items/\(name)", line: draft.line)
                }
            }
            for draft in reader.read(source, name: "items/\(name)") where items[draft.item.id] == nil {
                items[draft.item.id] = withPicture(draft)
                keys[draft.item.id] = draft.key
            }
        }
        findings += reader.findings
        let contents = BankContents(
            index: BankIndex(
                id: configuration.id, version: configuration.version, languages: configuration.languages,
                validFrom: configuration.validFrom, validUntil: configuration.validUntil, areas: configuration.areas,
                programmes: programmes, blueprints: blueprints, promises: configuration.promises ?? [],
                items: items.values.map(\.indexEntry)),
            items: items, keys: keys, pictures: pictures)
        findings += BankCheck.findings(in: contents, bankFile: "bank.json", places: places)
        return contents
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

    private mutating func blueprint(_ name: String) -> Blueprint? {
        guard let source = decode(BlueprintFile.self, name) else { return nil }
        guard let table = source.table else {
            findings.append(
                Finding(file: name, rule: .blueprint, "its table is not made; `kaotai bank blueprint` makes it"))
            return nil
        }
        do throws(BlueprintError) {
            return try Blueprint(
                programme: source.programme, version: source.version, kinds: source.kinds, areas: source.areas,
                table: table)
        } catch {
            findings.append(Finding(file: name, rule: .blueprint, error.description))
            return nil
        }
    }

    /// The question with its drawing made into pixels; without it when the drawing is not to be had.
    private mutating func withPicture(_ draft: ItemReader.Draft) -> Item {
        guard let path = draft.picture else { return draft.item }
        func refuse(_ words: String) -> Finding {
            Finding(
                file: draft.file, line: draft.pictureLine ?? draft.line, item: draft.item.id, rule: .picture,
                "media/\(path) \(words)")
        }
        if rendered[path] == nil {
            guard !path.split(separator: "/").contains(".."), !path.hasPrefix("/") else {
                findings.append(refuse("leaves the folder media"))
                return draft.item
            }
            guard let svg = try? readFile("\(folder)/media/\(path)") else {
                findings.append(refuse("is not there"))
                return draft.item
            }
            do throws(SVGPicture.Refusal) {
                let picture = try SVGPicture.render(svg)
                let digest = hexadecimal(sha256(picture.png))
                pictures[digest] = picture.png
                rendered[path] = (digest, picture.height)
            } catch {
                findings.append(refuse(error.words))
            }
        }
        guard let picture = rendered[path] else { return draft.item }
        let item = draft.item
        return Item(
            id: item.id, version: item.version, kind: item.kind, area: item.area, classes: item.classes,
            basis: item.basis,
            picture: Picture(
                digest: picture.digest, width: SVGPicture.width, height: picture.height,
                alternatives: draft.alternatives), texts: item.texts, written: item.written, reviewed: item.reviewed)
    }
}
