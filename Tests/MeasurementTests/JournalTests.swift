import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Glibc
import Ledger
import Platform
import Testing

@testable import Measurement

/// Answers and times out of a journal.
@Suite struct JournalTests {
    /// Writes a journal with one attempt of three questions; `signed` are the answers that its result is over.
    static func journal(in folder: String, key: SigningKey, signed: [[Int]]) async throws {
        let time = ManualTime()
        var options = Journal.Options()
        options.ballastMiB = 0
        let journal = try Journal(
            in: SystemStateFolder(folder), time: time, appliance: "hall-1", key: key, options: options)
        let stream = "attempt/A-1"
        func write(_ entry: AttemptEntry, afterMs: Int = 0) async throws {
            time.advance(milliseconds: afterMs)
            let body = try JSONCoder.tree(Body(entry))
            try await journal.append([Draft(kind: entry.kind.rawValue, stream: stream, body: body)])
        }
        try await write(
            .opened(
                .init(
                    booking: "B", candidate: "c", programme: "K1-CAR", vehicleClass: "C1", attemptNumber: 1,
                    language: "en", reason: .first, seat: 1, subject: "s", sealed: "x", extraTimePercent: 0)))
        try await write(.verified(.init(by: .card, language: "en")))
        try await write(.rulesAcknowledged(.init(version: 1)))
        try await write(.started(try started()))
        try await write(.chose(.init(number: 1, item: "Q-1", answer: [1])), afterMs: 3000)
        try await write(.showed(.init(number: 2)), afterMs: 1500)
        try await write(.paused(.init(reason: .examiner)), afterMs: 2000)
        try await write(.resumed, afterMs: 60_000)
        try await write(.chose(.init(number: 2, item: "Q-2", answer: [2])), afterMs: 1000)
        try await write(.showed(.init(number: 3)), afterMs: 0)
        try await write(.interrupted(.init(spentMs: 7500, cause: .gap)), afterMs: 5000)
        try await write(.credited(.init(ms: 0, stoodMs: 5000, from: 7500, to: 7500)), afterMs: 0)
        try await write(.showed(.init(number: 1)), afterMs: 1000)
        try await write(.ended(.init(by: .submitted, spentMs: 9000)), afterMs: 500)
        try await write(.scored(.init(score: 10, full: 30, passMark: 20, passed: false, wrong: [2, 3], areas: [])))
        try await write(.signed(.init(sealed: "x")))
        let payload = try sampleResult(sampleAttempt("A-1", signed, passMark: 20, language: "en", score: 10))
        try await write(.result(.init(jws: try JWS.sign(payload: payload, key: key))))
        try await journal.append([
            Draft(
                kind: "attempt.opened", stream: "attempt/A-2",
                body: try JSONCoder.tree(
                    Body(
                        .opened(
                            .init(
                                booking: "B", candidate: "c", programme: "K1-CAR", vehicleClass: "C1", attemptNumber: 1,
                                language: "en", reason: .first, seat: 1, subject: "s", sealed: "x", extraTimePercent: 0)
                        ))))
        ])
        try await journal.close()
    }

    static func started() throws -> AttemptEntry.Started {
        let draw = Draw(
            bank: sampleBankDigest, programme: "K1-CAR", blueprint: 1, vehicleClass: "C1", language: "en",
            day: CalendarDate(daysSinceEpoch: 20_000), seed: [UInt8](repeating: 1, count: 32))
        let items = (1...3).map { PaperItem(item: ItemID("Q-\($0)"), version: 1, options: [1, 2, 3, 4]) }
        return .init(
            paper: Paper(draw: draw, items: items), kinds: [.single: 3], paperDigest: "d", budgetMs: 2_700_000,
            full: 30, passMark: 20, pointsEach: 10,
            policies: try Policies(commitOnNext: false, feedback: .none, earlyFail: .off, goingBack: true))
    }

    /// An entry's body as a value.
    struct Body: Encodable {
        let entry: AttemptEntry
        init(_ entry: AttemptEntry) { self.entry = entry }
        func encode(to encoder: any Encoder) throws { try entry.body.encode(to: encoder) }
    }

    @Test func `times are those with the clock running, and a disturbed question has none`() async throws {
        let folder = try ResultFolder()
        let path = "\(folder.path)/journal.sqlite"
        try await Self.journal(in: folder.path, key: folder.key, signed: [[1], [2], []])
        let reading = try AnswerSources(trust: folder.trust).read([path])
        #expect(reading.unfinished == 1)
        #expect(ArchiveTests.unpacked(reading.archive).map { $0.map(\.answer) } == [[[1], [2], []]])
        // 4.5 s and another 0.5 s after coming back; 2 s and 1 s around the pause; interrupted.
        #expect(reading.archive.times == [50, 30, AnswerArchive.timeUnknown])
    }

    @Test func `answers that are not the signed ones are named by their entry`() async throws {
        let folder = try ResultFolder()
        let path = "\(folder.path)/journal.sqlite"
        try await Self.journal(in: folder.path, key: folder.key, signed: [[1], [3], []])
        #expect(
            throws: Unusable(
                "\(path), entry 17", "the answers in the journal are not those that result A-1 was signed over")
        ) { try AnswerSources(trust: folder.trust).read([path]) }
    }
}
