import CanonicalJSON
import Exam
import Platform
import Workshop

private let usage = """
    usage: kaotai bank derive DIR --language zh-Hant [--json]

    Writes the questions of a bank's folder in traditional characters, made from the simplified ones, into its files:
    a line in zh-Hant below each in zh-Hans, and `translated.zh-Hant: OpenCC DAY`. They are packed once somebody has read
    them and added `reviewed.zh-Hant: NAME DAY`. What a person has written or read is never changed; what nobody has
    read is made anew, so the command can be run again whenever questions were added or changed.

    Characters are those that Taiwan's schools teach, words stay those of the mainland's law. DIR/zh-Hant.words holds
    the words that the dictionaries get wrong.

    """

/// `kaotai bank derive …`: the arguments after `derive`.
func bankDeriveCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["language"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard options.words.count == 1, let folder = options.words.first else {
        throw Failure(.usage, "`kaotai bank derive` wants the bank's folder; --help shows the usage")
    }
    let language = LanguageTag(try options.required("language"))
    guard language == ScriptDerivation.derived else {
        throw Failure(.usage, "\(language) cannot be derived, only \(ScriptDerivation.derived) can")
    }
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    let outcomes = try ScriptDerivation.derive(in: folder)
    if options.has("json") {
        try printJSON([
            "language": .string(language.rawValue),
            "made": .array(outcomes.flatMap(\.made).map { .string($0.rawValue) }),
            "differing": .array(outcomes.flatMap(\.differing).map { .string($0.rawValue) }),
            "kept": .integer(outcomes.reduce(0) { $0 + $1.kept }),
            "files": .array(outcomes.filter { !$0.made.isEmpty }.map { .string($0.file) }),
        ])
    } else {
        for outcome in outcomes where !outcome.made.isEmpty {
            standardOutput("\(outcome.file): \(outcome.made.count) made, \(outcome.kept) kept as people left them\n")
        }
        let differing = outcomes.flatMap(\.differing).map(\.rawValue)
        if !differing.isEmpty {
            standardOutput(
                "read, but would come out otherwise now; compare them, or take their reviewed.zh-Hant out to make them "
                    + "anew: \(differing.joined(separator: " "))\n")
        }
        let made = outcomes.reduce(0) { $0 + $1.made.count }
        standardOutput(made == 0 ? "nothing to do\n" : "\(made) questions wait for a reader\n")
    }
    return .done
}
