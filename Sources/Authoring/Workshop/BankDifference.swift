internal import CanonicalJSON
internal import CivilTime
public import Exam
public import QuestionBank

/// One thing in which two states of a bank differ, in words.
public struct BankDifference: Hashable, Sendable {
    /// What the difference is about, by the names that the output uses.
    public enum Kind: String, CaseIterable, Sendable {
        case bank, programme, blueprint, added, removed, state, version, classification, stem, option, explanation, key
        case picture, translation, reading
    }

    public let kind: Kind
    /// nil for what belongs to no question.
    public let item: ItemID?
    public let language: LanguageTag?
    /// A sentence without its subject.
    public let words: String
    public let before: String?
    public let after: String?

    init(
        _ kind: Kind, item: ItemID? = nil, language: LanguageTag? = nil, _ words: String, before: String? = nil,
        after: String? = nil
    ) {
        self.kind = kind
        self.item = item
        self.language = language
        self.words = words
        self.before = before
        self.after = after
    }

    /// Everything in which two banks differ: the bank itself first, then question by question.
    public static func all(
        from old: (items: [AuthoredItem], index: BankIndex), to new: (items: [AuthoredItem], index: BankIndex)
    ) -> [BankDifference] {
        var comparison = BankComparison()
        comparison.compareBank(old.index, new.index)
        comparison.compareProgrammes(old.index.programmes, new.index.programmes)
        comparison.compareBlueprints(old.index.blueprints, new.index.blueprints)
        comparison.compareItems(old.items, new.items)
        return comparison.differences
    }
}

/// Collects what differs.
struct BankComparison {
    private(set) var differences: [BankDifference] = []

    mutating func add(_ difference: BankDifference) { differences.append(difference) }

    /// A value of either side, where they differ.
    mutating func compare(
        _ kind: BankDifference.Kind, _ name: String, _ old: String, _ new: String, item: ItemID? = nil,
        language: LanguageTag? = nil
    ) {
        guard old != new else { return }
        let words =
            old.isEmpty
            ? "\(name) is new: \(new)" : new.isEmpty ? "\(name) is gone: \(old)" : "\(name): \(old) → \(new)"
        add(.init(kind, item: item, language: language, words, before: old, after: new))
    }

    private func list(_ values: some Sequence<some CustomStringConvertible>) -> String {
        values.map(\.description).joined(separator: " ")
    }

    // MARK: The bank

    mutating func compareBank(_ old: BankIndex, _ new: BankIndex) {
        compare(.bank, "id", old.id, new.id)
        compare(.bank, "version", "\(old.version)", "\(new.version)")
        compare(.bank, "languages", list(old.languages), list(new.languages))
        compare(.bank, "translations", list(old.translations), list(new.translations))
        compare(.bank, "valid from", old.validFrom?.description ?? "", new.validFrom?.description ?? "")
        compare(.bank, "valid until", old.validUntil?.description ?? "", new.validUntil?.description ?? "")
        for area in Set(old.areas.keys).union(new.areas.keys).sorted() {
            let (a, b) = (old.areas[area] ?? [:], new.areas[area] ?? [:])
            for language in Set(a.keys).union(b.keys).sorted() {
                compare(.bank, "area \(area) in \(language)", a[language] ?? "", b[language] ?? "")
            }
        }
        func promises(_ index: BankIndex) -> [String: Int] {
            Dictionary(
                index.promises.map { ("\($0.programme)\($0.language.map { " in \($0)" } ?? "")", $0.times) }
            ) { first, _ in first }
        }
        let (a, b) = (promises(old), promises(new))
        for name in Set(a.keys).union(b.keys).sorted() {
            compare(
                .bank, "promise \(name)", a[name].map { "\($0) times" } ?? "", b[name].map { "\($0) times" } ?? "")
        }
    }

    mutating func compareProgrammes(_ old: [Programme], _ new: [Programme]) {
        let a = Dictionary(old.map { ($0.code, $0) }) { first, _ in first }
        let b = Dictionary(new.map { ($0.code, $0) }) { first, _ in first }
        for code in Set(a.keys).union(b.keys).sorted() {
            guard let before = a[code], let after = b[code] else {
                add(.init(.programme, "programme \(code) is \(a[code] == nil ? "new" : "gone")"))
                continue
            }
            compareTrees(.programme, "programme \(code)", before, after)
        }
    }

    mutating func compareBlueprints(_ old: [Blueprint], _ new: [Blueprint]) {
        func named(_ blueprints: [Blueprint]) -> [String: Blueprint] {
            Dictionary(blueprints.map { ("blueprint \($0.programme) version \($0.version)", $0) }) { first, _ in first }
        }
        let (a, b) = (named(old), named(new))
        for name in Set(a.keys).union(b.keys).sorted() {
            guard let before = a[name], let after = b[name] else {
                add(.init(.blueprint, "\(name) is \(a[name] == nil ? "new" : "gone")"))
                continue
            }
            compareTrees(.blueprint, name, before, after)
        }
    }

    /// Two values, figure by figure, by their names in JSON.
    private mutating func compareTrees(
        _ kind: BankDifference.Kind, _ name: String, _ old: some Encodable, _ new: some Encodable
    ) {
        guard let before = try? JSONCoder.tree(old), let after = try? JSONCoder.tree(new) else { return }
        compareTrees(kind, name, before, after)
    }

    private mutating func compareTrees(_ kind: BankDifference.Kind, _ name: String, _ old: JSONValue, _ new: JSONValue)
    {
        guard old != new else { return }
        guard let a = old.objectValue, let b = new.objectValue else {
            func words(_ value: JSONValue) -> String {
                value == .null ? "" : value.stringValue ?? value.canonicalText
            }
            return compare(kind, name, words(old), words(new))
        }
        for member in Set(a.keys).union(b.keys).sorted() {
            compareTrees(kind, "\(name), \(member)", a[member] ?? .null, b[member] ?? .null)
        }
    }
}
