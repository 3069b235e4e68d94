import CanonicalJSON
import Exam
import Ledger
import Testing

@testable import Hall

@Suite struct AttemptRegisterTests {
    @Test func `a journal read again gives the attempts that the hall holds`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        try await fixture.answerAll(at: seat, wrong: 1)
        await fixture.advance(seconds: 3)
        var register = AttemptRegister()
        for entry in try await fixture.journal.entries(after: 0, limit: 10_000) { try register.take(entry) }
        let held = try #require(await fixture.attempt(at: seat))
        #expect(register.order == [held.id])
        #expect(register.attempts[held.id] == held)
    }

    @Test func `an entry that cannot follow is found in a journal whose chain holds`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        try await fixture.journal.append([Draft(kind: "attempt.resumed", stream: id.stream, body: [:])])
        var register = AttemptRegister()
        let entries = try await fixture.journal.entries(after: 0, limit: 10_000)
        for entry in entries.dropLast() { try register.take(entry) }
        let last = try #require(entries.last)
        #expect(throws: Attempt.Contradiction.self) { try register.take(last) }
    }
}
