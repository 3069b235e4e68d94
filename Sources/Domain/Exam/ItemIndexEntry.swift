public import CivilTime

/// What drawing a paper needs to know of a question: nothing of its text, nothing of its key.
public struct ItemIndexEntry: Hashable, Sendable {
    public let id: ItemID
    public let version: Int
    public let kind: ItemKind
    public let area: Area
    public let classes: [VehicleClass]
    /// How many options the question has; 2 for a judge question.
    public let options: Int
    /// The languages in which the question is complete and its translation reviewed, in order; a paper in another
    /// language does not use it.
    public let languages: [LanguageTag]
    /// Where it is asked: prefixes of administrative division codes (GB/T 2260), such as `33` for a province or `3301`
    /// for a city, in order; none for everywhere.
    public let regions: [String]
    /// The first day on which it is asked; nil for no bound.
    public let validFrom: CalendarDate?
    /// The last day on which it is asked; nil for no bound.
    public let validUntil: CalendarDate?
    /// The questions that never stand in one paper with it, in order: one answers the other, or asks the same again.
    /// Enmity is mutual, and it is enough when one of the two names it.
    public let enemies: [ItemID]

    public init(
        id: ItemID, version: Int, kind: ItemKind, area: Area, classes: [VehicleClass], options: Int,
        languages: [LanguageTag] = [], regions: [String] = [], validFrom: CalendarDate? = nil,
        validUntil: CalendarDate? = nil, enemies: [ItemID] = []
    ) {
        self.id = id
        self.version = version
        self.kind = kind
        self.area = area
        self.classes = classes
        self.options = options
        self.languages = languages.sorted()
        self.regions = regions.sorted()
        self.validFrom = validFrom
        self.validUntil = validUntil
        self.enemies = enemies.sorted()
    }

    public func isValid(on day: CalendarDate) -> Bool {
        validFrom.map { $0 <= day } ?? true && validUntil.map { day <= $0 } ?? true
    }

    /// Whether it is asked in a region; one that is asked only somewhere is not asked where the region is unknown ("").
    public func isAsked(in region: String) -> Bool { regions.isEmpty || regions.contains(where: region.hasPrefix) }
}

extension ItemIndexEntry: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, version, kind, area, classes, options, languages, regions, validFrom, validUntil, enemies
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(ItemID.self, forKey: .id),
            version: try container.decode(Int.self, forKey: .version),
            kind: try container.decode(ItemKind.self, forKey: .kind),
            area: try container.decode(Area.self, forKey: .area),
            classes: try container.decode([VehicleClass].self, forKey: .classes),
            options: try container.decode(Int.self, forKey: .options),
            languages: try container.decodeIfPresent([LanguageTag].self, forKey: .languages) ?? [],
            regions: try container.decodeIfPresent([String].self, forKey: .regions) ?? [],
            validFrom: try container.decodeIfPresent(CalendarDate.self, forKey: .validFrom),
            validUntil: try container.decodeIfPresent(CalendarDate.self, forKey: .validUntil),
            enemies: try container.decodeIfPresent([ItemID].self, forKey: .enemies) ?? [])
    }

    /// What is empty or nil is left out: an index of a hundred thousand questions holds nothing that says nothing.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(version, forKey: .version)
        try container.encode(kind, forKey: .kind)
        try container.encode(area, forKey: .area)
        try container.encode(classes, forKey: .classes)
        try container.encode(options, forKey: .options)
        if !languages.isEmpty { try container.encode(languages, forKey: .languages) }
        if !regions.isEmpty { try container.encode(regions, forKey: .regions) }
        try container.encodeIfPresent(validFrom, forKey: .validFrom)
        try container.encodeIfPresent(validUntil, forKey: .validUntil)
        if !enemies.isEmpty { try container.encode(enemies, forKey: .enemies) }
    }
}
