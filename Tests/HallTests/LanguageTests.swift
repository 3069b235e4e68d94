import Exam
import Platform
import TerminalLink
import Testing

@testable import Hall

@Suite struct LanguageTests {
    @Test func `another language shows the same question with the same answer`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, programme: "TEST-BACK")
        let seat = try await fixture.begin(1)
        guard case .question(let before) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(before.mayChooseLanguage)
        await fixture.touch(.option(before.options[0].number), at: seat)
        await fixture.touch(.languages, at: seat)
        guard case .languages(let choice) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(choice.languages == ["zh-Hans", "en"])
        // The paper is not in Russian: the choice stays open.
        await fixture.touch(.language("ru"), at: seat)
        #expect(fixture.screen(seat) == .languages(choice))
        await fixture.touch(.language("en"), at: seat)
        guard case .question(let after) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(after.stem != before.stem && after.stem.allSatisfy(\.isASCII))
        #expect(after.number == before.number)
        #expect(after.options.map(\.number) == before.options.map(\.number))
        #expect(after.options.map(\.chosen) == [true] + Array(repeating: false, count: after.options.count - 1))
        await fixture.touch(.languages, at: seat)
        await fixture.touch(.back, at: seat)
        #expect(fixture.screen(seat) == .question(after))
    }
}
