import CivilTime
import Cryptography
import Exam
import Glibc
import Packages
import Platform
import QuestionBank
import Testing

@testable import Workshop

/// The folders of the repository that tests read.
enum Repository {
    static let root = String(#filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" })
    static let testBank = root + "/Tests/Fixtures/bank"
    static let shippedBank = root + "/QuestionBank"
}

/// A copy of the test bank that a test may spoil; gone after it.
final class BankFolder {
    let path: String

    init() throws {
        path = "/tmp/kaotai-bank-\(hexadecimal(systemEntropy(8)))"
        try Self.copy(Repository.testBank, to: path)
    }

    deinit { Self.remove(path) }

    private static func copy(_ from: String, to target: String) throws {
        try makeDirectory(target)
        for name in try listDirectory(from) {
            if isDirectory("\(from)/\(name)") {
                try copy("\(from)/\(name)", to: "\(target)/\(name)")
            } else {
                try AtomicFile.write(readFile("\(from)/\(name)"), to: "\(target)/\(name)")
            }
        }
    }

    private static func remove(_ path: String) {
        for name in (try? listDirectory(path)) ?? [] {
            if isDirectory("\(path)/\(name)") { remove("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
        }
        rmdir(path)
    }

    /// Replaces the first place where a text stands.
    func change(_ file: String, _ old: String, to new: String) throws {
        let text = String(decoding: try readFile("\(path)/\(file)"), as: UTF8.self)
        let range = try #require(text.firstRange(of: old), "\(old) does not stand in \(file)")
        try AtomicFile.write(text.replacingCharacters(in: range, with: new), to: "\(path)/\(file)")
    }

    func write(_ file: String, _ bytes: [UInt8]) throws { try AtomicFile.write(bytes, to: "\(path)/\(file)") }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<String.Index>, with new: String) -> String {
        self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}

@Suite struct BankRulesTests {
    private static let items = "items/test.items"

    /// One way of spoiling the test bank, and what must be said of it.
    struct Spoiled: CustomTestStringConvertible, Sendable {
        let name: String
        var file = BankRulesTests.items
        let old: String
        let new: String
        let rule: Finding.Rule
        var item: ItemID?
        var inFile: String?
        let words: String
        var testDescription: String { name }
    }

    static let spoiled: [Spoiled] = [
        .init(
            name: "unknown name", old: "kind: judge", new: "kind: judge\nhint: none", rule: .unknownName,
            item: "TEST-01", words: "hint"),
        .init(
            name: "unknown language", old: "stem.en:", new: "stem.xx:", rule: .unknownName, item: "TEST-01",
            words: "xx is no language"),
        .init(
            name: "missing translation", old: "explain.en: The answer to number 1 stands in the question.\n", new: "",
            rule: .missingTranslation, item: "TEST-01", words: "explain.en"),
        .init(
            name: "missing option in one language", old: "3.en: the wrong one, 3\n", new: "",
            rule: .missingTranslation, item: "TEST-07", words: "3.en"),
        .init(
            name: "missing field", old: "basis: RTSL Art. 1\n", new: "", rule: .missingField, item: "TEST-01",
            words: "basis"),
        .init(
            name: "same name twice", old: "key: true\n", new: "key: true\nkey: false\n", rule: .duplicateName,
            item: "TEST-01", words: "line 12"),
        .init(
            name: "same id twice", old: "[TEST-02]", new: "[TEST-01]", rule: .duplicateID, item: "TEST-01",
            words: "stands already in items/test.items:6"),
        .init(name: "id with spaces", old: "[TEST-02]", new: "[TEST 02]", rule: .badID, words: "TEST 02"),
        .init(
            name: "unknown kind", old: "kind: judge", new: "kind: guess", rule: .badValue, item: "TEST-01",
            words: "guess"),
        .init(
            name: "key naming no option", old: "key: 1\n", new: "key: 5\n", rule: .key, item: "TEST-07",
            words: "option 5"),
        .init(
            name: "judge key that is a number", old: "key: true", new: "key: 1", rule: .key, item: "TEST-01",
            words: "true or false"),
        .init(
            name: "single with two keys", old: "key: 1\n", new: "key: 1 2\n", rule: .key, item: "TEST-07",
            words: "names 2"),
        .init(
            name: "multi with one key", old: "key: 1 3\n", new: "key: 1\n", rule: .key, item: "TEST-13",
            words: "names 1"),
        .init(
            name: "judge with options", old: "key: true", new: "1.en: yes\nkey: true", rule: .options,
            item: "TEST-01", words: "no options"),
        .init(
            name: "options with a gap", old: "4.zh-Hans: 错误的第4项\n4.en: the wrong one, 4\n",
            new: "5.zh-Hans: 错误的第5项\n5.en: the wrong one, 5\n", rule: .options, item: "TEST-07", words: "1, 2, 3, 5"),
        .init(
            name: "two options with the same words", old: "3.en: the wrong one, 3", new: "3.en: the wrong one, 2",
            rule: .duplicateText, item: "TEST-07", words: "2 and 3"),
        .init(
            name: "picture that is not there", old: "picture: triangle.svg", new: "picture: circle.svg",
            rule: .picture, item: "TEST-16", words: "circle.svg is not there"),
        .init(
            name: "picture outside the folder", old: "picture: triangle.svg", new: "picture: ../../etc/passwd",
            rule: .picture, item: "TEST-16", words: "leaves the folder"),
        .init(
            name: "picture without words", old: "picture.en: A yellow triangle with a black exclamation mark\n",
            new: "", rule: .pictureAlternative, item: "TEST-16", words: "picture.en"),
        .init(
            name: "picture that is no drawing", file: "media/triangle.svg", old: "</svg>", new: "<broken",
            rule: .picture, item: "TEST-16", inFile: items, words: "triangle.svg"),
        .init(
            name: "picture that fetches", file: "media/triangle.svg", old: "</svg>",
            new: #"<image href="file:///etc/passwd"/></svg>"#, rule: .picture, item: "TEST-16", inFile: items,
            words: "<image"),
        .init(
            name: "unknown area", old: "area: law", new: "area: low", rule: .unknownArea, item: "TEST-01",
            words: "law, signals"),
        .init(
            name: "unknown class", old: "classes: C1 C2", new: "classes: C1 C9", rule: .unknownClass,
            item: "TEST-01", words: "C9"),
        .init(
            name: "stem too long", old: "stem.en: True or false",
            new: "stem.en: \(String(repeating: "long ", count: 40))", rule: .length, item: "TEST-01",
            words: "at most 210"),
        .init(
            name: "active though nobody read it", old: "reviewed: Test reader 2026-11-22\n", new: "state: active\n",
            rule: .notReviewed, item: "TEST-01", words: "second time"),
        .init(
            name: "approved though nobody read it", old: "reviewed: Test reader 2026-11-22\n",
            new: "state: approved\n", rule: .notReviewed, item: "TEST-01", words: "its state is approved"),
        .init(
            name: "read, but still in review", old: "kind: judge",
            new: "state: review\nreviewed: Test reader 2026-11-22\nkind: judge", rule: .state, item: "TEST-01",
            words: "make it approved"),
        .init(
            name: "unknown state", old: "kind: judge", new: "state: done\nkind: judge", rule: .badValue,
            item: "TEST-01", words: "draft, review, approved, active, retired"),
        .init(
            name: "id of a retired question used again", old: "[TEST-02]",
            new: "state: retired\n\n[TEST-01]", rule: .duplicateID, item: "TEST-01",
            words: "retired; an id belongs to one question for ever"),
        .init(
            name: "written on a day that has not come", old: "written: Test author 2026-11-22",
            new: "written: Test author 2026-11-26", rule: .date, item: "TEST-01", words: "has not come"),
        .init(
            name: "read before it was written", old: "reviewed: Test reader 2026-11-22",
            new: "reviewed: Test reader 2026-11-21", rule: .date, item: "TEST-01", words: "changed after it was read"),
        .init(
            name: "asked until before from", old: "kind: judge",
            new: "from: 2027-02-01\nuntil: 2027-01-01\nkind: judge",
            rule: .date, item: "TEST-01", words: "before 2027-02-01"),
        .init(
            name: "a day that does not exist", old: "kind: judge", new: "from: 2027-02-30\nkind: judge",
            rule: .badValue, item: "TEST-01", words: "2027-02-30"),
        .init(
            name: "a region that does not exist", old: "kind: judge", new: "regions: 33 9901\nkind: judge",
            rule: .badValue, item: "TEST-01", words: "9901"),
        .init(
            name: "an enemy that is no question", old: "kind: judge", new: "enemies: TEST-02 TEST-99\nkind: judge",
            rule: .enemy, item: "TEST-01", words: "TEST-99"),
        .init(
            name: "its own enemy", old: "kind: judge", new: "enemies: TEST-01\nkind: judge", rule: .enemy,
            item: "TEST-01", words: "itself"),
        .init(
            name: "options that differ in blanks and width", old: "3.en: the wrong one, 3",
            new: "3.en: The wrong one,２ ", rule: .duplicateText, item: "TEST-07", words: "2 and 3"),
        .init(
            name: "a name that is no default", old: "classes: C1 C2", new: "enemies: TEST-01\nclasses: C1 C2",
            rule: .unknownName, words: "no default"),
        .init(
            name: "a promise in a language that the bank has not", file: "bank.json", old: #""times": 2"#,
            new: #""times": 2, "language": "ru""#, rule: .promise, inFile: "bank.json", words: "in ru"),
        .init(
            name: "an area without a name in a translation", file: "bank.json", old: #""en"],"#,
            new: #""en"], "translations": ["ru"],"#, rule: .missingTranslation, inFile: "bank.json",
            words: "no name in ru"),
        .init(
            name: "author as reviewer", old: "reviewed: Test reader", new: "reviewed: Test author",
            rule: .ownReview, item: "TEST-01", words: "Test author"),
        .init(
            name: "review without a day", old: "reviewed: Test reader 2026-11-22",
            new: "reviewed: Test reader 2026-02-30", rule: .badValue, item: "TEST-01", words: "a name and a date"),
        .init(
            name: "no line of the format", old: "kind: judge", new: "kind: judge\njust words", rule: .form,
            item: "TEST-01", words: "name: value"),
        .init(
            name: "table off its marginal", file: "blueprints/TEST-BACK.json", old: #""judge": 1"#,
            new: #""judge": 2"#, rule: .blueprint, inFile: "blueprints/TEST-BACK.json", words: "the table gives"),
        .init(
            name: "blueprint for no programme", file: "blueprints/TEST-BACK.json", old: "TEST-BACK", new: "TEST-NONE",
            rule: .programme, inFile: "bank.json", words: "TEST-NONE"),
        .init(
            name: "blueprint for a programme with unknown figures", file: "blueprints/TEST-BACK.json",
            old: "TEST-BACK", new: "TEST-UNKNOWN", rule: .programme, inFile: "bank.json",
            words: "minutes, composition"),
        .init(
            name: "programme that contradicts itself", file: "programmes.json", old: #""pointsEach": 20"#,
            new: #""pointsEach": 10"#, rule: .programme, inFile: "bank.json", words: "give 50 points"),
        .init(
            name: "policies that exclude each other", file: "programmes.json", old: #""feedback": "none""#,
            new: #""feedback": "verdict""#, rule: .badValue, inFile: "programmes.json", words: "goingBack excludes"),
        .init(
            name: "promise too great", file: "bank.json", old: #""times": 2"#, new: #""times": 50"#, rule: .promise,
            inFile: "bank.json", words: "50 times over"),
        .init(
            name: "share too small for a cell", file: "blueprints/TEST-SHORT.json", old: #""version": 1,"#,
            new: #""version": 1, "share": 166,"#, rule: .exposure, inFile: "bank.json",
            words: "no question may stand in more than 166 of 1000 papers, but area law, kind judge"),
        .init(
            name: "share that is none", file: "blueprints/TEST-SHORT.json", old: #""version": 1,"#,
            new: #""version": 1, "share": 1001,"#, rule: .blueprint, inFile: "blueprints/TEST-SHORT.json",
            words: "share is 1001"),
        .init(
            name: "configuration that is no JSON", file: "bank.json", old: "{", new: "(", rule: .badValue,
            inFile: "bank.json", words: ""),
    ]

    @Test func `the test bank is clean`() {
        let source = BankSource(folder: Repository.testBank)
        #expect(source.findings == [])
        #expect(source.contents?.items.count == 30)
    }

    @Test(arguments: spoiled)
    func `what breaks a rule is named with its file, line and question`(_ change: Spoiled) throws {
        let folder = try BankFolder()
        try folder.change(change.file, change.old, to: change.new)
        let source = BankSource(folder: folder.path, today: CalendarDate(year: 2026, month: 11, day: 25))
        let found = source.errors.filter {
            $0.rule == change.rule && $0.item == change.item && $0.message.contains(change.words)
        }
        let finding = try #require(found.first, "found instead: \(source.errors)")
        #expect(finding.file == change.inFile ?? change.file)
        #expect((finding.line != nil) == finding.file.hasSuffix(".items"))
        #expect(throws: BankSource.Refused.self) { try source.packable() }
        #expect(!fileExists("\(folder.path)/out"))
    }

    @Test func `a file that is not UTF-8 is named with the line`() throws {
        let folder = try BankFolder()
        try folder.write(Self.items, Array("area: law\n# ok\nstem: ".utf8) + [0xC4, 0xE3, 0xBA, 0xC3])
        let finding = try #require(BankSource(folder: folder.path).errors.first { $0.rule == .encoding })
        #expect(finding.line == 3)
        #expect(finding.file == Self.items)
    }

    @Test func `a cell that lacks questions is named with wanted and has, a promise apart from it`() throws {
        let folder = try BankFolder()
        // Seven single questions on law short of the promise: the others stay in another class.
        let text = String(decoding: try readFile("\(folder.path)/\(Self.items)"), as: UTF8.self)
        try folder.write(Self.items, Array(text.replacing("kind: multi", with: "classes: D\nkind: multi").utf8))
        let errors = BankSource(folder: folder.path).errors
        #expect(errors.allSatisfy { $0.rule == .cell })
        #expect(errors.contains { $0.message.contains("kind multi: 1 questions wanted, the bank has 0") })
        try folder.write(Self.items, Array(text.utf8))
        try folder.change("bank.json", #""times": 2"#, to: #""times": 4"#)
        #expect(Set(BankSource(folder: folder.path).errors.map(\.rule)) == [.promise])
    }

    @Test func `cells that enemies keep from being filled together are named`() throws {
        let folder = try BankFolder()
        let text = String(decoding: try readFile("\(folder.path)/\(Self.items)"), as: UTF8.self)
        let judges = (1...6).map { "TEST-0\($0)" }
        func errors(_ enemies: some Collection<String>) throws -> [Finding] {
            let words = "kind: multi\nenemies: \(enemies.joined(separator: " "))"
            try folder.write(Self.items, Array(text.replacing("kind: multi", with: words).utf8))
            return BankSource(folder: folder.path).errors
        }
        let found = try errors(judges)
        #expect(!found.isEmpty && found.allSatisfy { $0.rule == .enemies })
        #expect(found.first?.message.contains("area law, kind judge") == true)
        #expect(found.first?.message.contains("area law, kind multi") == true)
        #expect(found.first?.message.contains("kind single") == false)
        // With one question left that is nobody's enemy there is a paper.
        #expect(try errors(judges.dropLast()) == [])
    }

    @Test func `no spoiling of an author's file stops the reading`() throws {
        let clean = try readFile("\(Repository.testBank)/\(Self.items)")
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 1, count: 32))
        let pieces = ["\n", "[", "]", ": ", "  ", "key: 9 x", "1.en: ", "\u{FEFF}", "[TEST-01]\n", "\t", "stem.en"].map
        {
            Array($0.utf8)
        }
        var found = 0
        for _ in 0..<150 {
            var bytes = clean
            for _ in 0...generator.uniform(below: 8) {
                let place = generator.uniform(below: bytes.count)
                switch generator.uniform(below: 4) {
                case 0: bytes[place] = UInt8(generator.uniform(below: 256))
                case 1: bytes.insert(contentsOf: pieces[generator.uniform(below: pieces.count)], at: place)
                case 2: bytes.removeSubrange(place..<min(bytes.count, place + generator.uniform(below: 60)))
                default: bytes = Array(bytes[..<max(1, place)])
                }
            }
            var reader = ItemReader(languages: ["zh-Hans", "en"])
            let drafts = reader.read(ItemsFile(bytes, name: "x"), name: "x")
            found += drafts.count + reader.findings.count
            #expect(reader.findings.allSatisfy { $0.file == "x" && ($0.line ?? 0) >= 1 })
        }
        #expect(found > 150)
    }

    @Test func `a line that begins with two spaces continues the one above`() throws {
        let source = ItemsFile(
            Array(
                """
                area: law
                [A-1]
                stem.zh-Hans: 第一行，
                  第二行
                stem.en: first
                  second
                """.utf8), name: "x")
        #expect(source.findings == [])
        #expect(source.drafts.first?.fields["stem.zh-Hans"]?.value == "第一行，第二行")
        #expect(source.drafts.first?.fields["stem.en"]?.value == "first second")
        #expect(source.drafts.first?.fields["stem.en"]?.line == 5)
    }

    @Test func `a table that is missing is made once and then kept`() throws {
        let folder = try BankFolder()
        try folder.write(
            "blueprints/TEST-BACK.json",
            Array(
                #"{"programme":"TEST-BACK","version":1,"kinds":{"judge":2,"single":2,"multi":1},"areas":{"law":3,"signals":2}}"#
                    .utf8))
        #expect(BankSource(folder: folder.path).errors.contains { $0.rule == .blueprint })
        #expect(try BlueprintTables.complete(in: folder.path).map(\.made) == [true, false])
        #expect(try BlueprintTables.complete(in: folder.path).map(\.made) == [false, false])
        #expect(BankSource(folder: folder.path).findings == [])
        #expect(
            try readFile("\(folder.path)/blueprints/TEST-BACK.json")
                == readFile("\(Repository.testBank)/blueprints/TEST-BACK.json"))
    }

    @Test func `a packed bank opens to what was written, pictures as PNG`() throws {
        let folder = try BankFolder()
        let source = BankSource(folder: folder.path)
        let (author, reader) = (SigningKey.generate(), SealingKey.generate())
        let package = try source.pack(
            to: "\(folder.path)/out.ktbank", signer: author, recipients: [.init(reader.publicSealingKey)])
        let (texts, answers) = (try QuestionTexts(package, with: reader), try AnswerKeys(package, with: reader))
        #expect(package.index == source.contents?.index)
        let item = try texts.item("TEST-16")
        let picture = try #require(item.picture)
        #expect(picture.width == 1040 && picture.height == 780)
        #expect(try texts.picture(digest: picture.digest).starts(with: [0x89, 0x50, 0x4E, 0x47]))
        #expect(try answers.key("TEST-13") == [1, 3])
        #expect(try answers.key("TEST-02") == [2])
        #expect(BankCheck.findings(in: try package.contents(with: reader), file: "out.ktbank") == [])
        #expect(package.index.obstacle(to: "TEST-SHORT", for: "C1") == nil)
        #expect(package.index.obstacle(to: "TEST-SHORT", for: "D")?.contains("not for class D") == true)
        #expect(package.index.obstacle(to: "TEST-UNKNOWN", for: "C1")?.contains("minutes, composition") == true)
    }
}
