import CanonicalJSON
import CivilTime
import Exam
import Testing

private func running(_ rules: CreditRules = .shipped, spentMs: Int = 0) throws -> Attempt {
    var attempt = Attempt(
        id: "A-1",
        opened: .init(
            booking: "B-1", candidate: "c", programme: "TEST", vehicleClass: "C1", attemptNumber: 1,
            language: "zh-Hans", reason: .restore, seat: 3, subject: "s", sealed: "x", extraTimePercent: 0))
    try attempt.apply(.verified(.init(by: .card, language: "en")))
    try attempt.apply(.rulesAcknowledged(.init(version: 1)))
    let draw = Draw(
        bank: "b", programme: "TEST", blueprint: 1, vehicleClass: "C1", language: "en",
        day: CalendarDate(daysSinceEpoch: 20_000), seed: [0])
    let items = (1...2).map { PaperItem(item: ItemID("T-\($0)"), version: 1, options: [1, 2]) }
    try attempt.apply(
        .started(
            .init(
                paper: Paper(draw: draw, items: items), kinds: [.judge: 2], paperDigest: "d", budgetMs: 60_000,
                full: 10, passMark: 5, pointsEach: 5, policies: .shipped, credit: rules)))
    attempt.spend(totalMs: spentMs)
    return attempt
}

extension Attempt {
    /// Whether an entry could come.
    fileprivate func takes(_ entry: AttemptEntry) -> Bool {
        var copy = self
        do { try copy.apply(entry) } catch { return false }
        return true
    }
}

@Suite struct InterruptionTests {
    @Test func `time that ran for nothing is given back, and time that the clock stood needs not be`() throws {
        var attempt = try running(spentMs: 10_000)
        try attempt.apply(.interrupted(.init(spentMs: 13_500, cause: .silence, from: 9_200)))
        guard case .given(let credit) = attempt.creditDecision(stoodMs: 95_000) else {
            Issue.record("the interruption is within the cap")
            return
        }
        #expect(credit == .init(ms: 4_300, stoodMs: 95_000, from: 9_200, to: 13_500))
        try attempt.apply(.credited(credit))
        #expect(attempt.creditedMs == 4_300)
        #expect(attempt.remainingMs == 60_000 - 9_200)
        #expect(attempt.interruption == nil)
    }

    @Test func `an interrupted exam takes no act and does not end by time`() throws {
        var attempt = try running()
        #expect(try !attempt.decide(.choose(2), spentMs: 0, key: { _ in [1] }).get().isEmpty)
        try attempt.apply(.interrupted(.init(spentMs: 60_000, cause: .terminal, from: 59_000)))
        #expect(attempt.decide(.choose(2), spentMs: 60_000, key: { _ in [1] }) == .failure(.notRunning))
        #expect(!attempt.isTimeUp(spentMs: 60_000))
        #expect(!attempt.takes(.ended(.init(by: .timeUp, spentMs: 60_000))))
        try attempt.apply(.credited(.init(ms: 1_000, stoodMs: 0, from: 59_000, to: 60_000)))
        #expect(!attempt.isTimeUp(spentMs: 60_999))
        #expect(attempt.isTimeUp(spentMs: 61_000))
    }

    @Test(arguments: [(900_000, true), (900_001, false)])
    func `an interruption up to the cap goes by itself, and beyond it only with two people`(length: Int, given: Bool)
        throws
    {
        var attempt = try running(spentMs: 5_000)
        try attempt.apply(.interrupted(.init(spentMs: 5_000, cause: .silence, from: 2_000)))
        let decision = attempt.creditDecision(stoodMs: length - 3_000)
        let credit = AttemptEntry.Credited(ms: 3_000, stoodMs: length - 3_000, from: 2_000, to: 5_000)
        #expect(decision == (given ? .given(credit) : .needsApproval(credit)))
        #expect(attempt.takes(.credited(credit)) == given)
        guard !given else { return }
        for approvers in [["one"], ["one", "one"]] {
            #expect(
                !attempt.takes(
                    .credited(
                        .init(ms: 3_000, stoodMs: length - 3_000, from: 2_000, to: 5_000, approvedBy: approvers))))
        }
        var approved = credit
        approved.approvedBy = ["one", "two"]
        try attempt.apply(.credited(approved))
        #expect(attempt.creditedMs == 3_000)
    }

    @Test func `interruptions are capped together, and what people approved does not count against the next`() throws {
        var attempt = try running(CreditRules(capMs: 10_000, totalCapMs: 15_000))
        func interrupt() throws { try attempt.apply(.interrupted(.init(spentMs: 0, cause: .terminal))) }
        try interrupt()
        try attempt.apply(.credited(.init(ms: 0, stoodMs: 9_000, from: 0, to: 0)))
        try interrupt()
        guard case .needsApproval(var credit) = attempt.creditDecision(stoodMs: 6_001) else {
            Issue.record("both together are above the cap")
            return
        }
        credit.approvedBy = ["one", "two"]
        try attempt.apply(.credited(credit))
        try interrupt()
        guard case .given = attempt.creditDecision(stoodMs: 6_000) else {
            Issue.record("the approved one does not count")
            return
        }
    }

    @Test func `a cut over a restart of the machine has no length and is counted instead`() throws {
        var attempt = try running(CreditRules(capMs: 0, totalCapMs: 0, unflaggedCuts: 2))
        for cut in 1...3 {
            try attempt.apply(.interrupted(.init(spentMs: cut, cause: .restart)))
            guard case .given(let credit) = attempt.creditDecision(stoodMs: nil) else {
                Issue.record("nothing was measured")
                return
            }
            try attempt.apply(.credited(credit))
            #expect(attempt.hasManyCuts == (cut == 3))
        }
        #expect(attempt.interruptions == .init(cuts: 3, flagged: true, moves: [], credits: []))
    }

    @Test func `an interruption on top of another keeps where the first began`() throws {
        var attempt = try running(spentMs: 8_000)
        try attempt.apply(.interrupted(.init(spentMs: 8_000, cause: .silence, from: 5_000)))
        try attempt.apply(.interrupted(.init(spentMs: 8_000, cause: .restart)))
        #expect(attempt.interruption == .init(cause: .silence, from: 5_000))
        #expect(attempt.cuts == 2)
    }

    @Test func `a credit with other bounds than the interruption's is a contradiction`() throws {
        var attempt = try running(spentMs: 8_000)
        try attempt.apply(.interrupted(.init(spentMs: 8_000, cause: .silence, from: 5_000)))
        for (ms, from, to) in [(3_001, 5_000, 8_000), (4_000, 4_000, 8_000), (2_000, 5_000, 7_000), (0, 8_000, 8_000)] {
            #expect(!attempt.takes(.credited(.init(ms: ms, stoodMs: 0, from: from, to: to))))
        }
        #expect(attempt.takes(.credited(.init(ms: 3_000, stoodMs: 0, from: 5_000, to: 8_000))))
    }

    @Test func `time that nobody measured is granted by two people only`() throws {
        var attempt = try running(spentMs: 30_000)
        let credit = AttemptEntry.Credited(ms: 20_000, stoodMs: nil, from: 10_000, to: 30_000)
        #expect(!attempt.takes(.credited(credit)))
        var approved = credit
        approved.approvedBy = ["one", "two"]
        try attempt.apply(.credited(approved))
        #expect(attempt.remainingMs == 50_000)
        #expect(attempt.interruptions.credits == [approved])
    }

    @Test func `an exam that moved goes on once the candidate has proved there to be the one`() throws {
        var attempt = try running(spentMs: 8_000)
        let way = AttemptEntry.moved(.init(from: 3, to: 5, cause: .terminal))
        // Not from under a candidate whose seat works.
        #expect(!attempt.takes(way))
        try attempt.apply(.interrupted(.init(spentMs: 8_000, cause: .terminal)))
        #expect(!attempt.takes(.moved(.init(from: 4, to: 5, cause: .terminal))))
        try attempt.apply(way)
        #expect(attempt.seat == 5)
        #expect(attempt.awaitsProof)
        let credit = AttemptEntry.credited(.init(ms: 0, stoodMs: 60_000, from: 8_000, to: 8_000))
        #expect(!attempt.takes(credit))
        try attempt.apply(.verified(.init(by: .card, language: "ru")))
        #expect(attempt.language == "en")
        try attempt.apply(credit)
        #expect(try !attempt.decide(.choose(2), spentMs: 8_000, key: { _ in [1] }).get().isEmpty)
        #expect(attempt.interruptions.moves == [.init(from: 3, to: 5, cause: .terminal, approvedBy: [])])
    }

    @Test func `an end that is not signed is taken back by two people, and the score with it`() throws {
        var attempt = try running(spentMs: 8_000)
        try attempt.apply(.ended(.init(by: .submitted, spentMs: 8_000)))
        try attempt.apply(.scored(.init(score: 0, full: 10, passMark: 5, passed: false, wrong: [1, 2], areas: [])))
        #expect(!attempt.takes(.reopened(.init(reason: "ghost touches", approvedBy: ["one"]))))
        var signed = attempt
        try signed.apply(.signed(.init(sealed: "")))
        #expect(!signed.takes(.reopened(.init(reason: "ghost touches", approvedBy: ["one", "two"]))))
        try attempt.apply(.reopened(.init(reason: "ghost touches", approvedBy: ["one", "two"])))
        #expect(attempt.phase == .paused)
        #expect(attempt.scored == nil)
        try attempt.apply(.resumed)
        #expect(attempt.remainingMs == 52_000)
    }

    @Test func `entries about interruptions come back from their documents`() throws {
        let entries: [AttemptEntry] = [
            .interrupted(.init(spentMs: 7, cause: .touch, from: 5)),
            .credited(.init(ms: 2, stoodMs: nil, from: 5, to: 7)),
            .moved(
                .init(
                    from: 1, to: 2, cause: .display, draw: .init(free: [2, 4], seed: "00"), approvedBy: ["one", "two"])),
            .reopened(.init(reason: "r", approvedBy: ["one", "two"])),
        ]
        for entry in entries {
            let bytes = try JSONCoder.encode(JSONCoder.tree(entry.body))
            #expect(try AttemptEntry(kind: entry.kind) { try JSONCoder.decode($0, from: bytes) } == entry)
        }
    }
}
