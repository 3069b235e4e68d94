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
      kaotai bank pack DIR --out FILE   build the package; a bank with errors is not packed
      kaotai bank inspect FILE          what a package is
      kaotai bank draw PACKAGE --programme CODE --seed HEX --language TAG | --draw FILE
                                        the paper that a seed gives, or a recorded draw; --help tells more

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
    case "draw": return try bankDrawCommand(rest)
    default: break
    }
    let options = try Arguments(
        arguments, options: ["out"], flags: ["json", "help"])
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
    case "pack": return try packBank(path, out: try options.required("out"), json: options.has("json"))
    case "inspect": return try describe(try openPackage(path), json: options.has("json"))
    case let other:
        throw Failure(.usage, "there is no `kaotai bank \(other)`; `kaotai bank --help` lists what there is")
    }
}

/// The package at a path, or a failure with the exit code for what is wrong.
func openPackage(_ path: String) throws -> QuestionPackage {
    do throws(PackageError) {
        return try QuestionPackage(path: path)
    } catch .unreadable(let error) {
        throw Failure(.inputOutput, "\(error)")
    } catch {
        throw Failure(.badData, error.description)
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
        (programme, programme.missingFigures, index.blueprint(for: programme.code) != nil)
    }
    if json {
        try printJSON([
            "programmes": .array(
                try rows.map { programme, missing, hasBlueprint in
                    [
                        "code": .string(programme.code.rawValue), "names": try JSONCoder.tree(programme.names),
                        "missing": .array(missing.map { .string($0) }), "blueprint": .bool(hasBlueprint),
                    ]
                })
        ])
    } else {
        for (programme, missing, hasBlueprint) in rows {
            let state =
                !missing.isEmpty
                ? "refused, not known: \(missing.joined(separator: ", "))"
                : hasBlueprint ? "ready" : "refused, no blueprint in this bank"
            standardOutput("\(programme.code): \(state)\n")
        }
    }
    return .done
}

// MARK: pack, inspect and draw

private func packBank(_ folder: String, out: String, json: Bool) throws -> ExitCode {
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    do {
        return try describe(try BankSource(folder: folder).pack(to: out), json: json)
    } catch let refused as BankSource.Refused {
        standardError("kaotai bank pack: \(refused)\n")
        return .foundWrong
    }
}

private func describe(_ package: QuestionPackage, json: Bool) throws -> ExitCode {
    let index = package.index
    let languages = index.languages.map(\.rawValue)
    if json {
        try printJSON([
            "bank": .string(index.id), "version": .integer(index.version), "digest": .string(package.digest),
            "items": .integer(index.items.count), "languages": .array(languages.map { .string($0) }),
            "validFrom": index.validFrom.map { .string($0.description) } ?? .null,
            "validUntil": index.validUntil.map { .string($0.description) } ?? .null,
        ])
    } else {
        standardOutput(
            """
            bank \(index.id), version \(index.version)
            digest \(package.digest)
            \(index.items.count) items in \(languages.joined(separator: ", "))
            valid from \(index.validFrom?.description ?? "any day") until \(index.validUntil?.description ?? "further notice")

            """)
    }
    return .done
}
