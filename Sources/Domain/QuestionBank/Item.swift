public import CivilTime
public import Exam

/// A question in all its languages, without its key: what may travel to a screen.
public struct Item: Codable, Hashable, Sendable {
    public let id: ItemID
    /// Counts up with every change that a candidate could notice.
    public let version: Int
    public let kind: ItemKind
    public let area: Area
    public let classes: [VehicleClass]
    /// Where it is asked: prefixes of GB/T 2260 codes, such as `33` or `3301`; empty for everywhere.
    public let regions: [String]
    /// The first day on which it is asked; nil for no bound.
    public let validFrom: CalendarDate?
    /// The last day on which it is asked; nil for no bound.
    public let validUntil: CalendarDate?
    /// Questions that give away its answer or ask the same: never on one paper with it. They name it, too.
    public let enemies: [ItemID]
    /// The articles that decide the key, such as `RTSL Art. 91(1)`.
    public let basis: String
    public let picture: Picture?
    public let texts: [LanguageTag: ItemText]
    /// Who wrote it and when.
    public let written: String
    /// Who read it a second time and when.
    public let reviewed: String
    /// Who made and who read the texts of languages that were added later.
    public let translations: [LanguageTag: Translation]

    public init(
        id: ItemID, version: Int, kind: ItemKind, area: Area, classes: [VehicleClass], regions: [String] = [],
        validFrom: CalendarDate? = nil, validUntil: CalendarDate? = nil, enemies: [ItemID] = [], basis: String,
        picture: Picture?, texts: [LanguageTag: ItemText], written: String, reviewed: String,
        translations: [LanguageTag: Translation] = [:]
    ) {
        self.id = id
        self.version = version
        self.kind = kind
        self.area = area
        self.classes = classes
        self.regions = regions
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.enemies = enemies
        self.basis = basis
        self.picture = picture
        self.texts = texts
        self.written = written
        self.reviewed = reviewed
        self.translations = translations
    }

    /// How many options the question has: what its languages agree on, 2 for a judge question.
    public var optionCount: Int { kind == .judge ? 2 : texts.values.map(\.options.count).max() ?? 0 }

    /// What drawing a paper needs to know of it.
    public var indexEntry: ItemIndexEntry {
        ItemIndexEntry(
            id: id, version: version, kind: kind, area: area, classes: classes, options: optionCount,
            languages: Array(texts.keys), regions: regions, validFrom: validFrom, validUntil: validUntil,
            enemies: enemies)
    }
}

/// Who put a question into a language and who compared it with the original.
public struct Translation: Codable, Hashable, Sendable {
    /// A name and a day.
    public let translated: String
    /// A name and a day; empty while nobody has.
    public let reviewed: String

    public init(translated: String, reviewed: String) {
        self.translated = translated
        self.reviewed = reviewed
    }
}

/// A question's words in one language.
public struct ItemText: Codable, Hashable, Sendable {
    public let stem: String
    /// By authored number, from 1 without a gap; empty for a judge question, whose options are fixed.
    public let options: [Int: String]
    /// Why the key is right, naming the rule; shown after the end only.
    public let explanation: String

    public init(stem: String, options: [Int: String], explanation: String) {
        self.stem = stem
        self.options = options
        self.explanation = explanation
    }
}

/// A picture that belongs to a question.
public struct Picture: Codable, Hashable, Sendable {
    /// SHA-256 of its PNG bytes, hexadecimal: the name under which a package holds them.
    public let digest: String
    /// Pixels.
    public let width: Int
    /// Pixels.
    public let height: Int
    /// What it shows, in words, for those who do not see it.
    public let alternatives: [LanguageTag: String]

    public init(digest: String, width: Int, height: Int, alternatives: [LanguageTag: String]) {
        self.digest = digest
        self.width = width
        self.height = height
        self.alternatives = alternatives
    }
}
