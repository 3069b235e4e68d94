import CDrawingFloor
import CSQLite
import CivilTime
import Exam
import Platform

/// A paper of a hundred questions from a hundred thousand, beside a bare C loop that samples alike and beside SQLite.
public enum DrawingBenchmark {
    private static let questions = 100_000
    private static let language: LanguageTag = "en"
    private static let day = CalendarDate(daysSinceEpoch: 20_000)

    /// - Parameter rounds: samples of each kind, of twenty papers each.
    public static func run(rounds: Int) throws -> [Figure] {
        let blueprint = try Blueprint(
            programme: "BENCH", version: 1, kinds: [.judge: 40, .single: 60],
            areas: ["law": 40, "operation": 15, "safe": 23, "signals": 22], share: 2)
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 1, count: 32))
        let index = bank(blueprint, &generator)
        let plain = try pool(blueprint, index.map { $0.withoutEnemies })
        var counted = try pool(blueprint, index)
        counted.take(counters(index, &generator))
        let seen = (0..<200).map { _ in index[generator.uniform(below: index.count)].id }
        let floor = DrawingFloor(cells: plain.cellSizes)
        let table = try RandomTable(cells: plain.cellSizes)

        var bare: [Int] = []
        var times: [[Int]] = [[], [], [], []]
        var ordered: [Int] = []
        let recount = ProgrammeExposure(
            papers: 1_000_001,
            items: Dictionary(index.prefix(100).map { ($0.id, 3) }, uniquingKeysWith: { one, _ in one }))
        for round in 0..<rounds + 5 {
            let seeds = (0..<20).map { number in
                (0..<32).map { UInt8(truncatingIfNeeded: round &* 31 &+ number &* 7 &+ $0) }
            }
            let again = seeds.map { draw(blueprint, $0, excluded: seen) }
            let samples = [
                nanoseconds(seeds) { floor.draw($0) },
                try nanoseconds(seeds) { _ = try plain.draw(draw(blueprint, $0)) },
                try nanoseconds(seeds) { _ = try counted.draw(draw(blueprint, $0)) },
                try nanoseconds(again) { _ = try counted.draw($0) },
                nanoseconds(seeds) { _ in counted.take(recount) },
            ]
            // The first rounds warm the caches.
            guard round >= 5 else { continue }
            bare.append(samples[0])
            for kind in 0..<4 { times[kind].append(samples[kind + 1]) }
        }
        for _ in 0..<max(3, min(rounds, 30)) { ordered.append(nanoseconds([0]) { _ in table.draw() }) }
        return [
            Figure("paper drawn, counters at zero, no enemies", unit: "ns", values: times[0], floor: bare, limit: 5000),
            Figure(
                "paper drawn by counters, a tenth with enemies", unit: "ns", values: times[1], floor: bare, limit: 5000),
            Figure("the same without 200 questions seen before", unit: "ns", values: times[2], floor: bare),
            Figure("a paper's hundred questions counted", unit: "ns", values: times[3], floor: bare),
            Figure(
                "SELECT … ORDER BY random() in SQLite, beside a paper drawn by counters", unit: "ns", values: ordered,
                floor: times[1], least: 1_000_000),
        ]
    }

    private static func draw(_ blueprint: Blueprint, _ seed: [UInt8], excluded: [ItemID] = []) -> Draw {
        Draw(
            bank: "bench", programme: blueprint.programme, blueprint: blueprint.version, vehicleClass: "C1",
            language: language, day: day, excluded: excluded, exposure: 1, seed: seed)
    }

    private static func pool(_ blueprint: Blueprint, _ index: [ItemIndexEntry]) throws -> DrawingPool {
        try DrawingPool(blueprint: blueprint, index: index, vehicleClass: "C1", language: language, day: day)
    }

    /// Questions in proportion to the blueprint's cells; each tenth has an enemy anywhere.
    private static func bank(_ blueprint: Blueprint, _ generator: inout ChaCha20Generator) -> [ItemIndexEntry] {
        var entries: [ItemIndexEntry] = []
        for (area, row) in blueprint.table.sorted(by: { $0.key < $1.key }) {
            for kind in ItemKind.allCases {
                for _ in 0..<questions / 100 * row[kind, default: 0] {
                    let enemies = generator.uniform(below: 10) == 0 ? [name(generator.uniform(below: questions))] : []
                    entries.append(
                        ItemIndexEntry(
                            id: name(entries.count), version: 1, kind: kind, area: area, classes: ["C1"],
                            options: kind == .judge ? 2 : 4, languages: [language], enemies: enemies))
                }
            }
        }
        return entries
    }

    private static func name(_ number: Int) -> ItemID { ItemID("Q-\(questions + number)") }

    /// A million papers: each question stood in about a thousand, and its share lets it stand in two thousand.
    private static func counters(
        _ index: [ItemIndexEntry], _ generator: inout ChaCha20Generator
    ) -> ProgrammeExposure {
        var exposure = ProgrammeExposure(papers: 1_000_000)
        for entry in index { exposure.items[entry.id] = 900 + generator.uniform(below: 200) }
        return exposure
    }

    /// What one of them takes, on the average.
    private static func nanoseconds<Input>(_ inputs: [Input], _ draw: (Input) throws -> Void) rethrows -> Int {
        let time = SystemTime()
        let begin = time.now()
        for input in inputs { try draw(input) }
        return (time.now().microseconds - begin.microseconds) * 1000 / inputs.count
    }
}

extension ItemIndexEntry {
    fileprivate var withoutEnemies: ItemIndexEntry {
        ItemIndexEntry(
            id: id, version: version, kind: kind, area: area, classes: classes, options: options, languages: languages)
    }
}

/// The bare C loop with its memory.
private final class DrawingFloor {
    private let count: [UInt32]
    private let wanted: [UInt32]
    private var pool: [UInt32]
    private var paper = [UInt32](repeating: 0, count: 100)
    private var order = [UInt8](repeating: 0, count: 100)

    init(cells: [(wanted: Int, count: Int)]) {
        count = cells.map { UInt32($0.count) }
        wanted = cells.map { UInt32($0.wanted) }
        pool = (0..<count.reduce(0, +)).map { $0 }
    }

    func draw(_ seed: [UInt8]) {
        kaotai_floor_draw(seed, Int32(count.count), count, wanted, &pool, &paper, &order)
    }
}

/// The same questions in a table in memory, with an index by cell.
private final class RandomTable {
    private let database: OpaquePointer
    private let select: OpaquePointer
    private let cells: [(wanted: Int, count: Int)]

    init(cells: [(wanted: Int, count: Int)]) throws {
        self.cells = cells
        var handle: OpaquePointer?
        guard sqlite3_open(":memory:", &handle) == SQLITE_OK, let handle else {
            throw Failure(.inputOutput, "a database in memory does not open")
        }
        database = handle
        sqlite3_exec(handle, "CREATE TABLE item(id INTEGER PRIMARY KEY, cell INTEGER); BEGIN", nil, nil, nil)
        var first = 0
        for (number, cell) in cells.enumerated() {
            sqlite3_exec(
                handle,
                "WITH RECURSIVE n(i) AS (VALUES(\(first)) UNION ALL SELECT i+1 FROM n WHERE i+1 < \(first + cell.count)) "
                    + "INSERT INTO item SELECT i, \(number) FROM n", nil, nil, nil)
            first += cell.count
        }
        sqlite3_exec(handle, "COMMIT; CREATE INDEX item_of_cell ON item(cell, id); ANALYZE", nil, nil, nil)
        var statement: OpaquePointer?
        sqlite3_prepare_v2(
            handle, "SELECT id FROM item WHERE cell = ? ORDER BY random() LIMIT ?", -1, &statement, nil)
        guard let statement else { throw Failure(.inputOutput, "the statement is not prepared") }
        select = statement
    }

    deinit {
        sqlite3_finalize(select)
        sqlite3_close(database)
    }

    func draw() {
        var rows = 0
        for (number, cell) in cells.enumerated() {
            sqlite3_bind_int(select, 1, Int32(number))
            sqlite3_bind_int(select, 2, Int32(cell.wanted))
            while sqlite3_step(select) == SQLITE_ROW { rows += 1 }
            sqlite3_reset(select)
        }
        precondition(rows == cells.reduce(0) { $0 + $1.wanted }, "SQLite gives another number of questions")
    }
}
