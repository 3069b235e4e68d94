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

/// The wall clock jumps, stops or starts again in 1970: exam time does not notice, and staff finds its way.
@Suite struct WallClockTests {
    private static let jumps = [
        "1970-01-01T00:00:09.000Z", "2038-01-19T03:14:07.500Z", "2016-11-22T02:00:00.000Z", "2106-02-07T06:28:16.000Z",
        "2026-11-22T02:09:00.000Z", "2024-02-29T23:59:59.999Z",
    ].map { Timestamp($0)! }

    /// An exam of 25.75 s with a pause of a minute in it; the clock jumps before each step, if it jumps.
    private func sit(jumping: Bool) async throws -> (spent: Int, byLabels: Int, result: ExamResult) {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        var jumps = 0
        func jump() {
            guard jumping else { return }
            fixture.time.set(wall: Self.jumps[jumps % Self.jumps.count])
            jumps += 1
        }
        jump()
        await fixture.advance(seconds: 5)
        jump()
        try await fixture.answerAll(at: seat)
        jump()
        await fixture.advance(seconds: 7)
        fixture.time.advance(milliseconds: 250)
        jump()
        _ = try await fixture.hall.perform(.pause, at: seat)
        jump()
        await fixture.advance(seconds: 60)
        jump()
        _ = try await fixture.hall.perform(.resume, at: seat)
        jump()
        await fixture.advance(seconds: 13)
        fixture.time.advance(milliseconds: 500)
        jump()
        await fixture.touch(.submit, at: seat)
        jump()
        await fixture.advance(seconds: 3)
        await fixture.touch(.confirm, at: seat)
        jump()
        await fixture.touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
        let entries = try await fixture.journal.entries(stream: id.stream)
        let jws = try #require(entries.first { $0.kind == "attempt.result" })
            .decode(AttemptEntry.ResultIssued.self).jws
        let result = try JSONCoder.decode(ExamResult.self, from: try JWS.verify(jws, keys: fixture.keys.publicKeys()))
        return (result.spentMs, try spentByLabels(entries), result)
    }

    /// What a fold would count that took time from the labels: the control.
    private func spentByLabels(_ entries: [Entry]) throws -> Int {
        var spent = 0
        var since: Int?
        for entry in entries {
            let at = try entry.label().at.millisecondsSinceEpoch
            switch entry.kind {
            case "attempt.started", "attempt.resumed": since = at
            case "attempt.paused", "attempt.ended":
                spent += at - (since ?? at)
                since = nil
            default: break
            }
        }
        return spent
    }

    @Test func `an exam takes the same time to the millisecond, however the clock jumps at each step`() async throws {
        let calm = try await sit(jumping: false)
        #expect(calm.spent == 25_750)
        // Where nothing jumps, labels would do as well: the control counts as it should.
        #expect(calm.byLabels == 25_750)
        let jumping = try await sit(jumping: true)
        #expect(jumping.spent == 25_750)
        #expect(jumping.byLabels != 25_750)
        #expect(jumping.result.score == calm.result.score)
        #expect(jumping.result.interruptions.cuts == 0)
    }

    @Test(arguments: jumps) func `time runs out when it is spent, not when the clock says so`(_ jump: Timestamp)
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 100)
        fixture.time.set(wall: jump)
        await fixture.advance(seconds: 199)
        fixture.time.advance(milliseconds: 999)
        await fixture.hall.tick()
        await fixture.settle()
        #expect(await fixture.attempt(at: seat)?.phase == .running)
        fixture.time.advance(milliseconds: 1)
        await fixture.hall.tick()
        await fixture.settle()
        #expect(await fixture.attempt(at: seat)?.ended?.by == .timeUp)
        #expect(await fixture.attempt(at: seat)?.spentMs == 300_000)
    }

    @Test func `a machine that slept has taken no time from anybody, to the millisecond`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 5)
        fixture.time.advance(milliseconds: 400)
        fixture.time.sleep(milliseconds: 8 * 3_600_000)
        fixture.time.advance(milliseconds: 300)
        // The candidate touches before the hall looks at its clock.
        await fixture.touch(.textSize(.large), at: seat)
        await fixture.advance(seconds: 1)
        // Too short to be an interruption, and still no spent time.
        fixture.time.sleep(milliseconds: 1500)
        await fixture.advance(seconds: 1)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.spentMs == 7700)
        #expect(attempt.cuts == 1)
        let interruption = try #require(try await fixture.entries("attempt.interrupted").first)
            .decode(AttemptEntry.Interrupted.self)
        #expect(interruption == .init(spentMs: 5700, cause: .suspend))
    }

    @Test func `an exam that was begun before midnight goes on after it`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        try await fixture.book(2)
        // Midnight in China is 16:00 UTC.
        fixture.time.pass(until: Timestamp("2026-11-22T15:59:30.000Z")!)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 60)
        try await fixture.finish(at: seat)
        let entry = try #require(try await fixture.entries("attempt.result").first)
        let result = try JSONCoder.decode(
            ExamResult.self,
            from: try JWS.unverifiedPayload(try entry.decode(AttemptEntry.ResultIssued.self).jws))
        #expect(result.spentMs == 60_000)
        #expect(result.passed)
        // Whoever did not come on the booked day did not come.
        try await fixture.tapCard(of: 2, at: "R0")
        #expect(reason(fixture.desk) == "refusal.missed")
    }

    // MARK: Who may begin, and who says that the clock is right

    private func reason(_ screen: Screen) -> String? {
        if case .refused(let refused) = screen { refused.reason.key } else { nil }
    }

    /// The state of the clock, for the operator.
    private func fault(_ fixture: HallFixture) async -> String? {
        await fixture.hall.status(readers: [], courier: nil, journalSequence: 0).clock.fault
    }

    @Test(arguments: jumps)
    func `by a wrong clock nobody begins, whoever sits goes on, and a right one is believed again`(
        _ jump: Timestamp
    ) async throws {
        let fixture = try await HallFixture(seats: 3)
        for person in 1...3 { try await fixture.book(person) }
        let seat = try await fixture.begin(1)
        let admitted = try await fixture.checkIn(2)
        try await fixture.tapCard(of: 2, at: "R\(admitted)")
        await fixture.advance(seconds: 20)
        let right = fixture.time.wall()
        fixture.time.set(wall: jump)
        await fixture.advance(seconds: 2)
        #expect(await fault(fixture) != nil)
        // No card is called expired and no booking missed by a wrong day.
        try await fixture.tapCard(of: 3, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
        guard case .outOfOrder(let closed) = fixture.screen(admitted) else {
            Issue.record("the admitted candidate's seat shows \(fixture.screen(admitted))")
            return
        }
        #expect(closed.reason.key == "interlock.clock")
        #expect(closed.reason.values["date"] == jump.date().description)
        await fixture.touch(.confirm, at: admitted)
        #expect(await fixture.attempt(at: admitted)?.started == nil)
        try await fixture.finish(at: seat)
        #expect(await fixture.attempt(at: seat)?.phase == .issued)
        fixture.time.set(wall: right)
        await fixture.advance(seconds: 2)
        #expect(await fault(fixture) == nil)
        await fixture.touch(.confirm, at: admitted)
        #expect(await fixture.attempt(at: admitted)?.phase == .running)
        _ = try await fixture.checkIn(3)
        let told = try await fixture.entries("hall.clock").map { try $0.decode(HallEntry.Clock.self).event }
        #expect(told == [.outside, .right])
    }

    @Test(arguments: ["1970-01-01T00:00:20.000Z", "2038-01-19T03:14:00.000Z", "2026-11-01T00:00:00.000Z"])
    func `a battery that died costs no exam, and leaves no trace once the clock is right`(_ wall: String) async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        try await fixture.book(2)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 30)
        let before = fixture.time.wall()
        try await fixture.reboot(wall: Timestamp(wall)!)
        await fixture.advance(seconds: 10)
        #expect(await fixture.attempt(at: seat)?.spentMs == 40_000)
        try await fixture.tapCard(of: 2, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
        try await fixture.finish(at: seat)
        // The score's day is the best that is known, not that of the label.
        let sitting = await fixture.hall.sittings[Sitting(booking: "B-1", programme: "TEST-SHORT", number: 1)]
        #expect(sitting?.day?.description == "2026-11-22")
        fixture.time.set(wall: Timestamp(millisecondsSinceEpoch: before.millisecondsSinceEpoch + 60_000))
        await fixture.advance(seconds: 2)
        #expect(await fault(fixture) == nil)
        _ = try await fixture.checkIn(2)
        // After another start, too: labels of the wrong years count for nothing.
        let labels = try await fixture.journal.entries(after: 0, limit: 100_000).map { try $0.label().at }
        #expect(labels.contains { abs($0.millisecondsSinceEpoch - before.millisecondsSinceEpoch) > 86_400_000 })
        try await fixture.reboot(wall: Timestamp(millisecondsSinceEpoch: before.millisecondsSinceEpoch + 120_000))
        #expect(await fault(fixture) == nil)
    }

    @Test func `after a long absence a person says that the clock is right`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, day: "2027-01-05")
        try await fixture.reboot(wall: Timestamp("2027-01-05T02:00:00.000Z")!)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
        let wrong = await #expect(throws: Failure.self) {
            try await fixture.hall.confirmClock(day: CalendarDate("2027-01-06")!, by: "Li Lei")
        }
        #expect(wrong?.code == .badData)
        let entry = try await fixture.hall.confirmClock(day: CalendarDate("2027-01-05")!, by: "Li Lei")
        let body = try entry.decode(HallEntry.Clock.self)
        #expect(body.event == .confirmed)
        #expect(body.by == "Li Lei")
        #expect(body.wall.description == "2027-01-05T02:00:00.000Z")
        #expect(body.known.date().description == "2026-11-22")
        _ = try await fixture.checkIn(1)
        try await fixture.restart()
        #expect(await fault(fixture) == nil)
    }

    @Test func `after a long absence the center's next order will do`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.reboot(wall: Timestamp("2027-01-05T02:00:00.000Z")!)
        #expect(await fault(fixture) != nil)
        try await fixture.book(1, day: "2027-01-05")
        #expect(await fault(fixture) == nil)
        _ = try await fixture.checkIn(1)
    }

    @Test func `nobody confirms a clock that the center's signatures contradict, and the center states the time`()
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        // The center's own clock was wrong when it signed this one.
        try await fixture.give(
            OrderKind(rawValue: "note"), ["text": "of another year"], at: Timestamp("2031-01-01T00:00:00.000Z")!)
        try await fixture.tapCard(of: 1, at: "R0")
        #expect(reason(fixture.desk) == "refusal.closed")
        let refused = await #expect(throws: Failure.self) {
            try await fixture.hall.confirmClock(day: CalendarDate("2026-11-22")!, by: "Li Lei")
        }
        #expect(refused?.code == .notPermitted)
        let now = fixture.time.wall()
        try await fixture.give(
            .clock,
            ClockStatement(notAfter: Timestamp(millisecondsSinceEpoch: now.millisecondsSinceEpoch + 600_000)), at: now)
        #expect(await fault(fixture) == nil)
        _ = try await fixture.checkIn(1)
        try await fixture.restart()
        #expect(await fault(fixture) == nil)
    }

    @Test func `a hall that was set up by a clock of another year is put right by the center`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.reboot(wall: Timestamp("2026-12-20T02:00:00.000Z")!)
        #expect(await fault(fixture) == nil)
        // Believed, and wrong: the right clock is now before what the journal saw.
        let right = Timestamp("2026-11-22T02:10:00.000Z")!
        fixture.time.set(wall: right)
        await fixture.advance(seconds: 1)
        #expect(await fault(fixture) != nil)
        let until = Timestamp(millisecondsSinceEpoch: right.millisecondsSinceEpoch + 600_000)
        try await fixture.give(.clock, ClockStatement(notAfter: until), at: right)
        #expect(await fault(fixture) == nil)
        try await fixture.reboot(wall: Timestamp("2026-11-22T02:20:00.000Z")!)
        #expect(await fault(fixture) == nil)
    }

    @Test func `small steps are told and close nothing`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        var wall = fixture.time.wall()
        wall.millisecondsSinceEpoch += 90_000
        fixture.time.set(wall: wall)
        await fixture.advance(seconds: 2)
        let told = try await fixture.entries("hall.clock").map { try $0.decode(HallEntry.Clock.self).event }
        #expect(told == [.stepped])
        _ = try await fixture.checkIn(1)
    }
}
