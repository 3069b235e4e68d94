public import CivilTime
public import Exam

/// What is known of a bank without opening any question: enough to list it, to check in a candidate and to draw a paper.
public struct BankIndex: Codable, Hashable, Sendable {
    public let id: String
    /// What its questions are for; nil is `exam`.
    public let purpose: BankPurpose?
    public let version: Int
    /// The languages that every question is complete in.
    public let languages: [LanguageTag]
    /// Further languages, in which some questions are complete: each entry of `items` names its own.
    public let translations: [LanguageTag]
    /// The first day on which the bank may be used; nil for no bound.
    public let validFrom: CalendarDate?
    /// The last day on which the bank may be used; nil for no bound.
    public let validUntil: CalendarDate?
    /// The names of the areas, by language.
    public let areas: [Area: [LanguageTag: String]]
    public let programmes: [Programme]
    public let blueprints: [Blueprint]
    public let promises: [Promise]
    /// The days that are worked; nil when the bank states none.
    public let calendar: WorkCalendar?
    /// In order of their ids.
    public internal(set) var items: [ItemIndexEntry]

    /// That the bank gives a programme several papers that have no question in common.
    public struct Promise: Codable, Hashable, Sendable {
        public let programme: ProgrammeCode
        public let times: Int
        /// The language that must give so many papers; nil for those in which every question is complete.
        public let language: LanguageTag?

        public init(programme: ProgrammeCode, times: Int, language: LanguageTag? = nil) {
            self.programme = programme
            self.times = times
            self.language = language
        }
    }

    public init(
        id: String, purpose: BankPurpose? = nil, version: Int, languages: [LanguageTag],
        translations: [LanguageTag] = [], validFrom: CalendarDate?,
        validUntil: CalendarDate?,
        areas: [Area: [LanguageTag: String]], programmes: [Programme], blueprints: [Blueprint], promises: [Promise],
        items: [ItemIndexEntry], calendar: WorkCalendar? = nil
    ) {
        self.id = id
        self.purpose = purpose
        self.version = version
        self.languages = languages
        self.translations = translations
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.areas = areas
        self.programmes = programmes
        self.blueprints = blueprints
        self.promises = promises
        self.calendar = calendar
        self.items = items.sorted { $0.id < $1.id }
    }

    public func programme(_ code: ProgrammeCode) -> Programme? { programmes.first { $0.code == code } }

    /// The blueprint of the highest version, or of the one asked for, that makes a programme's papers for a class.
    public func blueprint(for programme: ProgrammeCode, vehicleClass: VehicleClass, version: Int? = nil) -> Blueprint? {
        blueprints.filter {
            $0.programme == programme && $0.isFor(vehicleClass) && $0.version == version ?? $0.version
        }.max { $0.version < $1.version }
    }

    /// The languages in which a paper of a programme can be drawn for a vehicle class: the bank's own, and those
    /// translations in which enough questions are complete.
    public func languages(of code: ProgrammeCode, for vehicleClass: VehicleClass) -> [LanguageTag] {
        guard let blueprint = blueprint(for: code, vehicleClass: vehicleClass) else { return languages }
        return languages
            + translations.filter { tag in
                let items = items.filter { $0.languages.contains(tag) }
                return blueprint.shortCells(index: items, vehicleClass: vehicleClass).isEmpty
            }
    }

    public func isValid(on day: CalendarDate) -> Bool {
        validFrom.map { $0 <= day } ?? true && validUntil.map { day <= $0 } ?? true
    }

    /// Why a paper of a programme cannot be drawn for a vehicle class, in words; nil when it can, but for enemies.
    ///
    /// Language, region and day narrow the questions down where they are given.
    public func obstacle(
        to code: ProgrammeCode, for vehicleClass: VehicleClass, language: LanguageTag? = nil, region: String? = nil,
        on day: CalendarDate? = nil
    ) -> String? {
        guard let programme = programme(code) else { return "the bank knows no programme \(code)" }
        guard programme.missingFigures.isEmpty else {
            return MissingFigures(programme: code, figures: programme.missingFigures).description
        }
        guard programme.isFor(vehicleClass) else { return "programme \(code) is not for class \(vehicleClass)" }
        guard let blueprint = blueprint(for: code, vehicleClass: vehicleClass) else {
            return "the bank has no blueprint for programme \(code) and class \(vehicleClass)"
        }
        return blueprint.shortCells(
            index: items, vehicleClass: vehicleClass, language: language, region: region, day: day
        ).first.map {
            DrawError.shortCell(code, vehicleClass, $0).description
        }
    }
}

/// Everything a bank holds, in the plain: what is packed, and what an author's check reads.
public struct BankContents: Sendable {
    public let index: BankIndex
    public let items: [ItemID: Item]
    /// The authored numbers of the right options; 1 is "true" and 2 "false" in a judge question.
    public let keys: [ItemID: Set<Int>]
    /// PNG bytes by digest.
    public let pictures: [String: [UInt8]]

    public init(
        index: BankIndex, items: [ItemID: Item], keys: [ItemID: Set<Int>], pictures: [String: [UInt8]]
    ) {
        self.index = index
        self.items = items
        self.keys = keys
        self.pictures = pictures
    }
}
