import Glibc
import Platform
import Simulation

/// The hall as it ships, on simulated machines, from seeds: whole days with everything that goes wrong on them.
struct HallInSimulation: Chapter {
    let name = "hall"
    let subject =
        "The hall lives through simulated days with cuts, errors and lost messages, and keeps what it told everybody"

    private static let wantedExams = 100_000
    private static let wantedOfEach = 1000

    func run(_ course: Course) async throws -> [Figure] {
        Campaign.silenceLog()
        let campaign = Campaign(try SimulatedSite())
        let begin = ContinuousClock.now
        let threads = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let totals = await campaign.run(from: course.firstSeed, threads: threads) { totals in
            if totals.days % 200 == 0, totals.days > 0 { course.progress("\(grouped(totals.exams)) exams so far") }
            return !Self.isReached(totals) || course.goesOn
        }
        for day in totals.broken {
            course.progress("seed \(day.seed): \(day.violation.map { "\($0)" } ?? "")")
            course.progress("torture simulate --seed \(day.seed) lives through it again")
        }
        let milliseconds = max(1, Int((ContinuousClock.now - begin) / .milliseconds(1)))
        var figures = [
            Figure("violations", totals.broken.count, .exactly(0), remark: "the first one ends the chapter"),
            Figure(
                "exams", totals.exams, .atLeast(Self.wantedExams),
                remark: "\(totals.exams * 1000 / milliseconds) a second"),
            Figure("days", totals.days), Figure("answers", totals.answers), Figure("commits", totals.commits),
            Figure("journal entries read again", totals.entries),
            Figure("faults", totals.faultsInAll, .atLeast(totals.commits / 50), remark: "at least one in 50 commits"),
        ]
        for fault in Fault.allCases {
            figures.append(Figure(fault.rawValue, totals.faults[fault] ?? 0, .atLeast(Self.wantedOfEach)))
        }
        return figures
    }

    private static func isReached(_ totals: Campaign.Totals) -> Bool {
        totals.exams >= wantedExams && Fault.allCases.allSatisfy { totals.faults[$0] ?? 0 >= wantedOfEach }
    }
}
