import CivilTime
import Exam
import QuestionBank
import Testing

@testable import Workshop

@Suite struct ShippedBankTests {
    private static let source = BankSource(folder: Repository.shippedBank)

    @Test func `the shipped bank breaks no rule`() {
        #expect(Self.source.errors == [])
        // Programmes that nobody is promised may still lack questions.
        #expect(Self.source.warnings.allSatisfy { $0.rule == .cell })
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
        let blueprint = try #require(index.blueprint(for: code, vehicleClass: "C1"))
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
        #expect(index.obstacle(to: "K1-CAR", for: "A1")?.contains("not for class A1") == true)
    }

    @Test func `every programme whose figures are known has a blueprint for each of its classes`() throws {
        let index = try #require(Self.source.contents).index
        var variants = 0
        for programme in index.programmes where programme.missingFigures.isEmpty {
            for vehicleClass in programme.classes {
                let blueprint = try #require(index.blueprint(for: programme.code, vehicleClass: vehicleClass))
                #expect(
                    blueprint.areas == programme.composition(for: vehicleClass), "\(programme.code) \(vehicleClass)")
                #expect(blueprint.questions == programme.questions)
                if !blueprint.classes.isEmpty { variants += 1 }
            }
        }
        #expect(variants == 3 * 5)
        #expect(index.blueprint(for: "FOREIGN-LARGE", vehicleClass: "A1")?.areas["bus_only"] == 6)
        #expect(index.blueprint(for: "FOREIGN-LARGE", vehicleClass: "B2")?.areas["truck_only"] == 6)
        #expect(index.blueprint(for: "FOREIGN-LARGE", vehicleClass: "B2")?.areas["bus_only"] == nil)
    }

    @Test func `stored joint tables are what controlled rounding gives`() throws {
        for blueprint in try #require(Self.source.contents).index.blueprints {
            let made = Blueprint.controlledRounding(kinds: blueprint.kinds, areas: blueprint.areas)
            #expect(blueprint.table == made)
        }
    }
}
