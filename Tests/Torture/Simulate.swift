import Platform
import Simulation

/// `torture simulate`: one day of the hall in simulation again, or many until one is broken.
func simulate(_ given: some Sequence<String>) async throws -> ExitCode {
    let arguments = try Arguments(Array(given)[...], options: ["seed", "from", "days", "threads"], flags: ["quiet"])
    Campaign.silenceLog()
    let campaign = Campaign(try SimulatedSite())
    if let seed = try arguments.integer("seed") {
        let isQuiet = arguments.has("quiet")
        let day = campaign.day(UInt64(seed)) { line in if !isQuiet { standardError(line + "\n") } }
        standardOutput(describe(day))
        return day.violation == nil ? .done : .foundWrong
    }
    let days = try arguments.integer("days") ?? 100
    let begin = ContinuousClock.now
    let totals = await campaign.run(
        from: UInt64(try arguments.integer("from") ?? 1), threads: try arguments.integer("threads") ?? 2
    ) { $0.days < days }
    let milliseconds = Int((ContinuousClock.now - begin) / .milliseconds(1))
    standardOutput(
        "\(totals.days) days, \(totals.exams) exams, \(totals.answers) answers, \(totals.commits) commits, "
            + "\(totals.faultsInAll) faults, \(totals.exams * 1000 / max(1, milliseconds)) exams/s\n")
    for (fault, count) in totals.faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        standardOutput("  \(fault.rawValue) \(count)\n")
    }
    for day in totals.broken { standardOutput(describe(day)) }
    return totals.broken.isEmpty ? .done : .foundWrong
}

private func describe(_ day: Day) -> String {
    let outcome = day.violation.map { "BROKEN at step \(day.steps): \($0)" } ?? "held"
    return "seed \(day.seed): \(day.steps) steps, \(day.exams) exams, \(day.commits) commits, \(day.entries) entries, "
        + "last \(hexadecimal(day.digest).prefix(16)): \(outcome)\n"
}
