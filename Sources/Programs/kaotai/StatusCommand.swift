import CanonicalJSON
import Hall
import Platform

private let statusHelp = """
    kaotai status: the hall now

      kaotai status     seats, terminals, card readers, interlocks, courier, disk and clock; an interlock is ready,
                        waived by configuration, or says what is wrong

    \(OperatorSocket.help)

    With --json one document goes to standard output: {appliance, version, state, interlocks, seats, checkIn, readers,
    cardService, courier, bank, journalSequence, bookings, orders, freeMiB, clock}.
    Exit codes: 0 done (also when the hall is closed: state says so), 64 usage, 69 no daemon answers.

    """

/// `kaotai status`: the arguments after `status`.
func statusCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(statusHelp)
        return .done
    }
    guard options.words.isEmpty else { throw Failure(.usage, "`kaotai status` wants no further words") }
    let answer = try OperatorSocket.ask(.status, options)
    if options.has("json") {
        try printJSON(answer)
    } else {
        standardOutput(try JSONCoder.decode(HallStatus.self, from: Array(answer.canonicalText.utf8)).table)
    }
    return .done
}
