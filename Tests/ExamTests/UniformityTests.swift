import Testing

@testable import Exam

/// Many papers together: questions of a cell come equally often, and none beyond its share.
@Suite struct UniformityTests {
    static let papers = 100_000

    /// Four cells of 12 to 30 questions, of which a sixth or less is wanted: papers are short, for there are many.
    private static let index: [ItemIndexEntry] = {
        var entries: [ItemIndexEntry] = []
        for (area, kind, count) in [
            (Area("law"), ItemKind.judge, 12), ("law", .single, 18), ("signs", .judge, 20), ("signs", .single, 30),
        ] {
            for number in 0..<count {
                entries.append(
                    ItemIndexEntry(
                        id: ItemID("\(area)-\(kind.rawValue)-\(100 + number)"), version: 1, kind: kind, area: area,
                        classes: ["C1"], options: kind == .judge ? 2 : 4, languages: ["en"]))
            }
        }
        return entries
    }()

    private static func blueprint(share: Int? = nil) throws -> Blueprint {
        try Blueprint(
            programme: "T", version: 1, kinds: [.judge: 3, .single: 4], areas: ["law": 4, "signs": 3],
            table: ["law": [.judge: 1, .single: 3], "signs": [.judge: 2, .single: 1]], share: share)
    }

    private static func pool(share: Int? = nil) throws -> DrawingPool {
        try DrawingPool(
            blueprint: try blueprint(share: share), index: index, vehicleClass: "C1", language: "en",
            day: SampleBank.day)
    }

    // MARK: Judges

    /// Whether counts of a cell, from papers that each take `wanted` different questions of it, look uniform: chi-square
    /// that chance exceeds about once in a million.
    private func isUniform(_ counts: [Int], wanted: Int) -> Bool {
        let count = Double(counts.count)
        let expected = Double(counts.reduce(0, +)) / count
        let sum = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // Without replacement counts vary less than a multinomial's.
        let chiSquare = sum * (count - 1) / (count - Double(wanted))
        let degrees = count - 1
        let root = 1 - 2 / (9 * degrees) + 4.9 * (2 / (9 * degrees)).squareRoot()
        return chiSquare < degrees * root * root * root
    }

    /// How many of the draws a share was exceeded in: a question stood in more than so many papers, rounded up.
    private struct ShareJudge {
        let share: Int
        var uses: [Int]
        var papers = 0
        var exceeded = 0

        mutating func take(_ places: [Int]) {
            papers += 1
            let most = (share * papers + 999) / 1000
            for place in places {
                uses[place] += 1
                if uses[place] > most { exceeded += 1 }
            }
        }
    }

    private func seeds() -> (Int) -> [UInt8] {
        { number in (0..<32).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 & 3))) } }
    }

    /// Other tests wait for answers while this one computes.
    private func giveWay(_ number: Int) async { if number.isMultiple(of: 256) { await Task.yield() } }

    // MARK: Without counters

    @Test func `a hundred thousand papers take every question of a cell equally often`() async throws {
        let pool = try Self.pool()
        let seed = seeds()
        var counts = [Int](repeating: 0, count: pool.slots.count)
        for number in 0..<Self.papers {
            await giveWay(number)
            var drawing = Drawing(pool: pool, excluded: [])
            try drawing.setLevels()
            var generator = ChaCha20Generator(seed: seed(number))
            for place in drawing.questions(&generator) { counts[place] += 1 }
        }
        for cell in pool.cells {
            #expect(isUniform(Array(counts[cell.range]), wanted: cell.wanted), "\(cell.area) \(cell.kind)")
        }
    }

    @Test func `control: a sampler with the bias of a modulus is found out`() throws {
        // One byte modulo the cell's size: 256 is no multiple of 12, 18, 20 or 30.
        let pool = try Self.pool()
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 4, count: 32))
        for cell in pool.cells {
            var counts = [Int](repeating: 0, count: cell.count)
            for _ in 0..<Self.papers {
                var taken: Set<Int> = []
                while taken.count < cell.wanted {
                    let word: UInt32 = generator.next()
                    taken.insert(Int(word & 255) % cell.count)
                }
                for place in taken { counts[place] += 1 }
            }
            #expect(!isUniform(counts, wanted: cell.wanted), "\(cell.area) \(cell.kind)")
        }
    }

    // MARK: With counters

    /// Draws papers, each by the counters of those before it, or by counters at zero.
    private func exceeded(
        share: Int, papers: Int, counting: Bool
    ) async throws -> (exceeded: Int, relaxed: Int, uses: [Int]) {
        var pool = try Self.pool(share: share)
        let seed = seeds()
        var judge = ShareJudge(share: share, uses: [Int](repeating: 0, count: pool.slots.count))
        var relaxed = 0
        for number in 0..<papers {
            await giveWay(number)
            var drawing = Drawing(pool: pool, excluded: [])
            try drawing.setLevels()
            var generator = ChaCha20Generator(seed: seed(number))
            let places = drawing.questions(&generator)
            judge.take(places)
            relaxed += drawing.relaxations.count
            if counting {
                var raised = ProgrammeExposure(papers: number + 1)
                for place in places { raised.items[pool.slots[place].id] = judge.uses[place] }
                pool.take(raised)
            }
        }
        return (judge.exceeded, relaxed, judge.uses)
    }

    @Test func `by their counters a hundred thousand papers never take a question beyond its share`() async throws {
        // The smallest cell takes 3 of 18: no bank could keep to less than 167 thousandths.
        let (exceeded, relaxed, uses) = try await exceeded(share: 170, papers: Self.papers, counting: true)
        #expect(exceeded == 0)
        #expect(relaxed == 0)
        for cell in try Self.pool().cells {
            let own = uses[cell.range]
            #expect((own.max() ?? 0) - (own.min() ?? 0) < 60)
        }
    }

    @Test func `control: without counters the same papers exceed it`() async throws {
        let (exceeded, _, uses) = try await exceeded(share: 170, papers: 5_000, counting: false)
        #expect(exceeded > 100)
        let cell = try #require(try Self.pool().cells.first { $0.count == 18 })
        #expect((uses[cell.range].max() ?? 0) - (uses[cell.range].min() ?? 0) > 60)
    }
}
