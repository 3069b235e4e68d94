import CivilTime
import Exam
import Platform
import QuestionBank
import Testing

@testable import Workshop

/// Banks in which questions are in several states, regions and languages.
@Suite struct StateTests {
    private static let items = "items/test.items"
    private static let russian = """
        translated.ru: Anna Petrova 2026-11-22
        stem.ru: Верно или неверно: вопрос номер 1, ответ «верно».
        explain.ru: Ответ на вопрос 1 дан в вопросе.

        """

    /// The test bank with one more language that questions may lack.
    private static func withRussian() throws -> BankFolder {
        let folder = try BankFolder()
        try folder.change("bank.json", #""en"],"#, to: #""en"], "translations": ["ru"],"#)
        try folder.change("bank.json", #""en": "Law""#, to: #""en": "Law", "ru": "Право""#)
        try folder.change("bank.json", #""en": "Signals""#, to: #""en": "Signals", "ru": "Сигналы""#)
        let programmes = String(decoding: try readFile("\(folder.path)/programmes.json"), as: UTF8.self)
        try folder.write(
            "programmes.json", Array(programmes.replacing(#""names": {"#, with: #""names": { "ru": "Экзамен","#).utf8))
        return folder
    }

    private static func read(_ folder: BankFolder) -> BankSource {
        BankSource(folder: folder.path, today: CalendarDate(year: 2026, month: 11, day: 25))
    }

    @Test(arguments: ["draft", "review", "approved", "retired"])
    func `only an active question is packed`(state: String) throws {
        let folder = try BankFolder()
        // A promise of one paper, which one question less does not break.
        try folder.change("bank.json", #""times": 2"#, to: #""times": 1"#)
        #expect(Self.read(folder).contents?.items["TEST-01"] != nil)
        try folder.change(Self.items, "kind: judge", to: "state: \(state)\nkind: judge")
        let source = Self.read(folder)
        #expect(source.errors == [])
        let contents = try #require(source.contents)
        #expect(contents.items["TEST-01"] == nil && contents.keys["TEST-01"] == nil)
        #expect(!contents.index.items.contains { $0.id == "TEST-01" })
        #expect(contents.items.count == 29)
        #expect(source.items.count == 30)
        #expect(source.items.first { $0.item.id == "TEST-01" }?.state.rawValue == state)
    }

    @Test func `an unread question waits for its reader, and its faults stand in nobody's way`() throws {
        let folder = try BankFolder()
        try folder.change("bank.json", #""times": 2"#, to: #""times": 1"#)
        try folder.change(
            Self.items, "explain.en: The answer to number 1 stands in the question.\n", to: "state: review\n")
        let source = Self.read(folder)
        #expect(source.errors == [])
        #expect(source.warnings.map(\.rule) == [.missingTranslation])
        #expect(source.contents?.items.count == 29)
    }

    @Test func `a file's defaults hold state, regions, days and readers`() throws {
        let folder = try BankFolder()
        try folder.change(
            Self.items, "classes: C1 C2",
            to: "state: active\nregions: 3301 33\nfrom: 2026-01-01\nuntil: 2027-01-01\nclasses: C1 C2")
        let source = Self.read(folder)
        #expect(source.findings == [])
        let entry = try #require(source.contents?.index.items.first)
        #expect(entry.regions == ["33", "3301"])
        #expect(entry.validFrom == CalendarDate("2026-01-01"))
        #expect(entry.validUntil == CalendarDate("2027-01-01"))
        #expect(entry.languages == ["en", "zh-Hans"])
    }

    @Test func `an active question whose last day has passed is named`() throws {
        let folder = try BankFolder()
        try folder.change(Self.items, "kind: judge", to: "until: 2026-11-24\nkind: judge")
        #expect(Self.read(folder).warnings.map(\.rule) == [.date])
        #expect(BankSource(folder: folder.path, today: CalendarDate("2026-11-24")).findings == [])
    }

    @Test func `enemies are enemies from both sides, those that are not packed left out`() throws {
        let folder = try BankFolder()
        try folder.change("bank.json", #""times": 2"#, to: #""times": 1"#)
        try folder.change(Self.items, "[TEST-01]\n", to: "[TEST-01]\nenemies: TEST-03 TEST-02\n")
        try folder.change(Self.items, "[TEST-02]\n", to: "[TEST-02]\nstate: draft\n")
        let source = Self.read(folder)
        #expect(source.errors == [])
        let index = try #require(source.contents?.index)
        #expect(index.items.first { $0.id == "TEST-01" }?.enemies == ["TEST-03"])
        #expect(index.items.first { $0.id == "TEST-03" }?.enemies == ["TEST-01"])
    }

    @Test func `a translation is packed once somebody has read it`() throws {
        let folder = try Self.withRussian()
        try folder.change(Self.items, "key: true\n", to: Self.russian + "key: true\n")
        let unread = Self.read(folder)
        #expect(unread.findings == [])
        #expect(unread.contents?.items["TEST-01"]?.texts.keys.sorted() == ["en", "zh-Hans"])
        #expect(unread.items.first?.item.texts["ru"]?.explanation == "Ответ на вопрос 1 дан в вопросе.")

        try folder.change(Self.items, "stem.ru", to: "reviewed.ru: Ivan Sidorov 2026-11-23\nstem.ru")
        let read = Self.read(folder)
        #expect(read.findings == [])
        #expect(read.contents?.items["TEST-01"]?.texts.keys.sorted() == ["en", "ru", "zh-Hans"])
        #expect(read.contents?.index.items.first?.languages == ["en", "ru", "zh-Hans"])
        #expect(read.contents?.index.items.last?.languages == ["en", "zh-Hans"])
        #expect(
            read.contents?.items["TEST-01"]?.translations["ru"]
                == Translation(translated: "Anna Petrova 2026-11-22", reviewed: "Ivan Sidorov 2026-11-23"))
    }

    /// One way of spoiling a translation that was read.
    static let spoiledTranslations: [(old: String, new: String, rule: Finding.Rule, words: String)] = [
        ("explain.ru: Ответ на вопрос 1 дан в вопросе.\n", "", .missingTranslation, "explain.ru"),
        ("translated.ru: Anna Petrova 2026-11-22\n", "", .missingField, "translated.ru"),
        ("Ivan Sidorov", "Anna Petrova", .ownReview, "Anna Petrova"),
        ("Ivan Sidorov 2026-11-23", "Ivan Sidorov 2026-12-23", .date, "2026-12-23 has not come"),
        ("Ivan Sidorov 2026-11-23", "Ivan Sidorov", .badValue, "a name and a date"),
        ("вопрос номер 1", String(repeating: "очень ", count: 40), .length, "stem.ru"),
    ]

    @Test(arguments: spoiledTranslations.indices)
    func `what is wrong with a translation is named`(number: Int) throws {
        let change = Self.spoiledTranslations[number]
        let folder = try Self.withRussian()
        try folder.change(
            Self.items, "key: true\n",
            to: Self.russian + "reviewed.ru: Ivan Sidorov 2026-11-23\nkey: true\n")
        #expect(Self.read(folder).errors == [])
        try folder.change(Self.items, change.old, to: change.new)
        let errors = Self.read(folder).errors
        #expect(errors.contains { $0.rule == change.rule && $0.message.contains(change.words) }, "\(errors)")
    }

    @Test func `numbers on which the languages do not agree are named`() throws {
        let folder = try BankFolder()
        try folder.change(Self.items, "law, number 1:", to: "law, number 7:")
        let warnings = Self.read(folder).warnings
        #expect(warnings.map(\.rule) == [.figures, .figures])
        #expect(warnings.first?.message.contains("stem.zh-Hans has 1, stem.en has not") == true)
    }

    /// Two texts, and the figures that the second and the first lack.
    static let figures: [(String, String, [String], [String])] = [
        ("时速不得超过30公里", "at most 30 km/h", [], []),
        ("时速不得超过３０公里", "at most 40 km/h", ["30"], ["40"]),
        ("三十日内", "within 30 days", [], []),
        ("三十日内", "within 60 days", [], ["60"]),
        ("一百八十日", "180 days", [], []),
        ("科目一满分为100分", "subject 1 is marked out of 100", [], []),
        ("考试有2次机会", "there are 3 tries", ["2"], ["3"]),
        ("每年1月1日至12月31日", "from 1 January to 31 December", [], []),
        ("罚款3万元", "a fine of 30,000 yuan", [], []),
        ("总质量3.5吨，60000公里", "3,5 t, 60 000 km", [], []),
        ("二〇二六年", "in 2026", [], []),
    ]

    @Test(arguments: figures)
    func `figures are compared as languages write them`(
        one: String, other: String, inOther: [String], inOne: [String]
    ) {
        let missing = Figures.missing(Figures(one), Figures(other))
        #expect(missing.inOther == inOther && missing.inOne == inOne)
    }

    @Test func `a promise in a language counts only questions that are complete in it`() throws {
        let folder = try Self.withRussian()
        try folder.change(
            "bank.json", #"{ "programme": "TEST-SHORT", "times": 2 }"#,
            to: ##"{ "programme": "TEST-SHORT", "times": 1, "language": "ru" }"##)
        let errors = Self.read(folder).errors
        #expect(Set(errors.map(\.rule)) == [.promise])
        #expect(errors.contains { $0.message.contains("in ru, promised 1 times over") })
        try folder.change("bank.json", #""language": "ru""#, to: #""language": "en""#)
        #expect(Self.read(folder).errors == [])
    }
}

@Suite struct TranslationProgressTests {
    @Test func `a translation's questions are complete, unread, partial or missing`() throws {
        let folder = try BankFolder()
        try folder.change("bank.json", #""en"],"#, to: #""en"], "translations": ["ru"],"#)
        let items = "items/test.items"
        let stem = "stem.ru: Вопрос.\n"
        let explanation = "explain.ru: Ответ.\n"
        try folder.change(
            items, "[TEST-01]\n", to: "[TEST-01]\n" + stem + explanation + "reviewed.ru: A B 2026-11-22\n")
        try folder.change(items, "[TEST-02]\n", to: "[TEST-02]\n" + stem + explanation)
        try folder.change(items, "[TEST-03]\n", to: "[TEST-03]\n" + stem)
        try folder.change(items, "[TEST-04]\n", to: "[TEST-04]\nstate: retired\n")
        let source = BankSource(folder: folder.path, today: CalendarDate("2026-11-25"))
        let progress = try #require(TranslationProgress.of(source.items, translations: ["ru"]).first)
        #expect(progress.complete == ["TEST-01"])
        #expect(progress.unread == ["TEST-02"])
        #expect(progress.partial == ["TEST-03"])
        #expect(progress.missing.count == 26 && progress.total == 29)
    }
}
