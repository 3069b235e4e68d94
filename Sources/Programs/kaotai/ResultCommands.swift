import CanonicalJSON
import Cryptography
import Platform

private let resultHelp = """
    kaotai result: signed results

      kaotai result verify FILE --trust JWKS
                                        whether the result in FILE (a JWS in compact form) was signed by a trusted key
      kaotai result rescore FILE… --bank PACKAGE --open-with KEY --key-correction FILE
                                        which attempts a corrected key changes; --help tells more
      kaotai result archive FILE… --out FILE
                                        packs the answers of many attempts into one file

    With --json verify gives one document {valid, payload} goes to standard output, with "algorithm" (EdDSA or SM2) when it is valid and
    "problem" when it is not.
    Exit codes: 0 valid, 1 not valid, 64 usage, 65 bad data, 74 I/O error.

    """

/// What each result says, whatever else stands in it (`interfaces.md`, "A result").
private let requiredMembers = [
    "appliance", "attempt", "programme", "candidate", "score", "full", "passMark", "passed", "paper", "responses",
    "journal",
]

/// `kaotai result …`: the arguments after `result`.
func resultCommand(_ arguments: [String]) async throws -> ExitCode {
    switch arguments.first {
    case "rescore": return try resultRescoreCommand(Array(arguments.dropFirst()))
    case "archive": return try resultArchiveCommand(Array(arguments.dropFirst()))
    default: break
    }
    let options = try Arguments(arguments, options: ["trust"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(resultHelp)
        return options.has("help") ? .done : .usage
    }
    guard options.words[0] == "verify" else {
        throw Failure(
            .usage, "there is no `kaotai result \(options.words[0])`; `kaotai result --help` lists what there is")
    }
    guard options.words.count == 2 else { throw Failure(.usage, "`kaotai result verify` wants one file") }
    let trust = try readTrust(try options.required("trust"))
    let text = String(decoding: try readFile(options.words[1]), as: UTF8.self)
    let compact = String(text.split(whereSeparator: \.isWhitespace).joined())

    var payload: JSONValue = .null
    var problem: String?
    var algorithm: String?
    do {
        let verified = try JWS.verified(compact, keys: trust)
        let document = try JSONCoder.decode(JSONValue.self, from: verified.payload)
        let missing = requiredMembers.filter { document[$0] == nil }
        if missing.isEmpty {
            payload = document
            algorithm = verified.algorithm
        } else {
            problem = "signed by a trusted key, but no result: it lacks \(missing.joined(separator: ", "))"
        }
    } catch {
        problem = JSONCoder.explain(error)
    }
    if options.has("json") {
        var answer: [String: JSONValue] = ["valid": .bool(problem == nil), "payload": payload]
        answer["problem"] = problem.map(JSONValue.string)
        answer["algorithm"] = algorithm.map(JSONValue.string)
        standardOutput(JSONValue.object(answer).canonicalText + "\n")
    } else if let problem {
        standardOutput("\(options.words[1]): not valid: \(problem)\n")
    } else {
        standardOutput("\(options.words[1]): valid, signed with \(algorithm ?? "")\n")
        for (name, value) in (payload.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            standardOutput("  \(name): \(value.stringValue ?? value.canonicalText)\n")
        }
    }
    return problem == nil ? .done : .foundWrong
}
