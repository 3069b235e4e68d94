import CanonicalJSON
import Testing

@testable import Exam

@Suite struct BlueprintTests {
    private static let car: (kinds: [ItemKind: Int], areas: [Area: Int]) = (
        [.judge: 40, .single: 60, .multi: 0], ["law": 40, "signals": 22, "safe_civil": 23, "operation": 15]
    )

    @Test func `the car paper's table is what proportion gives`() throws {
        let table = Blueprint.controlledRounding(kinds: Self.car.kinds, areas: Self.car.areas)
        #expect(table["law"] == [.judge: 16, .single: 24, .multi: 0])
        #expect(table["operation"] == [.judge: 6, .single: 9, .multi: 0])
        #expect(table["signals"] == [.judge: 9, .single: 13, .multi: 0])
        #expect(table["safe_civil"] == [.judge: 9, .single: 14, .multi: 0])
    }

    @Test(arguments: 0..<50)
    func `any marginals are kept exactly and no cell is a whole question from its share`(seed: Int) throws {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: UInt8(seed), count: 32))
        for _ in 0..<40 {
            let areas = Dictionary(
                uniqueKeysWithValues: (0...generator.uniform(below: 12)).map {
                    (Area("area\($0)"), generator.uniform(below: 30))
                })
            let total = areas.values.reduce(0, +)
            guard total > 0 else { continue }
            let first = generator.uniform(below: total + 1)
            let second = generator.uniform(below: total - first + 1)
            let kinds: [ItemKind: Int] = [.judge: first, .single: second, .multi: total - first - second]

            let table = Blueprint.controlledRounding(kinds: kinds, areas: areas)

            for (area, wanted) in areas {
                let row = try #require(table[area])
                #expect(row.values.reduce(0, +) == wanted)
                for (kind, count) in row {
                    let share = wanted * kinds[kind, default: 0]
                    #expect(count == share / total || count == (share + total - 1) / total)
                }
            }
            for (kind, wanted) in kinds { #expect(table.values.reduce(0) { $0 + $1[kind, default: 0] } == wanted) }
            #expect(table == Blueprint.controlledRounding(kinds: kinds, areas: areas))
        }
    }

    @Test func `a table that misses a marginal is refused with its line`() {
        let table: [Area: [ItemKind: Int]] = ["law": [.judge: 2, .single: 1], "signals": [.judge: 0, .single: 1]]
        #expect(throws: BlueprintError.marginal("kind judge", wanted: 1, has: 2)) {
            try Blueprint(
                programme: "X", version: 1, kinds: [.judge: 1, .single: 3], areas: ["law": 3, "signals": 1],
                table: table)
        }
        #expect(throws: BlueprintError.marginal("area law", wanted: 2, has: 3)) {
            try Blueprint(
                programme: "X", version: 1, kinds: [.judge: 2, .single: 2], areas: ["law": 2, "signals": 2],
                table: table)
        }
        #expect(throws: BlueprintError.sums(kinds: 4, areas: 5)) {
            try Blueprint(programme: "X", version: 1, kinds: [.single: 4], areas: ["law": 5])
        }
    }

    @Test func `a stored blueprint is read back, one with a wrong table is not`() throws {
        let blueprint = try Blueprint(programme: "K1-CAR", version: 1, kinds: Self.car.kinds, areas: Self.car.areas)
        let text = try JSONCoder.text(blueprint)
        #expect(try JSONCoder.decode(Blueprint.self, from: Array(text.utf8)) == blueprint)
        let wrong = text.replacing(#""judge":16"#, with: #""judge":17"#)
        #expect(wrong != text)
        #expect(throws: DecodingError.self) { try JSONCoder.decode(Blueprint.self, from: Array(wrong.utf8)) }
    }

    @Test func `short cells name area, kind, wanted and found, for the class asked`() throws {
        let blueprint = try Blueprint(programme: "X", version: 1, kinds: [.judge: 1, .single: 1], areas: ["law": 2])
        let index = [
            ItemIndexEntry(id: "A", version: 1, kind: .judge, area: "law", classes: ["C1"], options: 2),
            ItemIndexEntry(id: "B", version: 1, kind: .single, area: "law", classes: ["C1", "D"], options: 4),
        ]
        #expect(blueprint.shortCells(index: index, vehicleClass: "C1") == [])
        #expect(
            blueprint.shortCells(index: index, vehicleClass: "D")
                == [ShortCell(area: "law", kind: .judge, wanted: 1, has: 0)])
        #expect(
            blueprint.shortCells(index: index, vehicleClass: "C1", times: 2) == [
                ShortCell(area: "law", kind: .judge, wanted: 2, has: 1),
                ShortCell(area: "law", kind: .single, wanted: 2, has: 1),
            ])
    }
}
