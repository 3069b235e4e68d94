/// Marked-up text on its way to plain text: what our questions cannot hold is refused, not lost.
struct MarkupText {
    private(set) var text = ""
    private(set) var pictures: [(source: String, words: String)] = []
    /// What of it is not taken, in words.
    private(set) var losses: Set<String> = []

    private static let blocks: Set<String> = ["p", "div", "br", "hr", "section", "article", "h1", "h2", "h3", "label"]
    private static let emphasis: Set<String> = ["b", "i", "em", "strong", "u", "small", "big", "cite", "font", "dfn"]
    private static let plain: Set<String> = ["span", "bdi", "wbr", "q"]

    /// One line, blanks between words.
    var line: String { text.split { $0.isWhitespace }.joined(separator: " ") }

    mutating func add(_ words: some StringProtocol) { text += words }

    mutating func lose(_ words: String) { losses.insert(words) }

    /// An element begins; its name in small letters.
    mutating func begin(_ name: String, _ attribute: (String) -> String?) throws(Unsuited) {
        if Self.blocks.contains(name) {
            text += " "
        } else if Self.emphasis.contains(name) {
            lose("emphasis (<\(name)>) is not kept")
        } else if name == "a" {
            lose("a link is not kept, its words are")
        } else if name == "img" {
            guard let source = attribute("src"), !source.isEmpty else { throw Unsuited("has a picture without src") }
            let words = attribute("alt") ?? ""
            pictures.append((source, words.split { $0.isWhitespace }.joined(separator: " ")))
        } else if !Self.plain.contains(name) {
            throw Unsuited("has <\(name.prefix(40))>, which our questions cannot hold")
        }
    }

    mutating func end(_ name: String) {
        if Self.blocks.contains(name) { text += " " }
    }

    // MARK: HTML

    /// Plain text of HTML.
    init(html: String) throws(Unsuited) {
        var rest = html.unicodeScalars[...]
        while let scalar = rest.first {
            if scalar == "<", let next = rest.dropFirst().first, next == "/" || next == "!" || Self.isLetter(next) {
                try takeTag(&rest)
            } else if scalar == "&" {
                text.unicodeScalars.append(contentsOf: try Self.entity(&rest))
            } else {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst()
            }
        }
    }

    /// Text without marks.
    init(plain: String) { text = plain }

    init() {}

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private mutating func takeTag(_ rest: inout Substring.UnicodeScalarView) throws(Unsuited) {
        if rest.starts(with: "<!--".unicodeScalars) {
            guard let end = Substring(rest).firstRange(of: "-->") else {
                throw Unsuited("has a comment without an end")
            }
            rest = rest[end.upperBound...]
            return
        }
        if rest.starts(with: "<!".unicodeScalars) {
            throw Unsuited("has a declaration (<!…), which is no question's text")
        }
        rest = rest.dropFirst()
        let closes = rest.first == "/"
        if closes { rest = rest.dropFirst() }
        let name = String(rest.prefix { $0 != ">" && $0 != "/" && !$0.properties.isWhitespace }).lowercased()
        rest = rest.drop { $0 != ">" && $0 != "/" && !$0.properties.isWhitespace }
        let attributes = try Self.attributes(&rest)
        if closes { end(name) } else { try begin(name) { attributes[$0] } }
    }

    /// Attributes up to the end of the tag.
    private static func attributes(_ rest: inout Substring.UnicodeScalarView) throws(Unsuited) -> [String: String] {
        var attributes: [String: String] = [:]
        while true {
            rest = rest.drop { $0.properties.isWhitespace || $0 == "/" }
            guard let first = rest.first else { throw Unsuited("has a tag without an end") }
            if first == ">" {
                rest = rest.dropFirst()
                return attributes
            }
            func ends(_ scalar: Unicode.Scalar) -> Bool {
                scalar == "=" || scalar == ">" || scalar == "/" || scalar.properties.isWhitespace
            }
            // A stray = is a name of its own, so that every round takes something.
            let name = first == "=" ? "=" : String(rest.prefix { !ends($0) }).lowercased()
            rest = first == "=" ? rest.dropFirst() : rest.drop { !ends($0) }
            let afterBlanks = rest.drop { $0.properties.isWhitespace }
            guard afterBlanks.first == "=", first != "=" else { continue }
            rest = afterBlanks.dropFirst().drop { $0.properties.isWhitespace }
            var value = Substring.UnicodeScalarView()
            if let quote = rest.first, quote == "\"" || quote == "'" {
                rest = rest.dropFirst()
                value = rest.prefix { $0 != quote }
                rest = rest.drop { $0 != quote }
                guard !rest.isEmpty else { throw Unsuited("has a tag without an end") }
                rest = rest.dropFirst()
            } else {
                value = rest.prefix { $0 != ">" && !$0.properties.isWhitespace }
                rest = rest.drop { $0 != ">" && !$0.properties.isWhitespace }
            }
            attributes[name] = attributes[name] ?? decoded(String(value))
        }
    }

    /// An attribute's value; what is no entity in it stays as it is.
    private static func decoded(_ value: String) -> String {
        var decoded = String.UnicodeScalarView()
        var rest = value.unicodeScalars[...]
        while let scalar = rest.first {
            let before = rest
            if scalar == "&", let word = try? entity(&rest) {
                decoded.append(contentsOf: word)
            } else {
                rest = before.dropFirst()
                decoded.append(scalar)
            }
        }
        return String(decoded)
    }

    private static let entities: [String: Unicode.Scalar] = [
        "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "ndash": "–", "mdash": "—",
        "hellip": "…", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "sbquo": "‚", "bdquo": "„",
        "laquo": "«", "raquo": "»", "deg": "°", "times": "×", "divide": "÷", "plusmn": "±", "euro": "€", "copy": "©",
        "frac12": "½", "frac14": "¼", "frac34": "¾", "sup2": "²", "sup3": "³", "middot": "·", "bull": "•",
        "le": "≤", "ge": "≥", "ne": "≠", "larr": "←", "rarr": "→", "auml": "ä", "ouml": "ö", "uuml": "ü", "Auml": "Ä",
        "Ouml": "Ö", "Uuml": "Ü", "szlig": "ß", "eacute": "é", "egrave": "è", "agrave": "à", "ccedil": "ç",
        "ntilde": "ñ", "iexcl": "¡", "iquest": "¿",
    ]

    /// Takes an entity; an ampersand that begins none stays one.
    private static func entity(
        _ rest: inout Substring.UnicodeScalarView
    ) throws(Unsuited) -> [Unicode.Scalar] {
        let body = rest.dropFirst()
        let name = String(body.prefix(32).prefix { $0 == "#" || isLetter($0) || ("0"..."9").contains($0) })
        let after = body.dropFirst(name.unicodeScalars.count)
        guard !name.isEmpty, after.first == ";" else {
            rest = body
            return ["&"]
        }
        rest = after.dropFirst()
        if let scalar = entities[name] { return [scalar] }
        if name.hasPrefix("#") {
            let isHexadecimal = name.dropFirst().first.map { $0 == "x" || $0 == "X" } ?? false
            let digits = name.dropFirst(isHexadecimal ? 2 : 1)
            if let number = UInt32(digits, radix: isHexadecimal ? 16 : 10), let scalar = Unicode.Scalar(number) {
                return [scalar]
            }
        }
        throw Unsuited("has the entity &\(name);, which is not known here")
    }
}
