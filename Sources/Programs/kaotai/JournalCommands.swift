import CanonicalJSON
import Cryptography
import Hall
import Ledger
import Platform

private let journalHelp = """
    kaotai journal: the appliance's record

      kaotai journal copy --out FILE    a copy of the running daemon's journal, whole and in one file
      kaotai journal verify FILE [--trust JWKS] [--anchor FILE]
                                        tables, chain, bodies, signed heads, keys of persons, and that each attempt's
                                        entries can follow one another and give the result that was signed; with --trust
                                        also who signed; with --anchor also that what others saw is still there: receipts
                                        of the center (its `receipts` command writes them), results or heads, one JWS
                                        a line. Only an anchor shows that the end was cut off, or an old copy put back
      kaotai journal export FILE        JSON Lines, one entry a line:
                                        {"sequence","kind","stream","body","previous","digest"}; body is the stored
                                        text as a string, digests are lower-case hexadecimal
      kaotai journal draw FILE --attempt ID
                                        the draw of this attempt's paper with the counters that it names, as one JSON
                                        document that `kaotai bank draw PACKAGE --draw` repeats
      kaotai journal replay FILE --attempt ID --bank PACKAGE --open-with KEY --out DIR [--kiosk DIR]
                                        the attempt's screens touch by touch, as PNG and with an index.html; each is held
                                        against the digest of what its terminal showed. KEY opens the package; that of
                                        the appliance or the center opens the candidate's name too, without which no
                                        screen of the candidate can be judged. The kiosk folder is the one of that day

    \(OperatorSocket.help)

    The file of a running daemon is locked: work on a copy. The daemon makes it, as its own user: FILE has to be where
    the daemon may write; an older copy of that name is replaced.
    With --json, verify gives {entries, firstBad, heads, unsigned, problems}: firstBad is the first entry that is
    wrong, unsigned the number of entries after the last signed head (a copy is signed to its end). replay gives
    {frames, digestMatches} and more: digestMatches is null where no screen could be judged.
    Exit codes: 0 done, 1 checked and found wrong, 64 usage, 65 bad data, 69 in use by a daemon, 74 I/O error.

    """

/// `kaotai journal …`: the arguments after `journal`.
func journalCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["trust", "anchor", "out", "socket", "attempt", "bank", "open-with", "kiosk"],
        flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(journalHelp)
        return options.has("help") ? .done : .usage
    }
    if options.words == ["copy"] {
        let file = try absolute(try options.required("out"))
        _ = try OperatorSocket.ask(.journalCopy(file), options)
        standardError("\(file): the journal as it stands now\n")
        return .done
    }
    guard options.words.count == 2 else {
        throw Failure(
            .usage, "`kaotai journal \(options.words[0])` wants one file; `kaotai journal --help` shows the usage")
    }
    let path = options.words[1]
    do {
        switch options.words[0] {
        case "verify": return try verifyJournal(path, options)
        case "export": return try exportJournal(path)
        case "draw": return try journalDraw(path, options)
        case "replay": return try journalReplay(path, options)
        case let other:
            throw Failure(.usage, "there is no `kaotai journal \(other)`; `kaotai journal --help` lists what there is")
        }
    } catch let error as JournalError {
        throw failure(error)
    }
}

private func verifyJournal(_ path: String, _ options: Arguments) throws -> ExitCode {
    let trust = try options.value("trust").map(readTrust)
    var anchors: [String] = []
    if let file = options.value("anchor") {
        anchors = String(decoding: try readFile(file), as: UTF8.self).split(whereSeparator: \.isWhitespace)
            .map(String.init)
        guard !anchors.isEmpty else { throw Failure(.badData, "\(file): there is no receipt in it") }
    }
    let report = try JournalAudit.verify(path: path, trust: trust, anchors: anchors)
    if options.has("json") {
        standardOutput(try JSONCoder.text(report) + "\n")
    } else {
        for problem in report.problems { standardOutput("wrong: \(problem)\n") }
        let unsigned = report.unsigned > 0 ? ", \(report.unsigned) entries after the last head" : ""
        standardOutput("\(path): \(report.entries) entries, \(report.heads) signed heads that fit\(unsigned)\n")
        if trust == nil && report.isGood {
            standardError("kaotai: without --trust nobody's signature was checked, only that heads fit\n")
        }
    }
    return report.isGood ? .done : .foundWrong
}

private func exportJournal(_ path: String) throws -> ExitCode {
    var text = ""
    try JournalVerifier.forEach(path: path) { entry in
        text += entry.line + "\n"
        if text.utf8.count > 65_536 {
            standardOutput(text)
            text = ""
        }
    }
    standardOutput(text)
    return .done
}

/// A file of trusted keys, as the center exports it.
func readTrust(_ path: String) throws -> JWKS {
    let json = try readFile(path)
    do {
        return try JWKS(json: json)
    } catch {
        throw Failure(.badData, "\(path): \(error.reason)")
    }
}

private func failure(_ error: JournalError) -> Failure {
    switch error {
    case .inUse: Failure(.unavailable, error.description)
    case .unreadable, .failed, .full: Failure(.inputOutput, error.description)
    default: Failure(.badData, error.description)
    }
}
