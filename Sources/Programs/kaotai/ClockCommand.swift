import CanonicalJSON
import CivilTime
import Hall
import Platform

private let clockHelp = """
    kaotai clock: the hall's wall clock, by which days and dates are judged; exam time never runs by it

      kaotai clock                            what it says, and whether the hall believes it
      kaotai clock confirm DAY --by NAME      it is right: DAY (YYYY-MM-DD) is read from another clock, NAME is who did

    A clock is believed that was not set by more than the configured seconds while the machine ran, is not before what the
    journal saw last, and not further ahead than a hall is ever switched off. While it is not, no exam begins; exams that
    run go on. Set it right (`timedatectl set-time`), and it is believed again by itself; confirm it where what the journal
    saw before was wrong, or the hall was switched off for longer. Before a time that the center signed nobody can confirm
    it: there the center states the time (`kaotai-center clock`).

    \(OperatorSocket.help)

    With --json: {wall, known, steppedMs, fault, bounds, signed}, or the confirmation's journal entry.
    Exit codes: 0 done, 64 usage, 65 the hall's clock shows another day, 69 no daemon answers, 77 not possible.

    """

/// `kaotai clock …`: the arguments after `clock`.
func clockCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket", "by"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(clockHelp)
        return .done
    }
    if options.words.isEmpty {
        let status = try OperatorSocket.ask(.status, options)
        let clock = status["clock"] ?? .null
        if options.has("json") {
            try printJSON(clock)
        } else {
            let words = try JSONCoder.decode(HallStatus.self, from: Array(status.canonicalText.utf8)).clockWords
            standardOutput("\(clock["wall"]?.stringValue ?? "")  \(words)\n")
        }
        return .done
    }
    guard options.words.count == 2, options.words[0] == "confirm", let day = CalendarDate(options.words[1]) else {
        throw Failure(.usage, "`kaotai clock confirm YYYY-MM-DD --by NAME`: the day as another clock shows it")
    }
    let entry = try OperatorSocket.ask(
        .confirmClock(.init(day: day, by: try options.required("by"))), options)
    if options.has("json") {
        try printJSON(entry)
    } else {
        standardOutput("confirmed, entry \(entry["sequence"]?.canonicalText ?? "")\n")
    }
    return .done
}
