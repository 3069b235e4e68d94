internal import Exam

/// A file of questions as its author sees it: names, values and lines; what they mean is not looked at here.
struct ItemsFile {
    struct Field {
        var value: String
        let line: Int
    }

    /// One question's fields, the file's defaults not yet added.
    struct Draft {
        let id: ItemID
        let line: Int
        var fields: [String: Field] = [:]
    }

    private(set) var defaults: [String: Field] = [:]
    private(set) var drafts: [Draft] = []
    private(set) var findings: [Finding] = []

    /// Reads the text of a file; `name` is what findings call it.
    init(_ bytes: [UInt8], name: String) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = 1 + bytes[..<Self.firstBadByte(bytes)].count { $0 == UInt8(ascii: "\n") }
            findings.append(Finding(file: name, line: line, rule: .encoding, "not UTF-8; save the file as UTF-8"))
            return
        }
        var open: String?
        let unmarked = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        for (index, raw) in unmarked.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = index + 1
            let content = Self.trimmed(raw)
            if content.isEmpty {
                open = nil
            } else if raw.hasPrefix("#") {
                continue
            } else if raw.hasPrefix("  ") {
                guard let open else {
                    report(name, line, .form, "a continuation without a line above that it continues")
                    continue
                }
                extend(open, by: content)
            } else if raw.hasPrefix(" ") || raw.hasPrefix("\t") {
                report(name, line, .form, "one space or a tab before the text; a continuation begins with two spaces")
            } else if content.hasPrefix("[") {
                open = nil
                begin(content, file: name, line: line)
            } else if let colon = content.firstIndex(where: { $0 == ":" }) {
                let field = String(Self.trimmed(content[..<colon]))
                open = set(field, Self.trimmed(content[content.index(after: colon)...]), file: name, line: line)
            } else {
                open = nil
                report(
                    name, line, .form, "no `name: value`; a line that continues the one above begins with two spaces")
            }
        }
    }

    private mutating func report(_ file: String, _ line: Int, _ rule: Finding.Rule, _ message: String) {
        findings.append(Finding(file: file, line: line, item: drafts.last?.id, rule: rule, message))
    }

    private mutating func begin(_ content: Substring, file: String, line: Int) {
        let id = content.dropFirst().prefix { $0 != "]" }
        let allowed = !id.isEmpty && id.utf8.allSatisfy { Self.isIdentifierByte($0) }
        if content.last != "]" || id.count != content.count - 2 || !allowed {
            findings.append(
                Finding(
                    file: file, line: line, rule: .badID,
                    "\(content) is no id; write letters A–Z, digits and hyphens in square brackets, as [LAW-001]"))
        }
        drafts.append(Draft(id: ItemID(id), line: line))
    }

    /// - Returns: the name, for lines that continue its value.
    private mutating func set(_ field: String, _ value: Substring, file: String, line: Int) -> String? {
        let known = drafts.last?.fields[field] ?? (drafts.isEmpty ? defaults[field] : nil)
        if let known {
            report(file, line, .duplicateName, "\(field) stands already in line \(known.line)")
            return nil
        }
        let entry = Field(value: String(value), line: line)
        if drafts.isEmpty { defaults[field] = entry } else { drafts[drafts.count - 1].fields[field] = entry }
        return field
    }

    private mutating func extend(_ field: String, by content: Substring) {
        if drafts.isEmpty {
            Self.join(&defaults[field, default: Field(value: "", line: 0)].value, content)
        } else {
            Self.join(&drafts[drafts.count - 1].fields[field, default: Field(value: "", line: 0)].value, content)
        }
    }

    /// Chinese, Japanese and Korean lines are joined with nothing between, others with a space.
    private static func join(_ value: inout String, _ more: Substring) {
        guard let last = value.last, let first = more.first else {
            value += more
            return
        }
        value += isWide(last) && isWide(first) ? "\(more)" : " \(more)"
    }

    private static func isWide(_ character: Character) -> Bool {
        guard let scalar = character.unicodeScalars.first?.value else { return false }
        // CJK punctuation up to Hangul syllables, compatibility forms, full-width forms, and the quotation marks and
        // dashes that Chinese text shares with others.
        return (0x2E80...0xD7FF).contains(scalar) || (0xF900...0xFAFF).contains(scalar)
            || (0xFF00...0xFFEF).contains(scalar) || (0x20000...0x3FFFF).contains(scalar)
            || [0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026].contains(scalar)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return text.drop { $0.isWhitespace }
    }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func firstBadByte(_ bytes: [UInt8]) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var good = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { good += UTF8.width(scalar) }
        return min(good, bytes.count)
    }
}
