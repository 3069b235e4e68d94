import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

private func farewell(_ screen: Screen) -> Screen.Farewell? {
    if case .farewell(let value) = screen { value } else { nil }
}

@Suite struct CombinedSittingTests {
    @Test func `the second exam of a booking follows the first at the same seat, each with its own result`()
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, then: ["TEST-BACK"])
        let seat = try await fixture.begin(1)
        try await fixture.finish(at: seat)
        let first = try #require(await fixture.attempt(at: seat))
        #expect(farewell(fixture.screen(seat))?.next == "测试·可返回")
        // Without the slip the seat cannot be left, nor the next exam begun.
        await fixture.touch(.nextExam, at: seat)
        #expect(await fixture.attempt(at: seat)?.id == first.id)
        try await fixture.deliverSlip(at: seat)
        await fixture.touch(.nextExam, at: seat)
        let second = try #require(await fixture.attempt(at: seat))
        #expect(second.id != first.id)
        #expect(second.opened.programme == "TEST-BACK")
        #expect(second.opened.attemptNumber == 1)
        guard case .greeting = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        let entry = try #require(try await fixture.entries("seat.continued").first).decode(HallEntry.Continued.self)
        #expect(entry.attempt == second.id && entry.after == first.id)
        try await fixture.tapCard(of: 1, at: "R\(seat)")
        await fixture.touch(.confirm, at: seat)
        for _ in 1...5 { await fixture.touch(.next, at: seat) }
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        let results = try await fixture.entries("attempt.result").map { entry in
            let jws = try entry.decode(AttemptEntry.ResultIssued.self).jws
            return try JSONCoder.decode(
                ExamResult.self, from: try JWS.verified(jws, keys: fixture.keys.publicKeys()).payload)
        }
        #expect(results.map(\.programme) == ["TEST-SHORT", "TEST-BACK"])
        #expect(results.map(\.passed) == [true, false])
        // One sitting, and ten days until the next: nothing more today.
        #expect(farewell(fixture.screen(seat))?.note == Message("farewell.overFrom", ["day": "2026-12-03"]))
        #expect(farewell(fixture.screen(seat))?.next == nil)
    }

    @Test func `who leaves after the first exam gets a new draw for the second`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1, then: ["TEST-BACK"])
        let seat = try await fixture.begin(1)
        try await fixture.finish(at: seat)
        await fixture.touch(.confirm, at: seat)
        try await fixture.restart()
        let next = try await fixture.checkIn(1)
        #expect(await fixture.attempt(at: next)?.opened.programme == "TEST-BACK")
        #expect(try await fixture.entries("checkIn.admitted").count == 2)
    }

    @Test func `after a failed first exam comes its make-up, not the second`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, then: ["TEST-BACK"])
        let seat = try await fixture.begin(1)
        try await fixture.finish(at: seat, wrong: 3)
        try await fixture.deliverSlip(at: seat)
        #expect(farewell(fixture.screen(seat))?.next == nil)
        #expect(farewell(fixture.screen(seat))?.note?.key == "farewell.makeUp")
        await fixture.touch(.nextExam, at: seat)
        #expect(try await fixture.entries("seat.continued").isEmpty)
        await fixture.touch(.confirm, at: seat)
        #expect(try await fixture.checkIn(1) == seat)
        #expect(await fixture.attempt(at: seat)?.opened.programme == "TEST-SHORT")
        #expect(await fixture.attempt(at: seat)?.opened.attemptNumber == 2)
    }

    @Test func `a next exam that the rules refuse is not offered, and the farewell says why`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, then: ["TEST-UNKNOWN"])
        let seat = try await fixture.begin(1)
        try await fixture.finish(at: seat)
        try await fixture.deliverSlip(at: seat)
        #expect(farewell(fixture.screen(seat))?.next == nil)
        #expect(farewell(fixture.screen(seat))?.note?.key == "refusal.programmeIncomplete")
    }
}

@Suite struct FamiliarisationTests {
    private func trial(_ screen: Screen) -> Screen.Trial? { if case .trial(let value) = screen { value } else { nil } }

    @Test func `the screen is tried before the exam, no time runs and nothing counts`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.checkIn(1)
        try await fixture.tapCard(of: 1, at: "R\(seat)")
        guard case .rules(let rules) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(rules.mayTry)
        await fixture.touch(.tryScreen, at: seat)
        var kinds: [Screen.QuestionKind] = []
        while let shown = trial(fixture.screen(seat)) {
            kinds.append(shown.question.kind)
            #expect(shown.purpose == .tutorial)
            #expect(fixture.terminals["seat-\(seat)"]?.scenes.last?.header?.clock == nil)
            await fixture.touch(.next, at: seat)
            #expect(trial(fixture.screen(seat))?.question.number == shown.question.number, "nothing is chosen yet")
            await fixture.touch(.option(2), at: seat)
            #expect(trial(fixture.screen(seat))?.question.options.map(\.chosen).prefix(2) == [false, true])
            await fixture.advance(seconds: 20)
            await fixture.touch(.next, at: seat)
        }
        #expect(kinds == [.judge, .single, .multi])
        // Back at the rules; a second look leaves no second entry.
        await fixture.touch(.tryScreen, at: seat)
        await fixture.touch(.back, at: seat)
        await fixture.touch(.confirm, at: seat)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.phase == .running)
        #expect(attempt.spentMs == 0 && attempt.familiarised && attempt.answers.isEmpty)
        #expect(try await fixture.entries("attempt.familiarised").count == 1)
        #expect(try await fixture.entries("attempt.chose").isEmpty)
    }

    @Test func `whoever does not want to try begins at once`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        #expect(await fixture.attempt(at: seat)?.familiarised == false)
        #expect(try await fixture.entries("attempt.familiarised").isEmpty)
    }

    @Test func `a tutorial takes the options there are and goes back after its last question`() {
        var tutorial = Tutorial(kinds: [.judge: 2, .multi: 1])
        for (control, goesOn) in [
            (Control.option(3), true), (.next, true), (.option(1), true), (.next, true), (.option(4), true),
            (.option(2), true), (.option(4), true), (.next, false),
        ] { #expect(tutorial.take(control) == goesOn, "\(control.name)") }
    }
}
