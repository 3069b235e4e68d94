import CanonicalJSON
import CenterLink
import Exam
import Hall
import Platform

private let attemptHelp = """
    kaotai attempt: what an operator may do to an exam

      kaotai attempt pause SEAT     stop the exam at this seat, and its clock
      kaotai attempt resume SEAT    let it go on
      kaotai attempt slip ATTEMPT --out FILE
                                    open the sealed slip of an exam as PDF, to print it again; the daemon writes FILE, in
                                    the clear, as its own user
      kaotai attempt credit ATTEMPT SECONDS --reason WORDS
                                    give back time that was spent for nothing, beyond what the hall gives by itself
      kaotai attempt void ATTEMPT --reason WORDS
                                    cancel an exam; the sitting is not used up
      kaotai attempt reopen ATTEMPT --reason WORDS
                                    take back an end that the candidate has not signed; the exam is paused then

    Credit, void and reopen want two people. \(StaffActs.help)

    \(OperatorSocket.help)

    With --json the act's journal entry goes to standard output, as `kaotai journal export` writes it.
    Exit codes: 0 done, 64 usage, 69 no daemon answers, or the act cannot be done as things stand.

    """

/// `kaotai attempt …`: the arguments after `attempt`.
func attemptCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket", "reason", "out"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(attemptHelp)
        return options.has("help") ? .done : .usage
    }
    let act = options.words[0]
    if act == "slip" {
        guard options.words.count == 2 else { throw Failure(.usage, "`kaotai attempt slip` wants an attempt") }
        let file = try absolute(try options.required("out"))
        _ = try OperatorSocket.ask(.slip(attempt: options.words[1], path: file), options)
        standardError("\(file): the slip, in the clear\n")
        return .done
    }
    if let kind = [StaffAct.Kind.credit, .void, .reopen].first(where: { $0.rawValue == act }) {
        return try askForStaffAct(kind, options)
    }
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

private func askForStaffAct(_ kind: StaffAct.Kind, _ options: Arguments) throws -> ExitCode {
    let seconds = options.words.count == 3 ? Int(options.words[2]) : nil
    guard kind == .credit ? seconds.map({ (1...86_400).contains($0) }) == true : options.words.count == 2 else {
        throw Failure(
            .usage,
            "`kaotai attempt \(kind.rawValue)` wants an attempt"
                + (kind == .credit ? " and the seconds to give back" : "") + "; `kaotai status` lists attempts")
    }
    return try StaffActs.ask(
        .init(
            act: kind, attempt: AttemptID(options.words[1]), reason: try options.required("reason"),
            milliseconds: seconds.map { $0 * 1000 }), options)
}
