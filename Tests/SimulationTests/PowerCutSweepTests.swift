import Simulation
import Testing

/// The short form of what `make torture` does at length: the power is cut at the operations of a whole day.
@Suite struct PowerCutSweepTests {
    private func sweep(_ control: CutControl?, images: Int) async throws -> CutSweep.Totals {
        Campaign.silenceLog()
        var measure = CutSweep.Measure()
        measure.people = 1
        measure.random = 1
        return await CutSweep(try SimulatedSite(), measure).run(from: 3, control: control) { totals in
            totals.distinct < images && (control == nil || totals.losses == 0)
        }
    }

    @Test func `wherever the power is cut, what a screen said is there again`() async throws {
        let totals = try await sweep(nil, images: 120)
        #expect(totals.firstLoss == nil)
        #expect(totals.distinct >= 120 && totals.second >= 10)
    }

    @Test(arguments: CutControl.allCases)
    func `what is done wrongly on purpose is found`(control: CutControl) async throws {
        let totals = try await sweep(control, images: 20_000)
        #expect(totals.losses > 0)
    }
}
