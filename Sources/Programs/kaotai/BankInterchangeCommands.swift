import CanonicalJSON
import Exam
import Interchange
import Platform
import Workshop

private let importHelp = """
    usage: kaotai bank import --format qti3|qti21|gift|moodle|aiken FILE --out DIR [--json]

    Questions of another system as a new folder in the authors' format: items/NAME.items, every question a draft, and
    its pictures in media/. DIR must not be there yet; it is written whole or not at all. Nothing is fetched, run or
    written elsewhere. What is not taken is listed with its reason, and so is what of a taken question is not.

      qti3     QTI 3.0, an item or a content package (zip); choices with one or several right answers, one picture
      qti21    QTI 2.1 and 2.2, likewise
      gift     Moodle's GIFT; multiple choice and true/false
      moodle   Moodle XML; multichoice and truefalse, with pictures in the file
      aiken    Aiken

      --language TAG   the language of the texts (en); QTI items that state another one are listed
      --area AREA, --classes "C1 C2", --basis TEXT, --written "NAME DATE"
                       what holds for all questions; what is left out is missing until somebody writes it, and
                       `kaotai bank check DIR` names it
      --prefix PREFIX  what ids begin with where the file has none (made of its name)

    Not taken: other kinds of questions, points for parts of an answer, tables, formulas, lists and sound, more than one
    picture, pictures in answers. A picture is PNG, JPEG, or SVG that keeps the rules of QuestionBank/README.md; the bank
    itself holds SVG only. Files are UTF-8. Refused as a whole: archives whose names leave them, with links, with
    archives inside, encrypted, or that unpack to too much; XML with a document type or entities.

    Exit codes: 0 something was taken, 1 nothing was, 64 usage, 65 the file is refused, 74 I/O error.

    """

private let exportHelp = """
    usage: kaotai bank export --format qti3 DIR --out FILE [--state STATE…] [--json]

    The questions of a bank's folder as a content package of QTI 3.0: a zip file with a manifest, an item for each question
    and language, and the drawings. Words, options, keys, explanations and pictures travel; areas, classes, articles and
    readers stay behind. It holds answer keys in the plain.

      --state STATE    only questions in this state; several times for several (all but retired ones)

    Exit codes: 0 done, 1 no question to export, 64 usage, 65 no bank, 74 I/O error.

    """

/// `kaotai bank import …`: the arguments after `import`.
func bankImportCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["format", "out", "language", "area", "classes", "basis", "written", "prefix"],
        flags: ["json", "help"])
    if options.has("help") {
        standardOutput(importHelp)
        return .done
    }
    guard options.words.count == 1, let path = options.words.first else {
        throw Failure(.usage, "`kaotai bank import` wants one file; --help shows the usage")
    }
    let name = try options.required("format")
    guard let format = InterchangeFormat(rawValue: name) else {
        let known = InterchangeFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(.usage, "--format \(name) is none of \(known)")
    }
    let out = try options.required("out")
    var facts = QuestionImport.Options()
    if let language = options.value("language") {
        guard !language.isEmpty, language.utf8.allSatisfy({ $0 == 45 || Character(Unicode.Scalar($0)).isLetter }) else {
            throw Failure(.usage, "--language \(language) is no language tag, as en or zh-Hans")
        }
        facts.language = LanguageTag(language)
    }
    facts.area = options.value("area")
    facts.classes = options.value("classes")
    facts.basis = options.value("basis")
    facts.written = options.value("written")
    facts.prefix = options.value("prefix")
    guard !fileExists(out) else { throw Failure(.inputOutput, "\(out) is there already; name a folder that is not") }
    let largest = facts.limits.picture
    let bytes = try readFile(path)
    let result: QuestionImport
    do throws(InterchangeRefusal) {
        result = try QuestionImport(bytes, name: path, format: format, options: facts) {
            neighbour(of: path, path: $0, largest: largest)
        }
    } catch {
        throw Failure(.badData, error.description)
    }
    if !result.imported.isEmpty { try result.write(to: out) }
    try report(result, out: out, json: options.has("json"))
    return result.imported.isEmpty ? .foundWrong : .done
}

private func report(_ result: QuestionImport, out: String, json: Bool) throws {
    guard !json else {
        return try printJSON([
            "imported": .integer(result.imported.count), "items": .array(result.imported.map { .string($0.rawValue) }),
            "skipped": list(result.skipped), "partly": list(result.losses),
        ])
    }
    for left in result.skipped { standardOutput("not taken: \(left.id): \(left.reason)\n") }
    for loss in result.losses { standardOutput("taken in part: \(loss.id): \(loss.reason)\n") }
    standardOutput("\(result.imported.count) questions taken, \(result.skipped.count) not\n")
    if !result.imported.isEmpty {
        standardOutput("\(out): drafts; `kaotai bank check \(out)` names what they lack\n")
    }
}

private func list(_ left: [QuestionImport.Left]) -> JSONValue {
    .array(left.map { ["id": .string($0.id), "reason": .string($0.reason)] })
}

/// `kaotai bank export …`: the arguments after `export`.
func bankExportCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["format", "out", "state"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(exportHelp)
        return .done
    }
    guard options.words.count == 1, let folder = options.words.first else {
        throw Failure(.usage, "`kaotai bank export` wants the bank's folder; --help shows the usage")
    }
    let format = try options.required("format")
    guard format == "qti3" else { throw Failure(.usage, "--format \(format): only qti3 is written") }
    let out = try options.required("out")
    let states = try options.values("state").map { name in
        guard let state = ItemState(rawValue: name) else {
            throw Failure(
                .usage, "--state \(name) is none of \(ItemState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return state
    }
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    let source = BankSource(folder: folder)
    guard source.contents != nil else {
        throw Failure(.badData, source.errors.map { "\(folder)/\($0)" }.joined(separator: "\n"))
    }
    let export =
        states.isEmpty
        ? try QTIExport(source, folder: folder) : try QTIExport(source, folder: folder, states: Set(states))
    if export.exported > 0 { try AtomicFile.write(export.bytes, to: out) }
    if options.has("json") {
        try printJSON([
            "exported": .integer(export.exported), "skipped": list(export.skipped),
            "bytes": .integer(export.bytes.count),
        ])
    } else {
        for left in export.skipped { standardOutput("not exported: \(left.id): \(left.reason)\n") }
        standardOutput("\(export.exported) items in \(out), \(export.bytes.count) bytes\n")
    }
    return export.exported > 0 ? .done : .foundWrong
}
