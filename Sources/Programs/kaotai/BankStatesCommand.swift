import CanonicalJSON
import Exam
import Platform
import QuestionBank
import Workshop

private let usage = """
    usage: kaotai bank states DIR [--json]

    How many questions a bank's folder holds: by area, kind and state (draft, review, approved, active, retired), and
    for each language how many are packed in it, wait for a reader, are incomplete or missing.

    """

/// `kaotai bank states …`: the arguments after `states`.
func bankStatesCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard options.words.count == 1, let folder = options.words.first else {
        throw Failure(.usage, "`kaotai bank states` wants the bank's folder; --help shows the usage")
    }
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    let source = BankSource(folder: folder)
    guard let index = source.contents?.index else {
        throw Failure(.badData, source.errors.map(\.description).joined(separator: "\n"))
    }
    let stock = Stock(items: source.items, index: index)
    if options.has("json") { try printJSON(stock.document) } else { standardOutput(stock.text) }
    return .done
}

/// The questions of a folder, counted.
private struct Stock {
    let items: [AuthoredItem]
    let index: BankIndex

    private struct Row {
        let name: String
        let counts: [ItemState: Int]
    }

    private func row(_ name: String, _ belongs: (AuthoredItem) -> Bool) -> Row {
        Row(name: name, counts: items.filter(belongs).reduce(into: [:]) { $0[$1.state, default: 0] += 1 })
    }

    private var areas: [Row] {
        Set(items.map(\.item.area)).sorted().map { area in row(area.rawValue) { $0.item.area == area } }
    }
    private var kinds: [Row] { ItemKind.allCases.map { kind in row(kind.rawValue) { $0.item.kind == kind } } }
    private var pictures: Row { row("with picture") { $0.item.picture != nil } }
    private var total: Row { row("all") { _ in true } }
    private var progress: [TranslationProgress] {
        TranslationProgress.of(items, translations: index.translations)
    }

    var text: String {
        let width = 28
        func line(_ name: String, _ cells: [String]) -> String {
            name.padded(to: width) + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
                + "\n"
        }
        func line(_ row: Row) -> String {
            let counts = ItemState.allCases.map { row.counts[$0, default: 0] }
            return line(row.name, (counts + [counts.reduce(0, +)]).map { $0 == 0 ? "·" : "\($0)" })
        }
        let head = ItemState.allCases.map(\.rawValue) + ["all"]
        var text = line("area", head) + areas.map(line).joined()
        text += "\n" + line("kind", head) + kinds.map(line).joined() + line(pictures) + line(total)
        guard !progress.isEmpty else { return text }
        text += "\n" + line("translation", ["read", "unread", "partial", "missing", "all"])
        for one in progress {
            let counts = [one.complete, one.unread, one.partial, one.missing].map(\.count)
            text += line(one.language.rawValue, (counts + [one.total]).map { $0 == 0 ? "·" : "\($0)" })
        }
        return text
    }

    var document: JSONValue {
        func tree(_ row: Row) -> JSONValue {
            .object(
                Dictionary(
                    uniqueKeysWithValues: ItemState.allCases.map {
                        ($0.rawValue, .integer(row.counts[$0, default: 0]))
                    }))
        }
        func tree(_ rows: [Row]) -> JSONValue {
            .object(Dictionary(uniqueKeysWithValues: rows.map { ($0.name, tree($0)) }))
        }
        return [
            "items": .integer(items.count), "states": tree(total), "areas": tree(areas), "kinds": tree(kinds),
            "pictures": tree(pictures),
            "translations": .object(
                Dictionary(
                    uniqueKeysWithValues: progress.map { one in
                        (
                            one.language.rawValue,
                            [
                                "complete": .integer(one.complete.count), "unread": .integer(one.unread.count),
                                "partial": .integer(one.partial.count), "missing": .integer(one.missing.count),
                            ] as JSONValue
                        )
                    })),
        ]
    }
}
