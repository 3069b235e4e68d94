import CanonicalJSON
import Exam
import Measurement
import Platform

private let usage = """
    usage: kaotai bank statistics [FILE…] [--answers FILE]… [--archive FILE]… --bank PACKAGE… --open-with KEY
                                  [--trust JWKS] [--answers-in DIR] [--out REPORT.html] [--language TAG] [--minimum N]
                                  [--flagged] [--json]
           kaotai bank statistics --simulate N --bank PACKAGE --open-with KEY [--programme CODE] [--seed N]
                                  [--wrong-key ITEM]… [--bad-translation ITEM:LANGUAGE]… …

    What answers tell about questions, by version, programme and language: how many had it, how many were right, what
    was chosen, the corrected point-biserial correlation, D (upper less lower 27 %), the median time; for programmes KR-20
    and the standard error of measurement; differences between languages (Mantel-Haenszel). The formulas and their
    sources stand in Documentation/statistics.md.

    FILE, --answers and --archive take signed results with their answers files, copies of journals (these alone have
    times), and archives of `kaotai result archive`.

      --out          a report with plots, an HTML page that fetches nothing; it holds questions and keys
      --language     of the questions in the report (the bank's first)
      --minimum      whole attempts below which nothing is flagged (100)
      --flagged      the table without the questions that have no flag
      --simulate     N invented people in each of the bank's languages sit a programme (K1-CAR) in place of real ones:
                     to see what a report looks like. --wrong-key and --bad-translation plant faults to be found

    With --json one document {banks, attempts, answers, programmes, items, differences} goes to standard output: shares,
    correlations and deltas in thousandths, times in milliseconds.
    Exit codes: 0 done, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai bank statistics …`: the arguments after `statistics`.
func bankStatisticsCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments,
        options: [
            "answers", "archive", "bank", "open-with", "trust", "answers-in", "out", "language", "minimum", "simulate",
            "programme", "seed", "wrong-key", "bad-translation",
        ], flags: ["flagged", "json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    _ = try options.required("bank")
    let banks = try measuredBanks(options.values("bank"), openWith: options.value("open-with"))
    let files = options.words + options.values("answers") + options.values("archive")
    let simulated = try options.integer("simulate")
    guard files.isEmpty == (simulated != nil) else {
        throw Failure(.usage, "wanted are either files with answers or --simulate N; --help shows the usage")
    }
    let (archive, name): (AnswerArchive, String)
    if let simulated {
        (archive, name) = (try simulate(simulated, banks[0], options), "\(simulated) simulated people in each language")
    } else {
        let reading = try readAnswers(files, options, withTimes: true)
        (archive, name) = (reading.archive, reading.name)
        if options.value("trust") == nil {
            standardError("kaotai: without --trust nobody's signature was checked\n")
        }
    }
    let minimum = try options.integer("minimum") ?? 100
    guard minimum >= 1 else { throw Failure(.usage, "--minimum wants a number from 1") }
    let statistics = try BankStatistics(archive, name: name, banks: banks, bands: .init(minimum: minimum))
    for (bank, count) in statistics.otherBanks.sorted(by: { $0.key < $1.key }) {
        standardError("kaotai: not counted: \(count) attempts of bank \(bank)\n")
    }
    if let out = options.value("out") {
        let language = options.value("language").map { LanguageTag($0) } ?? banks[0].languages.first ?? "en"
        let report = StatisticsReport(statistics, language: language, origin: name)
        try AtomicFile.write(report.html, to: out)
        standardError("kaotai: \(out): the report\n")
    }
    if options.has("json") {
        try printJSON(statistics.document)
    } else {
        standardOutput(statistics.table(flaggedOnly: options.has("flagged")))
    }
    return .done
}

private func simulate(_ people: Int, _ bank: MeasuredBank, _ options: Arguments) throws -> AnswerArchive {
    guard people >= 1 else { throw Failure(.usage, "--simulate wants a number from 1") }
    var faults: Set<SimulatedPopulation.Fault> = []
    for item in options.values("wrong-key") { faults.insert(.wrongKey(ItemID(item))) }
    for text in options.values("bad-translation") {
        guard let colon = text.firstIndex(of: ":") else {
            throw Failure(.usage, "--bad-translation wants ITEM:LANGUAGE, not \"\(text)\"")
        }
        faults.insert(.badTranslation(ItemID(text[..<colon]), LanguageTag(text[text.index(after: colon)...])))
    }
    guard let seed = UInt64(exactly: try options.integer("seed") ?? 1) else {
        throw Failure(.usage, "--seed wants a whole number from 0")
    }
    let candidates = Dictionary(bank.languages.map { ($0, people) }, uniquingKeysWith: { first, _ in first })
    return try SimulatedPopulation(seed: seed, faults: faults)
        .sit(ProgrammeCode(options.value("programme") ?? "K1-CAR"), bank: bank, candidates: candidates)
}
