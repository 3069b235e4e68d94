import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Dispute
import Exam
import Glibc
import Interchange
import Ledger
import Packages
import Platform
import TerminalLink
import Testing

@testable import Hall

/// An archive about an attempt, checked by a program that holds none of our code, and altered ones.
@Suite struct DisputeTests {
    /// A hall where two people sat their exams at the same time, and what it gives about the first.
    private struct Case {
        let fixture: HallFixture
        let attempt: AttemptID
        let archive: DisputeArchive

        init(receipt wantsReceipt: Bool = true) async throws {
            fixture = try await HallFixture(seats: 2)
            try await fixture.book(1)
            try await fixture.book(2)
            let (seat, other) = (try await fixture.begin(1), try await fixture.begin(2))
            attempt = try #require(await fixture.attempt(at: seat)?.id)
            try await fixture.answerAll(at: other, wrong: 1)
            try await fixture.finish(at: seat, wrong: 1)
            try await fixture.deliverSlip(at: seat)
            await fixture.hall.receive(
                .shown(
                    .init(
                        revision: fixture.terminals["seat-\(seat)"]?.revision ?? 0,
                        digest: String(repeating: "d", count: 64), environment: "e")), from: "seat-\(seat)")
            await fixture.advance(seconds: 1)
            let copy = "\(fixture.folder)/copy.sqlite"
            try await fixture.journal.copy(to: copy)
            let head = try #require(JournalVerifier.heads(from: fixture.journal.tip.sequence, path: copy).last)
            let over = try JSONCoder.decode(Head.self, from: try JWS.unverifiedPayload(head.jws))
            let receipt = try JWS.sign(
                payload: Receipt(
                    appliance: "test", sequence: over.sequence, digest: over.digest, at: fixture.time.wall()),
                key: fixture.center)
            let parts = try await fixture.hall.disputeParts(of: attempt, receipt: wantsReceipt ? receipt : nil)
            try AtomicFile.write(parts.trust.canonicalBytes, to: "\(fixture.folder)/trust.jwks")
            archive = try DisputeArchive(
                of: attempt, journal: copy,
                beside: .init(
                    trust: parts.trust.canonicalBytes, receipt: parts.receipt,
                    slip: parts.slip.flatMap { bytes(base64url: $0) }),
                bank: try .init(
                    QuestionPackage(path: fixture.pack(fixture.bank), trust: .anyone), with: fixture.keys))
        }

        /// The manifest over these files, as the daemon signs it.
        func manifest(_ files: [String: [UInt8]]) async throws -> String {
            try await fixture.hall.signDispute(of: attempt, files: files.mapValues { hexadecimal(sha256($0)) })
        }

        /// What the outside program says of an archive of these files: its exit code and its words.
        func check(_ files: [String: [UInt8]], manifest: String) throws -> (code: Int32, words: String) {
            let name = "\(fixture.folder)/\(hexadecimal(systemEntropy(4)))"
            let all = files.merging(["manifest.jws": Array(manifest.utf8)]) { $1 }
            try AtomicFile.write(
                try ZipArchive.bytes(of: all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }), to: name)
            let output = try FileDescriptor(path: name + ".txt", flags: O_WRONLY | O_CREAT)
            let script = HallFixture.bankFolder + "/../../../Provisioning/audit/dispute.py"
            let code = try ChildProcess(
                "python3", [script, name, "--trust", "\(fixture.folder)/trust.jwks"],
                environment: ["PYTHONDONTWRITEBYTECODE": "1"], standardOutput: output.raw, standardError: output.raw
            ).wait()
            return (code, String(decoding: try readFile(name + ".txt"), as: UTF8.self))
        }
    }

    @Test func `an archive says everything about an attempt, and a stranger's program agrees`() async throws {
        let one = try await Case()
        let files = one.archive.files
        #expect(
            Set(files.keys) == [
                "README.txt", "answers.json", "chain.jsonl", "head.jws", "paper.json", "questions.json", "receipt.jws",
                "result.jws", "shown.jsonl", "slip.pdf", "trust.jwks",
            ])
        let manifest = try await one.manifest(files)
        let (code, words) = try one.check(files, manifest: manifest)
        #expect(code == 0, "\(words)")
        #expect(words.contains("counted again: 4 of 5 right"))
        #expect(words.contains("80/100"))
        #expect(!words.contains("no receipt"))
        #expect(try one.archive.bytes(manifest: manifest) == one.archive.bytes(manifest: manifest))
        #expect(try one.archive.appliance() == "test")
        // The other candidate's acts stand between, and are not told.
        let chain = String(decoding: files["chain.jsonl"] ?? [], as: UTF8.self)
        let lines = chain.split(separator: "\n")
        #expect(lines.contains { $0.contains("\"hidden\"") })
        #expect(lines.filter { $0.contains("attempt.chose") }.allSatisfy { $0.contains(one.attempt.rawValue) })
        // That it was made stands in the journal.
        #expect(try await one.fixture.entries("dispute.exported").count == 1)
    }

    @Test func `without a receipt it says so`() async throws {
        let one = try await Case(receipt: false)
        let (code, words) = try one.check(one.archive.files, manifest: try await one.manifest(one.archive.files))
        #expect(code == 0)
        #expect(words.contains("no receipt of the center"))
    }

    @Test func `a file that was changed, taken out or put in is found, and so is a stranger's manifest`() async throws {
        let one = try await Case()
        let files = one.archive.files
        let manifest = try await one.manifest(files)
        for (number, name) in files.keys.sorted().enumerated() {
            var changed = files
            // The one or the other, by turns: each look takes another program's start.
            if number.isMultiple(of: 2) { changed[name]?[0] ^= 1 } else { changed[name] = nil }
            let wanted = number.isMultiple(of: 2) ? "\(name) is not the file" : "\(name) is missing"
            let found = try one.check(changed, manifest: manifest)
            #expect(found.code == 1 && found.words.contains(wanted), "\(name): \(found.words)")
        }
        let more = try one.check(files.merging(["more.txt": [1]]) { $1 }, manifest: manifest)
        #expect(more.code == 1 && more.words.contains("more.txt is not in the manifest"))
        let foreign = try JWS.sign(
            payload: DisputeManifest(
                appliance: "test", at: one.fixture.time.wall(), attempt: one.attempt, files: one.archive.digests),
            key: MemoryKeyStore())
        #expect(try one.check(files, manifest: foreign).code == 1)
        // Something else that the appliance signed is no manifest.
        let result = String(decoding: files["result.jws"] ?? [], as: UTF8.self)
        #expect(try one.check(files, manifest: result).code == 1)
    }

    @Test func `a story that was changed and signed anew by the appliance itself does not fit its chain`() async throws
    {
        let one = try await Case()
        let files = one.archive.files
        func refused(_ name: String, _ words: String, _ change: (String) -> String) async throws {
            var changed = files
            let before = String(decoding: files[name] ?? [], as: UTF8.self)
            let after = change(before)
            try #require(before != after, "nothing was changed in \(name)")
            changed[name] = Array(after.utf8)
            let found = try one.check(changed, manifest: try await one.manifest(changed))
            #expect(found.code == 1 && found.words.contains(words), "\(name): \(found.words)")
        }
        func line(_ chain: String, _ kind: String) -> String {
            chain.split(separator: "\n").first { $0.contains("\"kind\":\"\(kind)\"") }.map(String.init) ?? "?"
        }
        try await refused("answers.json", "are not the answers") {
            $0.replacing("\"answer\":[", with: "\"answer\":[7,", maxReplacements: 1)
        }
        try await refused("paper.json", "is not the paper") { $0.replacing("\"version\":1", with: "\"version\":2") }
        try await refused("questions.json", "counted again") {
            $0.replacing("\"key\":[", with: "\"key\":[9,")
        }
        try await refused("slip.pdf", "is not the slip") { $0 + " " }
        try await refused("shown.jsonl", "is not the one that was reported") { $0.replacing("dd", with: "ee") }
        try await refused("chain.jsonl", "head.jws does not sign") { chain in
            let chose = line(chain, "attempt.chose")
            return chain.replacing(chose, with: chose.replacing("\\\"number\\\":1", with: "\\\"number\\\":2"))
        }
        try await refused("chain.jsonl", "is missing from the chain") { chain in
            chain.replacing(line(chain, "attempt.chose") + "\n", with: "")
        }
        // An entry of the attempt that is hidden leaves the chain whole.
        try await refused("chain.jsonl", "of the attempt is hidden") { chain in
            let chose = line(chain, "attempt.chose")
            guard let entry = try? JSONCoder.decode(JSONValue.self, from: Array(chose.utf8)),
                let sequence = entry["sequence"]
            else { return chain }
            let hidden = ["kind", "stream", "body"].map { name in
                JSONValue.string(hexadecimal(sha256(Array((entry[name]?.stringValue ?? "").utf8))))
            }
            let line: JSONValue = ["sequence": sequence, "hidden": .array(hidden)]
            return chain.replacing(chose, with: line.canonicalText)
        }
        // The center signed for another chain.
        let other = try JWS.sign(
            payload: Receipt(
                appliance: "test", sequence: one.fixture.journal.tip.sequence - 1, digest: "other",
                at: one.fixture.time.wall()),
            key: one.fixture.center)
        try await refused("receipt.jws", "receipt.jws does not sign") { _ in other }
    }

    @Test func `what is no attempt or no manifest is refused, and nothing is noted`() async throws {
        let one = try await Case()
        await #expect { _ = try await one.fixture.hall.disputeParts(of: "nobody", receipt: nil) } throws: {
            "\($0)".contains("there is no attempt nobody")
        }
        await #expect(throws: Failure.self) {
            _ = try await one.fixture.hall.signDispute(of: one.attempt, files: ["a": "not a digest"])
        }
        await #expect(throws: Failure.self) {
            _ = try await one.fixture.hall.signDispute(of: "nobody", files: [:])
        }
        #expect(try await one.fixture.entries("dispute.exported").isEmpty)
    }
}
