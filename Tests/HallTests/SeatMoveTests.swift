import CardReaders
import Exam
import Ledger
import TerminalLink
import Testing

@testable import Hall

/// A hall in which one candidate stands at a question, some seconds into the exam.
private func midway(seats: Int = 3) async throws -> (HallFixture, seat: Int) {
    let fixture = try await HallFixture(seats: seats)
    try await fixture.book(1)
    let seat = try await fixture.begin(1)
    guard case .question(let question) = fixture.screen(seat) else { return (fixture, seat) }
    await fixture.touch(.option(question.options[0].number), at: seat)
    await fixture.advance(seconds: 5)
    return (fixture, seat)
}

@Suite struct SeatMoveTests {
    @Test func `a candidate whose seat failed goes on at any free seat with the card, where the exam stood`()
        async throws
    {
        let (fixture, old) = try await midway()
        let before = try #require(await fixture.attempt(at: old))
        let screen = fixture.screen(old)
        await fixture.touch(.theme(.contrast), at: old)
        await fixture.lose(old)
        let new = old % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(new)")
        let after = try #require(await fixture.attempt(at: new))
        #expect(fixture.screen(new) == screen)
        #expect(fixture.terminals["seat-\(new)"]?.scenes.last?.theme == .contrast)
        #expect(after.paper == before.paper)
        #expect(after.answers == before.answers)
        #expect(after.remainingMs == before.remainingMs)
        #expect(await fixture.attempt(at: old) == nil)
        let moved = try #require(try await fixture.entries("attempt.moved").first).decode(AttemptEntry.Moved.self)
        #expect(moved.from.number == old && moved.to.number == new && moved.cause == .terminal)
        // The clock runs on at the new seat, and acts are taken there.
        await fixture.advance(seconds: 3)
        #expect(await fixture.attempt(at: new)?.spentMs == before.spentMs + 3000)
        try await fixture.finish(at: new)
        #expect(await fixture.attempt(at: new)?.phase == .issued)
    }

    @Test func `while the own seat works another seat sends its candidate back`() async throws {
        let (fixture, seat) = try await midway()
        let other = seat % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(other)")
        guard case .refused(let refused) = fixture.screen(other) else {
            Issue.record("the seat shows \(fixture.screen(other))")
            return
        }
        #expect(refused.code == "R-wrongSeat")
        #expect(try await fixture.entries("attempt.moved").isEmpty)
    }

    @Test func `a terminal that is started again within seconds keeps its candidate`() async throws {
        let (fixture, seat) = try await midway()
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        await fixture.hall.disconnect("seat-\(seat)", output: terminal)
        await fixture.settle()
        let other = seat % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(other)")
        #expect(await fixture.attempt(at: other) == nil)
        await fixture.bringBack(seat)
        #expect(await fixture.attempt(at: seat)?.interruption == nil)
        await fixture.advance(seconds: 2)
        #expect(await fixture.attempt(at: seat)?.spentMs == 7000)
    }

    @Test func `a stranger's card does not bring an exam to a seat`() async throws {
        let (fixture, old) = try await midway()
        try await fixture.book(2)
        await fixture.lose(old)
        let other = old % 3 + 1
        try await fixture.tapCard(of: 2, at: "R\(other)")
        #expect(await fixture.attempt(at: other) == nil)
        #expect(await fixture.attempt(at: old) != nil)
    }

    @Test func `an old seat that works again after the move is free`() async throws {
        let (fixture, old) = try await midway()
        await fixture.lose(old)
        let new = old % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(new)")
        await fixture.bringBack(old)
        guard case .idle = fixture.screen(old) else {
            Issue.record("the old seat shows \(fixture.screen(old))")
            return
        }
        #expect(await fixture.attempt(at: new) != nil)
    }

    @Test func `two seats that claim one exam get it once`() async throws {
        let (fixture, old) = try await midway()
        await fixture.lose(old)
        let others = [1, 2, 3].filter { $0 != old }
        let document = try HallFixture.document(1)
        for seat in others { await fixture.hall.receive(.document(.init(name: "R\(seat)"), document)) }
        await fixture.settle()
        #expect(try await fixture.entries("attempt.moved").count == 1)
        var holders: [Int] = []
        for seat in 1...3 where await fixture.attempt(at: seat) != nil { holders.append(seat) }
        #expect(holders.count == 1 && holders != [old])
    }

    @Test func `whether the power goes before the move's commit or after it, the exam is at one seat`() async throws {
        for isMoved in [false, true] {
            let (fixture, old) = try await midway()
            let before = try #require(await fixture.attempt(at: old))
            await fixture.lose(old)
            let new = old % 3 + 1
            if isMoved { try await fixture.tapCard(of: 1, at: "R\(new)") }
            try await fixture.restart()
            let here = isMoved ? new : old
            #expect(await fixture.attempt(at: isMoved ? old : new) == nil)
            let after = try #require(await fixture.attempt(at: here))
            #expect(after.answers == before.answers && after.paper == before.paper)
            #expect(after.remainingMs == before.remainingMs)
            #expect(after.interruption == nil)
        }
    }

    @Test func `check-in draws another seat, which asks for the card before it shows anything`() async throws {
        let (fixture, old) = try await midway()
        let question = fixture.screen(old)
        await fixture.lose(old)
        try await fixture.tapCard(of: 1, at: "R0")
        guard case .assigned(let assigned) = fixture.desk else {
            Issue.record("the desk shows \(fixture.desk)")
            return
        }
        #expect(assigned.seat != old)
        guard case .greeting(let greeting) = fixture.screen(assigned.seat) else {
            Issue.record("the seat shows \(fixture.screen(assigned.seat))")
            return
        }
        #expect(greeting.goesOn && greeting.wantsCard)
        let moved = try #require(try await fixture.entries("attempt.moved").first).decode(AttemptEntry.Moved.self)
        #expect(moved.draw?.free.map(\.number) == [1, 2, 3].filter { $0 != old })
        await fixture.advance(seconds: 30)
        // Nor does a cut show it.
        try await fixture.restart()
        guard case .greeting = fixture.screen(assigned.seat) else {
            Issue.record("the seat shows \(fixture.screen(assigned.seat))")
            return
        }
        try await fixture.tapCard(of: 1, at: "R\(assigned.seat)")
        #expect(fixture.screen(assigned.seat) == question)
        #expect(await fixture.attempt(at: assigned.seat)?.spentMs == 5000)
    }

    @Test func `without a reader at the seats check-in sends to another, and a touch confirms`() async throws {
        let fixture = try await HallFixture(seats: 2, readers: false)
        try await fixture.book(1)
        let old = try await fixture.checkIn(1)
        await fixture.touch(.confirm, at: old)
        await fixture.touch(.confirm, at: old)
        await fixture.advance(seconds: 3)
        await fixture.lose(old)
        try await fixture.tapCard(of: 1, at: "R0")
        let new = 3 - old
        guard case .greeting(let greeting) = fixture.screen(new) else {
            Issue.record("the seat shows \(fixture.screen(new))")
            return
        }
        #expect(greeting.goesOn && !greeting.wantsCard)
        await fixture.touch(.deny, at: new)
        #expect(await fixture.attempt(at: new)?.phase == .running)
        await fixture.touch(.confirm, at: new)
        guard case .question = fixture.screen(new) else {
            Issue.record("the seat shows \(fixture.screen(new))")
            return
        }
    }

    @Test func `with no seat free the words say so, and the next one that is free is kept`() async throws {
        let fixture = try await HallFixture(seats: 2)
        for person in 1...3 { try await fixture.book(person) }
        let first = try await fixture.begin(1)
        let second = try await fixture.begin(2)
        await fixture.lose(first)
        try await fixture.tapCard(of: 1, at: "R0")
        guard case .refused(let refused) = fixture.desk else {
            Issue.record("the desk shows \(fixture.desk)")
            return
        }
        #expect(refused.code == "R-noOtherSeat")
        try await fixture.finish(at: second)
        try await fixture.deliverSlip(at: second)
        await fixture.touch(.confirm, at: second)
        try await fixture.tapCard(of: 3, at: "R0")
        guard case .refused(let full) = fixture.desk else {
            Issue.record("the desk shows \(fixture.desk)")
            return
        }
        #expect(full.code == "R-hallFull")
        try await fixture.tapCard(of: 1, at: "R\(second)")
        #expect(await fixture.attempt(at: second)?.opened.booking == "B-1")
    }

    @Test func `a seat whose panel fails says where to go, and its candidate goes there`() async throws {
        let (fixture, old) = try await midway()
        await fixture.report(["touch: the device is gone"], at: old)
        guard case .outOfOrder(let words) = fixture.screen(old) else {
            Issue.record("the seat shows \(fixture.screen(old))")
            return
        }
        #expect(words.reason.key == "problem.otherSeat")
        await fixture.advance(seconds: 4)
        #expect(await fixture.attempt(at: old)?.spentMs == 5000)
        let new = old % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(new)")
        let moved = try #require(try await fixture.entries("attempt.moved").first).decode(AttemptEntry.Moved.self)
        #expect(moved.cause == .touch)
    }

    @Test func `a candidate who has not shown the card yet goes on at another seat as well`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        let old = try await fixture.checkIn(1)
        await fixture.lose(old)
        let new = 3 - old
        try await fixture.tapCard(of: 1, at: "R\(new)")
        guard case .rules = fixture.screen(new) else {
            Issue.record("the seat shows \(fixture.screen(new))")
            return
        }
    }

    @Test func `a score that waits for its signature is signed at another seat`() async throws {
        let (fixture, old) = try await midway()
        try await fixture.answerAll(at: old)
        await fixture.touch(.submit, at: old)
        await fixture.lose(old)
        let new = old % 3 + 1
        try await fixture.tapCard(of: 1, at: "R\(new)")
        await fixture.touch(.confirm, at: new)
        await fixture.touch(.sign, at: new, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        #expect(try await fixture.entries("attempt.result").count == 1)
        #expect(await fixture.attempt(at: new)?.phase == .issued)
    }
}
