import CanonicalJSON
import Cryptography
import Ledger
import Platform
import SQLite
import Testing

@Suite struct ChainTests {
    private let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `the file holds what the specification says, recomputed from its words`() async throws {
        let journal = try folder.open()
        for number in 1...5 {
            folder.time.advance(milliseconds: 10)
            try await journal.append([draft(number, stream: "seat/\(number % 2)")], head: number == 5)
        }
        try await journal.close()

        let file = try Connection(path: folder.journalPath, access: .readOnly)
        var previous = [UInt8](repeating: 0, count: 32)
        var expected = 1
        try file.forEach("SELECT sequence, kind, stream, body, previous, digest FROM entry ORDER BY sequence") { row in
            #expect(row.integer(0) == expected)
            #expect(row.blob(4) == previous)
            let number = UInt64(row.integer(0))
            let bigEndian = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) }
            previous = sha256(
                previous + bigEndian + sha256(Array(row.text(1).utf8)) + sha256(Array(row.text(2).utf8))
                    + sha256(row.blob(3)))
            #expect(row.blob(5) == previous)
            expected += 1
            return true
        }
        #expect(expected == 6)
        let body = try file.first("SELECT body FROM entry WHERE sequence = 1") { row in
            String(decoding: row.blob(0), as: UTF8.self)
        }
        #expect(
            body
                == #"{"at":"2026-11-22T02:00:00.010Z","boot":"boot-1","monotonic":1010000,"number":1,"text":"考台 \"é\"\n"}"#
        )
        let jws = try #require(try file.first("SELECT jws FROM head WHERE sequence = 5") { $0.text(0) })
        let head = try JSONCoder.decode(Head.self, from: try JWS.verify(jws, keys: folder.trust))
        #expect(
            head == Head(appliance: "hall-1", tip: Tip(sequence: 5, digest: previous), at: "2026-11-22T02:00:00.050Z"))
    }

    @Test func `what was appended is read back, by number, by stream and after reopening`() async throws {
        var written: [Entry] = []
        do {
            let journal = try folder.open()
            written += try await journal.append([draft(1), draft(2, stream: "seat/1")])
            written += try await journal.append([draft(3, stream: "seat/1")])
            #expect(journal.tip == written[2].tip)
            #expect(try await journal.entries(after: 0, limit: 10) == written)
            try await journal.close()
        }
        let journal = try folder.open(whole: true)
        #expect(journal.tip == written[2].tip)
        #expect(try await journal.entries(after: 1, limit: 1) == [written[1]])
        #expect(try await journal.entries(stream: "seat/1") == [written[1], written[2]])
        #expect(try await journal.streams(prefix: "seat/") == ["seat/1"])
        let next = try await journal.append([draft(4)])
        #expect(next[0].sequence == 4)
        #expect(next[0].previous == written[2].digest)
        var seen: [Int] = []
        try await journal.forEach { seen.append($0.sequence) }
        #expect(seen == [1, 2, 3, 4])
    }

    @Test func `drafts made from the place they get see the entry before them`() async throws {
        let journal = try folder.open()
        let before = try await journal.append([draft(1)])
        let made = try await journal.append(head: true) { tip in
            [
                Draft(
                    kind: "result", stream: "attempt/1",
                    body: ["last": .integer(tip.sequence), "digest": .string(base64url(tip.digest))])
            ]
        }
        let body = try made[0].decode([String: JSONValue].self)
        #expect(body["last"] == 1)
        #expect(body["digest"] == .string(base64url(before[0].digest)))
        #expect(try await journal.head(upTo: 2)?.sequence == 2)
    }

    @Test func `a closure that refuses writes nothing and harms nobody in the same transaction`() async throws {
        struct No: Error {}
        let journal = try folder.open()
        await #expect(throws: JournalError.self) { try await journal.append { _ in throw No() } }
        #expect(journal.tip == .origin)
        try await journal.append([draft(1)])
        #expect(journal.tip.sequence == 1)
    }

    @Test(arguments: [
        Draft(kind: "a", stream: "b", body: [1]), Draft(kind: "", stream: "b", body: [:]),
        Draft(kind: "a", stream: "b\n", body: [:]), Draft(kind: "a", stream: "b", body: ["at": "now"]),
        Draft(kind: "a", stream: "b", body: ["n": .integer(1 << 53)]),
    ])
    func `what cannot be an entry is refused in words`(draft: Draft) async throws {
        try await expectRefusal(of: draft)
    }

    @Test func `a body too long for a frame is refused in words`() async throws {
        let text = String(repeating: "x", count: 300_000)
        try await expectRefusal(of: Draft(kind: "a", stream: "b", body: ["n": .string(text)]))
    }

    private func expectRefusal(of draft: Draft) async throws {
        let journal = try folder.open()
        let error = await #expect(throws: JournalError.self) { try await journal.append([draft]) }
        #expect(error?.description.hasPrefix("not an entry: ") == true)
        #expect(journal.tip == .origin)
    }

    @Test func `a line goes out and comes back as the same entry`() async throws {
        let journal = try folder.open()
        let entries = try await journal.append([draft(1), draft(2)])
        for entry in entries { #expect(try Entry(line: entry.line) == entry) }
        #expect(throws: JournalError.self) { try Entry(line: "{}") }
        #expect(throws: JournalError.self) {
            try Entry(line: entries[0].line.replacing("\"digest\":\"", with: "\"digest\":\"zz"))
        }
    }

    @Test func `a segment ends where its head says and carries the keys that came with it`() async throws {
        let journal = try folder.open()
        let subject = Subject(subject: "s1", appliance: "QQ", center: "Qg")
        try await journal.append([draft(1)])
        try await journal.append([draft(2), draft(3)], subjects: [subject])
        let first = try #require(try await journal.segment(after: 0, limit: 2))
        #expect(first.from == 1 && first.to == 2 && first.lines.count == 2 && first.subjects == [subject])
        let head = try JSONCoder.decode(Head.self, from: try JWS.verify(first.head, keys: folder.trust))
        #expect(head.sequence == 2)
        let second = try #require(try await journal.segment(after: 2))
        #expect(second.from == 3 && second.to == 3 && second.subjects.isEmpty)
        #expect(try await journal.segment(after: 3) == nil)
        #expect(try await journal.segment(after: 0, maximumBytes: 10)?.to == 1)
        var check = ChainCheck()
        for line in first.lines + second.lines {
            let entry = try Entry(line: line)
            #expect(check.problem(with: entry) == nil)
        }
        #expect(check.tip == journal.tip)
    }

    @Test func `a segment with one byte changed anywhere is refused, by its chain or by its head`() async throws {
        let journal = try folder.open()
        try await journal.append([draft(1), draft(2), draft(3)])
        let segment = try #require(try await journal.segment(after: 0))
        func isAccepted(_ lines: [String]) -> Bool {
            var check = ChainCheck()
            for line in lines {
                guard let entry = try? Entry(line: line), check.problem(with: entry) == nil else { return false }
            }
            guard let payload = try? JWS.verify(segment.head, keys: folder.trust),
                let head = try? JSONCoder.decode(Head.self, from: payload)
            else { return false }
            return head.sequence == check.tip.sequence && head.digest == base64url(check.tip.digest)
        }
        #expect(isAccepted(segment.lines))
        for (number, line) in segment.lines.enumerated() {
            let original = Array(line.utf8)
            for position in original.indices {
                var changed = original
                changed[position] ^= 1
                var lines = segment.lines
                lines[number] = String(decoding: changed, as: UTF8.self)
                #expect(!isAccepted(lines), "entry \(number + 1), byte \(position)")
            }
        }
        #expect(!isAccepted(Array(segment.lines.dropLast())))
    }

    @Test func `an erased key is gone from every byte of the file, and the chain stays whole`() async throws {
        let journal = try folder.open()
        let secret = "kQ" + String(repeating: "Zx9", count: 40)
        try await journal.append(
            [draft(1)], subjects: [Subject(subject: "s1", appliance: secret, center: nil)])
        #expect(try await journal.subject("s1")?.appliance == secret)
        try await journal.checkpoint()
        func occurs() throws -> Bool {
            try [folder.journalPath, folder.journalPath + "-wal"].contains { path in
                String(decoding: try readFile(path), as: UTF8.self).contains(secret)
            }
        }
        #expect(try occurs())
        let erased = try await journal.erase(subjects: ["s1"], reason: "test")
        #expect(erased.map(\.kind) == [Entry.subjectErased])
        #expect(try await journal.subject("s1") == nil)
        #expect(try !occurs())
        try await journal.verifyWhole()
    }
}
