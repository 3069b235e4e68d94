import CanonicalJSON
import Cryptography
import Exam
import Platform
import Testing

@testable import Measurement

/// Answers as people hand them over.
@Suite struct SourceTests {
    static let attempt = sampleAttempt("A-1", [[1], [2], [1]])

    @Test func `a result is read with the answers that it was signed over`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        let second = try folder.write(sampleAttempt("A-2", [[1], [1], [1]]))
        let reading = try AnswerSources(trust: folder.trust).read([result, second])
        #expect(reading.archive.count == 2)
        #expect(ArchiveTests.unpacked(reading.archive)[0] == Self.attempt.responses)
        let jws = String(decoding: try readFile(result), as: UTF8.self).filter { !$0.isWhitespace }
        #expect(reading.archive.result(0) == sha256(Array(jws.utf8)))
    }

    @Test func `answers stand beside the result or in a folder that is named`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        try makeDirectory("\(folder.path)/elsewhere")
        try AtomicFile.write(try readFile(folder.answers("A-1")), to: "\(folder.path)/elsewhere/A-1.json")
        #expect(
            try AnswerSources(trust: nil, answersFolder: "\(folder.path)/elsewhere").read([result]).archive.count == 1)
        let error = #expect(throws: Unusable.self) {
            try AnswerSources(trust: nil, answersFolder: "\(folder.path)/results").read([result])
        }
        #expect(error == Unusable(result, "its answers are missing; looked for \(folder.path)/results/A-1.json"))
    }

    @Test func `answers of another attempt are not taken for it`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        let other = Self.attempt.responses.dropLast() + [Response(item: "Q-3", version: 1, answer: [2])]
        try AtomicFile.write(try JSONCoder.encode(Array(other)), to: folder.answers("A-1"))
        let error = #expect(throws: Unusable.self) { try AnswerSources(trust: folder.trust).read([result]) }
        #expect(error?.place == "\(folder.path)/results/../answers/A-1.json")
        #expect(error?.problem.hasPrefix("not the answers that \(result) was signed over: their digest is ") == true)
    }

    @Test func `answers cut short are named`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        let whole = try readFile(folder.answers("A-1"))
        try AtomicFile.write(Array(whole.dropLast(20)), to: folder.answers("A-1"))
        let error = #expect(throws: Unusable.self) { try AnswerSources(trust: folder.trust).read([result]) }
        #expect(error?.problem.hasPrefix("not the answers of an attempt, or cut short: ") == true)
    }

    @Test func `a result that a stranger signed counts only where nobody asks who signed`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        let stranger = JWKS(keys: [SigningKey.generate().publicJWK])
        let error = #expect(throws: Unusable.self) { try AnswerSources(trust: stranger).read([result]) }
        #expect(error?.place == result)
        #expect(error?.problem.hasPrefix("no result that counts: no trusted signing key has the thumbprint ") == true)
        #expect(try AnswerSources(trust: nil).read([result]).archive.count == 1)
    }

    @Test func `the same result given twice is counted once or not at all`() throws {
        let folder = try ResultFolder()
        let result = try folder.write(Self.attempt)
        let copy = "\(folder.path)/results/copy.jws"
        try AtomicFile.write(try readFile(result), to: copy)
        try AtomicFile.write(try readFile(folder.answers("A-1")), to: "\(folder.path)/answers/copy.json")
        #expect(
            throws: Unusable(copy, "attempt A-1 was read already, from \(result); every attempt is counted once")
        ) { try AnswerSources(trust: folder.trust).read([result, copy]) }
    }

    @Test func `what is neither result nor archive nor journal is refused`() throws {
        let folder = try ResultFolder()
        let path = "\(folder.path)/words"
        try AtomicFile.write("hello", to: path)
        let error = #expect(throws: Unusable.self) { try AnswerSources(trust: nil).read([path]) }
        #expect(
            error?.problem == "no result that counts: not a JWS in compact form: it has not three parts in base64url")
    }
}
