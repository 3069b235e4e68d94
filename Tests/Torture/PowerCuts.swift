import Platform
import Simulation

/// The power is cut at every operation of whole exam days.
struct PowerCuts: Chapter {
    let name = "cuts"
    let subject = """
        The power is cut at every operation of the disk in recorded exam days; from each disk that this can leave the hall \
        starts, and what screens had acknowledged is there
        """
    /// Enough of a control's losses to know that the cuts find them.
    private static let enough = 100

    func run(_ course: Course) async throws -> [Figure] {
        Campaign.silenceLog()
        let site = try SimulatedSite()
        let sweep = CutSweep(site)
        let told = Guarded(0)
        let totals = await sweep.run(from: course.firstSeed) { totals in
            let isNews = told.withLock { told in
                guard totals.distinct >= told + 1_000 else { return false }
                told = totals.distinct
                return true
            }
            if isNews {
                course.progress(
                    "\(grouped(totals.distinct)) disks of \(grouped(totals.images)), \(grouped(totals.second)) cut twice, \(totals.losses) of them with losses"
                )
            }
            return totals.losses < Self.enough
                && (totals.distinct < 100_000 || totals.second < 10_000 || course.goesOn)
        }
        if let loss = totals.firstLoss { course.progress("LOST: \(loss)") }
        return [
            Figure("days", totals.days), Figure("exams", totals.exams), Figure("answers", totals.answers),
            Figure("operations of the disk", totals.operations), Figure("disks built", totals.images),
            Figure("distinct disks started from", totals.distinct, .atLeast(100_000)),
            Figure("distinct disks after a second cut, during the start", totals.second, .atLeast(10_000)),
            Figure("with a loss", totals.losses, .exactly(0), remark: totals.firstLoss ?? ""),
        ]
    }
}

/// The same cuts of a hall that does something wrong on purpose.
struct PowerCutControls: Chapter {
    let name = "cut-controls"
    let subject = "The same cuts, where something is done wrongly on purpose: each must be found by its losses"
    private static let enough = 100

    func run(_ course: Course) async throws -> [Figure] {
        Campaign.silenceLog()
        let sweep = CutSweep(try SimulatedSite())
        var figures: [Figure] = []
        for control in CutControl.allCases {
            let found = await sweep.run(from: course.firstSeed, control: control) {
                $0.losses < Self.enough && $0.distinct < 20_000
            }
            course.progress("\(control.rawValue): \(grouped(found.losses)), first \(found.firstLoss ?? "none")")
            figures.append(
                Figure(
                    "losses with \(control.rawValue)", found.losses, .atLeast(Self.enough),
                    remark: "among \(grouped(found.distinct)) distinct disks"))
        }
        return figures
    }
}
