import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

/// Somebody who may approve, with a certificate by the site's staff authority or by another.
struct Approver {
    let key = SigningKey.generate()
    let certificate: String

    init(_ name: String, by authority: SigningKey, until: String = "2030-01-01") throws {
        certificate = try JWS.sign(
            payload: StaffCertificate(approver: name, key: key.publicJWK, validUntil: CalendarDate(until)!),
            key: authority)
    }

    func approve(_ act: StaffAct) throws -> String { try StaffApproval.sign(act, key: key, certificate: certificate) }
}

extension HallFixture {
    var waiting: [HallStatus.Waiting] {
        get async { await hall.status(readers: [], courier: nil, journalSequence: 0).waiting }
    }

    /// Has two people approve an act.
    func approveTwice(_ act: StaffAct) async throws {
        for name in ["W-1", "W-2"] {
            _ = try await hall.approve(try Approver(name, by: authority).approve(act))
        }
        await settle()
    }
}

private func midway(seats: Int = 2) async throws -> (HallFixture, seat: Int, attempt: AttemptID) {
    let fixture = try await HallFixture(seats: seats)
    try await fixture.book(1)
    let seat = try await fixture.begin(1)
    await fixture.advance(seconds: 10)
    let attempt = try #require(await fixture.attempt(at: seat))
    return (fixture, seat, attempt.id)
}

@Suite struct CreditTests {
    @Test func `what ran while a terminal said nothing is given back, to the second`() async throws {
        let (fixture, seat, _) = try await midway()
        let budget = try #require(await fixture.attempt(at: seat)?.started?.budgetMs)
        await fixture.report(nil, at: seat)
        await fixture.advance(seconds: 30)
        let frozen = try #require(await fixture.attempt(at: seat))
        #expect(frozen.interruption?.cause == .silence)
        #expect(frozen.spentMs == 15_000)
        await fixture.report([], at: seat)
        await fixture.advance(seconds: 5)
        let after = try #require(await fixture.attempt(at: seat))
        #expect(after.creditedMs == 5_000)
        #expect(after.remainingMs == budget - 15_000)
        let credit = try #require(try await fixture.entries("attempt.credited").first).decode(
            AttemptEntry.Credited.self)
        #expect(credit == .init(ms: 5_000, stoodMs: 25_000, from: 10_000, to: 15_000))
        // It stands on the result.
        try await fixture.finish(at: seat)
        let result = try #require(try await fixture.entries("attempt.result").first)
        let payload = try JSONCoder.decode(
            ExamResult.self, from: try JWS.unverifiedPayload(try result.decode(AttemptEntry.ResultIssued.self).jws))
        #expect(payload.creditedMs == 5_000)
        #expect(payload.interruptions == .init(cuts: 1, flagged: false, moves: [], credits: [credit]))
    }

    @Test func `a terminal that says every second that it is well loses nobody's time`() async throws {
        let (fixture, seat, _) = try await midway()
        await fixture.advance(seconds: 60)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.spentMs == 70_000)
        #expect(attempt.cuts == 0)
        #expect(attempt.creditedMs == 0)
    }

    @Test func `beyond the cap the exam stands with words until two people approve`() async throws {
        let (fixture, seat, id) = try await midway()
        let before = try #require(await fixture.attempt(at: seat))
        await fixture.lose(seat)
        await fixture.advance(seconds: 15 * 60)
        let other = 3 - seat
        try await fixture.tapCard(of: 1, at: "R\(other)")
        guard case .paused(let paused) = fixture.screen(other) else {
            Issue.record("the seat shows \(fixture.screen(other))")
            return
        }
        #expect(paused.reason.key == "paused.credit")
        // The operator alone cannot let it go on.
        await #expect(throws: Failure.self) { try await fixture.hall.perform(.resume, at: other) }
        let waiting = try #require(await fixture.waiting.first)
        #expect(waiting.act.act == .credit && waiting.act.attempt == id)
        // Nor does a cut.
        try await fixture.restart()
        guard case .paused = fixture.screen(other) else {
            Issue.record("the seat shows \(fixture.screen(other))")
            return
        }
        try await fixture.approveTwice(try #require(await fixture.waiting.first).act)
        guard case .question = fixture.screen(other) else {
            Issue.record("the seat shows \(fixture.screen(other))")
            return
        }
        let after = try #require(await fixture.attempt(at: other))
        #expect(after.remainingMs == before.remainingMs)
        #expect(after.interruptions.credits.first?.approvedBy == ["W-1", "W-2"])
        #expect(await fixture.waiting.isEmpty)
        await fixture.advance(seconds: 2)
        #expect(await fixture.attempt(at: other)?.spentMs == 12_000)
    }

    @Test func `an exam that waits for approval asks again when nobody gave it in time`() async throws {
        let (fixture, seat, _) = try await midway()
        await fixture.lose(seat)
        await fixture.advance(seconds: 15 * 60)
        try await fixture.tapCard(of: 1, at: "R\(3 - seat)")
        let first = try #require(await fixture.waiting.first)
        await fixture.advance(seconds: 30 * 60)
        let second = try #require(await fixture.waiting.first)
        #expect(await fixture.waiting.count == 1)
        #expect(second.digest != first.digest)
        await #expect(throws: Failure.self) { try await fixture.approveTwice(first.act) }
        try await fixture.approveTwice(second.act)
        #expect(await fixture.attempt(at: 3 - seat)?.phase == .running)
    }

    @Test func `many cuts flag the attempt on its result`() async throws {
        let (fixture, seat, _) = try await midway()
        for cut in 1...4 {
            try await fixture.restart()
            await fixture.advance(seconds: 2)
            #expect(await fixture.attempt(at: seat)?.hasManyCuts == (cut == 4))
        }
        #expect(await fixture.hall.status(readers: [], courier: nil, journalSequence: 0).table.contains("4 CUTS"))
    }
}

@Suite struct ApprovalTests {
    @Test func `two people move a candidate to the seat that they chose`() async throws {
        let (fixture, seat, id) = try await midway()
        let question = fixture.screen(seat)
        let to = 3 - seat
        let asked = try await fixture.hall.ask(.assignSeat, id, reason: "glare on the screen", seat: to)
            .decode(HallEntry.ApprovalAsked.self)
        #expect(asked.digest == asked.act.digest)
        _ = try await fixture.hall.approve(try Approver("W-1", by: fixture.authority).approve(asked.act))
        #expect(await fixture.attempt(at: to) == nil)
        _ = try await fixture.hall.approve(try Approver("W-2", by: fixture.authority).approve(asked.act))
        await fixture.settle()
        guard case .greeting = fixture.screen(to) else {
            Issue.record("the seat shows \(fixture.screen(to))")
            return
        }
        try await fixture.tapCard(of: 1, at: "R\(to)")
        #expect(fixture.screen(to) == question)
        let moved = try #require(try await fixture.entries("attempt.moved").first).decode(AttemptEntry.Moved.self)
        #expect(moved.cause == .staff && moved.approvedBy == ["W-1", "W-2"])
    }

    enum Flaw: String, CaseIterable {
        case samePerson, sameKey, otherAct, otherHall, uncertified, lapsed, expired, none
    }

    @Test(arguments: Flaw.allCases)
    func `an approval counts once for its one act, from a certified person, in time`(flaw: Flaw) async throws {
        let (fixture, _, id) = try await midway()
        let asked = try await fixture.hall.ask(.void, id, reason: "sick").decode(HallEntry.ApprovalAsked.self)
        let first = try Approver("W-1", by: fixture.authority)
        _ = try await fixture.hall.approve(try first.approve(asked.act))
        var act = asked.act
        var second = try Approver("W-2", by: fixture.authority)
        switch flaw {
        case .samePerson: second = try Approver("W-1", by: fixture.authority)
        case .sameKey: second = first
        case .otherAct: act.reason = "well"
        case .otherHall: act.appliance = "elsewhere"
        case .uncertified: second = try Approver("W-2", by: .generate())
        case .lapsed: second = try Approver("W-2", by: fixture.authority, until: "2020-01-01")
        case .expired: fixture.time.advance(milliseconds: 31 * 60_000)
        case .none: break
        }
        let approval = try second.approve(act)
        if flaw == .none {
            #expect(try await fixture.hall.approve(approval).kind == "approval.closed")
        } else {
            await #expect(throws: Failure.self) { try await fixture.hall.approve(approval) }
        }
        await fixture.settle()
        #expect(try await fixture.entries("attempt.ended").count == (flaw == .none ? 1 : 0))
        #expect(try await fixture.entries("approval.refused").count == (flaw == .none ? 0 : 1))
    }

    @Test func `a voided exam tells its candidate so and is not used up`() async throws {
        let (fixture, seat, id) = try await midway()
        let asked = try await fixture.hall.ask(.void, id, reason: "sick").decode(HallEntry.ApprovalAsked.self)
        try await fixture.approveTwice(asked.act)
        guard case .ended(let ended) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(ended.by == .voided)
        #expect(try await fixture.checkIn(1) > 0)
    }

    @Test func `an end by mistake is taken back, and the exam goes on when the operator lets it`() async throws {
        let (fixture, seat, id) = try await midway()
        try await fixture.answerAll(at: seat)
        await fixture.touch(.submit, at: seat)
        let asked = try await fixture.hall.ask(.reopen, id, reason: "ghost touches").decode(
            HallEntry.ApprovalAsked.self)
        try await fixture.approveTwice(asked.act)
        guard case .paused = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        _ = try await fixture.hall.perform(.resume, at: seat)
        await fixture.touch(.next, at: seat)
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        #expect(try await fixture.entries("attempt.result").count == 1)
    }

    @Test func `time is given back on two people's word, and no more than was spent`() async throws {
        let (fixture, seat, id) = try await midway()
        await #expect(throws: Failure.self) {
            try await fixture.hall.ask(.credit, id, reason: "dead corner", milliseconds: 10_001)
        }
        let asked = try await fixture.hall.ask(.credit, id, reason: "dead corner", milliseconds: 8_000)
            .decode(HallEntry.ApprovalAsked.self)
        try await fixture.approveTwice(asked.act)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.creditedMs == 8_000)
        #expect(attempt.remainingMs == (attempt.started?.budgetMs ?? 0) - 2_000)
    }

    @Test func `what both approved before a cut is done after it`() async throws {
        let (fixture, seat, id) = try await midway()
        let asked = try await fixture.hall.ask(.void, id, reason: "sick").decode(HallEntry.ApprovalAsked.self)
        // As the journal stands when the power goes between the second approval and the act.
        for name in ["W-1", "W-2"] {
            let approver = try Approver(name, by: fixture.authority)
            try await fixture.journal.append([
                Draft(
                    .approvalGiven, stream: "approvals",
                    HallEntry.ApprovalGiven(
                        digest: asked.digest, approver: name, key: approver.key.thumbprint,
                        approval: try approver.approve(asked.act)))
            ])
        }
        try await fixture.restart()
        await fixture.settle()
        #expect(await fixture.attempt(at: seat) == nil)
        #expect(try await fixture.entries("attempt.ended").count == 1)
        #expect(try await fixture.entries("approval.closed").count == 1)
    }

    @Test func `acts that cannot be done are refused with what stands there`() async throws {
        let (fixture, seat, id) = try await midway()
        func words(_ act: StaffAct.Kind, _ attempt: AttemptID, seat: Int? = nil) async -> String? {
            await #expect(throws: Failure.self) {
                try await fixture.hall.ask(act, attempt, reason: "r", seat: seat)
            }?.message
        }
        #expect(await words(.void, "nobody")?.hasPrefix("no candidate of attempt nobody") == true)
        #expect(await words(.assignSeat, id, seat: seat) == "attempt \(id) is at seat \(seat) already")
        #expect(await words(.assignSeat, id, seat: 9) == "there is no such seat")
        #expect(await words(.reopen, id) == "the attempt is running")
    }
}
