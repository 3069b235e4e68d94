internal import Exam
internal import Platform
internal import QuestionBank
public import Workshop

/// A bank's questions as a content package of QTI 3.0: an item for each question and language.
///
/// What travels: words, options, keys, explanations and pictures. Areas, classes, articles, readers and states are ours
/// and stay behind. An item's identifier is the question's id, a dot and the language; an id that begins with a digit
/// gets an underscore in front, since identifiers of QTI begin with a letter or an underscore.
public struct QTIExport: Sendable {
    /// Items in the package.
    public let exported: Int
    /// Questions, or languages of questions, that are not in it, and why.
    public let skipped: [QuestionImport.Left]
    /// The zip file.
    public let bytes: [UInt8]

    static let itemNamespace = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    static let manifestNamespace = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
    private static let schemas = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"

    /// - Parameters:
    ///   - folder: where the bank was read from; its drawings are taken from there.
    ///   - states: questions in other states are left out without a word.
    public init(
        _ source: BankSource, folder: String, states: Set<ItemState> = [.draft, .review, .approved, .active]
    ) throws {
        var package = Package()
        for authored in source.items where states.contains(authored.state) {
            let id = authored.item.id
            var drawing: (path: String, bytes: [UInt8])?
            if let path = source.drawings[id] {
                drawing = ("media/\(path)", try readFile("\(folder)/media/\(path)"))
            }
            package.add(authored, drawing: drawing)
        }
        exported = package.count
        skipped = package.skipped
        bytes = try ZipArchive.bytes(of: package.files)
    }

    /// Items and drawings on their way into a package.
    private struct Package {
        private(set) var skipped: [QuestionImport.Left] = []
        private var items: [(identifier: String, path: String, drawing: String?, bytes: [UInt8])] = []
        private var drawings: [String: [UInt8]] = [:]

        var count: Int { items.count }

        mutating func add(_ authored: AuthoredItem, drawing: (path: String, bytes: [UInt8])?) {
            let item = authored.item
            guard !authored.key.isEmpty else {
                return skipped.append(.init(id: item.id.rawValue, reason: "has no key yet"))
            }
            for language in item.texts.keys.sorted() {
                if let problem = QTIExport.problem(with: authored, in: language) {
                    skipped.append(.init(id: "\(item.id).\(language)", reason: problem))
                    continue
                }
                let document = QTIExport.document(authored, language: language, drawing: drawing?.path)
                let identifier = QTIExport.identifier(item.id, language)
                items.append((identifier, "items/\(identifier).xml", drawing?.path, Array(document.utf8)))
                if let drawing { drawings[drawing.path] = drawing.bytes }
            }
        }

        /// All files of the package, the manifest first.
        var files: [(name: String, bytes: [UInt8])] {
            [("imsmanifest.xml", Array(manifest.utf8))] + items.map { ($0.path, $0.bytes) }
                + drawings.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }

        private var manifest: String {
            let paths = drawings.keys.sorted()
            let names = Dictionary(uniqueKeysWithValues: paths.enumerated().map { ($1, "drawing-\($0 + 1)") })
            var text = """
                <?xml version="1.0" encoding="UTF-8"?>
                <manifest xmlns="\(QTIExport.manifestNamespace)" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
                xsi:schemaLocation="\(QTIExport.manifestNamespace) \(QTIExport.schemas)/imsqtiv3p0_imscpv1p2_v1p0.xsd" \
                identifier="kaotai">
                  <metadata>
                    <schema>QTI Package</schema>
                    <schemaversion>3.0.0</schemaversion>
                  </metadata>
                  <organizations/>
                  <resources>

                """
            for item in items {
                text +=
                    "    <resource identifier=\"\(item.identifier)\" type=\"imsqti_item_xmlv3p0\" href=\"\(item.path)\">\n"
                text += "      <file href=\"\(item.path)\"/>\n"
                if let name = item.drawing.flatMap({ names[$0] }) {
                    text += "      <dependency identifierref=\"\(name)\"/>\n"
                }
                text += "    </resource>\n"
            }
            for path in paths {
                let href = QTIExport.escaped(path)
                text += "    <resource identifier=\"\(names[path] ?? "")\" type=\"webcontent\" href=\"\(href)\">\n"
                text += "      <file href=\"\(href)\"/>\n    </resource>\n"
            }
            return text + "  </resources>\n</manifest>\n"
        }
    }

    // MARK: One item

    private static func problem(with authored: AuthoredItem, in language: LanguageTag) -> String? {
        guard let text = authored.item.texts[language], !text.stem.isEmpty else { return "has no stem in \(language)" }
        guard authored.item.kind != .judge else { return nil }
        let numbers = Array(1...max(1, authored.item.optionCount))
        guard numbers.count >= 2, numbers.allSatisfy({ !(text.options[$0] ?? "").isEmpty }) else {
            return "lacks options in \(language)"
        }
        return authored.key.isSubset(of: numbers) ? nil : "its key names an option that is not there"
    }

    private static func identifier(_ id: ItemID, _ language: LanguageTag) -> String {
        let startsWell = id.rawValue.first?.isLetter ?? false
        return "\(startsWell ? "" : "_")\(id).\(language)"
    }

    private static func document(_ authored: AuthoredItem, language: LanguageTag, drawing: String?) -> String {
        let item = authored.item
        let text = item.texts[language] ?? ItemText(stem: "", options: [:], explanation: "")
        var choices = text.options.sorted { $0.key < $1.key }.map { (identifier: "A\($0.key)", words: $0.value) }
        var right = authored.key.sorted().map { "A\($0)" }
        if item.kind == .judge {
            let words = JudgeWords.byLanguage[language.rawValue] ?? ("True", "False")
            choices = [("true", words.0), ("false", words.1)]
            right = [authored.key == [1] ? "true" : "false"]
        }
        let isMulti = item.kind == .multi
        var xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <qti-assessment-item xmlns="\(itemNamespace)" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
            xsi:schemaLocation="\(itemNamespace) \(schemas)/imsqti_asiv3p0_v1p0.xsd" \
            identifier="\(identifier(item.id, language))" title="\(escaped(item.id.rawValue))" \
            adaptive="false" time-dependent="false" xml:lang="\(language)">
              <qti-response-declaration identifier="RESPONSE" cardinality="\(isMulti ? "multiple" : "single")" \
            base-type="identifier">
                <qti-correct-response>

            """
        for identifier in right { xml += "      <qti-value>\(identifier)</qti-value>\n" }
        xml += """
                </qti-correct-response>
              </qti-response-declaration>
              <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">
                <qti-default-value>
                  <qti-value>0</qti-value>
                </qti-default-value>
              </qti-outcome-declaration>

            """
        if !text.explanation.isEmpty {
            xml += """
                  <qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier">
                    <qti-default-value>
                      <qti-value>EXPLANATION</qti-value>
                    </qti-default-value>
                  </qti-outcome-declaration>

                """
        }
        xml += "  <qti-item-body>\n    <p>\(escaped(text.stem))</p>\n"
        if let drawing {
            let words = escaped(item.picture?.alternatives[language] ?? "")
            xml += "    <p><img src=\"../\(escaped(drawing))\" alt=\"\(words)\"/></p>\n"
        }
        xml += "    <qti-choice-interaction response-identifier=\"RESPONSE\" shuffle=\"\(item.kind != .judge)\" "
        xml += "max-choices=\"\(isMulti ? 0 : 1)\">\n"
        for choice in choices {
            xml +=
                "      <qti-simple-choice identifier=\"\(choice.identifier)\">\(escaped(choice.words))</qti-simple-choice>\n"
        }
        xml += """
                </qti-choice-interaction>
              </qti-item-body>
              <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>

            """
        if !text.explanation.isEmpty {
            xml += """
                  <qti-modal-feedback outcome-identifier="FEEDBACK" show-hide="show" identifier="EXPLANATION">
                    <qti-content-body>
                      <p>\(escaped(text.explanation))</p>
                    </qti-content-body>
                  </qti-modal-feedback>

                """
        }
        return xml + "</qti-assessment-item>\n"
    }

    /// Text as it stands in XML, in an attribute, too. Characters that XML does not have become U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "\t", "\n", "\r": escaped += " "
            case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
