import CanonicalJSON
import Exam
import Platform
import QuestionBank
import Terminal
import TerminalLink
import Workshop

private let usage = """
    usage: kaotai bank preview ITEM [DIR] --out FOLDER [--language TAG] [--size WxH] [--text-size normal|large|largest]
                               [--kiosk DIR] [--json]

    Draws a question of a bank's folder (QuestionBank), in any state, as seats show it: ITEM-LANGUAGE.png for each language
    it has, and ITEM-LANGUAGE-explanation.png, what a candidate reads about it after the end. Options stand in the
    order in which they were written.

      --language TAG  only this language
      --size WxH      the display in pixels (1280x800)
      --text-size     the size of type that a candidate chose (normal)
      --kiosk DIR     folder with theme.json and strings/ (Kiosk)

    """

/// `kaotai bank preview …`: the arguments after `preview`.
func bankPreviewCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["out", "language", "size", "text-size", "kiosk"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(usage)
        return .done
    }
    guard (1...2).contains(options.words.count) else {
        throw Failure(.usage, "`kaotai bank preview` wants a question's id; --help shows the usage")
    }
    let folder = options.words.count == 2 ? options.words[1] : "QuestionBank"
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    let out = try options.required("out")
    let (width, height) = try displaySize(options.value("size") ?? "1280x800")
    guard let textSize = TextSize(rawValue: options.value("text-size") ?? "normal") else {
        throw Failure(.usage, "--text-size is one of \(TextSize.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let source = BankSource(folder: folder)
    guard let index = source.contents?.index else {
        throw Failure(.badData, source.errors.map(\.description).joined(separator: "\n"))
    }
    let item = try find(ItemID(options.words[0]), in: source, folder: folder)
    let languages = try languages(of: item, wanted: options.value("language"))
    let preview = QuestionPreview(
        kiosk: try Kiosk(folder: options.value("kiosk") ?? sharedFolder(nil) + "/Kiosk"), width: width, height: height)
    if let digest = item.picture?.digest, let png = source.pictures[digest] {
        _ = preview.add(picture: png, digest: digest)
    }
    try makeDirectory(out)
    var files: [String] = []
    for language in languages {
        let sample = QuestionSample(item, language: language, index: index)
        for (ending, png) in [
            ("", preview.question(sample, textSize: textSize)),
            ("-explanation", preview.explanation(sample, textSize: textSize)),
        ] {
            let file = "\(out)/\(item.id)-\(language)\(ending).png"
            try AtomicFile.write(png, to: file, mode: 0o644)
            files.append(file)
        }
    }
    if options.has("json") {
        try printJSON([
            "item": .string(item.id.rawValue), "languages": .array(languages.map { .string($0.rawValue) }),
            "files": .array(files.map { .string($0) }),
        ])
    } else {
        for file in files { standardOutput(file + "\n") }
    }
    return .done
}

private func displaySize(_ text: String) throws -> (Int, Int) {
    let numbers = text.split(separator: "x").map { Int($0) ?? 0 }
    guard numbers.count == 2, (640...7680).contains(numbers[0]), (400...4320).contains(numbers[1]) else {
        throw Failure(.usage, "--size wants pixels from 640x400 to 7680x4320, as 1024x768")
    }
    return (numbers[0], numbers[1])
}

private func find(_ id: ItemID, in source: BankSource, folder: String) throws -> Item {
    if let found = source.items.first(where: { $0.item.id == id }) { return found.item }
    let near = source.items.map(\.item.id.rawValue).filter { $0.hasPrefix(id.rawValue.prefix(3)) }
    let hint = near.isEmpty ? "" : "; there are \(near.first ?? "") to \(near.last ?? "")"
    throw Failure(.badData, "\(folder) has no readable question \(id)\(hint); `kaotai bank check` may say why")
}

private func languages(of item: Item, wanted: String?) throws -> [LanguageTag] {
    let known = item.texts.keys.sorted()
    guard let wanted else { return known }
    guard known.contains(LanguageTag(wanted)) else {
        throw Failure(
            .badData, "\(item.id) is not in \(wanted), only in \(known.map(\.rawValue).joined(separator: ", "))")
    }
    return [LanguageTag(wanted)]
}
