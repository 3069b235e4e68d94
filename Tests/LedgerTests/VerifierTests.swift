import CanonicalJSON
import Cryptography
import Ledger
import Platform
import SQLite
import Testing

@Suite struct VerifierTests {
    private let folder: JournalFolder
    private let entries = 20

    init() throws { folder = try JournalFolder() }

    /// A journal's copy, as an auditor gets it.
    private func makeCopy() async throws -> String {
        let journal = try folder.open()
        for number in 1...entries {
            try await journal.append(
                [draft(number, stream: "seat/\(number % 3)")], head: number % 5 == 0,
                subjects: number == 1 ? [Subject(subject: "s1", appliance: "wrapped", center: "wrapped too")] : [])
        }
        let copy = folder.path + "/copy.sqlite"
        try await journal.copy(to: copy)
        try await journal.close()
        return copy
    }

    private func verify(_ path: String, anchors: [String] = []) throws -> JournalReport {
        try JournalVerifier.verify(path: path, trust: folder.trust, anchors: anchors)
    }

    @Test func `a copy taken from a working journal is whole, in rollback mode and signed to its end`() async throws {
        let journal = try folder.open()
        let copy = folder.path + "/copy.sqlite"
        async let appends: Void = {
            for number in 1...300 { try await journal.append([draft(number)]) }
        }()
        try await until { journal.tip.sequence > 20 }
        try await journal.copy(to: copy)
        try await appends
        let report = try verify(copy)
        #expect(report.isGood)
        #expect(report.entries >= 20 && report.heads >= 1)
        // Bytes 18 and 19 of the header are 1 for a rollback journal and 2 for a log.
        let header = try readFile(copy).prefix(20)
        #expect(header[18] == 1 && header[19] == 1)
        #expect(!fileExists(copy + "-wal"))
    }

    @Test func `an untouched copy is good`() async throws {
        let report = try verify(try await makeCopy())
        #expect(report.isGood && report.entries == 20 && report.heads == 4 && report.unsigned == 0)
    }

    @Test(arguments: [
        "UPDATE entry SET body = cast(replace(cast(body AS TEXT), '\"number\":7', '\"number\":8') AS BLOB) WHERE sequence = 7",
        "UPDATE entry SET kind = 'other' WHERE sequence = 7",
        "UPDATE entry SET stream = 'seat/9' WHERE sequence = 7",
        "UPDATE entry SET previous = zeroblob(32) WHERE sequence = 7",
        "UPDATE entry SET digest = zeroblob(32) WHERE sequence = 7",
        "DELETE FROM entry WHERE sequence = 7",
        "DELETE FROM entry WHERE sequence = 1",
        "DELETE FROM entry WHERE sequence > 17",
        "INSERT INTO entry SELECT 21, kind, stream, body, previous, digest FROM entry WHERE sequence = 20",
        "INSERT INTO entry SELECT -1, kind, stream, body, previous, digest FROM entry WHERE sequence = 1",
        "UPDATE entry SET sequence = -8 WHERE sequence = 8; UPDATE entry SET sequence = 8 WHERE sequence = 7; UPDATE entry SET sequence = 7 WHERE sequence = -8",
        "UPDATE head SET jws = (SELECT jws FROM head WHERE sequence = 5) WHERE sequence = 10",
        "UPDATE head SET sequence = 11 WHERE sequence = 10",
        "UPDATE head SET jws = substr(jws, 1, length(jws) - 4) || 'AAAA' WHERE sequence = 10",
        "INSERT INTO head VALUES (99, (SELECT jws FROM head WHERE sequence = 10))",
        "DELETE FROM head WHERE sequence = 10",
        "DELETE FROM head WHERE sequence = 20",
        "DELETE FROM head",
        "DELETE FROM entry",
        "DELETE FROM entry WHERE sequence > 16; DELETE FROM head WHERE sequence > 16",
        "UPDATE subject SET appliance = 'x'",
        "UPDATE subject SET center = NULL",
        "UPDATE subject SET subject = 's2'",
        "UPDATE subject SET sequence = 2",
        "DELETE FROM subject",
        "INSERT INTO subject VALUES ('s2', 'a', 'c', 1)",
        "CREATE VIEW entries AS SELECT * FROM entry",
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END",
        "CREATE TABLE more(x)",
        "DROP INDEX entry_stream",
        "CREATE INDEX other ON entry(kind)",
        "PRAGMA user_version = 0",
    ])
    func `each kind of edit is found`(edit: String) async throws {
        let copy = try await makeCopy()
        #expect(try verify(copy).isGood)
        try Connection(path: copy).execute(edit)
        do {
            #expect(try !verify(copy).isGood)
        } catch JournalError.notAJournal {
            // Refused before it is read.
        }
    }

    @Test func `a head that no entry promises may go: a later one is over everything before it`() async throws {
        let journal = try folder.open()
        for number in 1...entries { try await journal.append([draft(number)], head: number == entries) }
        _ = try await journal.head(at: 7)
        let copy = folder.path + "/copy.sqlite"
        try await journal.copy(to: copy)
        #expect(try verify(copy).heads == 2)
        try Connection(path: copy).execute("DELETE FROM head WHERE sequence = 7")
        #expect(try verify(copy).isGood)
    }

    @Test func `an erased key is missed only while no entry says that it was erased`() async throws {
        let journal = try folder.open()
        let keys = ["s1", "s2"].map { Subject(subject: $0, appliance: "wrapped", center: nil) }
        try await journal.append([draft(1)], subjects: keys)
        try await journal.erase(subjects: ["s1"], reason: "retention")
        let copy = folder.path + "/copy.sqlite"
        try await journal.copy(to: copy)
        #expect(try verify(copy).isGood)
        let connection = try Connection(path: copy)
        try connection.execute("INSERT INTO subject VALUES ('s1', 'wrapped', NULL, 1)")
        #expect(try !verify(copy).isGood)
        try connection.execute("DELETE FROM subject")
        #expect(try !verify(copy).isGood)
    }

    /// An insider who knows the format rewrites the chain; only signatures and what others saw are left.
    private func rewrite(_ path: String, from first: Int) throws {
        let connection = try Connection(path: path)
        var tip = try connection.first("SELECT digest FROM entry WHERE sequence = ?", first - 1) {
            Tip(sequence: first - 1, digest: $0.blob(0))
        }!
        let rows = try connection.rows("SELECT sequence, kind, stream, body FROM entry WHERE sequence >= ?", first) {
            ($0.integer(0), $0.text(1), $0.text(2), $0.blob(3))
        }
        for (sequence, kind, stream, old) in rows {
            let body = Array(
                String(decoding: old, as: UTF8.self).replacing("\"number\":7,", with: "\"number\":8,").utf8)
            let digest = Entry.digest(
                previous: tip.digest, sequence: sequence, kind: kind, stream: stream, body: body)
            try connection.run(
                "UPDATE entry SET body = ?, previous = ?, digest = ? WHERE sequence = ?", body, tip.digest, digest,
                sequence)
            tip = Tip(sequence: sequence, digest: digest)
        }
    }

    @Test func `a chain computed anew after an edit is betrayed by its signed heads`() async throws {
        let copy = try await makeCopy()
        try rewrite(copy, from: 7)
        let report = try verify(copy)
        #expect(report.firstBad == 6)
        #expect(!report.isGood)
    }

    @Test func `heads signed by a stranger are not believed`() async throws {
        let copy = try await makeCopy()
        try rewrite(copy, from: 7)
        let connection = try Connection(path: copy)
        let stranger = SigningKey.generate()
        for sequence in [10, 15, 20] {
            let digest = try connection.first("SELECT digest FROM entry WHERE sequence = ?", sequence) { $0.blob(0) }!
            let head = Head(
                appliance: "hall-1", tip: Tip(sequence: sequence, digest: digest), at: "2026-11-22T02:00:00.000Z")
            try connection.run(
                "UPDATE head SET jws = ? WHERE sequence = ?", try JWS.sign(payload: head, key: stranger), sequence)
        }
        #expect(try !verify(copy).isGood)
        // Without anybody to trust the forgery holds: that is why there are keys.
        #expect(try JournalVerifier.verify(path: copy).isGood)
    }

    @Test func `a receipt finds what the machine's own key cannot: the tail cut off, yesterday's file`() async throws {
        let copy = try await makeCopy()
        let center = SigningKey.generate()
        let digest = try Connection(path: copy).first("SELECT digest FROM entry WHERE sequence = 20") { $0.blob(0) }!
        let receipt = try JWS.sign(
            payload: Head(
                appliance: "hall-1", tip: Tip(sequence: 20, digest: digest), at: "2026-11-22T03:00:00.000Z"),
            key: center)
        let trust = JWKS(keys: folder.trust.keys + [center.publicJWK])
        #expect(try JournalVerifier.verify(path: copy, trust: trust, anchors: [receipt]).isGood)
        try Connection(path: copy).execute(
            "DELETE FROM entry WHERE sequence > 15; DELETE FROM head WHERE sequence > 15")
        #expect(try verify(copy).isGood)
        #expect(try !JournalVerifier.verify(path: copy, trust: trust, anchors: [receipt]).isGood)
    }

    @Test func `a changed byte anywhere in the file is found, or changes no entry`() async throws {
        let copy = try await makeCopy()
        var original: [Entry] = []
        try JournalVerifier.forEach(path: copy) { original.append($0) }
        let bytes = try readFile(copy)
        var random = SystemRandomNumberGenerator()
        var found = 0
        let damaged = folder.path + "/damaged.sqlite"
        for _ in 1...400 {
            // Other tests wait for answers while this one computes.
            await Task.yield()
            var changed = bytes
            let position = Int.random(in: 0..<bytes.count, using: &random)
            changed[position] ^= UInt8.random(in: 1...255, using: &random)
            try AtomicFile.write(changed, to: damaged)
            do {
                if try verify(damaged).isGood {
                    var entries: [Entry] = []
                    try JournalVerifier.forEach(path: damaged) { entries.append($0) }
                    #expect(entries == original, "byte \(position)")
                } else {
                    found += 1
                }
            } catch is JournalError {
                found += 1
            }
        }
        #expect(found > 50)
    }
}
