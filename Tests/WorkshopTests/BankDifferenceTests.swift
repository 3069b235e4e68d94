import CivilTime
import Exam
import Platform
import QuestionBank
import Testing

@testable import Workshop

@Suite struct BankDifferenceTests {
    private static let items = "items/test.items"

    private static func read(_ folder: String) throws -> (items: [AuthoredItem], index: BankIndex) {
        let source = BankSource(folder: folder, today: CalendarDate("2026-11-25"))
        return (source.items, try #require(source.contents).index)
    }

    /// What follows from changing the test bank in one place.
    private static func differences(_ file: String, _ old: String, _ new: String) throws -> [BankDifference] {
        let folder = try BankFolder()
        try folder.change(file, old, to: new)
        return BankDifference.all(from: try read(Repository.testBank), to: try read(folder.path))
    }

    @Test func `a bank does not differ from itself`() throws {
        let bank = try Self.read(Repository.testBank)
        #expect(BankDifference.all(from: bank, to: bank) == [])
    }

    /// A change, what kinds of difference it makes, and what one of them says.
    static let changes: [(file: String, old: String, new: String, kinds: [BankDifference.Kind], words: String)] = [
        (
            items, "The answer to number 1 stands", "Number 1 stands", [.explanation, .version],
            "explain.en: The answer to"
        ),
        (
            items, "[TEST-01]\n", "[TEST-01]\nversion: 2\nenemies: TEST-02\n", [.classification, .version],
            "version: 1 → 2"
        ),
        (items, "key: true", "key: false", [.key, .version], "key: true → false"),
        (items, "3.en: the wrong one, 3", "3.en: nothing", [.option, .version], "3.en: the wrong one, 3 → nothing"),
        (items, "[TEST-01]\n", "[TEST-01]\nstate: retired\n", [.state], "is retired, was active"),
        (items, "[TEST-02]", "[TEST-99]", [.removed, .added], "is gone, was active"),
        (items, "area: law", "area: signals", [.classification], "area: law → signals"),
        (items, "[TEST-01]\n", "[TEST-01]\nfrom: 2027-05-01\n", [.classification], "from is new: 2027-05-01"),
        (items, "picture: triangle.svg\n", "", [.picture, .version], "has no picture any more"),
        (items, "reviewed: Test reader", "reviewed: Other reader", [.reading], "Other reader"),
        ("programmes.json", #""minutes": 5"#, #""minutes": 12"#, [.programme], "minutes: 5 → 12"),
        ("bank.json", #""version": 1"#, #""version": 2"#, [.bank], "version: 1 → 2"),
        ("bank.json", #""times": 2"#, #""times": 1"#, [.bank], "promise TEST-SHORT: 2 times → 1 times"),
        ("bank.json", #""en": "Law""#, #""en": "Statutes""#, [.bank], "area law in en: Law → Statutes"),
        (
            "media/triangle.svg", "</svg>", "<rect width=\"80\" height=\"80\"/></svg>", [.picture, .version],
            "another picture"
        ),
    ]

    @Test(arguments: changes.indices)
    func `each change is told in words`(number: Int) throws {
        let change = Self.changes[number]
        let differences = try Self.differences(change.file, change.old, change.new)
        #expect(Set(differences.map(\.kind)) == Set(change.kinds), "\(differences)")
        #expect(differences.contains { $0.words.contains(change.words) }, "\(differences)")
    }

    @Test func `a changed table of a blueprint is named by its cells`() throws {
        let folder = try BankFolder()
        let file = "blueprints/TEST-BACK.json"
        let text = String(decoding: try readFile("\(folder.path)/\(file)"), as: UTF8.self)
        try folder.write(file, Array(text.replacing(#""version": 1"#, with: #""version": 2"#).utf8))
        let differences = BankDifference.all(from: try Self.read(Repository.testBank), to: try Self.read(folder.path))
        #expect(
            differences.map(\.words) == [
                "blueprint TEST-BACK version 1 is gone", "blueprint TEST-BACK version 2 is new",
            ])
    }

    @Test func `a translation that is added or changed is told by its language`() throws {
        let folder = try BankFolder()
        try folder.change("bank.json", #""en"],"#, to: #""en"], "translations": ["ru"],"#)
        let before = try Self.read(folder.path)
        try folder.change(
            Self.items, "[TEST-01]\n",
            to: "[TEST-01]\ntranslated.ru: Anna Petrova 2026-11-22\nstem.ru: Вопрос.\nexplain.ru: Ответ.\n")
        let after = try Self.read(folder.path)
        #expect(
            BankDifference.all(from: before, to: after).map(\.words) == ["is now in ru (Anna Petrova 2026-11-22)"])
        try folder.change(Self.items, "Вопрос.", to: "Вопрос?")
        let changed = BankDifference.all(from: after, to: try Self.read(folder.path))
        #expect(changed.map(\.language) == ["ru", nil])
        #expect(changed.map(\.kind) == [.stem, .version])
    }

    @Test func `a retired question that is asked again is told as what must not be`() throws {
        let folder = try BankFolder()
        try folder.change(Self.items, "[TEST-01]\n", to: "[TEST-01]\nstate: retired\n")
        let retired = try Self.read(folder.path)
        let differences = BankDifference.all(from: retired, to: try Self.read(Repository.testBank))
        #expect(differences.contains { $0.words.contains("a new one gets a new id") })
    }
}
