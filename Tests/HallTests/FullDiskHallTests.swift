import Exam
import SimulatedDisk
import TerminalLink
import Testing

@testable import Hall

@Suite struct FullDiskHallTests {
    @Test func `a full disk stops the clocks, says so, loses nothing, and exams go on when there is room`() async throws
    {
        let disk = SimulatedDisk()
        let fixture = try await HallFixture(seats: 2, disk: disk)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        guard case .question(let question) = fixture.screen(seat) else { return }
        await fixture.touch(.option(question.options[0].number), at: seat)
        await fixture.advance(seconds: 5)
        disk.setRule { $0.kind == .write ? .noSpace : .passes }
        let before = try #require(await fixture.attempt(at: seat))
        await fixture.touch(.option(question.options[1].number), at: seat)
        guard case .outOfOrder(let words) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(words.code == "JOURNAL-FULL")
        #expect(await fixture.attempt(at: seat)?.answers == before.answers)
        await fixture.advance(seconds: 30)
        #expect(await fixture.attempt(at: seat)?.spentMs == 5_000)
        // The other seat names what is wrong too.
        let other = seat == 1 ? 2 : 1
        guard case .idle(let idle) = fixture.screen(other) else { return }
        #expect(idle.closed.map(\.key) == ["interlock.journal"])

        disk.setRule(nil)
        await fixture.advance(seconds: 3)
        guard case .question(let again) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(again.options.filter(\.chosen).map(\.number) == before.answer(to: 1))
        await fixture.touch(.option(question.options[1].number), at: seat)
        #expect(await fixture.attempt(at: seat)?.answer(to: 1) == [question.options[1].number])
        #expect(await fixture.attempt(at: seat)?.remainingMs ?? 0 >= 292_000)
    }
}
