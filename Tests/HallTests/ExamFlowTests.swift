import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import IdentityCards
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

private let strokes = [[10, 10, 200, 300, 400, 100, 800, 500]]

@Suite struct ExamFlowTests {
    @Test(arguments: CipherSuite.allCases)
    func `an exam goes from the rules to a signed result that verifies`(suite: CipherSuite) async throws {
        let fixture = try await HallFixture(suite: suite)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        try await fixture.answerAll(at: seat)
        guard case .submit(let submit) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(submit.unanswered.isEmpty)
        await fixture.touch(.submit, at: seat)
        guard case .result(let shown) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(shown.score == 100)
        #expect(shown.passed)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: strokes)
        guard case .farewell = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }

        let attempt = try #require(await fixture.attempt(at: seat))
        let jws = try #require(attempt.result)
        let verified = try JWS.verified(jws, keys: fixture.keys.publicKeys())
        let payload = verified.payload
        #expect(verified.algorithm == suite.signatureAlgorithm)
        let result = try JSONCoder.decode(ExamResult.self, from: payload)
        #expect(result.score == 100)
        #expect(result.responses == base64url(sha256(try JSONCoder.encode(attempt.responses))))
        let entries = try await fixture.journal.entries(after: 0, limit: 10_000)
        let last = try #require(entries.first { $0.sequence == result.journal.last })
        #expect(base64url(last.digest) == result.journal.digest)
        #expect(entries.first { $0.sequence == result.journal.last + 1 }?.kind == "attempt.result")
        #expect(entries.first { $0.sequence == result.journal.first }?.kind == "attempt.opened")
        // The signature's strokes and the name stand nowhere in clear.
        let name = try HallFixture.document(1).name
        #expect(entries.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains(name) })
    }

    @Test func `nothing is shown as saved before it is`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        #expect(terminal.scenes.last?.header?.saved == .nothing)
        guard case .question(let question) = terminal.screen else { return }
        await fixture.touch(.option(question.options[0].number), at: seat)
        let chosen = try await fixture.entries("attempt.chose").count
        #expect(chosen == 1)
        #expect(terminal.scenes.last?.header?.saved == .saved)
        let saved = terminal.scenes.count { $0.header?.saved == .saved }
        #expect(saved == 1)
    }

    @Test func `an intent for an older scene changes nothing`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        guard case .question(let question) = terminal.screen else { return }
        let old = terminal.revision - 1
        await fixture.hall.receive(
            .intent(.init(revision: old, control: .option(question.options[0].number))), from: "seat-\(seat)")
        await fixture.settle()
        #expect(try await fixture.entries("attempt.chose").isEmpty)
    }

    @Test func `time is spent second by second and ends the exam with what was chosen`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        guard case .question(let question) = fixture.screen(seat) else { return }
        await fixture.touch(.option(question.options[0].number), at: seat)
        await fixture.advance(seconds: 299)
        #expect(await fixture.attempt(at: seat)?.spentMs == 299_000)
        #expect(await fixture.attempt(at: seat)?.phase == .running)
        await fixture.advance(seconds: 1)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.ended == .init(by: .timeUp, spentMs: 300_000))
        #expect(attempt.answer(to: 1) == [question.options[0].number])
        guard case .ended(let ended) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(ended.by == .timeUp)
    }

    @Test func `extra time by approval lengthens the exam`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, extraTimePercent: 50)
        let seat = try await fixture.begin(1)
        #expect(await fixture.attempt(at: seat)?.remainingMs == 450_000)
    }

    @Test func `a gap between ticks is an interruption and no spent time`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 5)
        fixture.time.advance(milliseconds: 600_000)
        await fixture.hall.tick()
        await fixture.settle()
        await fixture.advance(seconds: 5)
        let attempt = try #require(await fixture.attempt(at: seat))
        #expect(attempt.spentMs == 10_000)
        #expect(attempt.cuts == 1)
        #expect(attempt.creditedMs == 0)
    }

    @Test func `without its screen an exam's clock stands`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 5)
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        await fixture.hall.disconnect("seat-\(seat)", output: terminal)
        await fixture.settle()
        await fixture.advance(seconds: 60)
        #expect(await fixture.attempt(at: seat)?.spentMs == 5_000)
        await fixture.hall.connect("seat-\(seat)", output: terminal)
        await fixture.hall.receive(
            .hello(.init(width: 1280, height: 800, environment: "e", faults: [])), from: "seat-\(seat)")
        await fixture.settle()
        await fixture.advance(seconds: 5)
        #expect(await fixture.attempt(at: seat)?.spentMs == 10_000)
    }

    @Test func `after a restart every attempt stands where it stood`() async throws {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        try await fixture.book(2, programme: "TEST-BACK")
        let first = try await fixture.begin(1)
        let second = try await fixture.begin(2)
        for seat in [first, second] {
            guard case .question(let question) = fixture.screen(seat) else { return }
            await fixture.touch(.option(question.options[0].number), at: seat)
        }
        await fixture.touch(.next, at: second)
        await fixture.touch(.flag, at: second)
        await fixture.advance(seconds: 7)
        let before = [await fixture.attempt(at: first), await fixture.attempt(at: second)]
        let screens = [fixture.screen(first), fixture.screen(second)]
        try await fixture.restart()
        for (index, seat) in [first, second].enumerated() {
            let attempt = try #require(await fixture.attempt(at: seat))
            let old = try #require(before[index])
            #expect(attempt.paper == old.paper)
            #expect(attempt.answers == old.answers)
            #expect(attempt.current == old.current)
            #expect(attempt.flagged == old.flagged)
            #expect(attempt.spentMs == old.spentMs)
            #expect(attempt.cuts == old.cuts + 1)
            #expect(fixture.screen(seat) == screens[index])
        }
    }

    @Test(arguments: 0...8)
    func `a restart at any stage loses nothing and ends in one result`(stage: Int) async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        func cut(_ at: Int) async throws { if stage == at { try await fixture.restart() } }
        try await cut(0)
        let seat = try await fixture.checkIn(1)
        try await cut(1)
        try await fixture.tapCard(of: 1, at: "R\(seat)")
        try await cut(2)
        await fixture.touch(.confirm, at: seat)
        try await cut(3)
        guard case .question(let question) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        await fixture.touch(.option(question.options[0].number), at: seat)
        try await cut(4)
        try await fixture.answerAll(at: seat)
        try await cut(5)
        // After a restart the last question stands there again; its "next" leads to the submit screen.
        if case .question = fixture.screen(seat) { await fixture.touch(.next, at: seat) }
        await fixture.touch(.submit, at: seat)
        try await cut(6)
        await fixture.touch(.confirm, at: seat)
        try await cut(7)
        if case .result = fixture.screen(seat) { await fixture.touch(.confirm, at: seat) }
        await fixture.touch(.sign, at: seat, value: strokes)
        try await cut(8)
        #expect(try await fixture.entries("attempt.result").count == 1)
        #expect(try await fixture.entries("attempt.scored").count == 1)
        #expect(try await fixture.entries("attempt.opened").count == 1)
    }

    @Test func `wrong answers end in the question whether to go on, and in weak areas`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        var asked = false
        for _ in 0..<30 {
            if case .earlyFail = fixture.screen(seat) { asked = true }
            if case .submit = fixture.screen(seat) { break }
            try await fixture.answerAll(at: seat, wrong: 2)
        }
        #expect(try await fixture.entries("attempt.earlyFailAsked").count == 1)
        #expect(
            asked
                || fixture.terminals["seat-\(seat)"]?.scenes.contains {
                    if case .earlyFail = $0.screen { true } else { false }
                } == true)
        await fixture.touch(.submit, at: seat)
        guard case .result(let result) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(result.score == 60)
        #expect(!result.passed)
        #expect(result.weakAreas.reduce(0) { $0 + $1.wrong } == 2)
        #expect(result.weakAreas.allSatisfy { !$0.explanations.isEmpty })
    }

    @Test func `going back is free where the programme allows it`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, programme: "TEST-BACK")
        let seat = try await fixture.begin(1)
        await fixture.touch(.next, at: seat)
        await fixture.touch(.overview, at: seat)
        guard case .overview(let overview) = fixture.screen(seat) else { return }
        #expect(overview.mayGoTo)
        #expect(overview.current == 2)
        await fixture.touch(.goTo(5), at: seat)
        #expect(await fixture.attempt(at: seat)?.current == 5)
        await fixture.touch(.next, at: seat)
        guard case .submit(let submit) = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(submit.unanswered == [1, 2, 3, 4, 5])
        #expect(submit.mayReturn)
        await fixture.touch(.back, at: seat)
        guard case .question = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
    }

    @Test func `six seats do not wait for each other`() async throws {
        let fixture = try await HallFixture(seats: 6)
        var seats: [Int] = []
        for person in 1...6 {
            try await fixture.book(person)
            seats.append(try await fixture.begin(person))
        }
        #expect(Set(seats).count == 6)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seat in seats {
                group.addTask {
                    try await fixture.answerAll(at: seat)
                    await fixture.touch(.submit, at: seat)
                    await fixture.touch(.confirm, at: seat)
                    await fixture.touch(.sign, at: seat, value: strokes)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await fixture.entries("attempt.result").count == 6)
        let papers = Set(
            try await fixture.entries("attempt.started").map { try $0.decode(AttemptEntry.Started.self).paper.seed })
        #expect(papers.count == 6)
    }

    @Test func `a paper's picture is sent once and before the question that shows it`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1, programme: "TEST-BACK")
        let seat = try await fixture.begin(1)
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        for number in 1...5 {
            await fixture.touch(.overview, at: seat)
            await fixture.touch(.goTo(number), at: seat)
        }
        let digests = terminal.media.map(\.digest)
        #expect(Set(digests).count == digests.count)
        for scene in terminal.scenes {
            guard case .question(let question) = scene.screen, let picture = question.picture else { continue }
            #expect(digests.contains(picture.digest))
        }
    }

    @Test func `a signature of no strokes is not taken`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        try await fixture.answerAll(at: seat)
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        for value in [[], [[1]], [[2000, 1, 1, 1, 1, 1, 1, 1]]] as [[[Int]]] {
            await fixture.touch(.sign, at: seat, value: value)
            #expect(await fixture.attempt(at: seat)?.phase == .scored)
        }
    }

    @Test func `a slip comes back in parts and is stored with its digest`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        try await fixture.answerAll(at: seat)
        await fixture.touch(.submit, at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.touch(.sign, at: seat, value: strokes)
        let terminal = try #require(fixture.terminals["seat-\(seat)"])
        while terminal.slips.isEmpty { await Task.yield() }
        let slip = try #require(terminal.slips.first)
        #expect(slip.signature == strokes)
        let file: [UInt8] = Array("%PDF-1.5 of a test".utf8)
        for (part, data) in [file.prefix(7), file.dropFirst(7)].enumerated().reversed() {
            await fixture.hall.receive(
                .slip(.init(attempt: slip.attempt, part: part, parts: 2, data: base64url(data))), from: "seat-\(seat)")
            await fixture.settle()
        }
        let out = "\(fixture.folder)/printed.pdf"
        try await fixture.hall.openSlip(AttemptID(slip.attempt), to: out)
        #expect(try readFile(out) == file)
        let entry = try #require(try await fixture.entries("attempt.slip").first).decode(AttemptEntry.SlipStored.self)
        #expect(entry.digest == base64url(sha256(file)))
    }

    @Test func `a paused exam spends no time and goes on`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        await fixture.advance(seconds: 3)
        #expect(try await fixture.hall.perform(.pause, at: seat).kind == "attempt.paused")
        await fixture.settle()
        await fixture.advance(seconds: 30)
        guard case .paused = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(try await fixture.hall.perform(.resume, at: seat).kind == "attempt.resumed")
        await fixture.settle()
        await fixture.advance(seconds: 2)
        #expect(await fixture.attempt(at: seat)?.spentMs == 5_000)
    }
}
