import Cryptography
import Exam
import Glibc
import Platform
import Testing

@testable import Measurement

@Suite struct ArchiveTests {
    static let attempts = [
        sampleAttempt(
            "A-1", [[1], [2], [], [1], [1], [1], [1], [1], [1, 2], [2]], tenths: [10, nil, 3, 4, 5, 6, 7, 8, 70000, 1]),
        sampleAttempt("A-2", [[1], [1]], passMark: 20, endedBy: .timeUp, language: "ru"),
        sampleAttempt("A-3", [[3]], endedBy: .earlyFail, bank: String(repeating: "cd", count: 32)),
    ]

    /// What stands in an archive, as attempts once more.
    static func unpacked(_ archive: AnswerArchive) -> [[Response]] {
        archive.rows.map { row in
            archive.words[row.answers].map { word in
                let question = archive.questions[Int(word >> 12)]
                return Response(
                    item: question.item, version: question.version,
                    answer: (1...12).filter { word >> UInt32($0 - 1) & 1 == 1 })
            }
        }
    }

    /// Writes a file without making it durable, which a thousand variants of it need not be.
    func overwrite(_ path: String, _ bytes: [UInt8]) throws {
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    }

    @Test func `what is packed is read again, answer by answer`() throws {
        let folder = try ResultFolder()
        let packed = try archive(Self.attempts)
        let path = "\(folder.path)/a.archive"
        let written = try packed.write(to: path)
        let (read, digest) = try AnswerArchive.read(path)
        #expect(digest == written)
        #expect(read.rows == packed.rows)
        #expect(Self.unpacked(read) == Self.attempts.map(\.responses))
        #expect((0..<read.count).map(read.attempt) == ["A-1", "A-2", "A-3"])
        #expect(read.result(1) == sha256(Array("A-2".utf8)))
        #expect(read.languages == ["zh-Hans", "ru"])
        #expect(Array(read.times[..<11]) == [10, 65535, 3, 4, 5, 6, 7, 8, 65534, 1, 65535])
        #expect(try AnswerArchive.read(path, withTimes: false).archive.words == packed.words)
    }

    @Test func `an archive without times is read as well`() throws {
        let folder = try ResultFolder()
        _ = try archive(Self.attempts[1]).write(to: "\(folder.path)/a.archive")
        let read = try AnswerArchive.read("\(folder.path)/a.archive").archive
        #expect(!read.hasTimes && read.answerCount == 2)
    }

    @Test func `archives joined give what all attempts at once give`() throws {
        var builder = AnswerArchiveBuilder()
        try builder.add(contentsOf: try archive(Self.attempts[1]), from: "one")
        try builder.add(contentsOf: try archive(Self.attempts[2], Self.attempts[0]), from: "two")
        let joined = builder.finish()
        #expect(Self.unpacked(joined) == [Self.attempts[1], Self.attempts[2], Self.attempts[0]].map(\.responses))
        #expect(joined.times.count == joined.answerCount)
        #expect(joined.times.last == 1 && joined.times.first == 65535)
    }

    @Test func `an attempt that comes twice is named with both places`() throws {
        var builder = AnswerArchiveBuilder()
        try builder.add(Self.attempts[0], from: "a.jws")
        let joined = try archive(Self.attempts[0])
        #expect(
            throws: Unusable(
                "b.archive", "attempt A-1 was read already, from a.jws; every attempt is counted once")
        ) { try builder.add(contentsOf: joined, from: "b.archive") }
    }

    @Test func `an archive cut short anywhere, or altered in any part, is refused`() throws {
        let folder = try ResultFolder()
        let path = "\(folder.path)/a.archive"
        _ = try archive(Self.attempts).write(to: path)
        let whole = try readFile(path)
        for length in stride(from: 0, to: whole.count, by: 7) {
            try overwrite(path, Array(whole[..<length]))
            let error = #expect(throws: Unusable.self) { try AnswerArchive.read(path) }
            #expect(error?.place == path)
        }
        // Between the parts stand zero bytes that say nothing; everything else is covered.
        var unseen: [UInt8] = []
        for place in whole.indices {
            var altered = whole
            altered[place] ^= 1
            try overwrite(path, altered)
            if (try? AnswerArchive.read(path)) != nil { unseen.append(whole[place]) }
        }
        #expect(unseen.count < 4 * 64 && unseen.allSatisfy { $0 == 0 })
        try AtomicFile.write(whole + [0], to: path)
        #expect(throws: Unusable(path, "1 bytes too long; copy it again")) { try AnswerArchive.read(path) }
        try AtomicFile.write(whole, to: path)
        #expect(try AnswerArchive.read(path).archive.count == 3)
    }

    @Test func `what is altered is named by its part`() throws {
        let folder = try ResultFolder()
        let path = "\(folder.path)/a.archive"
        let packed = try archive(Self.attempts)
        _ = try packed.write(to: path)
        var bytes = try readFile(path)
        let answers = packed.words.withUnsafeBytes { Array($0) }
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: answers) })
        bytes[place] ^= 1
        try AtomicFile.write(bytes, to: path)
        #expect(throws: Unusable(path, "altered: its answers are not those that were written; copy it again")) {
            try AnswerArchive.read(path)
        }
    }

    @Test(arguments: [
        (
            sampleAttempt("A", [[0]]),
            "answer 1, question Q-1: options are numbers from 1 to 12, each once, in order; there are: [0]"
        ),
        (
            sampleAttempt("A", [[1], [2, 1]]),
            "answer 2, question Q-2: options are numbers from 1 to 12, each once, in order; there are: [2, 1]"
        ),
        (sampleAttempt("A", []), "an attempt has 0 answers"),
        (sampleAttempt("A", [[1]], score: 11), "score 11 and pass mark 30 do not fit 10 points"),
    ])
    func `an attempt that cannot be is refused with its place`(attempt: AnsweredAttempt, problem: String) {
        var builder = AnswerArchiveBuilder()
        #expect(throws: Unusable("a.jws", problem)) { try builder.add(attempt, from: "a.jws") }
    }
}
