import CanonicalJSON
import CenterLink
import Hall
import Platform

private let approveHelp = """
    kaotai approve: one person's yes to an act that wants two

      kaotai approve                        what waits, each with its digest
      kaotai approve DIGEST --key FILE      approves the act of this digest, as the person whose key FILE is
                                            (`kaotai provision approver` made it, with its certificate in FILE.jws)

      --certificate FILE                    the certificate, where it is not beside the key

    The second approval carries the act out. Two approvals of one person do not count, nor does one for another act, after
    30 minutes, or by somebody whom this site's staff authority did not certify; each such try stands in the journal.

    \(OperatorSocket.help)

    With --json what waits, or the entry of the approval or of the act done by it, goes to standard output.
    Exit codes: 0 done, 64 usage, 65 no such act waits, 69 no daemon answers, or the act cannot be done any more,
    77 the approval does not count.

    """

/// `kaotai approve …`: the arguments after `approve`.
func approveCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["socket", "key", "certificate"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(approveHelp)
        return .done
    }
    let answer = try OperatorSocket.ask(.status, options)
    let waiting = try JSONCoder.decode(HallStatus.self, from: Array(answer.canonicalText.utf8)).waiting
    guard let digest = options.words.first else {
        if options.has("json") {
            try printJSON(answer["waiting"] ?? [])
        } else {
            standardOutput(
                waiting.isEmpty
                    ? "nothing waits for approval\n" : waiting.map { "\($0.digest)  \($0.words)\n" }.joined())
        }
        return .done
    }
    guard options.words.count == 1 else { throw Failure(.usage, "`kaotai approve` wants one digest") }
    guard let asked = waiting.first(where: { $0.digest == digest }), asked.act.digest == digest else {
        throw Failure(.badData, "no act of digest \(digest) waits here; `kaotai approve` lists those that do")
    }
    let path = try options.required("key")
    let certificate = String(
        decoding: try readFile(options.value("certificate") ?? "\(path).jws"), as: UTF8.self
    ).filter { !$0.isWhitespace }
    let approval = try StaffApproval.sign(asked.act, key: try KeyFiles.signer(path), certificate: certificate)
    let entry = try OperatorSocket.ask(.approve(approval), options)
    if options.has("json") {
        try printJSON(entry)
        return .done
    }
    let body = try StaffActs.body(of: entry)
    switch body["outcome"]?.stringValue {
    case "done": standardOutput("\(asked.words): done\n")
    case .some: throw Failure(.unavailable, "\(asked.words): approved by two, but it cannot be done any more")
    case nil: standardOutput("\(asked.words): approved; it wants one more person\n")
    }
    return .done
}
