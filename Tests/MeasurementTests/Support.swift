import CanonicalJSON
import Cryptography
import Exam
import Glibc
import Platform

@testable import Measurement

/// A folder of its own for one test, with results and answers as a hall leaves them.
final class ResultFolder: Sendable {
    let path: String
    let key = SigningKey.generate()

    init() throws {
        var template = Array("/tmp/kaotai-measure-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
        path = String(cString: made)
        for folder in ["results", "answers"] { try makeDirectory("\(path)/\(folder)") }
    }

    deinit { removeTree(path) }

    var trust: JWKS { JWKS(keys: [key.publicJWK]) }

    /// Writes a signed result and its answers file.
    ///
    /// - Returns: the result's path.
    @discardableResult
    func write(_ attempt: AnsweredAttempt) throws -> String {
        let result = "\(path)/results/\(attempt.attempt).jws"
        let payload = try sampleResult(attempt)
        try AtomicFile.write(try JWS.sign(payload: payload, key: key) + "\n", to: result)
        try AtomicFile.write(try JSONCoder.encode(attempt.responses), to: answers(attempt.attempt))
        return result
    }

    func answers(_ attempt: AttemptID) -> String { "\(path)/answers/\(attempt).json" }
}

let sampleBankDigest = String(repeating: "ab", count: 32)

/// The payload of a result.
func sampleResult(_ attempt: AnsweredAttempt) throws -> JSONValue {
    [
        "appliance": "hall-1", "attempt": .string(attempt.attempt.rawValue),
        "programme": .string(attempt.programme.rawValue), "attemptNumber": 1, "candidate": "c", "seat": 1,
        "language": .string(attempt.language.rawValue), "startedAt": "2026-11-22T02:00:00.000Z",
        "endedAt": "2026-11-22T02:30:00.000Z", "spentMs": 1, "creditedMs": 0,
        "endedBy": .string(attempt.endedBy.rawValue), "score": .integer(attempt.score),
        "full": .integer(attempt.full), "passMark": .integer(attempt.passMark),
        "passed": .bool(attempt.score >= attempt.passMark),
        "paper": ["bank": .string(attempt.bank), "blueprint": 1, "seed": "00", "digest": "d"],
        "responses": .string(base64url(sha256(try JSONCoder.encode(attempt.responses)))),
        "interruptions": ["cuts": 0, "flagged": false, "moves": [], "credits": []],
        "journal": ["first": 1, "last": 2, "digest": "e"],
    ]
}

/// Questions Q-1 to Q-8: single, four options, option 1 is right; Q-9 multi, options 1 and 2 of four; Q-10 judge, true.
func sampleBank(digest: String = sampleBankDigest, version: Int = 3) -> MeasuredBank {
    var questions: [ItemID: MeasuredBank.Question] = [:]
    for number in 1...8 { questions[ItemID("Q-\(number)")] = .init(version: 1, kind: .single, options: 4, key: 1) }
    questions["Q-9"] = .init(version: 2, kind: .multi, options: 4, key: 3)
    questions["Q-10"] = .init(version: 1, kind: .judge, options: 2, key: 1)
    return MeasuredBank(name: "sample.package", digest: digest, id: "sample", version: version, questions: questions)
}

/// An attempt over Q-1, Q-2, … with an answer each, ten points a question; counted with the sample bank's keys.
func sampleAttempt(
    _ id: AttemptID, _ answers: [[Int]], passMark: Int = 30, endedBy: AttemptEntry.EndReason = .submitted,
    language: LanguageTag = "zh-Hans", bank: String = sampleBankDigest, score: Int? = nil, tenths: [Int?] = []
) -> AnsweredAttempt {
    let right = answers.enumerated().count { number, answer in
        number < 8 ? answer == [1] : number == 8 ? answer == [1, 2] : answer == [1]
    }
    return AnsweredAttempt(
        attempt: id, result: sha256(Array(id.rawValue.utf8)), bank: bank, programme: "K1-CAR", language: language,
        endedBy: endedBy, score: score ?? right * 10, full: answers.count * 10, passMark: passMark,
        responses: answers.enumerated().map { number, answer in
            Response(item: ItemID("Q-\(number + 1)"), version: number == 8 ? 2 : 1, answer: answer)
        }, tenths: tenths)
}

func archive(_ attempts: AnsweredAttempt...) throws -> AnswerArchive { try archive(attempts) }

func archive(_ attempts: [AnsweredAttempt]) throws -> AnswerArchive {
    var builder = AnswerArchiveBuilder()
    for attempt in attempts { try builder.add(attempt, from: attempt.attempt.rawValue) }
    return builder.finish()
}

func correction(
    item: String = "Q-2", version: Int = 1, oldKey: String = "[1]", decision: String = #""newKey": [2]"#,
    bank: String = #"{"id": "sample", "version": 3}"#, decidedBy: String = #"["Li Ming", "Wang Fang"]"#
) throws(Unusable) -> KeyCorrection {
    try KeyCorrection(
        json: Array(
            """
            {"bank": \(bank), "item": "\(item)", "version": \(version), "oldKey": \(oldKey), \(decision),
             "reason": "the law changed", "decidedBy": \(decidedBy), "day": "2026-12-01"}
            """.utf8), name: "correction.json")
}
