public import CivilTime

/// The questions that papers of one blueprint can be made of, for one vehicle class, language, region and day, prepared
/// once so that each paper touches only what it takes.
///
/// ## How a paper is drawn
///
/// The pool holds the questions that are for the class, are in the language, are asked in the region and are valid on
/// the day. Its *cells* are the cells of the blueprint's table that want questions: by kind (judge, single, multi), then by area
/// in order of its name. A cell's questions stand in order of their ids and have the *places* 0 to n − 1. A question is
/// *seen* when the draw excludes it. It is *overexposed* when the blueprint has a `share` (thousandths), it stood in u of
/// P papers of the programme and 1000 · u ≥ share · (P + 1). It is *frequent* when it stood in more papers than the
/// cell's mean, n · u > U with U the sum over the cell.
///
/// *Levels.* Each cell has a level: at 0 it gives only questions neither seen nor overexposed, at 1 also overexposed ones
/// that are not seen, at 2 all. Levels *suffice* when some paper has every cell's count, no enemies in it and nothing above its
/// cells' levels. If level 2 everywhere does not suffice the draw is refused. Else all cells begin at 2; then each in
/// turn goes down to 1 if that suffices; then each at 1 in turn to 0 if that suffices. (Where the bank has enough
/// questions, all levels are 0.)
///
/// *Questions.* A `ChaCha20Generator` of the seed makes all choices. Cell by cell, its count of questions is taken one
/// by one. A question *may be taken* if it is within the cell's level, not yet taken, no enemy of one taken, and the
/// paper can still be completed within the levels with it. Up to 32 times a number r = `uniform(below: 2n)` is drawn:
/// it stands for the place r ÷ 2 (rounded down), which is taken if it is of level 0, may be taken, and is not frequent or
/// r is even. After 32 numbers in vain, of the lowest level at which the cell has questions that may be taken, those
/// are listed in order of their places. At level 1 only the least used of them stay in the list, and number
/// `uniform(below: count)` is taken. At levels 0 and 2 a frequent question counts once and any other twice: the one is taken in which
/// `uniform(below: sum)` falls. So of two questions the frequent one comes half as often, until the other has caught up.
///
/// *Order.* After the last cell of a kind its questions are brought into random order by `shuffle`: the kinds are the paper's blocks.
/// In the end, for each question in paper order that is no judge question, of the n! orders of its options number
/// `uniform(below: n!)` is chosen, counted from 0 in lexicographic order.
public struct DrawingPool: Sendable {
    /// The most options that a question can have: as many as have their orders counted by a 32-bit number.
    public static let mostOptions = 12

    public let blueprint: Blueprint
    public let vehicleClass: VehicleClass
    public let language: LanguageTag
    public let region: String
    public let day: CalendarDate
    /// Papers of the programme that the counters saw.
    public private(set) var papers = 0

    struct Cell: Sendable {
        let area: Area
        let kind: ItemKind
        let wanted: Int
        /// Where its questions begin among the pool's.
        let start: Int
        let count: Int
        /// Questions without any enemy in the pool.
        var free = 0
        /// The most enemies that one question of the pool has in this cell.
        var mostEnemies = 0
        /// In how many papers its questions stood, all together.
        var uses = 0
        /// No question of the cell stood in more papers.
        var mostUses = 0

        var range: Range<Int> { start..<start + count }
        /// The most papers that a question stood in which is not frequent.
        var mean: Int { count == 0 ? 0 : uses / count }
    }

    struct Slot: Sendable {
        let id: ItemID
        let version: Int
        let options: Int
        let cell: Int
    }

    private(set) var cells: [Cell] = []
    /// The pool's questions, cell by cell, in order of their ids.
    private(set) var slots: [Slot] = []
    /// In how many papers each stood.
    private(set) var uses: [Int32]
    /// The enemies of the question at a place are `enemies[enemyStart[place]..<enemyStart[place + 1]]`.
    private(set) var enemyStart: [Int32]
    private(set) var enemies: [Int32] = []
    private(set) var places: [ItemID: Int] = [:]
    /// The orders of 1 to n, in lexicographic order, for the numbers of options that are common.
    let orders: [[[Int]]]

    /// Chooses and sorts the questions; the index may come in any order.
    ///
    /// - Throws: `DrawError.manyOptions`, or `.shortCell` for a cell with fewer questions than it wants.
    public init(
        blueprint: Blueprint, index: [ItemIndexEntry], vehicleClass: VehicleClass, language: LanguageTag,
        region: String = "", day: CalendarDate
    ) throws(DrawError) {
        self.blueprint = blueprint
        self.vehicleClass = vehicleClass
        self.language = language
        self.region = region
        self.day = day
        let areas = blueprint.table.keys.sorted()
        let scope = DrawingScope(vehicleClass: vehicleClass, language: language, region: region, day: day)
        var found: [Area: [ItemKind: [Int]]] = [:]
        for place in index.indices where scope.holds(index[place]) {
            found[index[place].area, default: [:]][index[place].kind, default: []].append(place)
        }
        var chosen: [Int] = []
        for kind in ItemKind.allCases {
            for area in areas {
                let wanted = blueprint.table[area]?[kind, default: 0] ?? 0
                guard wanted > 0 else { continue }
                let has = (found[area]?[kind] ?? []).sorted { index[$0].id < index[$1].id }
                guard has.count >= wanted else {
                    throw .shortCell(
                        blueprint.programme, vehicleClass,
                        ShortCell(area: area, kind: kind, wanted: wanted, has: has.count))
                }
                for place in has {
                    let entry = index[place]
                    guard entry.options <= Self.mostOptions else { throw .manyOptions(entry.id, entry.options) }
                    places[entry.id] = slots.count
                    let options = kind == .judge ? 0 : max(0, entry.options)
                    slots.append(Slot(id: entry.id, version: entry.version, options: options, cell: cells.count))
                }
                chosen += has
                cells.append(
                    Cell(area: area, kind: kind, wanted: wanted, start: slots.count - has.count, count: has.count))
            }
        }
        uses = [Int32](repeating: 0, count: slots.count)
        enemyStart = [Int32](repeating: 0, count: slots.count + 1)
        let most = min(slots.lazy.map(\.options).max() ?? 0, 5)
        orders = (0...most).map { options in
            (0..<Self.factorial(options)).map { Self.order($0, of: options) }
        }
        pairEnemies(chosen.map { index[$0].enemies })
    }

    /// Makes enmity mutual among the pool's questions.
    private mutating func pairEnemies(_ named: [[ItemID]]) {
        var pairs: [Int: Set<Int>] = [:]
        for (place, names) in named.enumerated() {
            for other in names.compactMap({ places[$0] }) where other != place {
                pairs[place, default: []].insert(other)
                pairs[other, default: []].insert(place)
            }
        }
        for cell in cells.indices { cells[cell].free = cells[cell].count }
        for place in slots.indices {
            enemyStart[place] = Int32(enemies.count)
            guard let others = pairs[place] else { continue }
            cells[slots[place].cell].free -= 1
            var inCell: [Int: Int] = [:]
            for other in others.sorted() {
                enemies.append(Int32(other))
                inCell[slots[other].cell, default: 0] += 1
            }
            for (cell, count) in inCell { cells[cell].mostEnemies = max(cells[cell].mostEnemies, count) }
        }
        enemyStart[slots.count] = Int32(enemies.count)
    }

    /// Takes counters of the blueprint's programme: the count of papers, and those of the questions that are named.
    public mutating func take(_ exposure: ProgrammeExposure) {
        papers = exposure.papers
        for (item, count) in exposure.items {
            guard let place = places[item] else { continue }
            let count = min(count, Int(Int32.max))
            let cell = slots[place].cell
            cells[cell].uses += count - Int(uses[place])
            cells[cell].mostUses = max(cells[cell].mostUses, count)
            uses[place] = Int32(count)
        }
    }

    /// The fewest papers that a question stood in which is overexposed now.
    var overexposedFrom: Int {
        blueprint.share.map { ($0 * (papers + 1) + 999) / 1000 } ?? Int.max
    }

    /// How many questions each cell wants and has, in the order in which they are drawn.
    public var cellSizes: [(wanted: Int, count: Int)] { cells.map { ($0.wanted, $0.count) } }

    func enemies(of place: Int) -> ArraySlice<Int32> {
        enemies[Int(enemyStart[place])..<Int(enemyStart[place + 1])]
    }

    func hasEnemies(_ place: Int) -> Bool { enemyStart[place] != enemyStart[place + 1] }

    /// The order of 1 to n that has this number in lexicographic order, from 0.
    static func order(_ number: Int, of options: Int) -> [Int] {
        var left = Array(1...max(options, 1)).prefix(options).map { $0 }
        var number = number
        return (0..<options).map { place in
            let block = factorial(options - 1 - place)
            defer { number %= block }
            return left.remove(at: number / block)
        }
    }

    static func factorial(_ number: Int) -> Int { number < 2 ? 1 : (2...number).reduce(1, *) }
}

/// For whom, where and when a paper is drawn.
struct DrawingScope {
    let vehicleClass: VehicleClass?
    let language: LanguageTag?
    let region: String?
    let day: CalendarDate?

    /// Whether a question is for these; nil asks nothing.
    func holds(_ entry: ItemIndexEntry) -> Bool {
        if let vehicleClass, !entry.classes.contains(vehicleClass) { return false }
        if let language, !entry.languages.contains(language) { return false }
        if let region, !entry.isAsked(in: region) { return false }
        if let day, !entry.isValid(on: day) { return false }
        return true
    }
}
