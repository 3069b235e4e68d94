internal import CanonicalJSON
public import CivilTime
public import Exam
internal import Platform

/// Puts the texts of one language, written in another script, into the authors' files.
///
/// What a person has written or read is never changed. `zh-Hant.words` beside `bank.json` holds the words that the
/// dictionaries get wrong: a word and what it becomes on each line.
public enum ScriptDerivation {
    /// What was done to one file.
    public struct Outcome: Sendable {
        public let file: String
        /// Questions whose texts were made now, because they had none or nobody had read what they had.
        public let made: [ItemID]
        /// Questions that a person has translated or read.
        public let kept: Int
        /// Of those, questions that would come out otherwise now: their original was changed after somebody had read
        /// what was made of it, or the reader corrected it.
        public let differing: [ItemID]
    }

    /// The translator's name.
    static let translator = "OpenCC"
    private static let original = LanguageTag("zh-Hans")
    /// The language that can be derived.
    public static let derived = LanguageTag("zh-Hant")
    private static let texts = ["stem", "explain", "picture"]

    /// Writes the derived texts into the files of a bank's folder.
    ///
    /// - Throws: `Failure` with the file and what is wrong in it; files before it are then done.
    public static func derive(in folder: String, today: CalendarDate? = nil) throws -> [Outcome] {
        let configuration: BankConfiguration
        do {
            configuration = try JSONCoder.decode(BankConfiguration.self, from: try readFile("\(folder)/bank.json"))
        } catch {
            throw Failure(.badData, "\(folder)/bank.json: \(JSONCoder.explain(error))")
        }
        guard (configuration.languages + (configuration.translations ?? [])).contains(derived) else {
            throw Failure(.badData, "\(folder)/bank.json: \(derived) is none of its translations; add it there first")
        }
        let converter = try ChineseConverter(words: try words("\(folder)/\(derived).words"))
        let day = today ?? SystemTime().wall().date()
        return try listDirectory("\(folder)/items").filter { $0.hasSuffix(".items") }.map { name in
            let path = "\(folder)/items/\(name)"
            let before = try readFile(path)
            let (after, outcome) = try derive(before, file: path, day: day, converter: converter)
            if after != before { try AtomicFile.write(after, to: path, mode: 0o644) }
            return outcome
        }
    }

    private static func words(_ path: String) throws -> [(from: String, to: String)] {
        guard fileExists(path) else { return [] }
        let text = String(decoding: try readFile(path), as: UTF8.self)
        return try text.split(separator: "\n").enumerated().compactMap { number, line in
            let words = line.split(separator: " ")
            if words.isEmpty || line.hasPrefix("#") { return nil }
            guard words.count == 2 else {
                throw Failure(.badData, "\(path):\(number + 1): wants a word and what it becomes, as 准驾 准駕")
            }
            return (String(words[0]), String(words[1]))
        }
    }

    static func derive(
        _ bytes: [UInt8], file: String, day: CalendarDate, converter: ChineseConverter
    ) throws(Failure) -> (bytes: [UInt8], outcome: Outcome) {
        let source = ItemsFile(bytes, name: file)
        if let finding = source.findings.first { throw Failure(.badData, "\(finding)") }
        if let line = source.defaults["reviewed.\(derived)"]?.line {
            throw Failure(
                .badData,
                "\(file):\(line): a default reviewed.\(derived) would say that somebody has read what is derived now; "
                    + "write it into the questions that were read")
        }
        var edits = Edits(bytes)
        let signed = "\(translator) \(day)"
        var made: [ItemID] = []
        var kept = 0
        var differing: [ItemID] = []
        for draft in source.drafts {
            let own = draft.fields.filter { $0.key.hasSuffix(".\(derived)") }
            let translated = own["translated.\(derived)"] ?? source.defaults["translated.\(derived)"]
            let isOurs = translated?.value.hasPrefix("\(translator) ") ?? false
            let hasTexts = own.keys.contains { !$0.hasPrefix("translated.") && !$0.hasPrefix("reviewed.") }
            if hasTexts && !isOurs {
                kept += 1
                continue
            }
            let sources = draft.fields.filter { isText($0.key) }.sorted { $0.value.line < $1.value.line }
            guard let end = draft.fields.values.map({ edits.end(of: $0.line) }).max(), !sources.isEmpty else {
                continue
            }
            var lines: [(after: Int, field: String, text: String)] = []
            for (field, value) in sources {
                let name = field.dropLast(original.rawValue.count) + derived.rawValue
                lines.append((edits.end(of: value.line), String(name), try converter.traditional(value.value)))
            }
            let texts = own.filter { !$0.key.hasPrefix("translated.") && !$0.key.hasPrefix("reviewed.") }
            let changed =
                Set(texts.keys) != Set(lines.map(\.field)) || lines.contains { texts[$0.field]?.value != $0.text }
            if own["reviewed.\(derived)"] != nil {
                kept += 1
                if changed { differing.append(draft.id) }
                continue
            }
            // What would come out the same keeps its day.
            guard changed else { continue }
            for field in own.values { edits.remove(field.line) }
            for line in lines { edits.insert("\(line.field): \(line.text)", after: line.after) }
            edits.insert("translated.\(derived): \(signed)", after: end)
            made.append(draft.id)
        }
        return (edits.bytes, Outcome(file: file, made: made, kept: kept, differing: differing))
    }

    private static func isText(_ field: String) -> Bool {
        guard field.hasSuffix(".\(original)") else { return false }
        let name = String(field.dropLast(original.rawValue.count + 1))
        return texts.contains(name) || Int(name) != nil
    }
}

/// Changes to the lines of a file, by the numbers that lines had before.
private struct Edits {
    private let lines: [Substring]
    private var removed: Set<Int> = []
    private var inserted: [Int: [String]] = [:]

    init(_ bytes: [UInt8]) {
        lines = Substring(String(decoding: bytes, as: UTF8.self)).split(
            separator: "\n", omittingEmptySubsequences: false)
    }

    /// The last line of a field: its continuations are part of it.
    func end(of line: Int) -> Int {
        var end = line
        while end < lines.count, lines[end].hasPrefix("  "), lines[end].contains(where: { !$0.isWhitespace }) {
            end += 1
        }
        return end
    }

    mutating func remove(_ line: Int) { removed.formUnion(line...end(of: line)) }
    mutating func insert(_ text: String, after line: Int) { inserted[line, default: []].append(text) }

    var bytes: [UInt8] {
        var result: [Substring] = []
        for (index, line) in lines.enumerated() {
            if !removed.contains(index + 1) { result.append(line) }
            result += inserted[index + 1, default: []].map { Substring($0) }
        }
        return Array(result.joined(separator: "\n").utf8)
    }
}
