import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Glibc
import Ledger
import Packages
import Platform
import QuestionBank
import TerminalLink
import Testing

@testable import Hall

/// Which banks a hall examines by, and which it refuses.
@Suite struct BankInstallTests {
    /// The test bank under another version, name or time.
    private func bank(
        _ hall: HallFixture, id: String? = nil, version: Int = 2, from: String? = nil, until: String? = nil
    ) -> BankContents {
        let index = hall.bank.index
        return BankContents(
            index: BankIndex(
                id: id ?? index.id, version: version, languages: index.languages,
                validFrom: from.flatMap { CalendarDate($0) }, validUntil: until.flatMap { CalendarDate($0) },
                areas: index.areas, programmes: index.programmes, blueprints: index.blueprints,
                promises: index.promises, items: index.items), items: hall.bank.items, keys: hall.bank.keys,
            pictures: hall.bank.pictures)
    }

    private func refusal(_ hall: HallFixture, _ path: String) async -> String {
        do {
            _ = try await hall.hall.install(file: path)
            return "installed"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a hall without a bank is closed in words and opens when one is installed`() async throws {
        let hall = try await HallFixture(installsBank: false)
        guard case .idle(let closed) = hall.desk else { throw Failure(.badData, "\(hall.desk)") }
        #expect(closed.closed.map(\.key) == ["interlock.bank"])
        let summary = try await hall.hall.install(file: try hall.pack(hall.bank))
        await hall.settle()
        #expect(summary.items == hall.bank.index.items.count)
        guard case .idle(let open) = hall.desk else { throw Failure(.badData, "\(hall.desk)") }
        #expect(open.closed.isEmpty)
        #expect(try await hall.entries("bank.installed").count == 1)
        try await hall.book(1)
        #expect(try await hall.checkIn(1) > 0)
    }

    @Test func `what must not be installed is refused in words, and the bank in use stays`() async throws {
        let hall = try await HallFixture()
        let before = await hall.hall.installed
        let sound = try hall.pack(bank(hall))
        let whole = try readFile(sound)
        func altered(_ change: (inout [UInt8]) -> Void) throws -> String {
            var bytes = whole
            change(&bytes)
            let path = "\(hall.folder)/\(hexadecimal(systemEntropy(4))).ktbank"
            try AtomicFile.write(bytes, to: path)
            return path
        }
        let stranger = SealingKey.generate().publicSealingKey
        var changed = bank(hall, version: 1).keys
        changed["TEST-01"] = [2]
        let sameVersion = BankContents(
            index: hall.bank.index, items: hall.bank.items, keys: changed, pictures: hall.bank.pictures)
        let cases: [(path: String, words: String)] = [
            (try hall.pack(bank(hall), signer: .generate()), "not signed by a key that may sign packages"),
            (
                try hall.pack(bank(hall), to: [stranger]),
                "are not sealed to the key \(hall.keys.publicSealingKey.thumbprint)"
            ),
            (try hall.pack(bank(hall, until: "2026-11-21")), "it was valid until 2026-11-21"),
            (try hall.pack(bank(hall, from: "2026-11-23")), "it is valid from 2026-11-23 on"),
            (try hall.pack(bank(hall, version: 0)), "versions only go forward"),
            (try hall.pack(sameVersion), "installed with other contents"),
            (try hall.pack(bank(hall, id: "other")), "it is bank other"),
            (try altered { $0[$0.count - 5] ^= 1 }, "altered"),
            (try altered { $0[60] ^= 1 }, "not signed by a key that may"),
            (try altered { $0.removeLast(9) }, "cut short"),
            (try altered { $0.removeLast($0.count - 70) }, "cut short"),
            (try altered { $0.append(0) }, "too long"),
            (try altered { $0 = Array("hello".utf8) }, "not a question package"),
        ]
        for (number, (path, words)) in cases.enumerated() {
            let refused = await refusal(hall, path)
            #expect(refused.contains(words), "\(refused)")
            let entries = try await hall.entries("bank.refused")
            #expect(entries.count == number + 1)
            #expect(try entries.last?.decode(HallEntry.BankRefused.self).reason == refused)
        }
        #expect(await hall.hall.installed == before)
        #expect(try listDirectory("\(hall.folder)/banks/incoming") == [])
        #expect(try listDirectory("\(hall.folder)/banks").filter { $0.hasSuffix(".ktbank") }.count == 1)
        // The control: the file that they all came from is taken.
        #expect(await refusal(hall, sound) == "installed")
        #expect(await hall.hall.installed?.version == 2)
        let nowhere = await refusal(hall, "/nowhere/at/all")
        #expect(nowhere.contains("/nowhere/at/all"))
    }

    @Test func `a package changed or cut anywhere is kept out`() async throws {
        let hall = try await HallFixture()
        let before = await hall.hall.installed
        let whole = try readFile(try hall.pack(bank(hall)))
        let path = "\(hall.folder)/changed.ktbank"
        for index in stride(from: 0, to: whole.count, by: whole.count / 60) {
            var bytes = whole
            bytes[index] ^= 0x40
            try AtomicFile.write(bytes, to: path)
            #expect(await refusal(hall, path).hasPrefix(path))
            try AtomicFile.write(Array(whole[..<index]), to: path)
            #expect(await refusal(hall, path).hasPrefix(path))
        }
        #expect(await hall.hall.installed == before)
    }

    @Test func `a running exam keeps its bank, over a restart as well, until it is over`() async throws {
        let hall = try await HallFixture()
        let old = try #require(await hall.hall.installed?.digest)
        for person in 1...2 { try await hall.book(person) }
        let seat = try await hall.begin(1)
        _ = try await hall.hall.install(file: try hall.pack(bank(hall)))
        let new = try #require(await hall.hall.installed?.digest)
        #expect(old != new)
        let other = try await hall.begin(2)
        #expect(await hall.attempt(at: seat)?.paper?.bank == old)
        #expect(await hall.attempt(at: other)?.paper?.bank == new)

        try await hall.restart()
        guard case .question = hall.screen(seat) else { throw Failure(.badData, "\(hall.screen(seat))") }
        try await hall.answerAll(at: seat)
        await hall.touch(.submit, at: seat)
        #expect(await hall.attempt(at: seat)?.scored?.passed == true)
        func files() throws -> [String] { try listDirectory("\(hall.folder)/banks").filter { $0.hasSuffix("bank") } }
        #expect(try files() == ["\(old).ktbank", "\(new).ktbank"].sorted())
        await hall.touch(.confirm, at: seat)
        await hall.touch(.sign, at: seat, value: [[1, 1, 2, 2, 3, 3, 4, 4]])
        await hall.touch(.confirm, at: seat)
        #expect(try files() == ["\(new).ktbank"])
        #expect(try await hall.entries("attempt.result").count == 1)
    }

    @Test func `the bank of a running exam that was lost comes back, and new exams keep the newer one`() async throws {
        let hall = try await HallFixture()
        try await hall.book(1)
        let first = try hall.pack(hall.bank)
        let old = try #require(await hall.hall.installed?.digest)
        let seat = try await hall.begin(1)
        _ = try await hall.hall.install(file: try hall.pack(bank(hall)))
        let newer = await hall.hall.installed
        unlink("\(hall.folder)/banks/\(old).ktbank")
        try await hall.restart()
        guard case .outOfOrder(let words) = hall.screen(seat) else { throw Failure(.badData, "\(hall.screen(seat))") }
        #expect(words.code == "BANK-\(seat)")
        #expect(await refusal(hall, first) == "installed")
        await hall.settle()
        guard case .question = hall.screen(seat) else { throw Failure(.badData, "\(hall.screen(seat))") }
        #expect(await hall.hall.installed == newer)
        try await hall.restart()
        #expect(await hall.hall.installed == newer)
        #expect(await hall.hall.banks[old] != nil)
    }

    @Test func `a cut between the file's place and its entry leaves the old bank in use`() async throws {
        let hall = try await HallFixture()
        let before = await hall.hall.installed
        let path = try hall.pack(bank(hall))
        let folder = BankFolder(
            "\(hall.folder)/banks", signers: JWKS(keys: [hall.author.publicJWK]), recipient: hall.keys)
        // As far as an installation comes before its entry, in steps, each followed by a cut.
        let copy = try await folder.copy(path, room: nil)
        try await hall.restart()
        #expect(await hall.hall.installed == before)
        #expect(!fileExists(copy))
        let again = try await folder.copy(path, room: nil)
        let opened = try await folder.verify(again, name: path)
        try folder.place(again, digest: opened.package.digest)
        try await hall.restart()
        #expect(await hall.hall.installed == before)
        try await hall.book(1)
        #expect(try await hall.checkIn(1) > 0)
        // And once more, whole.
        #expect(await refusal(hall, path) == "installed")
        try await hall.restart()
        #expect(await hall.hall.installed?.digest == opened.package.digest)
    }

    @Test func `a package that came too late for the journal is not in use`() async throws {
        let hall = try await HallFixture()
        let before = await hall.hall.installed
        let path = try hall.pack(bank(hall))
        try await hall.journal.close()
        #expect(await refusal(hall, path) != "installed")
        #expect(await hall.hall.installed == before)
    }

    // MARK: Through the courier

    private func release(_ hall: HallFixture, _ path: String) throws -> (BankRelease, [UInt8]) {
        let bytes = try readFile(path)
        let package = try QuestionPackage(path: path, trust: .anyone)
        return (
            BankRelease(
                bank: package.index.id, version: package.index.version, digest: package.digest, length: bytes.count,
                file: hexadecimal(sha256(bytes))), bytes
        )
    }

    /// Brings what the hall wants, in parts, as a courier does; a part that is not taken ends it.
    private func carry(_ bytes: [UInt8], to hall: HallFixture, part: Int = 5000, parts: Int = .max) async {
        var last: BankWanted?
        for _ in 0..<min(parts, 10_000) {
            guard let wanted = await hall.hall.wantedBank(), wanted != last else { return }
            last = wanted
            let end = min(wanted.offset + part, bytes.count)
            guard wanted.offset < end else { return }
            await hall.hall.take(
                bankPart: BankPart(
                    request: 1, digest: wanted.digest, offset: wanted.offset,
                    data: base64url(bytes[wanted.offset..<end])))
        }
    }

    @Test func `a release of the center is fetched in parts, over a restart, and installed`() async throws {
        let hall = try await HallFixture()
        let (order, bytes) = try release(hall, try hall.pack(bank(hall)))
        #expect(await hall.hall.wantedBank() == nil)
        try await hall.give(.bankRelease, order)
        #expect(await hall.hall.wantedBank() == BankWanted(digest: order.digest, offset: 0, length: bytes.count))
        await carry(bytes, to: hall, parts: 2)
        try await hall.restart()
        #expect(await hall.hall.wantedBank()?.offset == 10_000)
        await carry(bytes, to: hall)
        #expect(await hall.hall.wantedBank() == nil)
        #expect(await hall.hall.installed?.digest == order.digest)
        let entry = try #require(try await hall.entries("bank.installed").last)
        #expect(try entry.decode(HallEntry.BankInstalled.self).order == 1)
        #expect(try listDirectory("\(hall.folder)/banks/incoming") == [])
        try await hall.restart()
        #expect(await hall.hall.installed?.digest == order.digest)
        #expect(await hall.hall.wantedBank() == nil)
    }

    @Test func `what arrives and is not what was released is fetched again from the beginning`() async throws {
        let hall = try await HallFixture()
        let (order, bytes) = try release(hall, try hall.pack(bank(hall)))
        try await hall.give(.bankRelease, order)
        var wrong = bytes
        wrong[bytes.count / 2] ^= 1
        await carry(wrong, to: hall, parts: (bytes.count + 4999) / 5000)
        #expect(await hall.hall.installed?.version == 1)
        #expect(await hall.hall.wantedBank()?.offset == 0)
        await carry(bytes, to: hall)
        #expect(await hall.hall.installed?.digest == order.digest)
    }

    @Test func `a released bank that is refused is not fetched twice`() async throws {
        let hall = try await HallFixture()
        let (older, _) = try release(hall, try hall.pack(bank(hall, version: 0)))
        try await hall.give(.bankRelease, older)
        #expect(await hall.hall.wantedBank() == nil)
        #expect(try await hall.entries("bank.refused").count == 1)
        let (expired, bytes) = try release(hall, try hall.pack(bank(hall, until: "2026-11-21")))
        try await hall.give(.bankRelease, expired)
        await carry(bytes, to: hall)
        #expect(await hall.hall.wantedBank() == nil)
        #expect(try await hall.entries("bank.refused").count == 2)
        try await hall.restart()
        #expect(await hall.hall.wantedBank() == nil)
        #expect(await hall.hall.installed?.version == 1)
    }

    @Test func `a bank that was released ahead waits for its first day`() async throws {
        let hall = try await HallFixture()
        let (order, bytes) = try release(hall, try hall.pack(bank(hall, from: "2026-11-23")))
        try await hall.give(.bankRelease, order)
        await carry(bytes, to: hall)
        #expect(await hall.hall.installed?.version == 1)
        #expect(await hall.hall.wantedBank() == nil)
        #expect(try await hall.entries("bank.refused").isEmpty)
        try await hall.restart()
        #expect(await hall.hall.installed?.version == 1)
        hall.time.advance(milliseconds: 24 * 3_600_000)
        await hall.hall.tick()
        await hall.settle()
        #expect(await hall.hall.installed?.version == 2)
    }
}
