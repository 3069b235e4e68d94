import CanonicalJSON
public import Platform
public import TerminalLink

/// All words on the screens: `Kiosk/strings/TAG.json`, one flat document a language, with `{name}` placeholders.
public struct StringCatalog: Sendable {
    /// The language whose keys and placeholders all others must have.
    public static let reference = "zh-Hans"

    private let texts: [String: [String: String]]

    public init(texts: [String: [String: String]]) { self.texts = texts }

    /// Reads every language of a folder; words that are missing in one are a failure, not a surprise on a screen.
    public static func load(_ folder: String) throws(Failure) -> StringCatalog {
        var texts: [String: [String: String]] = [:]
        do {
            for name in try listDirectory(folder) where name.hasSuffix(".json") {
                do {
                    texts[String(name.dropLast(5))] = try JSONCoder.decode(
                        [String: String].self, from: try readFile("\(folder)/\(name)"))
                } catch let error as DecodingError {
                    throw Failure(.badConfiguration, "\(folder)/\(name): \(JSONCoder.explain(error))")
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.badConfiguration, "\(error)")
        }
        let catalog = StringCatalog(texts: texts)
        if let problem = catalog.check().first { throw Failure(.badConfiguration, "\(folder): \(problem)") }
        return catalog
    }

    public var languages: [String] { texts.keys.sorted() }
    public func keys(_ language: String) -> [String] { texts[language]?.keys.sorted() ?? [] }

    /// What is wrong, one sentence each: keys that are missing or unknown, placeholders that differ, empty words.
    public func check() -> [String] {
        guard let reference = texts[Self.reference] else { return ["there is no \(Self.reference).json"] }
        var problems: [String] = []
        for language in languages {
            let own = texts[language] ?? [:]
            for key in Set(reference.keys).union(own.keys).sorted() {
                switch (reference[key], own[key]) {
                case (let wanted?, let text?):
                    if text.isEmpty { problems.append("\(language).json: \"\(key)\" is empty") }
                    let (a, b) = (Self.placeholders(wanted), Self.placeholders(text))
                    if a != b {
                        let names = { (set: Set<String>) in set.sorted().map { "{\($0)}" }.joined(separator: " ") }
                        problems.append(
                            "\(language).json: \"\(key)\" has placeholders \(names(b)), should have \(names(a))")
                    }
                case (_?, nil): problems.append("\(language).json: \"\(key)\" is missing")
                case (nil, nil): break
                case (nil, _?): problems.append("\(language).json: \"\(key)\" is in no other language")
                }
            }
        }
        return problems
    }

    /// The words of a key, with what is filled in; an unknown key stands there itself, so that somebody can report it.
    public func text(_ key: String, _ values: [String: String] = [:], language: String) -> String {
        let text = texts[best(language)]?[key] ?? texts[Self.reference]?[key] ?? key
        guard !values.isEmpty, text.contains("{") else { return text }
        var out = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name] ?? "{\(name)}"
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    public func text(_ message: Message, language: String) -> String {
        text(message.key, message.values, language: language)
    }

    /// The words' language nearest to a tag: itself, one with the same first part, the reference.
    func best(_ language: String) -> String {
        if texts[language] != nil { return language }
        let first = language.prefix { $0 != "-" }
        return languages.first { $0.prefix { $0 != "-" } == first } ?? Self.reference
    }

    static func placeholders(_ text: String) -> Set<String> {
        var names: Set<String> = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            names.insert(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        return names
    }
}

/// What a language is called by those who speak it, and which way it runs.
enum Languages {
    private static let own = [
        "zh-Hans": "中文", "zh-Hant": "繁體中文", "en": "English", "ru": "Русский", "ug": "ئۇيغۇرچە", "bo": "བོད་སྐད།",
        "mn": "Монгол", "mn-Mong": "ᠮᠣᠩᠭᠣᠯ", "ko": "한국어", "ja": "日本語", "fr": "Français", "es": "Español",
        "ar": "العربية",
        "kk": "قازاقشا", "de": "Deutsch", "pt": "Português", "th": "ไทย", "vi": "Tiếng Việt",
    ]
    private static let rightToLeft: Set<String> = ["ar", "ug", "fa", "ur", "he", "kk"]

    static func ownName(_ tag: String) -> String { own[tag] ?? tag }
    static func runsRightToLeft(_ tag: String) -> Bool { rightToLeft.contains(String(tag.prefix { $0 != "-" })) }
}
