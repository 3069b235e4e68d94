import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Platform
import Testing

@testable import Measurement

@Suite struct RescoringTests {
    static let attempts = [
        sampleAttempt("loses", [[1], [1], [1], [2]]),
        sampleAttempt("wins", [[1], [2], [1], [2]]),
        sampleAttempt("same", [[1], [3], [1], [1]]),
        sampleAttempt("unanswered", [[1], [], [1], [2]]),
        sampleAttempt("elsewhere", [[1]], passMark: 10),
    ]

    static func outcome(
        _ attempts: [AnsweredAttempt] = attempts, _ corrections: KeyCorrection...,
        banks: [MeasuredBank] = [sampleBank()]
    ) throws -> Rescoring.Outcome {
        try Rescoring(archive(attempts), name: "a.archive", banks: banks, corrections: corrections).run()
    }

    @Test func `a corrected key changes the attempts that answered one of the two`() throws {
        let outcome = try Self.outcome(Self.attempts, correction())
        #expect(outcome.attempts == 5)
        #expect(outcome.concerned == 4)
        #expect(outcome.disagreements == [])
        #expect(outcome.changes.map(\.attempt) == ["loses", "wins"])
        #expect(outcome.changes[0].before == .init(score: 30, passed: true))
        #expect(outcome.changes[0].after == .init(score: 20, passed: false))
        #expect(outcome.changes[1].before == .init(score: 20, passed: false))
        #expect(outcome.changes[1].after == .init(score: 30, passed: true))
        #expect(outcome.changes[1].result == sha256(Array("wins".utf8)))
    }

    @Test func `credit for all goes to everybody who had the question, answered or not`() throws {
        let outcome = try Self.outcome(Self.attempts, correction(decision: #""creditAll": true"#))
        #expect(outcome.changes.map(\.attempt) == ["wins", "same", "unanswered"])
        #expect(outcome.changes.map(\.after.score) == [30, 40, 30])
    }

    @Test func `several corrections count together`() throws {
        let both = try Self.outcome(
            Self.attempts, correction(), correction(item: "Q-4", decision: #""newKey": [2]"#))
        #expect(both.changes.map(\.attempt) == ["wins", "same", "unanswered"])
        #expect(both.changes.map(\.after.score) == [40, 20, 30])
        #expect(throws: Unusable("correction.json", "correction.json corrects Q-2 too; which of them holds?")) {
            try Self.outcome(Self.attempts, correction(), correction(decision: #""creditAll": true"#))
        }
    }

    @Test func `who stopped because of the wrong key is told apart from who merely fails`() throws {
        let stopped = sampleAttempt("stopped", [[1], [2], [2], []], passMark: 40, endedBy: .earlyFail)
        let failed = sampleAttempt("failed", [[1], [2], [2], [2]], passMark: 40)
        let outcome = try Self.outcome([stopped, failed], correction())
        #expect(outcome.changes.map(\.stoppedEarly) == [true, false])
    }

    @Test func `a signed score that its answers do not give is named`() throws {
        let outcome = try Self.outcome([sampleAttempt("bent", [[1], [1]], score: 10)], correction())
        #expect(outcome.disagreements == [.init(attempt: "bent", signed: 10, counted: 20)])
    }

    @Test func `attempts of a bank that is not at hand are said, not scored`() throws {
        let other = String(repeating: "cd", count: 32)
        let outcome = try Self.outcome([sampleAttempt("other", [[1], [2]], bank: other)] + Self.attempts, correction())
        #expect(outcome.attempts == 5)
        #expect(outcome.otherBanks == [other: 1])
        #expect(outcome.changes.count == 2)
        let both = try Self.outcome(
            [sampleAttempt("other", [[1], [2]], bank: other)] + Self.attempts, correction(),
            banks: [sampleBank(), sampleBank(digest: other, version: 4)])
        // The correction names version 3 of the bank: the same question in version 4 has its key still.
        #expect(both.attempts == 6 && both.changes.count == 2)
    }

    @Test func `the statement holds digests and changes, and its signature holds`() throws {
        let key = SigningKey.generate()
        let packed = try archive(Self.attempts)
        let correction = try correction()
        let outcome = try Rescoring(packed, name: "a", banks: [sampleBank()], corrections: [correction]).run()
        let at = try #require(Timestamp("2026-12-02T01:00:00.000Z"))
        let statement = RescoringStatement(
            outcome, of: packed, banks: [sampleBank()], corrections: [correction], at: at)
        let jws = try JWS.sign(payload: statement, key: key)
        let read = try JSONCoder.decode(
            RescoringStatement.self, from: try JWS.verify(jws, keys: JWKS(keys: [key.publicJWK])))
        #expect(read == statement)
        #expect(read.changed.map(\.attempt) == ["loses", "wins"])
        #expect(read.changed[1].result == base64url(sha256(Array("wins".utf8))))
        #expect(read.corrections == [correction.digest])
        let digests = Self.attempts.map(\.result).sorted { $0.lexicographicallyPrecedes($1) }
        #expect(read.results.digest == base64url(sha256(digests.flatMap { $0 })))
        // In another order the same results give the same digest.
        let turned = RescoringStatement(
            outcome, of: try archive(Self.attempts.reversed()), banks: [sampleBank()], corrections: [correction], at: at
        )
        #expect(turned == statement)
    }

    @Test(arguments: [
        (sampleAttempt("A", [[1], [5]]), "a.archive: attempt A, question 2: option 5 was chosen, Q-2 has 4"),
        (
            sampleAttempt("A", [[1], [1], [1], [1], [1], [1], [1], [1], [1, 2], [1], [1]]),
            "sample.package: papers of this bank ask Q-11, which it does not hold; the answers are not to be counted"
        ),
    ])
    func `answers that fit no question are named`(attempt: AnsweredAttempt, words: String) throws {
        let error = #expect(throws: Unusable.self) { try Self.outcome([attempt], correction()) }
        #expect(error?.description == words)
    }

    @Test func `a question in another version than the bank's is named`() throws {
        var builder = AnswerArchiveBuilder()
        try builder.add(
            AnsweredAttempt(
                attempt: "A", result: sha256([]), bank: sampleBankDigest, programme: "K1-CAR", language: "en",
                endedBy: .submitted, score: 1, full: 1, passMark: 1,
                responses: [Response(item: "Q-1", version: 7, answer: [1])]), from: "a")
        let packed = builder.finish()
        #expect(throws: Unusable("sample.package", "papers of this bank ask version 7 of Q-1, it holds version 1")) {
            try Rescoring(packed, name: "a", banks: [sampleBank()], corrections: [correction()])
        }
    }
}

@Suite struct KeyCorrectionTests {
    @Test func `a correction for another bank is refused with what was given`() throws {
        let error = #expect(throws: Unusable.self) {
            try RescoringTests.outcome(
                RescoringTests.attempts, correction(bank: #"{"id": "sample", "version": 4}"#))
        }
        #expect(
            error?.description == "correction.json: it is for bank sample, version 4; given is sample.package (sample, "
                + "version 3, digest \(sampleBankDigest))")
        let byDigest = try correction(bank: "\"\(sampleBankDigest)\"")
        #expect(try RescoringTests.outcome(RescoringTests.attempts, byDigest).changes.count == 2)
    }

    @Test func `what does not fit the bank's question is named`() throws {
        func words(_ correction: KeyCorrection) -> String? {
            do throws(Unusable) {
                try correction.check(against: sampleBank())
                return nil
            } catch { return error.problem }
        }
        #expect(words(try correction()) == nil)
        #expect(words(try correction(item: "Q-99")) == "bank sample has no question Q-99")
        #expect(words(try correction(version: 2)) == "bank sample, version 3, has version 1 of Q-2, not 2")
        #expect(
            words(try correction(oldKey: "[3]"))
                == "oldKey: [3] is not the key that Q-2 has in sample.package; is the correction for another bank?")
        #expect(
            words(try correction(decision: #""newKey": [5]"#))
                == "newKey: Q-2 has options 1 to 4, each named once; there are: [5]")
        #expect(
            words(try correction(decision: #""newKey": [1, 2]"#)) == "newKey: a single question has one right option")
        #expect(
            words(try correction(item: "Q-9", version: 2, oldKey: "[1, 2]", decision: #""newKey": [1]"#))
                == "newKey: a multi question has two right options or more")
        #expect(words(try correction(item: "Q-10", decision: #""newKey": [2]"#)) == nil)
    }

    @Test func `two different persons decide`() throws {
        for names in [#"["Li Ming"]"#, #"["Li Ming", "Li Ming"]"#, #"["Li Ming", " li  ming "]"#, #"["Li Ming", ""]"#] {
            let error = #expect(throws: Unusable.self) { try correction(decidedBy: names) }
            #expect(error?.problem.hasPrefix("decidedBy: two different persons decide, named are: ") == true)
        }
    }

    @Test(arguments: [
        (#""newKey": [2], "creditAll": true"#, "wanted is either newKey or \"creditAll\": true"),
        (#""creditAll": false"#, "wanted is either newKey or \"creditAll\": true"),
        (#""newKey": [1]"#, "newKey is oldKey: nothing is corrected"),
        (
            #""newkey": [2]"#,
            "\"newkey\" is no member of a key correction; they are bank, creditAll, day, decidedBy, item, newKey, oldKey, reason, version"
        ),
    ])
    func `a decision that is none is refused`(decision: String, problem: String) throws {
        #expect(throws: Unusable("correction.json", problem)) { try correction(decision: decision) }
    }

    @Test func `a file that is no correction is refused`() {
        let error = #expect(throws: Unusable.self) { try KeyCorrection(json: Array("{}".utf8), name: "c.json") }
        #expect(error?.description.hasPrefix("c.json: no key correction: ") == true)
    }
}
