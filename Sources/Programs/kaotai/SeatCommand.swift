import CanonicalJSON
import CenterLink
import Exam
import Hall
import Platform

private let seatHelp = """
    kaotai seat: where a candidate sits

      kaotai seat assign ATTEMPT SEAT --reason WORDS
                        lets an exam go on at this free seat, whatever the reason; `kaotai status` lists attempts and seats

    \(StaffActs.help)

    A candidate whose seat fails needs none of this: the card on any free seat's reader, or at check-in, moves the exam.

    \(OperatorSocket.help)

    With --json the act's journal entry goes to standard output, as `kaotai journal export` writes it.
    Exit codes: 0 asked, 64 usage, 69 no daemon answers, or the act cannot be done as things stand.

    """

/// `kaotai seat …`: the arguments after `seat`.
func seatCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket", "reason"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(seatHelp)
        return options.has("help") ? .done : .usage
    }
    guard options.words.count == 3, options.words[0] == "assign", let seat = Int(options.words[2]) else {
        throw Failure(.usage, "`kaotai seat assign` wants an attempt and the number of a seat")
    }
    return try StaffActs.ask(
        .init(
            act: .assignSeat, attempt: AttemptID(options.words[1]), reason: try options.required("reason"), seat: seat),
        options)
}

/// Acts for which two people have to answer.
enum StaffActs {
    static let help = """
        The act waits for two different people: each says `kaotai approve DIGEST --key FILE` within 30 minutes, with the
        digest that this command prints.
        """

    /// Asks the daemon for an act and tells its digest.
    static func ask(_ request: StaffRequest, _ options: Arguments) throws -> ExitCode {
        let entry = try OperatorSocket.ask(.ask(request), options)
        if options.has("json") {
            try printJSON(entry)
            return .done
        }
        let digest = try body(of: entry)["digest"]?.stringValue ?? ""
        standardOutput(
            """
            \(request.attempt): \(request.act.rawValue) waits for two approvals
              kaotai approve \(digest) --key FILE

            """)
        return .done
    }

    /// The body of an entry, which stands in its line as a text.
    static func body(of entry: JSONValue) throws -> JSONValue {
        try JSONCoder.decode(JSONValue.self, from: Array((entry["body"]?.stringValue ?? "{}").utf8))
    }
}
