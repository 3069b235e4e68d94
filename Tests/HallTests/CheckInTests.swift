import CardReaders
import CenterLink
import CivilTime
import Exam
import IdentityCards
import Ledger
import Glibc
import Platform
import Testing
import TerminalLink

@testable import Hall

private func reason(_ screen: Screen) -> String? {
    if case .refused(let refused) = screen { refused.reason.key } else { nil }
}

@Suite struct CheckInTests {
    @Test func `a booked candidate gets a free seat, drawn from a recorded seed`() async throws {
        let fixture = try await HallFixture(seats: 3)
        try await fixture.book(1)
        let seat = try await fixture.checkIn(1)
        guard case .greeting(let greeting) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(greeting.candidate == maskedName(try HallFixture.document(1).name))
        #expect(greeting.wantsCard)
        let admitted = try #require(try await fixture.entries("checkIn.admitted").first).decode(HallEntry.Admitted.self)
        #expect(admitted.free == [1, 2, 3])
        var generator = ChaCha20Generator(seed: try #require(bytes(hexadecimal: admitted.seed)))
        #expect(admitted.free[generator.uniform(below: 3)] == admitted.seat)
        #expect(admitted.seat.number == seat)
    }

    @Test func `each refusal has its own words and its own entry`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(2, day: "2026-11-25")
        try await fixture.book(3)
        try await fixture.book(4)
        try await fixture.book(5, facts: .init(reason: .military))
        try await fixture.book(6, programme: "TEST-UNKNOWN")
        var expected: [String] = []

        func refused(_ name: String) {
            expected.append(name)
            #expect(reason(fixture.desk) == "refusal.\(name)")
        }
        try await fixture.tapCard(of: 1, at: "R0")
        refused("noBooking")
        try await fixture.tapCard(of: 2, at: "R0")
        refused("otherDay")
        await fixture.tapCard(try HallFixture.document(3, validUntil: "2026-11-21"), at: "R0")
        refused("expiredCard")
        try await fixture.tapCard(of: 5, at: "R0")
        refused("notEligible.exempt")
        try await fixture.tapCard(of: 6, at: "R0")
        refused("programmeIncomplete")
        _ = try await fixture.checkIn(3)
        try await fixture.tapCard(of: 3, at: "R0")
        refused("alreadySeated")
        try await fixture.tapCard(of: 4, at: "R0")
        refused("hallFull")
        let entries = try await fixture.entries("checkIn.refused").map { try $0.decode(HallEntry.Refused.self) }
        #expect(entries.map(\.reason) == expected)
        #expect(entries.allSatisfy { $0.document?.isEmpty == false })
    }

    @Test func `a card that cannot be read and one that is no identity card are told apart`() async throws {
        let fixture = try await HallFixture(seats: 1)
        let reader = ReaderID(name: "R0")
        await fixture.hall.receive(.unreadable(reader, .badContact))
        await fixture.settle()
        #expect(reason(fixture.desk) == "refusal.unreadableCard")
        await fixture.hall.receive(.unreadable(reader, .notAnIdentityCard))
        await fixture.settle()
        #expect(reason(fixture.desk) == "refusal.notAnIDCard")
    }

    @Test func `someone who passed is not admitted again for the same booking`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        try await fixture.answerAll(at: seat)
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        await fixture.touch(.confirm, at: seat)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(reason(fixture.desk) == "refusal.alreadyPassed")
    }

    @Test func `a candidate who denies frees the seat and keeps the booking`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.checkIn(1)
        await fixture.touch(.deny, at: seat)
        #expect(await fixture.attempt(at: seat) == nil)
        #expect(try await fixture.checkIn(1) == seat)
    }

    @Test func `the card of another opens no seat`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        try await fixture.book(2)
        let first = try await fixture.checkIn(1)
        let second = try await fixture.checkIn(2)
        try await fixture.tapCard(of: 2, at: "R\(first)")
        guard case .greeting(let greeting) = fixture.screen(first) else {
            Issue.record("the seat shows \(fixture.screen(first))")
            return
        }
        #expect(greeting.problem?.key == "refusal.wrongCard")
        #expect(await fixture.attempt(at: first)?.phase == .opened)
        try await fixture.tapCard(of: 2, at: "R\(second)")
        #expect(await fixture.attempt(at: second)?.phase == .verified)
        #expect(try await fixture.entries("seat.refused").count == 1)
    }

    @Test func `a seat without a reader asks for a confirmation`() async throws {
        let fixture = try await HallFixture(seats: 1, readers: false)
        try await fixture.book(1)
        let seat = try await fixture.checkIn(1)
        await fixture.touch(.language("en"), at: seat)
        await fixture.touch(.confirm, at: seat)
        #expect(await fixture.attempt(at: seat)?.phase == .verified)
        #expect(await fixture.attempt(at: seat)?.language == "en")
    }

    @Test func `interlocks that are not waived close the hall and name themselves`() async throws {
        let fixture = try await HallFixture(
            seats: 1, interlocks: .init(recorder: .required, examiner: .waived, hours: .waived))
        try await fixture.book(1)
        guard case .idle(let idle) = fixture.screen(1) else {
            Issue.record("the seat shows \(fixture.screen(1))")
            return
        }
        #expect(idle.closed.map(\.key) == ["interlock.recorder"])
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
        let entry = try #require(try await fixture.entries("checkIn.refused").first).decode(HallEntry.Refused.self)
        #expect(entry.values == ["interlocks": "recorder"])
    }

    @Test func `a clock behind the journal closes the hall`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        fixture.time.set(wall: Timestamp("2026-11-22T01:00:00.000Z")!)
        try await fixture.restart()
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
    }

    @Test func `a forged order changes nothing and leaves its entry`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let before = await fixture.hall.lastOrder
        await fixture.hall.take([SignedOrder(jws: "a.b.c")])
        #expect(await fixture.hall.lastOrder == before)
        #expect(try await fixture.entries("order.refused").count == 1)
    }
}
