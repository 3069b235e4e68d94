import CanonicalJSON
import CivilTime
import Exam
import Testing

/// Five questions: two judge, two single, one with several answers; the key is option 1, or 1 and 3.
private func started(_ policies: Policies = .shipped, passMark: Int = 8) -> AttemptEntry.Started {
    let items = (1...5).map { number in
        PaperItem(item: ItemID("T-\(number)"), version: 1, options: number <= 2 ? [1, 2] : [3, 1, 4, 2])
    }
    let draw = Draw(
        bank: "b", programme: "TEST", blueprint: 1, vehicleClass: "C1", language: "en",
        day: CalendarDate(daysSinceEpoch: 20_000), seed: [0])
    let paper = Paper(draw: draw, items: items)
    return .init(
        paper: paper, kinds: [.judge: 2, .single: 2, .multi: 1], paperDigest: "d", budgetMs: 60_000, full: 10,
        passMark: passMark, pointsEach: 2, policies: policies)
}

private let key: @Sendable (ItemID) -> Set<Int> = { $0 == "T-5" ? [1, 3] : [1] }

private func running(_ started: AttemptEntry.Started = started()) throws -> Attempt {
    var attempt = Attempt(
        id: "A-1",
        opened: .init(
            booking: "B-1", candidate: "c", programme: "TEST", vehicleClass: "C1", attemptNumber: 1,
            language: "zh-Hans", reason: .restore, seat: 3, subject: "s", sealed: "x", extraTimePercent: 0))
    try attempt.apply(.verified(.init(by: .card, language: "en")))
    try attempt.apply(.rulesAcknowledged(.init(version: 1)))
    try attempt.apply(.started(started))
    return attempt
}

extension Attempt {
    /// Decides an act and takes what it decides.
    @discardableResult
    fileprivate mutating func perform(_ act: Act, spentMs: Int = 0) throws -> [AttemptEntry] {
        let entries = try decide(act, spentMs: spentMs, key: key).get()
        for entry in entries { try apply(entry) }
        return entries
    }
}

private let freely = try! Policies(commitOnNext: false, feedback: .none, earlyFail: .off, goingBack: true)

@Suite struct AttemptTests {
    @Test func `every choice is an entry and the last one counts`() throws {
        var attempt = try running()
        #expect(try attempt.perform(.choose(2)) == [.chose(.init(number: 1, item: "T-1", answer: [2]))])
        try attempt.perform(.choose(1))
        #expect(attempt.answer(to: 1) == [1])
        #expect(try attempt.perform(.choose(1)).isEmpty)
    }

    @Test func `several answers are chosen and unchosen one by one`() throws {
        var attempt = try running(started(freely))
        try attempt.perform(.goTo(5))
        try attempt.perform(.choose(3))
        try attempt.perform(.choose(1))
        #expect(attempt.answer(to: 5) == [1, 3])
        try attempt.perform(.choose(3))
        #expect(attempt.answer(to: 5) == [1])
    }

    @Test func `a right answer goes on at once and a wrong one stays with its verdict`() throws {
        var attempt = try running()
        try attempt.perform(.choose(1))
        #expect(
            try attempt.perform(.next) == [
                .committed(.init(number: 1)), .judged(.init(number: 1, right: true)), .showed(.init(number: 2)),
            ])
        try attempt.perform(.choose(2))
        #expect(try attempt.perform(.next).last == .judged(.init(number: 2, right: false)))
        #expect(attempt.current == 2)
        #expect(attempt.decide(.choose(1), spentMs: 0, key: key) == .failure(.answerIsFinal))
        try attempt.perform(.next)
        #expect(attempt.current == 3)
    }

    @Test func `next without a choice is refused where it would commit`() throws {
        let attempt = try running()
        #expect(attempt.decide(.next, spentMs: 0, key: key) == .failure(.nothingChosen))
        #expect(attempt.decide(.choose(9), spentMs: 0, key: key) == .failure(.noSuchOption))
        #expect(attempt.decide(.previous, spentMs: 0, key: key) == .failure(.goingBackIsOff))
        #expect(attempt.decide(.flag, spentMs: 0, key: key) == .failure(.goingBackIsOff))
    }

    @Test func `out of reach of the pass mark the candidate is asked once`() throws {
        var attempt = try running()
        for _ in 1...2 {
            try attempt.perform(.choose(2))
            try attempt.perform(.next)
            if !attempt.earlyFailOpen { try attempt.perform(.next) }
        }
        #expect(attempt.earlyFailOpen)
        #expect(attempt.decide(.choose(1), spentMs: 0, key: key) == .failure(.earlyFailIsOpen))
        var stopped = attempt
        try stopped.perform(.submit, spentMs: 1234)
        #expect(stopped.ended == .init(by: .earlyFail, spentMs: 1234))
        #expect(try attempt.perform(.goOn) == [.wentOn, .showed(.init(number: 3))])
        try attempt.perform(.choose(2))
        try attempt.perform(.next)
        #expect(!attempt.earlyFailOpen)
    }

    @Test func `the policy stop ends the exam with the answer that fails it`() throws {
        let stop = try Policies(commitOnNext: true, feedback: .none, earlyFail: .stop, goingBack: false)
        var attempt = try running(started(stop, passMark: 10))
        try attempt.perform(.choose(2))
        try attempt.perform(.next, spentMs: 500)
        #expect(attempt.ended?.by == .earlyFail)
    }

    @Test func `going back changes answers, flags and moves freely`() throws {
        var attempt = try running(started(freely))
        try attempt.perform(.choose(2))
        try attempt.perform(.next)
        try attempt.perform(.flag)
        try attempt.perform(.previous)
        try attempt.perform(.choose(1))
        #expect(attempt.answer(to: 1) == [1])
        #expect(attempt.flagged == [2])
        #expect(attempt.decide(.goTo(6), spentMs: 0, key: key) == .failure(.noSuchQuestion))
        #expect(attempt.verdicts.isEmpty)
    }

    @Test func `the key of an item is asked for only when its answer becomes final`() throws {
        var attempt = try running()
        var asked: [ItemID] = []
        let watching: (ItemID) -> Set<Int> = {
            asked.append($0)
            return key($0)
        }
        for entry in try attempt.decide(.choose(1), spentMs: 0, key: watching).get() { try attempt.apply(entry) }
        #expect(asked.isEmpty)
        _ = attempt.decide(.next, spentMs: 0, key: watching)
        #expect(asked == ["T-1"])
        let free = try running(started(freely))
        _ = free.decide(.next, spentMs: 0, key: watching)
        #expect(asked == ["T-1"])
    }

    @Test func `spent time never falls`() throws {
        var attempt = try running()
        attempt.spend(totalMs: 5000)
        attempt.spend(totalMs: 3000)
        #expect(attempt.spentMs == 5000)
        #expect(attempt.remainingMs == 55_000)
    }

    @Test func `the end's entry gives the spent time, whatever ticks stand around it`() throws {
        var attempt = try running()
        attempt.spend(totalMs: 5020)
        try attempt.apply(.ended(.init(by: .submitted, spentMs: 5000)))
        #expect(attempt.spentMs == 5000)
        attempt.spend(totalMs: 5030)
        #expect(attempt.spentMs == 5000)
    }

    @Test func `entries that cannot follow are contradictions and change nothing`() throws {
        let attempt = try running()
        let impossible: [AttemptEntry] = [
            .verified(.init(by: .card, language: "en")), .started(started()), .resumed, .left,
            .showed(.init(number: 6)), .chose(.init(number: 1, item: "T-2", answer: [1])),
            .judged(.init(number: 1, right: true)), .signed(.init(sealed: "")), .result(.init(jws: "")),
        ]
        for entry in impossible {
            var copy = attempt
            #expect(throws: Attempt.Contradiction.self) { try copy.apply(entry) }
            #expect(copy == attempt)
        }
    }

    @Test func `a paused exam takes no acts and can end by time`() throws {
        var attempt = try running()
        try attempt.apply(.paused(.init(reason: .examiner)))
        #expect(attempt.decide(.choose(1), spentMs: 0, key: key) == .failure(.notRunning))
        try attempt.apply(.resumed)
        try attempt.perform(.choose(1))
        try attempt.apply(.ended(.init(by: .timeUp, spentMs: 60_000)))
        #expect(attempt.answer(to: 1) == [1])
        #expect(attempt.remainingMs == 0)
    }

    @Test func `the score counts whole items by area and the pass mark itself passes`() throws {
        let answers: [Int: [Int]] = [1: [1], 2: [1], 3: [1], 4: [2], 5: [1, 3]]
        let area: (ItemID) -> Area? = { $0 < "T-3" ? "law" : "signals" }
        let scored = Scorer.score(started(), answers: answers, area: area, key: key)
        #expect(scored.score == 8)
        #expect(scored.passed)
        #expect(scored.wrong == [4])
        #expect(scored.areas == [.init(area: "law", wrong: 0, total: 2), .init(area: "signals", wrong: 1, total: 3)])
        let partly = Scorer.score(started(), answers: [5: [1]], area: area, key: key)
        #expect(partly.score == 0)
        #expect(!partly.passed)
    }

    @Test func `every entry comes back from its own document`() throws {
        let entries: [AttemptEntry] = [
            .verified(.init(by: .confirmation, language: "ru")), .started(started()), .wentOn, .resumed, .left,
            .chose(.init(number: 2, item: "T-2", answer: [1])), .flagged(.init(number: 2, flagged: true)),
            .ended(.init(by: .submitted, spentMs: 9)), .interrupted(.init(spentMs: 7, cause: .gap)),
            .scored(.init(score: 2, full: 10, passMark: 9, passed: false, wrong: [1], areas: [])),
        ]
        for entry in entries {
            let bytes = try JSONCoder.encode(JSONCoder.tree(entry.body))
            #expect(try AttemptEntry(kind: entry.kind) { try JSONCoder.decode($0, from: bytes) } == entry)
        }
    }
}
