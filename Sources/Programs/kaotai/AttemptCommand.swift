import CanonicalJSON
import Hall
import Platform

private let attemptHelp = """
    kaotai attempt: what an operator may do to a running exam

      kaotai attempt pause SEAT     stop the exam at this seat, and its clock
      kaotai attempt resume SEAT    let it go on

    \(OperatorSocket.help)

    With --json the act's journal entry goes to standard output, as `kaotai journal export` writes it.
    Exit codes: 0 done, 64 usage, 69 no daemon answers, or there is nothing to pause or resume at that seat.

    """

/// `kaotai attempt …`: the arguments after `attempt`.
func attemptCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(attemptHelp)
        return options.has("help") ? .done : .usage
    }
    let act = options.words[0]
    guard act == "pause" || act == "resume" else {
        throw Failure(.usage, "there is no `kaotai attempt \(act)`; `kaotai attempt --help` lists what there is")
    }
    guard options.words.count == 2, let seat = Int(options.words[1]) else {
        throw Failure(.usage, "`kaotai attempt \(act)` wants the number of a seat")
    }
    let entry = try OperatorSocket.ask(act == "pause" ? .pause(seat) : .resume(seat), options)
    if options.has("json") {
        try printJSON(entry)
    } else {
        standardOutput(
            "seat \(seat): \(act == "pause" ? "paused" : "resumed"), entry \(entry["sequence"]?.canonicalText ?? "")\n")
    }
    return .done
}
