import CanonicalJSON
import Exam
import Packages
import Platform
import QuestionBank
import Terminal
import TerminalLink
import Workshop

private let usage = """
    usage: kaotai bank check DIR|PACKAGE [--verbose] [--json] [--kiosk DIR]

    Every rule that a question, a blueprint and a translation must keep, each finding with file, line, question and
    rule, and with the remedies below. Texts are laid out as a terminal does it, on three panels in three sizes of type;
    whatever does not stand on a screen at once, or has a character that no font has, is found.

    Errors keep a bank from being packed. What is not packed yet (drafts, questions in review, translations that nobody
    has read) only warns.

      --verbose    the ids of questions that a translation lacks
      --open-with KEY
                   what a package is opened with
      --kiosk DIR  folder with theme.json and strings/ (Kiosk)

    Exit codes: 0 no errors, 1 errors, 64 usage, 74 I/O error.

    """

/// `kaotai bank check …`: the arguments after `check`.
func bankCheckCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["kiosk", "open-with"], flags: ["verbose", "json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard options.words.count == 1, let path = options.words.first else {
        throw Failure(.usage, "`kaotai bank check` wants one folder or package; --help shows the usage")
    }
    guard fileExists(path) else { throw Failure(.inputOutput, "\(path): there is no such file or folder") }
    var bank = try CheckedBank(path, openWith: options.value("open-with"))
    let kiosk = try Kiosk(folder: options.value("kiosk") ?? sharedFolder(nil) + "/Kiosk")
    if let contents = bank.contents {
        bank.findings += await ScreenCheck(kiosk: kiosk, contents: contents, items: bank.items).findings()
    }
    if options.has("json") {
        try printJSON(bank.document)
    } else {
        bank.say(verbose: options.has("verbose"))
    }
    return bank.errors.isEmpty ? .done : .foundWrong
}

/// What was read from a folder or a package, and what is wrong with it.
private struct CheckedBank {
    var contents: BankContents?
    var items: [AuthoredItem] = []
    var findings: [Finding]

    init(_ path: String, openWith key: String?) throws {
        if isDirectory(path) {
            let source = BankSource(folder: path)
            contents = source.contents
            items = source.items
            findings = source.findings
            return
        }
        let opener = try packageOpener(key)
        do throws(PackageError) {
            let opened = try QuestionPackage(path: path, trust: .anyone).contents(with: opener)
            contents = opened
            items = AuthoredItem.all(of: opened, file: path)
            findings = BankCheck.findings(in: opened, file: path)
        } catch {
            findings = [Finding(file: path, rule: .package, error.description)]
        }
    }

    var errors: [Finding] { findings.filter { $0.weight == .error } }
    var warnings: [Finding] { findings.filter { $0.weight == .warning } }
    private var languages: [LanguageTag] { contents?.index.languages ?? [] }
    private var progress: [TranslationProgress] {
        TranslationProgress.of(items, translations: contents?.index.translations ?? [])
    }

    var document: JSONValue {
        func ids(_ items: [ItemID]) -> JSONValue { .array(items.map { .string($0.rawValue) }) }
        return [
            "items": .integer(contents?.items.count ?? 0),
            "languages": .array(languages.map { .string($0.rawValue) }),
            "errors": .array(errors.map(Self.tree)), "warnings": .array(warnings.map(Self.tree)),
            "translations": .object(
                Dictionary(
                    uniqueKeysWithValues: progress.map { one in
                        (
                            one.language.rawValue,
                            [
                                "complete": .integer(one.complete.count), "unread": ids(one.unread),
                                "partial": ids(one.partial), "missing": ids(one.missing),
                            ] as JSONValue
                        )
                    })),
        ]
    }

    private static func tree(_ finding: Finding) -> JSONValue {
        [
            "file": .string(finding.file), "line": finding.line.map(JSONValue.integer) ?? .null,
            "item": finding.item.map { .string($0.rawValue) } ?? .null, "rule": .string(finding.rule.rawValue),
            "message": .string(finding.message), "remedy": .string(finding.rule.remedy),
        ]
    }

    func say(verbose: Bool) {
        for error in errors { standardOutput("error: \(error)\n") }
        for warning in warnings { standardOutput("warning: \(warning)\n") }
        if !findings.isEmpty {
            standardOutput("\nWhat to do:\n")
            for rule in Finding.Rule.allCases {
                let count = findings.count { $0.rule == rule }
                if count > 0 { standardOutput("  \(rule.rawValue) (\(count)): \(rule.remedy)\n") }
            }
            standardOutput("\n")
        }
        for one in progress { say(one, verbose: verbose) }
        let names = languages.map(\.rawValue).joined(separator: ", ")
        standardOutput(
            "\(contents?.items.count ?? 0) items in \(names.isEmpty ? "no language" : names): "
                + "\(errors.count) errors, \(warnings.count) warnings\n")
    }

    private func say(_ one: TranslationProgress, verbose: Bool) {
        var parts = ["\(one.complete.count) of \(one.total) complete and read"]
        let lacking = [("unread", one.unread), ("partial", one.partial), ("missing", one.missing)]
        parts += lacking.filter { !$0.1.isEmpty }.map { "\($0.1.count) \($0.0)" }
        standardOutput("\(one.language.rawValue.padded(to: 8)) \(parts.joined(separator: ", "))\n")
        guard verbose else { return }
        for (name, ids) in lacking where !ids.isEmpty {
            standardOutput("  \(name): \(ids.map(\.rawValue).joined(separator: " "))\n")
        }
    }
}
