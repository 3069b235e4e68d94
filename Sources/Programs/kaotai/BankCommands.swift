import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Packages
import Platform
import QuestionBank
import Workshop

private let bankHelp = """
    kaotai bank: question banks

      kaotai bank check DIR|PACKAGE     every rule a question, a blueprint and a translation must keep;
                                        --help tells more
      kaotai bank blueprint DIR         make the joint tables that blueprints do not have yet
      kaotai bank programmes DIR|PACKAGE
                                        the programmes, and what keeps each from being used
      kaotai bank states DIR            how many questions there are, by area, kind, state and language
      kaotai bank preview ITEM [DIR] --out FOLDER
                                        a question as seats show it, PNG files in all its languages
      kaotai bank diff OLD NEW          what differs between two banks, in words
      kaotai bank derive DIR --language zh-Hant
                                        traditional characters made from the simplified ones; --help tells more
      kaotai bank import --format qti3|qti21|gift|moodle|aiken FILE --out DIR
                                        questions of another system as a folder of drafts; --help tells more
      kaotai bank export --format qti3 DIR --out FILE
                                        questions as a content package of QTI 3.0
      kaotai bank pack DIR --out FILE --sign KEY --seal-to KEY…
                                        build the signed and sealed package; a bank with errors is not packed
      kaotai bank inspect FILE [--trust JWKS]
                                        what a package is, who signed it and who can open it
      kaotai bank open FILE --open-with KEY --out DIR
                                        everything in a package, in the plain, for an auditor
      kaotai bank install FILE          make the daemon examine by a package
      kaotai bank keys DIR              a signing and a sealing key in DIR; prints their public halves
      kaotai bank draw PACKAGE --programme CODE --seed HEX --language TAG | --draw FILE
                                        the paper that a seed gives, or a recorded draw; --help tells more
      kaotai bank statistics FILE… --bank PACKAGE --open-with KEY
                                        what answers tell about the questions; --help tells more

    \(KeyFiles.help)

    With --json one JSON document goes to standard output.
    Exit codes: 0 done, 1 checked and found wrong, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai bank …`: the arguments after `bank`.
func bankCommand(_ arguments: [String]) async throws -> ExitCode {
    let rest = Array(arguments.dropFirst())
    switch arguments.first {
    case "check": return try await bankCheckCommand(rest)
    case "states": return try bankStatesCommand(rest)
    case "preview": return try bankPreviewCommand(rest)
    case "diff": return try bankDiffCommand(rest)
    case "derive": return try bankDeriveCommand(rest)
    case "pack": return try bankPackCommand(rest)
    case "inspect": return try bankInspectCommand(rest)
    case "open": return try bankOpenCommand(rest)
    case "install": return try bankInstallCommand(rest)
    case "keys": return try bankKeysCommand(rest)
    case "draw": return try bankDrawCommand(rest)
    case "import": return try bankImportCommand(rest)
    case "export": return try bankExportCommand(rest)
    case "statistics": return try bankStatisticsCommand(rest)
    default: break
    }
    let options = try Arguments(arguments, options: [], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(bankHelp)
        return options.has("help") ? .done : .usage
    }
    guard options.words.count == 2 else {
        throw Failure(.usage, "`kaotai bank \(options.words[0])` wants one path; `kaotai bank --help` shows the usage")
    }
    let path = options.words[1]
    switch options.words[0] {
    case "blueprint": return try makeBlueprints(path, json: options.has("json"))
    case "programmes": return try listProgrammes(path, json: options.has("json"))
    case let other:
        throw Failure(.usage, "there is no `kaotai bank \(other)`; `kaotai bank --help` lists what there is")
    }
}

// MARK: blueprint and programmes

private func makeBlueprints(_ path: String, json: Bool) throws -> ExitCode {
    let outcomes = try BlueprintTables.complete(in: path)
    if json {
        try printJSON([
            "made": .array(outcomes.filter(\.made).map { .string($0.file) }),
            "kept": .array(outcomes.filter { !$0.made }.map { .string($0.file) }),
        ])
    } else {
        for outcome in outcomes {
            standardOutput("\(outcome.file): \(outcome.made ? "table made" : "has its table")\n")
        }
    }
    return .done
}

private func listProgrammes(_ path: String, json: Bool) throws -> ExitCode {
    let index: BankIndex
    if isDirectory(path) {
        let source = BankSource(folder: path)
        guard let contents = source.contents else {
            throw Failure(.badData, source.errors.map(\.description).joined(separator: "\n"))
        }
        index = contents.index
    } else {
        index = try openPackage(path).index
    }
    let rows = index.programmes.map { programme in
        let classes = programme.classes.filter { index.obstacle(to: programme.code, for: $0) == nil }
        return (
            programme: programme, classes: classes,
            hasBlueprint: index.blueprints.contains { $0.programme == programme.code }
        )
    }
    if json {
        try printJSON([
            "programmes": .array(
                try rows.map { row in
                    [
                        "code": .string(row.programme.code.rawValue), "names": try JSONCoder.tree(row.programme.names),
                        "missing": .array(row.programme.missingFigures.map { .string($0) }),
                        "blueprint": .bool(row.hasBlueprint),
                        "ready": .array(row.classes.map { .string($0.rawValue) }),
                    ]
                })
        ])
    } else {
        for (programme, classes, hasBlueprint) in rows {
            let missing = programme.missingFigures
            let names = classes.map(\.rawValue).joined(separator: ", ")
            let state =
                !missing.isEmpty
                ? "refused, not known: \(missing.joined(separator: ", "))"
                : !hasBlueprint
                    ? "refused, no blueprint in this bank"
                    : classes.isEmpty ? "refused, the bank lacks questions" : "ready for \(names)"
            standardOutput("\(programme.code.rawValue.padded(to: 16))\(state)\n")
        }
    }
    return .done
}
