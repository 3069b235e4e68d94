import CivilTime
import Exam
import QuestionBank
import Testing

@testable import Workshop

@Suite struct ShippedBankTests {
    private static let source = BankSource(folder: Repository.shippedBank)

    @Test func `the shipped bank breaks no rule`() {
        #expect(Self.source.findings == [])
    }

    @Test func `it has two hundred questions and twenty pictures, in Chinese and English`() throws {
        let contents = try #require(Self.source.contents)
        #expect(contents.items.count >= 200)
        #expect(contents.items.values.count { $0.picture != nil } >= 20)
        #expect(contents.index.languages == ["zh-Hans", "en"])
    }

    @Test(arguments: ["K1-CAR", "RESTORE-CAR", "FOREIGN-CAR"] as [ProgrammeCode])
    func `it gives each of its programmes twice over`(code: ProgrammeCode) throws {
        let index = try #require(Self.source.contents).index
        #expect(index.promises.contains { $0.programme == code && $0.times == 2 })
        let blueprint = try #require(index.blueprint(for: code))
        for vehicleClass in ["C1", "C2", "C3", "C5"] as [VehicleClass] {
            #expect(index.obstacle(to: code, for: vehicleClass) == nil)
            #expect(blueprint.shortCells(index: index.items, vehicleClass: vehicleClass, times: 2) == [])
        }
        let paper = try Paper.draw(
            Draw(
                bank: "b", programme: code, blueprint: blueprint.version, vehicleClass: "C1", language: "en",
                day: try #require(CalendarDate("2026-11-22")), seed: [UInt8](repeating: 7, count: 32)),
            blueprint: blueprint, index: index.items)
        #expect(paper.items.count == index.programme(code)?.questions)
    }

    @Test func `programmes with unknown figures are there and refused by the figures' names`() throws {
        let index = try #require(Self.source.contents).index
        let refused = index.obstacle(to: "K1-C4", for: "C4")
        #expect(refused?.contains("questions, pointsEach, full, passMark, minutes, kinds, composition") == true)
        #expect(index.obstacle(to: "K1-MOTO", for: "D")?.contains("not known: composition") == true)
        #expect(index.obstacle(to: "K1-BUS", for: "A1")?.contains("no blueprint") == true)
    }

    @Test func `stored joint tables are what controlled rounding gives`() throws {
        for blueprint in try #require(Self.source.contents).index.blueprints {
            let made = Blueprint.controlledRounding(kinds: blueprint.kinds, areas: blueprint.areas)
            #expect(blueprint.table == made)
        }
    }
}
