import CanonicalJSON
import CivilTime
import Cryptography
import Dispute
import Exam
import Glibc
import Hall
import Packages
import Platform

private let usage = """
    kaotai dispute: what is recorded about one attempt, for somebody who wants to check it

      kaotai dispute export ATTEMPT --out FILE [--bank PACKAGE --open-with KEY]
                                        one signed archive (zip): the attempt's journal entries in their chain up to a
                                        signed head and the center's receipt, result, answers, paper, slip, digests of
                                        what was shown, and how to check it all; with the package and a key that opens
                                        it also the questions, and the key of answers if it opens that
      kaotai dispute export ATTEMPT --out FILE --journal COPY --sign KEY --trust JWKS [--receipt FILE] [--slip FILE]
                                        the same without the daemon, from a copy of the journal, signed by KEY

    \(OperatorSocket.help)

    The daemon writes a copy of the journal beside FILE for a moment, as its own user, and notes in the journal that an
    archive was made. `Provisioning/audit/dispute.py FILE --trust JWKS` checks an archive.
    Exit codes: 0 done, 64 usage, 65 bad data, 69 no daemon, 74 I/O error.

    """

/// `kaotai dispute …`: the arguments after `dispute`.
func disputeCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments,
        options: ["out", "bank", "open-with", "journal", "sign", "trust", "receipt", "slip", "socket"], flags: ["help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(usage)
        return options.has("help") ? .done : .usage
    }
    guard options.words[0] == "export", options.words.count == 2 else {
        throw Failure(.usage, "`kaotai dispute export` wants one attempt; `kaotai dispute --help` shows the usage")
    }
    let attempt = AttemptID(options.words[1])
    let out = try absolute(try options.required("out"))
    do {
        let bytes =
            try options.value("journal").map { try offline(attempt, journal: $0, options) }
            ?? withDaemon(attempt, out: out, options)
        try AtomicFile.write(bytes, to: out)
        standardError("\(out): \(bytes.count) bytes about attempt \(attempt)\n")
        return .done
    } catch let error as PackageError {
        throw Failure(.badData, error.description)
    } catch let error as DecodingError {
        throw Failure(.badData, JSONCoder.explain(error))
    }
}

private func bank(_ options: Arguments) throws -> DisputeArchive.Bank? {
    guard let path = options.value("bank") else { return nil }
    let key = try KeyFiles.opener(try options.required("open-with"))
    return try DisputeArchive.Bank(QuestionPackage(path: path, trust: .anyone), with: key)
}

private func offline(_ attempt: AttemptID, journal: String, _ options: Arguments) throws -> [UInt8] {
    let key = try KeyFiles.signer(try options.required("sign"))
    func document(_ path: String) throws -> String {
        String(decoding: try readFile(path), as: UTF8.self).filter { !$0.isWhitespace }
    }
    let trust = try options.required("trust")
    _ = try readTrust(trust)
    let beside = DisputeArchive.Beside(
        trust: try readFile(trust), receipt: try options.value("receipt").map(document),
        slip: try options.value("slip").map(readFile))
    let archive = try DisputeArchive(of: attempt, journal: journal, beside: beside, bank: try bank(options))
    let manifest = DisputeManifest(
        appliance: try archive.appliance(), at: SystemTime().wall(), attempt: attempt, files: archive.digests)
    return try archive.bytes(manifest: try JWS.sign(payload: manifest, key: key))
}

private func withDaemon(_ attempt: AttemptID, out: String, _ options: Arguments) throws -> [UInt8] {
    let answer = try OperatorSocket.ask(.dispute(attempt.rawValue), options)
    let parts = try JSONCoder.decode(DisputeParts.self, from: answer.canonicalBytes)
    let copy = "\(out).journal"
    defer { unlink(copy) }
    _ = try OperatorSocket.ask(.journalCopy(copy), options)
    let beside = DisputeArchive.Beside(
        trust: parts.trust.canonicalBytes, receipt: parts.receipt, slip: parts.slip.flatMap { bytes(base64url: $0) })
    let archive = try DisputeArchive(of: attempt, journal: copy, beside: beside, bank: try bank(options))
    let signed = try OperatorSocket.ask(.signDispute(attempt: attempt.rawValue, files: archive.digests), options)
    guard let manifest = signed.stringValue else { throw Failure(.unavailable, "the daemon gave no signature") }
    return try archive.bytes(manifest: manifest)
}
