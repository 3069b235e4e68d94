internal import CanonicalJSON

/// One question of a paper, with its options in the order in which this candidate sees them.
public struct PaperItem: Codable, Hashable, Sendable {
    public let item: ItemID
    public let version: Int
    /// The authored numbers of the options in shown order; always [1, 2] (true, false) for a judge question.
    public let options: [Int]

    public init(item: ItemID, version: Int, options: [Int]) {
        self.item = item
        self.version = version
        self.options = options
    }
}

/// The questions one candidate answers, in order, and what they were drawn from.
public struct Paper: Codable, Hashable, Sendable {
    /// The digest of the bank.
    public let bank: String
    public let programme: ProgrammeCode
    /// The version of the blueprint.
    public let blueprint: Int
    /// The seed, hexadecimal in lower case.
    public let seed: String
    public let items: [PaperItem]

    public init(bank: String, programme: ProgrammeCode, blueprint: Int, seed: String, items: [PaperItem]) {
        self.bank = bank
        self.programme = programme
        self.blueprint = blueprint
        self.seed = seed
        self.items = items
    }

    /// The paper that a seed gives.
    ///
    /// With a `ChaCha20Generator` of the seed, and the questions for the vehicle class in order of their ids:
    /// 1. For each kind (judge, single, multi), for each area in order of its name: the cell's questions are chosen by
    ///    `choose`; when all areas are done, the kind's questions are brought into random order by `shuffle`. The kinds
    ///    are the paper's blocks, one after the other.
    /// 2. For each question in paper order that is not a judge question: the option numbers 1, 2, … are brought into
    ///    random order by `shuffle`.
    ///
    /// - Throws: `DrawError` for a seed of the wrong length or a cell that the bank cannot fill.
    public static func draw(
        bank: String, blueprint: Blueprint, index: [ItemIndexEntry], vehicleClass: VehicleClass, seed: [UInt8]
    ) throws(DrawError) -> Paper {
        guard seed.count == 32 else { throw .seedLength(seed.count) }
        let areas = blueprint.table.keys.sorted()
        let cells = Cells(index: index, areas: areas, vehicleClass: vehicleClass)
        var generator = ChaCha20Generator(seed: seed)
        var chosen: [ItemIndexEntry] = []
        for kind in ItemKind.allCases {
            var block: [ItemIndexEntry] = []
            for (row, area) in areas.enumerated() {
                let wanted = blueprint.table[area]?[kind, default: 0] ?? 0
                guard wanted > 0 else { continue }
                let cell = cells.sorted(row, kind)
                guard cell.count >= wanted else {
                    let short = ShortCell(area: area, kind: kind, wanted: wanted, has: cell.count)
                    throw .shortCell(blueprint.programme, vehicleClass, short)
                }
                block += generator.choose(wanted, of: cell).map { index[$0] }
            }
            generator.shuffle(&block)
            chosen += block
        }
        let items = chosen.map { entry in
            var options = Array(1...entry.options)
            if entry.kind != .judge { generator.shuffle(&options) }
            return PaperItem(item: entry.id, version: entry.version, options: options)
        }
        return Paper(
            bank: bank, programme: blueprint.programme, blueprint: blueprint.version, seed: hexadecimal(seed),
            items: items)
    }

    /// The RFC 8785 form of `[{item, version, options}]`, whose SHA-256 is the paper's digest in a result.
    public func canonicalItems() -> [UInt8] {
        JSONValue.array(
            items.map { item in
                [
                    "item": .string(item.item.rawValue), "version": .integer(item.version),
                    "options": .array(item.options.map(JSONValue.integer)),
                ]
            }
        ).canonicalBytes
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// The places in an index of the questions for one vehicle class, by area and kind.
private struct Cells {
    private var places: [[Int]]
    private let index: [ItemIndexEntry]

    init(index: [ItemIndexEntry], areas: [Area], vehicleClass: VehicleClass) {
        self.index = index
        places = Array(repeating: [], count: areas.count * ItemKind.allCases.count)
        var row = 0
        for place in index.indices {
            // Neighbours are mostly of one area.
            if row >= areas.count || areas[row] != index[place].area {
                row = areas.firstIndex(of: index[place].area) ?? areas.count
            }
            guard row < areas.count, index[place].classes.contains(vehicleClass) else { continue }
            places[row * ItemKind.allCases.count + Self.column(index[place].kind)].append(place)
        }
    }

    /// A cell's places in order of the questions' ids, whatever the order of the index.
    func sorted(_ row: Int, _ kind: ItemKind) -> [Int] {
        let cell = places[row * ItemKind.allCases.count + Self.column(kind)]
        let isSorted = zip(cell, cell.dropFirst()).allSatisfy { index[$0].id < index[$1].id }
        return isSorted ? cell : cell.sorted { index[$0].id < index[$1].id }
    }

    private static func column(_ kind: ItemKind) -> Int {
        switch kind {
        case .judge: 0
        case .single: 1
        case .multi: 2
        }
    }
}

/// Why no paper was drawn.
public enum DrawError: Error, Hashable, Sendable, CustomStringConvertible {
    case seedLength(Int)
    case shortCell(ProgrammeCode, VehicleClass, ShortCell)

    public var description: String {
        switch self {
        case .seedLength(let length): "a seed has 32 bytes, this one has \(length)"
        case .shortCell(let programme, let vehicleClass, let cell):
            "the bank does not fill \(programme) for class \(vehicleClass): \(cell)"
        }
    }
}
