import CivilTime
import Testing

@testable import Exam

/// Which questions a paper is made of: filters, enemies, what gives way when the bank is small.
@Suite struct DrawingTests {
    private func seed(_ number: Int) -> [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 & 3))) }
    }

    private func entry(
        _ id: String, area: Area = "a", kind: ItemKind = .judge, languages: [LanguageTag] = ["en"],
        regions: [String] = [], from: String? = nil, until: String? = nil, enemies: [ItemID] = []
    ) -> ItemIndexEntry {
        ItemIndexEntry(
            id: ItemID(id), version: 1, kind: kind, area: area, classes: ["C1"], options: kind == .judge ? 2 : 4,
            languages: languages, regions: regions, validFrom: from.flatMap { CalendarDate($0) },
            validUntil: until.flatMap { CalendarDate($0) }, enemies: enemies)
    }

    private func one(_ count: Int, share: Int? = nil) throws -> Blueprint {
        try Blueprint(programme: "T", version: 1, kinds: [.judge: count], areas: ["a": count], share: share)
    }

    // MARK: Filters

    @Test func `a question is asked in its regions, on its days and in its languages only`() throws {
        let index = [
            entry("everywhere"), entry("province", regions: ["33"]), entry("city", regions: ["3301", "44"]),
            entry("early", until: "2026-05-01"), entry("late", from: "2026-05-02"),
            entry("russian", languages: ["ru"]), entry("both", languages: ["en", "ru"]),
        ]
        func questions(_ language: LanguageTag, _ region: String, _ day: String) throws -> Set<String> {
            let pool = try DrawingPool(
                blueprint: try one(1), index: index, vehicleClass: "C1", language: language, region: region,
                day: try #require(CalendarDate(day)))
            return Set(pool.slots.map(\.id.rawValue))
        }
        #expect(try questions("en", "330106", "2026-05-01") == ["everywhere", "province", "city", "early", "both"])
        #expect(try questions("en", "330600", "2026-05-02") == ["everywhere", "province", "late", "both"])
        #expect(try questions("en", "440300", "2026-05-02") == ["everywhere", "city", "late", "both"])
        #expect(try questions("en", "", "2026-05-02") == ["everywhere", "late", "both"])
        #expect(try questions("ru", "330106", "2026-05-01") == ["russian", "both"])
    }

    // MARK: Enemies

    /// Whether some choice fills the cells, by trying all.
    private func exists(_ index: [ItemIndexEntry], _ cells: [Area: Int]) -> Bool {
        let near = index.map { one in
            index.indices.filter { index[$0].enemies.contains(one.id) || one.enemies.contains(index[$0].id) }
        }
        func goOn(_ place: Int, _ wanted: [Area: Int], _ taken: Set<Int>) -> Bool {
            if wanted.values.allSatisfy({ $0 == 0 }) { return true }
            guard place < index.count else { return false }
            if let left = wanted[index[place].area], left > 0, taken.isDisjoint(with: near[place]) {
                var less = wanted
                less[index[place].area] = left - 1
                if goOn(place + 1, less, taken.union([place])) { return true }
            }
            return goOn(place + 1, wanted, taken)
        }
        return goOn(0, cells, [])
    }

    @Test func `a paper is found exactly where one exists, and has no enemies in it`() throws {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 5, count: 32))
        var found = 0
        var refused = 0
        for round in 0..<400 {
            let areas: [Area] = ["a", "b", "c"]
            let count = 6 + generator.uniform(below: 7)
            let ids = (0..<count).map { ItemID("Q\(10 + $0)") }
            // From few enemies to nearly all against all.
            let density = 1 + generator.uniform(below: 8)
            let index = ids.enumerated().map { number, id in
                entry(
                    id.rawValue, area: areas[number < 3 ? number : generator.uniform(below: 3)],
                    enemies: ids.filter { _ in generator.uniform(below: 12) < density && round % 5 > 0 })
            }
            let has = Dictionary(grouping: index, by: \.area).mapValues(\.count)
            let cells = has.mapValues { 1 + generator.uniform(below: min(3, $0)) }
            let blueprint = try Blueprint(
                programme: "T", version: 1, kinds: [.judge: cells.values.reduce(0, +)], areas: cells)
            let pool = try DrawingPool(
                blueprint: blueprint, index: index, vehicleClass: "C1", language: "en", day: SampleBank.day)
            let possible = exists(index, cells)
            for number in 0..<4 {
                let draw = SampleBank.draw(seed: seed(round * 4 + number), blueprint: blueprint)
                guard possible else {
                    #expect(throws: DrawError.self) { try pool.draw(draw) }
                    refused += 1
                    continue
                }
                let paper = try pool.draw(draw)
                found += 1
                let ids = Set(paper.items.map(\.item))
                let entries = index.filter { ids.contains($0.id) }
                #expect(Dictionary(grouping: entries, by: \.area).mapValues(\.count) == cells)
                #expect(entries.allSatisfy { one in one.enemies.allSatisfy { $0 == one.id || !ids.contains($0) } })
                #expect(paper.relaxed == [])
            }
        }
        // Both outcomes came often: the comparison means something.
        #expect(found > 300 && refused > 300)
    }

    @Test func `what cannot be filled together is named, and nothing else`() throws {
        let index = [
            entry("A1", enemies: ["B1", "B2"]), entry("B1", area: "b"), entry("B2", area: "b"), entry("C1", area: "c"),
        ]
        let blueprint = try Blueprint(
            programme: "T", version: 1, kinds: [.judge: 3], areas: ["a": 1, "b": 1, "c": 1])
        let error = #expect(throws: DrawError.self) {
            try Paper.draw(SampleBank.draw(seed: seed(1), blueprint: blueprint), blueprint: blueprint, index: index)
        }
        #expect(
            error
                == .enemies(
                    "T", "C1",
                    [
                        ShortCell(area: "a", kind: .judge, wanted: 1, has: 1),
                        ShortCell(area: "b", kind: .judge, wanted: 1, has: 2),
                    ]))
        #expect(error?.description.contains("area a, kind judge") == true)
    }

    @Test func `a cell of rings and stars is filled to the last question that fits`() throws {
        // Five rings of five give two each, five stars of one and four give four each: thirty, and no thirty-one.
        var index: [ItemIndexEntry] = []
        for group in 0..<5 {
            for place in 0..<5 {
                index.append(entry("R\(group)\(place)", enemies: [ItemID("R\(group)\((place + 1) % 5)")]))
                index.append(entry("S\(group)\(place)", enemies: place > 0 ? [ItemID("S\(group)0")] : []))
            }
        }
        for number in 0..<10 {
            let paper = try Paper.draw(
                SampleBank.draw(seed: seed(number), blueprint: try one(30)), blueprint: try one(30), index: index)
            #expect(paper.items.count == 30)
        }
        #expect(throws: DrawError.enemies("T", "C1", [ShortCell(area: "a", kind: .judge, wanted: 31, has: 50)])) {
            try Paper.draw(
                SampleBank.draw(seed: seed(1), blueprint: try one(31)), blueprint: try one(31), index: index)
        }
    }

    // MARK: What gives way

    @Test func `nothing comes back from an earlier paper while there is enough, then only as much as is lacking`()
        throws
    {
        let index = (10..<30).map { entry("Q\($0)") }
        let blueprint = try one(8)
        for (seen, repeated) in [(0, 0), (12, 0), (13, 1), (17, 5), (20, 8)] {
            let excluded = index.prefix(seen).map(\.id)
            for number in 0..<20 {
                let paper = try Paper.draw(
                    SampleBank.draw(seed: seed(number), blueprint: blueprint, excluded: excluded),
                    blueprint: blueprint, index: index)
                #expect(paper.items.count { excluded.contains($0.item) } == repeated)
                let wanted = Relaxation(area: "a", kind: .judge, overexposed: 0, repeated: repeated)
                #expect(paper.relaxed == (repeated == 0 ? [] : [wanted]))
            }
        }
    }

    @Test func `one cell gives way, its neighbour does not`() throws {
        let index = (10..<14).map { entry("A\($0)") } + (10..<20).map { entry("B\($0)", area: "b") }
        let blueprint = try Blueprint(programme: "T", version: 1, kinds: [.judge: 6], areas: ["a": 3, "b": 3])
        let excluded = index.filter { $0.id.rawValue.hasSuffix("0") || $0.id.rawValue.hasSuffix("1") }.map(\.id)
        for number in 0..<20 {
            let paper = try Paper.draw(
                SampleBank.draw(seed: seed(number), blueprint: blueprint, excluded: excluded), blueprint: blueprint,
                index: index)
            #expect(paper.relaxed == [Relaxation(area: "a", kind: .judge, overexposed: 0, repeated: 1)])
        }
    }

    @Test func `questions beyond their share come only when others lack, the least used first`() throws {
        let index = (10..<20).map { entry("Q\($0)") }
        let blueprint = try one(4, share: 500)
        // Of 9 papers: 7 questions stood in 5 or more of them, the three others in less.
        let uses = Dictionary(uniqueKeysWithValues: index.enumerated().map { ($1.id, $0 < 3 ? 2 : 4 + $0 / 3) })
        for number in 0..<20 {
            let paper = try Paper.draw(
                SampleBank.draw(seed: seed(number), blueprint: blueprint), blueprint: blueprint, index: index,
                exposure: ProgrammeExposure(papers: 9, items: uses))
            let drawn = Set(paper.items.map(\.item))
            #expect(drawn.isSuperset(of: ["Q10", "Q11", "Q12"]))
            #expect(drawn.subtracting(["Q10", "Q11", "Q12"]).allSatisfy { uses[$0] == 5 })
            #expect(paper.relaxed == [Relaxation(area: "a", kind: .judge, overexposed: 1, repeated: 0)])
        }
    }

    @Test func `a question beyond its share goes before one that the candidate has seen`() throws {
        let index = (10..<14).map { entry("Q\($0)") }
        let blueprint = try one(2, share: 500)
        for number in 0..<20 {
            let paper = try Paper.draw(
                SampleBank.draw(seed: seed(number), blueprint: blueprint, excluded: ["Q10", "Q11"]),
                blueprint: blueprint, index: index,
                exposure: ProgrammeExposure(papers: 4, items: ["Q12": 4, "Q13": 4]))
            #expect(Set(paper.items.map(\.item)) == ["Q12", "Q13"])
            #expect(paper.relaxed == [Relaxation(area: "a", kind: .judge, overexposed: 2, repeated: 0)])
        }
    }

    @Test func `a share that a cell cannot keep is found beforehand`() throws {
        let index = (10..<30).map { entry("Q\($0)") }
        func cells(_ count: Int, _ share: Int?) throws -> [ShortCell] {
            try one(count, share: share).overexposedCells(index: index, vehicleClass: "C1", language: "en")
        }
        #expect(try cells(5, 250) == [])
        #expect(try cells(5, nil) == [])
        let found = try cells(5, 249)
        #expect(found == [ShortCell(area: "a", kind: .judge, wanted: 5, has: 20)])
        #expect(found.map(Blueprint.leastShare) == [250])
        #expect(throws: BlueprintError.share(0)) { try one(5, share: 0) }
    }
}
