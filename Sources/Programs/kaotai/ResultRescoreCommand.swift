import CanonicalJSON
import Cryptography
import Exam
import Measurement
import Platform

private let usage = """
    usage: kaotai result rescore FILE… --bank PACKAGE… --open-with KEY --key-correction FILE… [--trust JWKS]
                                 [--answers-in DIR] [--sign KEY --out FILE] [--json]
           kaotai result archive FILE… --out FILE [--trust JWKS] [--answers-in DIR] [--json]

    Says which attempts a corrected key changes. FILE is a signed result (its answers file ID.json stands beside it or
    in ../answers, or in --answers-in DIR, and must be the one that the result was signed over), a copy of a journal, or
    an archive of `kaotai result archive`, which packs the answers of as many of these as there are into one file: a
    million attempts of 100 answers take 470 MB and are counted again in less than a second. Results are never rewritten.

      --bank             the package that the papers were drawn from; attempts of other banks are counted, not scored
      --open-with        the private key that the package is sealed to
      --key-correction   what two persons decided, a JSON file:
                         {"bank": {"id": "kaotai-car", "version": 3}, "item": "LAW-001", "version": 1, "oldKey": [1],
                          "newKey": [2], "reason": "…", "decidedBy": ["…", "…"], "day": "2026-12-01"}
                         bank may also be the package's digest. In place of newKey, "creditAll": true gives everybody
                         who had the question its points, answered or not. A question is never taken out of the count.
      --trust            the keys that may have signed results; without it no signature is looked at
      --sign, --out      the statement of what changes, as JWS: digests of corrections, banks and results, and for each
                         changed attempt the score before and after

    An attempt with "stoppedEarly" ended when passing seemed impossible, and an answer counted against it was right: what
    would have come nobody knows; two persons decide.

    \(KeyFiles.help)

    With --json rescore gives {attempts, answers, concerned, changed: [{attempt, before: {score, passed}, after, result,
    stoppedEarly}], disagreements, otherBanks}, archive {attempts, answers, digest}.
    Exit codes: 0 done, 1 signed scores that are not what the answers give, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai result rescore …`: the arguments after `rescore`.
func resultRescoreCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["bank", "open-with", "key-correction", "trust", "answers-in", "sign", "out"],
        flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard !options.words.isEmpty else { throw Failure(.usage, "which results? --help shows the usage") }
    _ = try options.required("bank")
    _ = try options.required("key-correction")
    guard (options.value("sign") == nil) == (options.value("out") == nil) else {
        throw Failure(.usage, "--sign KEY and --out FILE belong together")
    }
    let corrections = try options.values("key-correction").map { try KeyCorrection(json: try readFile($0), name: $0) }
    let banks = try measuredBanks(options.values("bank"), openWith: options.value("open-with"))
    let key = try options.value("sign").map(KeyFiles.signer)
    let reading = try readAnswers(options.words, options, withTimes: false)
    let outcome = try Rescoring(reading.archive, name: reading.name, banks: banks, corrections: corrections).run()
    if let key, let out = options.value("out") {
        let statement = RescoringStatement(
            outcome, of: reading.archive, banks: banks, corrections: corrections, at: SystemTime().wall())
        try AtomicFile.write(try JWS.sign(payload: statement, key: key) + "\n", to: out)
        standardError("kaotai: \(out): signed\n")
    }
    if options.value("trust") == nil {
        standardError("kaotai: without --trust nobody's signature was checked\n")
    }
    if options.has("json") { try printJSON(document(outcome)) } else { describe(outcome, corrections) }
    return outcome.disagreements.isEmpty ? .done : .foundWrong
}

private func document(_ outcome: Rescoring.Outcome) throws -> JSONValue {
    [
        "attempts": .integer(outcome.attempts), "answers": .integer(outcome.answers),
        "concerned": .integer(outcome.concerned),
        "changed": .array(
            try outcome.changes.map {
                [
                    "attempt": .string($0.attempt.rawValue), "result": .string(base64url($0.result)),
                    "before": try JSONCoder.tree($0.before), "after": try JSONCoder.tree($0.after),
                    "stoppedEarly": .bool($0.stoppedEarly),
                ]
            }),
        "disagreements": .array(
            outcome.disagreements.map {
                [
                    "attempt": .string($0.attempt.rawValue), "signed": .integer($0.signed),
                    "counted": .integer($0.counted),
                ]
            }),
        "otherBanks": .object(outcome.otherBanks.mapValues(JSONValue.integer)),
    ]
}

private func describe(_ outcome: Rescoring.Outcome, _ corrections: [KeyCorrection]) {
    func standing(_ standing: Rescoring.Standing) -> String {
        "\(standing.score) \(standing.passed ? "passed" : "failed")"
    }
    for change in outcome.changes {
        let early = change.stoppedEarly ? "; stopped early: two persons decide" : ""
        standardOutput("\(change.attempt): \(standing(change.before)) -> \(standing(change.after))\(early)\n")
    }
    for wrong in outcome.disagreements {
        standardOutput(
            "wrong: \(wrong.attempt): signed are \(wrong.signed) points, its answers give \(wrong.counted)\n")
    }
    for (bank, count) in outcome.otherBanks.sorted(by: { $0.key < $1.key }) {
        standardOutput("not counted: \(count) attempts of bank \(bank)\n")
    }
    let passed = outcome.changes.count { !$0.before.passed && $0.after.passed }
    let failed = outcome.changes.count { $0.before.passed && !$0.after.passed }
    let questions = corrections.map(\.item.rawValue).joined(separator: ", ")
    standardOutput(
        "\(outcome.attempts) attempts counted, \(outcome.concerned) with \(questions): \(outcome.changes.count) scores "
            + "change, \(passed) now pass, \(failed) now fail\n")
}

/// `kaotai result archive …`: the arguments after `archive`.
func resultArchiveCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["out", "trust", "answers-in"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard !options.words.isEmpty else { throw Failure(.usage, "which results? --help shows the usage") }
    let out = try options.required("out")
    let reading = try readAnswers(options.words, options, withTimes: true)
    let digest = try reading.archive.write(to: out)
    if options.value("trust") == nil {
        standardError("kaotai: without --trust nobody's signature was checked\n")
    }
    if options.has("json") {
        try printJSON([
            "attempts": .integer(reading.archive.count), "answers": .integer(reading.archive.answerCount),
            "digest": .string(digest),
        ])
    } else {
        standardOutput(
            "\(out): \(reading.archive.count) attempts, \(reading.archive.answerCount) answers, digest \(digest)\n")
    }
    return .done
}
