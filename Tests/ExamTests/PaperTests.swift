import CanonicalJSON
import Testing

@testable import Exam

@Suite struct PaperTests {
    /// Forty questions: ten in each cell of two areas and two kinds, and a few for another class.
    private static let index: [ItemIndexEntry] = {
        var entries: [ItemIndexEntry] = []
        for (area, prefix) in [(Area("law"), "LAW"), ("signals", "SIG")] {
            for number in 1...20 {
                entries.append(
                    ItemIndexEntry(
                        id: ItemID("\(prefix)-\(number < 10 ? "0" : "")\(number)"), version: number % 3 + 1,
                        kind: number <= 10 ? .judge : .single, area: area, classes: number == 20 ? ["D"] : ["C1", "D"],
                        options: number <= 10 ? 2 : 4))
            }
        }
        return entries
    }()

    private static let blueprint =
        (try? Blueprint(
            programme: "TEST", version: 3, kinds: [.judge: 5, .single: 7], areas: ["law": 7, "signals": 5]))!

    private func draw(_ seed: UInt8, index: [ItemIndexEntry] = index) throws -> Paper {
        try Paper.draw(
            bank: "b", blueprint: Self.blueprint, index: index, vehicleClass: "C1",
            seed: [UInt8](repeating: seed, count: 32))
    }

    @Test func `the same seed gives the same paper, whatever the order of the index`() throws {
        let paper = try draw(1)
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 77, count: 32))
        for _ in 0..<20 {
            var index = Self.index
            generator.shuffle(&index)
            #expect(try draw(1, index: index) == paper)
        }
        #expect(try draw(2).items != paper.items)
    }

    @Test func `a seed of the record gives this paper for ever`() throws {
        let paper = try Paper.draw(
            bank: "b", blueprint: Self.blueprint, index: Self.index, vehicleClass: "C1", seed: Array(0..<32))
        #expect(paper.seed == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(String(decoding: paper.canonicalItems(), as: UTF8.self) == Self.golden)
    }

    /// Drawn by a program written from the documentation alone.
    private static let golden = [
        #"[{"item":"SIG-04","options":[1,2],"version":2},"#,
        #"{"item":"LAW-10","options":[1,2],"version":2},"#,
        #"{"item":"SIG-07","options":[1,2],"version":2},"#,
        #"{"item":"LAW-08","options":[1,2],"version":3},"#,
        #"{"item":"LAW-04","options":[1,2],"version":2},"#,
        #"{"item":"SIG-13","options":[3,4,2,1],"version":2},"#,
        #"{"item":"LAW-14","options":[4,1,3,2],"version":3},"#,
        #"{"item":"SIG-14","options":[1,3,2,4],"version":3},"#,
        #"{"item":"SIG-17","options":[3,4,1,2],"version":3},"#,
        #"{"item":"LAW-19","options":[2,4,3,1],"version":2},"#,
        #"{"item":"LAW-11","options":[2,1,3,4],"version":3},"#,
        #"{"item":"LAW-15","options":[3,4,2,1],"version":1}]"#,
    ].joined()

    @Test func `every cell has its count, blocks stand by kind, no question stands twice`() throws {
        let byID = Dictionary(uniqueKeysWithValues: Self.index.map { ($0.id, $0) })
        for seed in UInt8(0)...60 {
            let entries = try draw(seed).items.map { try #require(byID[$0.item]) }
            #expect(Set(entries.map(\.id)).count == 12)
            #expect(entries.prefix(5).allSatisfy { $0.kind == .judge })
            #expect(entries.dropFirst(5).allSatisfy { $0.kind == .single })
            #expect(entries.allSatisfy { $0.classes.contains("C1") })
            for (area, row) in Self.blueprint.table {
                for (kind, wanted) in row {
                    #expect(entries.count { $0.area == area && $0.kind == kind } == wanted)
                }
            }
        }
    }

    @Test func `options are permuted, true and false are not`() throws {
        var orders: Set<[Int]> = []
        for seed in UInt8(0)...60 {
            for item in try draw(seed).items {
                if item.options.count == 2 {
                    #expect(item.options == [1, 2])
                } else {
                    #expect(item.options.sorted() == [1, 2, 3, 4])
                    orders.insert(item.options)
                }
            }
        }
        #expect(orders.count == 24)
    }

    @Test func `every question of a cell comes equally often`() throws {
        var counts: [ItemID: Int] = [:]
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 3, count: 32))
        for _ in 0..<2_000 {
            let seed = (0..<32).map { _ in UInt8(generator.uniform(below: 256)) }
            let paper = try Paper.draw(
                bank: "b", blueprint: Self.blueprint, index: Self.index, vehicleClass: "C1", seed: seed)
            for item in paper.items { counts[item.item, default: 0] += 1 }
        }
        let law = counts.filter { $0.key.rawValue.hasPrefix("LAW") && $0.key.rawValue <= "LAW-10" }
        let wanted = 2_000 * (Self.blueprint.table["law"]?[.judge] ?? 0) / 10
        #expect(law.count == 10)
        // Standard deviation about 20; five of them either way.
        #expect(law.values.allSatisfy { abs($0 - wanted) < 110 })
    }

    @Test func `a cell that lacks questions is named, nothing is relaxed`() {
        let few = Self.index.filter { !($0.area == "signals" && $0.kind == .single) }
        let wanted = Self.blueprint.table["signals"]?[.single] ?? 0
        #expect(
            throws: DrawError.shortCell(
                "TEST", "C1", ShortCell(area: "signals", kind: .single, wanted: wanted, has: 0))
        ) { try draw(1, index: few) }
        #expect(throws: DrawError.seedLength(3)) {
            try Paper.draw(
                bank: "b", blueprint: Self.blueprint, index: Self.index, vehicleClass: "C1", seed: [1, 2, 3])
        }
    }
}
