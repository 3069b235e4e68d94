import CanonicalJSON
import Exam
import Packages
import Platform
import QuestionBank
import Workshop

private let usage = """
    usage: kaotai bank diff OLD NEW [--open-with KEY] [--json]

    What differs between two banks, folders or packages, in words: questions that are new, retired or gone, their
    changed texts, keys, pictures and translations, changed figures of programmes and blueprints. A change that a
    candidate can notice without a new version is named. A package holds active questions only, and is opened with KEY.

    Exit codes: 0 equal, 1 different, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai bank diff …`: the arguments after `diff`.
func bankDiffCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["open-with"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard options.words.count == 2 else {
        throw Failure(.usage, "`kaotai bank diff` wants an old and a new bank; --help shows the usage")
    }
    let key = options.value("open-with")
    let differences = BankDifference.all(
        from: try read(options.words[0], key: key), to: try read(options.words[1], key: key))
    if options.has("json") {
        try printJSON([
            "equal": .bool(differences.isEmpty),
            "differences": .array(
                differences.map { one in
                    [
                        "kind": .string(one.kind.rawValue), "item": one.item.map { .string($0.rawValue) } ?? .null,
                        "language": one.language.map { .string($0.rawValue) } ?? .null, "words": .string(one.words),
                        "before": one.before.map { .string($0) } ?? .null,
                        "after": one.after.map { .string($0) } ?? .null,
                    ]
                }),
        ])
    } else {
        show(differences)
    }
    return differences.isEmpty ? .done : .foundWrong
}

private func read(_ path: String, key: String?) throws -> (items: [AuthoredItem], index: BankIndex) {
    guard fileExists(path) else { throw Failure(.inputOutput, "\(path): there is no such file or folder") }
    guard isDirectory(path) else {
        let contents = try packageContents(path, openWith: key)
        return (AuthoredItem.all(of: contents, file: path), contents.index)
    }
    let source = BankSource(folder: path)
    guard let index = source.contents?.index else {
        throw Failure(.badData, source.errors.map { "\(path)/\($0)" }.joined(separator: "\n"))
    }
    return (source.items, index)
}

/// One heading a question, its changes below it.
private func show(_ differences: [BankDifference]) {
    guard !differences.isEmpty else { return standardOutput("the banks are equal\n") }
    var last: ItemID?
    for difference in differences {
        if let item = difference.item {
            if item != last { standardOutput("\(item)\n") }
            last = item
            standardOutput("  \(difference.words)\n")
        } else {
            standardOutput("\(difference.words)\n")
        }
    }
    let items = Set(differences.compactMap(\.item)).count
    let added = differences.count { $0.kind == .added }
    let retired = differences.count { $0.kind == .state && $0.after == ItemState.retired.rawValue }
    standardOutput("\n\(items) questions differ, \(added) of them new, \(retired) retired\n")
}
