import Exam
import Glibc
import Interchange
import Platform
import QuestionBank
import Testing
import Workshop

@Suite struct QTIExportTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// The bank that is shipped, as a content package.
    private static func shipped() throws -> (source: BankSource, export: QTIExport) {
        let source = BankSource(folder: "\(root)/QuestionBank")
        return (source, try QTIExport(source, folder: "\(root)/QuestionBank"))
    }

    /// What a round trip keeps of a question.
    private struct Kept: Equatable {
        let kind: ItemKind
        let key: Set<Int>
        let stem: String
        let options: [Int: String]
        let explanation: String
        let drawing: String?

        init(_ authored: AuthoredItem, _ language: LanguageTag, drawing: [UInt8]?) {
            kind = authored.item.kind
            key = authored.key
            stem = authored.item.texts[language]?.stem ?? ""
            options = authored.item.texts[language]?.options ?? [:]
            explanation = authored.item.texts[language]?.explanation ?? ""
            self.drawing = drawing.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(arguments: ["zh-Hans", "en"] as [LanguageTag])
    func `the shipped bank comes back from a package with the same questions, keys and drawings`(
        language: LanguageTag
    ) throws {
        let (source, export) = try Self.shipped()
        #expect(export.skipped == [])
        let result = try Sample.read(export.bytes, .qti3, name: "bank.zip") { $0.language = language }
        // What is not taken is in another language.
        #expect(result.reasons.allSatisfy { $0.contains("import it with --language") })
        let media = Dictionary(uniqueKeysWithValues: result.files.map { ($0.path, $0.bytes) })
        let items = media.first { $0.key.hasSuffix(".items") }?.value ?? []
        let read = AuthoredFile(items, name: "items", languages: [language])
        let back = Dictionary(uniqueKeysWithValues: read.items.map { ($0.item.id, $0) })
        let sent = source.items.filter { $0.state != .retired && $0.item.texts[language] != nil }
        #expect(sent.count > 400 && back.count == sent.count)
        for authored in sent {
            let id = authored.item.id
            let drawing = try source.drawings[id].map { try readFile("\(Self.root)/QuestionBank/media/\($0)") }
            let returned = try #require(back[id])
            let its = read.pictures[id].flatMap { media["media/\($0)"] }
            #expect(Kept(returned, language, drawing: its) == Kept(authored, language, drawing: drawing), "\(id)")
        }
    }

    @Test func `the same bank gives the same package, and other programs find it sound`() throws {
        let folder = try TestFolder()
        let (_, export) = try Self.shipped()
        #expect(try Self.shipped().export.bytes == export.bytes)
        let path = "\(folder.path)/bank.zip"
        try AtomicFile.write(export.bytes, to: path)
        let unzip = try Tool.run("/usr/bin/unzip", ["-q", path, "-d", "\(folder.path)/out"])
        #expect(unzip.status == 0, "\(unzip.output)")
        let names = try listDirectory("\(folder.path)/out/items")
        #expect(names.count == export.exported)
        let files = ["\(folder.path)/out/imsmanifest.xml"] + names.map { "\(folder.path)/out/items/\($0)" }
        let lint = try Tool.run("/usr/bin/xmllint", ["--noout", "--nonet"] + files)
        #expect(lint.status == 0, "\(lint.output.prefix(500))")
        var problems: [String] = []
        for name in names {
            let text = String(decoding: try readFile("\(folder.path)/out/items/\(name)"), as: UTF8.self)
            problems += QTIStructure.problems(in: text).map { "\(name): \($0)" }
        }
        #expect(problems == [])
    }

    @Test(arguments: [
        (" time-dependent=\"false\"", ""), ("<qti-item-body>", "<qti-body>"), ("max-choices=", "maxChoices="),
        ("identifier=\"RESPONSE\" cardinality", "identifier=\"R 1\" cardinality"),
        ("response-identifier=\"RESPONSE\"", "response-identifier=\"OTHER\""),
        ("<qti-value>A2</qti-value>", "<qti-value>A9</qti-value>"),
        ("<qti-response-processing", "<qti-outcome-declaration identifier=\"X\"/><qti-response-processing"),
    ])
    func `an item that breaks the specification is found`(old: String, new: String) {
        let sound = Sample.exported
        #expect(QTIStructure.problems(in: sound) == [])
        #expect(sound.contains(old))
        #expect(QTIStructure.problems(in: sound.replacing(old, with: new)) != [])
    }
}

/// A program of the system that gives a second opinion.
enum Tool {
    /// - Returns: its exit code, and what it said on both outputs.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let folder = try TestFolder()
        let said = "\(folder.path)/said"
        let file = try FileDescriptor(path: said, flags: O_WRONLY | O_CREAT | O_EXCL)
        let child = try ChildProcess(path, arguments, standardOutput: file.raw, standardError: file.raw)
        return (child.wait(), String(decoding: try readFile(said), as: UTF8.self))
    }
}
