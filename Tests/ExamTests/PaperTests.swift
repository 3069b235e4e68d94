import CanonicalJSON
import CivilTime
import Testing

@testable import Exam

/// Forty questions in two areas, ten or nine in each cell for class C1; what does not say otherwise is drawn from them.
enum SampleBank {
    static let index: [ItemIndexEntry] = {
        var entries: [ItemIndexEntry] = []
        for (area, prefix) in [(Area("law"), "LAW"), ("signals", "SIG")] {
            for number in 1...20 {
                entries.append(
                    ItemIndexEntry(
                        id: ItemID("\(prefix)-\(number < 10 ? "0" : "")\(number)"), version: number % 3 + 1,
                        kind: number <= 10 ? .judge : .single, area: area, classes: number == 20 ? ["D"] : ["C1", "D"],
                        options: number <= 10 ? 2 : 4, languages: ["en"],
                        enemies: number == 3 ? ["LAW-04", "SIG-05"] : []))
            }
        }
        return entries
    }()

    static let blueprint =
        (try? Blueprint(
            programme: "TEST", version: 3, kinds: [.judge: 5, .single: 7], areas: ["law": 7, "signals": 5]))!

    static let day = CalendarDate(daysSinceEpoch: 20_000)

    static func draw(
        seed: [UInt8], blueprint: Blueprint = blueprint, vehicleClass: VehicleClass = "C1",
        language: LanguageTag = "en",
        region: String = "", day: CalendarDate = day, excluded: [ItemID] = []
    ) -> Draw {
        Draw(
            bank: "b", programme: blueprint.programme, blueprint: blueprint.version, vehicleClass: vehicleClass,
            language: language, region: region, day: day, excluded: excluded, seed: seed)
    }
}

@Suite struct PaperTests {
    private func draw(_ seed: UInt8, index: [ItemIndexEntry] = SampleBank.index) throws -> Paper {
        try Paper.draw(
            SampleBank.draw(seed: [UInt8](repeating: seed, count: 32)), blueprint: SampleBank.blueprint, index: index)
    }

    @Test func `the same seed gives the same paper, whatever the order of the index`() throws {
        let paper = try draw(1)
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 77, count: 32))
        for _ in 0..<20 {
            var index = SampleBank.index
            generator.shuffle(&index)
            #expect(try draw(1, index: index) == paper)
        }
        #expect(try draw(2).items != paper.items)
    }

    @Test func `draws of the record give these papers for ever`() throws {
        let plain = try Paper.draw(
            SampleBank.draw(seed: Array(0..<32)), blueprint: SampleBank.blueprint, index: SampleBank.index)
        #expect(plain.seed == "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")
        #expect(Self.brief(plain) == Self.golden)
        let bounded = try Blueprint(
            programme: "TEST", version: 3, kinds: [.judge: 5, .single: 7], areas: ["law": 7, "signals": 5], share: 500)
        var uses: [ItemID: Int] = [:]
        for (number, entry) in SampleBank.index.enumerated() { uses[entry.id] = number * 7 % 11 }
        let counted = try Paper.draw(
            SampleBank.draw(
                seed: Array(32..<64), excluded: ["LAW-01", "LAW-12"] + (1...9).map { ItemID("SIG-0\($0)") }),
            blueprint: bounded, index: SampleBank.index, exposure: ProgrammeExposure(papers: 12, items: uses))
        #expect(Self.brief(counted) == Self.goldenCounted)
        #expect(counted.relaxed == Self.goldenRelaxed)
    }

    private static func brief(_ paper: Paper) -> [String] {
        paper.items.map { "\($0.item)/\($0.version) " + $0.options.map(String.init).joined() }
    }

    /// Drawn by a program written from the documentation alone.
    private static let golden = [
        "SIG-10/2 12",
        "LAW-03/1 12",
        "SIG-09/1 12",
        "LAW-09/1 12",
        "LAW-07/2 12",
        "SIG-16/2 1423",
        "LAW-12/1 2413",
        "SIG-15/1 1324",
        "SIG-17/3 2341",
        "LAW-15/1 1432",
        "LAW-14/3 3124",
        "LAW-11/3 4132",
    ]
    private static let goldenCounted = [
        "LAW-08/3 12",
        "LAW-05/3 12",
        "LAW-03/1 12",
        "SIG-10/2 12",
        "SIG-02/3 12",
        "LAW-16/2 3412",
        "SIG-13/2 2341",
        "SIG-16/2 2431",
        "LAW-19/2 4132",
        "LAW-11/3 2314",
        "LAW-14/3 1432",
        "SIG-19/2 2431",
    ]
    private static let goldenRelaxed = [
        Relaxation(area: "signals", kind: .judge, overexposed: 0, repeated: 1)
    ]

    @Test func `every cell has its count, blocks stand by kind, no question stands twice`() throws {
        let byID = Dictionary(uniqueKeysWithValues: SampleBank.index.map { ($0.id, $0) })
        for seed in UInt8(0)...60 {
            let entries = try draw(seed).items.map { try #require(byID[$0.item]) }
            #expect(Set(entries.map(\.id)).count == 12)
            #expect(entries.prefix(5).allSatisfy { $0.kind == .judge })
            #expect(entries.dropFirst(5).allSatisfy { $0.kind == .single })
            #expect(entries.allSatisfy { $0.classes.contains("C1") })
            for (area, row) in SampleBank.blueprint.table {
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

    @Test func `orders are counted lexicographically, for any number of options`() {
        for options in 1...6 {
            let all = (0..<DrawingPool.factorial(options)).map { DrawingPool.order($0, of: options) }
            #expect(Set(all).count == all.count)
            #expect(zip(all, all.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
        }
        #expect(
            DrawingPool.order(DrawingPool.factorial(12) - 1, of: 12) == [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    }

    @Test func `a cell that lacks questions is named, nothing is relaxed`() {
        let few = SampleBank.index.filter { !($0.area == "signals" && $0.kind == .single) }
        let wanted = SampleBank.blueprint.table["signals"]?[.single] ?? 0
        #expect(
            throws: DrawError.shortCell(
                "TEST", "C1", ShortCell(area: "signals", kind: .single, wanted: wanted, has: 0))
        ) { try draw(1, index: few) }
    }

    @Test func `a draw that is for something else, or has no seed, is refused`() throws {
        let pool = try DrawingPool(
            blueprint: SampleBank.blueprint, index: SampleBank.index, vehicleClass: "C1", language: "en",
            day: SampleBank.day)
        #expect(throws: DrawError.seed("010203")) { try pool.draw(SampleBank.draw(seed: [1, 2, 3])) }
        let other = SampleBank.draw(seed: [UInt8](repeating: 1, count: 32), vehicleClass: "D")
        #expect(throws: DrawError.otherPool(other)) { try pool.draw(other) }
    }

    @Test func `a recorded draw is read back as it was written`() throws {
        let draw = SampleBank.draw(
            seed: Array(0..<32), region: "330106", excluded: ["LAW-02", "LAW-01", "LAW-02"])
        let recorded = RecordedDraw(draw: draw, exposure: ProgrammeExposure(papers: 3, items: ["LAW-01": 2]))
        let text = try JSONCoder.text(recorded)
        #expect(try JSONCoder.decode(RecordedDraw.self, from: Array(text.utf8)) == recorded)
        #expect(text.contains(#""excluded":["LAW-01","LAW-02"]"#))
        #expect(text.contains(#""class":"C1""#))
    }
}
