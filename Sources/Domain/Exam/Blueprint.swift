public import CivilTime

/// What a programme's paper is made of: how many questions of each kind each area gives.
public struct Blueprint: Codable, Hashable, Sendable {
    public let programme: ProgrammeCode
    public let version: Int
    /// The vehicle classes whose papers it makes; empty for all of the programme's.
    public let classes: [VehicleClass]
    /// The paper's questions by kind.
    public let kinds: [ItemKind: Int]
    /// The paper's questions by area.
    public let areas: [Area: Int]
    /// The joint table: its rows sum to `areas`, its columns to `kinds`.
    public let table: [Area: [ItemKind: Int]]
    /// The share of the programme's papers in which a question stands at most, in thousandths; nil for no bound.
    public let share: Int?

    /// - Throws: `BlueprintError` for a table that does not keep both marginals, or a share that is none.
    public init(
        programme: ProgrammeCode, version: Int, classes: [VehicleClass] = [], kinds: [ItemKind: Int],
        areas: [Area: Int], table: [Area: [ItemKind: Int]], share: Int? = nil
    ) throws(BlueprintError) {
        try Self.check(kinds: kinds, areas: areas)
        if let share, !(1...1000).contains(share) { throw .share(share) }
        for area in table.keys.sorted() where areas[area] == nil { throw .unknownArea(area) }
        for area in areas.keys.sorted() {
            let row = table[area] ?? [:]
            for kind in ItemKind.allCases where row[kind, default: 0] < 0 {
                throw .negative("\(area), \(kind.rawValue)")
            }
            let sum = row.values.reduce(0, +)
            guard sum == areas[area] else {
                throw .marginal("area \(area)", wanted: areas[area, default: 0], has: sum)
            }
        }
        for kind in ItemKind.allCases {
            let sum = table.values.reduce(0) { $0 + $1[kind, default: 0] }
            guard sum == kinds[kind, default: 0] else {
                throw .marginal("kind \(kind.rawValue)", wanted: kinds[kind, default: 0], has: sum)
            }
        }
        self.programme = programme
        self.version = version
        self.classes = classes.sorted()
        self.kinds = kinds
        self.areas = areas
        self.table = table
        self.share = share
    }

    /// A blueprint whose table is made from the marginals by controlled rounding.
    public init(
        programme: ProgrammeCode, version: Int, classes: [VehicleClass] = [], kinds: [ItemKind: Int],
        areas: [Area: Int], share: Int? = nil
    ) throws(BlueprintError) {
        try Self.check(kinds: kinds, areas: areas)
        let table = Self.controlledRounding(kinds: kinds, areas: areas)
        try self.init(
            programme: programme, version: version, classes: classes, kinds: kinds, areas: areas, table: table,
            share: share)
    }

    /// Whether it makes the papers of a vehicle class.
    public func isFor(_ vehicleClass: VehicleClass) -> Bool { classes.isEmpty || classes.contains(vehicleClass) }

    private static func check(kinds: [ItemKind: Int], areas: [Area: Int]) throws(BlueprintError) {
        for kind in ItemKind.allCases where kinds[kind, default: 0] < 0 { throw .negative("kind \(kind.rawValue)") }
        for area in areas.keys.sorted() where areas[area, default: 0] < 0 { throw .negative("area \(area)") }
        let byKind = kinds.values.reduce(0, +)
        let byArea = areas.values.reduce(0, +)
        guard byKind == byArea else { throw .sums(kinds: byKind, areas: byArea) }
        guard byKind > 0 else { throw .empty }
    }

    private enum CodingKeys: String, CodingKey { case programme, version, classes, kinds, areas, table, share }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let programme = try container.decode(ProgrammeCode.self, forKey: .programme)
        let version = try container.decode(Int.self, forKey: .version)
        let classes = try container.decodeIfPresent([VehicleClass].self, forKey: .classes) ?? []
        let kinds = try container.decode([ItemKind: Int].self, forKey: .kinds)
        let areas = try container.decode([Area: Int].self, forKey: .areas)
        let table = try container.decode([Area: [ItemKind: Int]].self, forKey: .table)
        let share = try container.decodeIfPresent(Int.self, forKey: .share)
        do throws(BlueprintError) {
            try self.init(
                programme: programme, version: version, classes: classes, kinds: kinds, areas: areas, table: table,
                share: share)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }

    public var questions: Int { kinds.values.reduce(0, +) }

    /// The cells that a bank does not fill; none when, but for enemies, a paper can be drawn.
    ///
    /// - Parameters:
    ///   - times: how many papers without a common question the bank should give.
    ///   - language: the language of the paper; nil leaves it open, as for region and day.
    ///   - region: an administrative division code, or "" for a hall that has none.
    public func shortCells(
        index: [ItemIndexEntry], vehicleClass: VehicleClass, language: LanguageTag? = nil, region: String? = nil,
        day: CalendarDate? = nil, times: Int = 1
    ) -> [ShortCell] {
        let scope = DrawingScope(vehicleClass: vehicleClass, language: language, region: region, day: day)
        return cells(of: index, in: scope).compactMap { cell in
            cell.has < cell.wanted * times
                ? ShortCell(area: cell.area, kind: cell.kind, wanted: cell.wanted * times, has: cell.has) : nil
        }
    }

    /// The cells so small that papers cannot keep to `share`: of `has` questions each paper takes `wanted`, so that on
    /// the average a question stands in `wanted` of `has` papers, whatever the method. None without a share.
    ///
    /// A bank with such a cell is refused when it is checked; a draw from it takes the least used questions and records
    /// that they are beyond their share.
    public func overexposedCells(
        index: [ItemIndexEntry], vehicleClass: VehicleClass, language: LanguageTag? = nil, region: String? = nil,
        day: CalendarDate? = nil
    ) -> [ShortCell] {
        guard let share else { return [] }
        let scope = DrawingScope(vehicleClass: vehicleClass, language: language, region: region, day: day)
        return cells(of: index, in: scope).filter { $0.wanted * 1000 > share * $0.has }
    }

    /// The least share of papers, in thousandths rounded up, to which each question of a cell can be kept by a bank.
    public static func leastShare(_ cell: ShortCell) -> Int {
        cell.has == 0 ? 1000 : min(1000, (cell.wanted * 1000 + cell.has - 1) / cell.has)
    }

    /// The cells that want questions, with what an index has for them.
    private func cells(of index: [ItemIndexEntry], in scope: DrawingScope) -> [ShortCell] {
        var has: [Area: [ItemKind: Int]] = [:]
        for entry in index where scope.holds(entry) { has[entry.area, default: [:]][entry.kind, default: 0] += 1 }
        return table.keys.sorted().flatMap { area in
            ItemKind.allCases.compactMap { kind in
                let wanted = table[area]?[kind, default: 0] ?? 0
                return wanted == 0
                    ? nil : ShortCell(area: area, kind: kind, wanted: wanted, has: has[area]?[kind, default: 0] ?? 0)
            }
        }
    }
}

/// A cell of a blueprint, what it wants and what a bank has for it.
public struct ShortCell: Codable, Hashable, Sendable, CustomStringConvertible {
    public let area: Area
    public let kind: ItemKind
    public let wanted: Int
    public let has: Int

    public init(area: Area, kind: ItemKind, wanted: Int, has: Int) {
        self.area = area
        self.kind = kind
        self.wanted = wanted
        self.has = has
    }

    public var description: String {
        "area \(area), kind \(kind.rawValue): \(wanted) questions wanted, the bank has \(has)"
    }
}

/// What is wrong with a blueprint's counts.
public enum BlueprintError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    case negative(String)
    case sums(kinds: Int, areas: Int)
    case marginal(String, wanted: Int, has: Int)
    case unknownArea(Area)
    case share(Int)

    public var description: String {
        switch self {
        case .empty: "the blueprint asks for no question"
        case .negative(let place): "\(place): a negative count"
        case .sums(let kinds, let areas): "the kinds count \(kinds) questions, the areas \(areas)"
        case .marginal(let place, let wanted, let has):
            "the table gives \(place) \(has) questions, should give \(wanted)"
        case .unknownArea(let area): "the table has a row \(area) that is no area of the blueprint"
        case .share(let share): "share is \(share), should be from 1 to 1000 thousandths of the papers"
        }
    }
}
