import Platform
import Simulation
import Testing

/// Simulated days of the hall, the short form of `torture --chapter hall`.
@Suite struct DayTests {
    private static let campaign = Result {
        Campaign.silenceLog()
        return Campaign(try SimulatedSite())
    }

    @Test func `two days from one seed have the same journal, byte for byte`() throws {
        let campaign = try Self.campaign.get()
        let first = campaign.day(11)
        let second = campaign.day(11)
        #expect(first.violation == nil)
        #expect(first.entries > 500)
        #expect(first.digest == second.digest)
        #expect(first.steps == second.steps)
        #expect(campaign.day(12).digest != first.digest)
    }

    @Test func `what a candidate was told holds through cuts, errors and lost messages`() async throws {
        let totals = await (try Self.campaign.get()).run(from: 1000, threads: 2) { $0.days < 8 }
        #expect(totals.broken.map { "\($0)" } == [])
        #expect(totals.exams >= 100)
        #expect(totals.faultsInAll * 50 >= totals.commits)
    }
}
