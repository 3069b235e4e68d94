import CivilTime
import Exam
import Platform
import Testing

@testable import Workshop

@Suite struct ScriptDerivationTests {
    private static let day = CalendarDate("2026-11-25")!
    private static let words = [("准驾", "准駕"), ("“", "「"), ("”", "」")].map { (from: $0.0, to: $0.1) }

    private static func derive(_ text: String, day: CalendarDate = day) throws -> (String, ScriptDerivation.Outcome) {
        let (bytes, outcome) = try ScriptDerivation.derive(
            Array(text.utf8), file: "x", day: day, converter: try ChineseConverter(words: words))
        return (String(decoding: bytes, as: UTF8.self), outcome)
    }

    private static let item = """
        area: law

        # Two languages so far.
        [A-1]
        stem.zh-Hans: 换证时，
          准驾车型“不变”？
        stem.en: Does it stay?
        key: true
        explain.zh-Hans: 以后不变。
        explain.en: It does.

        [A-2]
        stem.en: no Chinese here

        """

    @Test func `each line in simplified characters gets one in traditional ones below it`() throws {
        let (text, outcome) = try Self.derive(Self.item)
        #expect(outcome.made == ["A-1"])
        #expect(
            text == """
                area: law

                # Two languages so far.
                [A-1]
                stem.zh-Hans: 换证时，
                  准驾车型“不变”？
                stem.zh-Hant: 換證時，准駕車型「不變」？
                stem.en: Does it stay?
                key: true
                explain.zh-Hans: 以后不变。
                explain.zh-Hant: 以後不變。
                explain.en: It does.
                translated.zh-Hant: OpenCC 2026-11-25

                [A-2]
                stem.en: no Chinese here

                """)
    }

    @Test func `a second run changes nothing, on another day neither`() throws {
        let (text, _) = try Self.derive(Self.item)
        let (again, outcome) = try Self.derive(text, day: Self.day.adding(days: 9))
        #expect(again == text)
        #expect(outcome.made == [])
    }

    @Test func `what nobody has read follows the original; what somebody has read does not`() throws {
        let (text, _) = try Self.derive(Self.item)
        let changed = text.replacing("以后不变。", with: "以后会变。")
        let (unread, first) = try Self.derive(changed)
        #expect(first.made == ["A-1"])
        #expect(unread.contains("explain.zh-Hant: 以後會變。") && !unread.contains("以後不變。"))
        let read = changed.replacing(
            "translated.zh-Hant: OpenCC 2026-11-25",
            with: "translated.zh-Hant: OpenCC 2026-11-25\nreviewed.zh-Hant: A B 2026-11-25")
        let (kept, second) = try Self.derive(read)
        #expect(kept == read)
        #expect(second.made == [] && second.kept == 1)
        // That the original has changed since is told.
        #expect(second.differing == ["A-1"])
        #expect(try Self.derive(kept.replacing("以后会变。", with: "以后不变。")).1.differing == [])
    }

    @Test func `a person's translation is never touched, read or not`() throws {
        let (text, _) = try Self.derive(Self.item)
        let own = text.replacing("OpenCC 2026-11-25", with: "Lin Mei 2026-11-25")
            .replacing("以後不變。", with: "往後不變。")
        let (kept, outcome) = try Self.derive(own)
        #expect(kept == own)
        #expect(outcome.made == [] && outcome.kept == 1)
    }

    @Test func `a default that says the whole file was read is refused by its line`() throws {
        let failure = #expect(throws: Failure.self) {
            try Self.derive("area: law\nreviewed.zh-Hant: A B 2026-11-25\n[A-1]\nstem.zh-Hans: 后\n")
        }
        #expect(failure?.message.contains("x:2") == true)
    }

    @Test func `a bank's words go before the dictionaries, and a bank without the language is refused`() throws {
        let folder = try BankFolder()
        #expect(throws: Failure.self) { try ScriptDerivation.derive(in: folder.path, today: Self.day) }
        try folder.change("bank.json", #""en"],"#, to: #""en"], "translations": ["zh-Hant"],"#)
        try folder.write("zh-Hant.words", Array("# 法律 is ours\n法律 法典\n".utf8))
        #expect(try ScriptDerivation.derive(in: folder.path, today: Self.day).map(\.made.count) == [30])
        let text = String(decoding: try readFile("\(folder.path)/items/test.items"), as: UTF8.self)
        #expect(text.contains("stem.zh-Hant: 法典判斷題第1題，正確答案是“正確”。"))
        try folder.write("zh-Hant.words", Array("法律\n".utf8))
        #expect(throws: Failure.self) { try ScriptDerivation.derive(in: folder.path, today: Self.day) }
    }
}
