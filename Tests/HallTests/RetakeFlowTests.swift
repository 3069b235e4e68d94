import CivilTime
import Exam
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

private func refusal(_ screen: Screen) -> (reason: String, next: Message)? {
    if case .refused(let refused) = screen { (refused.reason.key, refused.next) } else { nil }
}

@Suite struct RetakeFlowTests {
    @Test func `a failed exam has one make-up on the same day, then a new booking is wanted`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        try await fixture.sit(1, wrong: 3)
        let seat = try await fixture.checkIn(1)
        #expect(await fixture.attempt(at: seat)?.opened.attemptNumber == 2)
        try await fixture.tapCard(of: 1, at: "R\(seat)")
        await fixture.touch(.confirm, at: seat)
        try await fixture.finish(at: seat, wrong: 3)
        await fixture.touch(.confirm, at: seat)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.examOver")
        #expect(refusal(fixture.desk)?.next.key == "next.bookAgain")
        // What a restart finds in the journal says the same.
        try await fixture.restart()
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.examOver")
    }

    @Test func `a passed make-up ends it`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        try await fixture.sit(1, wrong: 3)
        try await fixture.sit(1)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.alreadyPassed")
    }

    @Test func `where the make-up is on another day it is refused on this one`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.restart(makeUp: .otherDay)
        try await fixture.book(1)
        try await fixture.sit(1, wrong: 3)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.makeUpLater")
        // The office books the make-up for the next day under the same number.
        fixture.time.pass(until: Timestamp("2026-11-23T02:00:00.000Z")!)
        try await fixture.book(1, day: "2026-11-23", attemptNumber: 2)
        let seat = try await fixture.checkIn(1)
        #expect(await fixture.attempt(at: seat)?.opened.attemptNumber == 2)
    }

    @Test func `a waiting time runs from the failed exam, and a booking before its end is refused`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, programme: "TEST-BACK")
        let seat = try await fixture.begin(1)
        for _ in 1...5 { await fixture.touch(.next, at: seat) }
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        await fixture.touch(.confirm, at: seat)
        try await fixture.tapCard(of: 1, at: "R0")
        // Ten natural days after 2026-11-22 are over with 2026-12-02.
        #expect(refusal(fixture.desk)?.next == Message("next.bookFrom", ["day": "2026-12-03"]))
        try await fixture.book(1, id: "again", programme: "TEST-BACK", day: "2026-12-02")
        fixture.time.pass(until: Timestamp("2026-12-02T02:00:00.000Z")!)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.notEligible.waiting")
        #expect(refusal(fixture.desk)?.next.values["day"] == "2026-12-03")
        try await fixture.book(1, id: "again", programme: "TEST-BACK", day: "2026-12-03")
        fixture.time.pass(until: Timestamp("2026-12-03T02:00:00.000Z")!)
        _ = try await fixture.checkIn(1)
    }

    @Test func `a booked day that passed counts as failed`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, day: "2026-11-21")
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.missed")
        #expect(refusal(fixture.desk)?.next.key == "next.bookAgain")
    }

    @Test func `a restoration after two years is refused with the line of the table that says so`() async throws {
        let fixture = try await HallFixture(seats: 1)
        func facts(_ day: String) -> EligibilityFacts {
            EligibilityFacts(reason: .restore).with {
                $0.cancellation = .expired
                $0.cancelledOn = CalendarDate(day)
            }
        }
        try await fixture.book(1, facts: facts("2024-11-22"))
        try await fixture.book(2, facts: facts("2024-11-23"))
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(refusal(fixture.desk)?.reason == "refusal.notEligible.twoYears")
        let entry = try #require(try await fixture.entries("checkIn.refused").last).decode(HallEntry.Refused.self)
        #expect(entry.values["article"] == "L162 Art. 27, 79 p3")
        #expect(entry.values["row"]?.hasPrefix("restore-") == true)
        _ = try await fixture.checkIn(2)
    }
}
