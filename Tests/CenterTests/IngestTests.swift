import CanonicalJSON
import CenterLink
import Courier
import Cryptography
import Ledger
import Platform
import Testing

@testable import Center

@Suite struct IngestTests {
    @Test(arguments: CipherSuite.allCases, CipherSuite.allCases)
    func `a segment is answered by a receipt that the center signed, and the same again by the same`(
        centerSuite: CipherSuite, hallSuite: CipherSuite
    ) async throws {
        let center = try TestCenter(suite: centerSuite)
        let hall = try TestHall(center: center, suite: hallSuite)
        let trust = try await hall.enrol(at: center).center
        try await hall.write(3)
        let segment = try await hall.segment(after: 0)

        guard case .receipt(let jws) = try await hall.client().post(segment) else {
            Issue.record("no receipt")
            return
        }
        let receipt = try Receipt.read(jws, center: trust, appliance: "hall-1")
        #expect(receipt.sequence == segment.to)
        #expect(bytes(base64url: receipt.digest) == hall.journal.tip.digest)
        center.time.advance(milliseconds: 60_000)
        #expect(try await hall.client().post(segment) == .receipt(jws))
        #expect(try await hall.client().lastReceipt() == jws)
        await center.stop()
    }

    @Test func `a segment cut otherwise is joined to what is there, entry for entry`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        try await hall.write(2)
        let first = try await hall.segment(after: 0)
        try await hall.write(2)
        let whole = try await hall.segment(after: 0)
        _ = try await hall.client().post(first)
        #expect(whole.to > first.to)
        _ = try await hall.client().post(whole)
        #expect(try await center.store.tip("hall-1").sequence == whole.to)
        await center.stop()
    }

    @Test func `a gap is told with the number that is wanted, and nothing is stored`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        try await hall.write(2)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        let stored = try await center.store.tip("hall-1").sequence
        try await hall.write(2)
        let late = try await hall.segment(after: stored + 1)
        #expect(try await hall.client().post(late) == .wanted(stored + 1))
        #expect(try await center.store.tip("hall-1").sequence == stored)
        await center.stop()
    }

    /// What an attacker or a bad disk may do to a segment on its way.
    enum Damage: CaseIterable {
        case bodyByte, digest, headOfOther, headByStranger, headOfEarlier, notJSON, entryLeftOut, empty

        func apply(to segment: Segment, hall: TestHall) async throws -> Segment {
            var damaged = segment
            switch self {
            case .bodyByte: damaged.lines[1] = segment.lines[1].replacing("number\\\":1", with: "number\\\":7")
            case .digest:
                let entry = try Entry(line: segment.lines[1])
                damaged.lines[1] = segment.lines[1].replacing(
                    hexadecimal(entry.digest), with: hexadecimal(sha256([1])))
            case .headOfOther:
                damaged.head = try JWS.sign(
                    payload: Head(appliance: "hall-2", tip: hall.journal.tip, at: "2026-11-22T02:00:00.000Z"),
                    key: hall.keys)
            case .headByStranger:
                damaged.head = try JWS.sign(
                    payload: Head(appliance: "hall-1", tip: hall.journal.tip, at: "2026-11-22T02:00:00.000Z"),
                    key: SigningKey.generate())
            case .headOfEarlier: damaged.head = try await hall.journal.head(at: 1)
            case .notJSON: damaged.lines[1] = String(segment.lines[1].dropLast())
            case .entryLeftOut: damaged.lines.remove(at: 1)
            case .empty: damaged.lines = []
            }
            return damaged
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged segment is refused, kept as evidence and raises a warning`(_ damage: Damage) async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        try await hall.write(4)
        let segment = try await hall.segment(after: 0)
        let damaged = try await damage.apply(to: segment, hall: hall)
        #expect(damaged != segment)

        let refusal = await #expect(throws: CenterClient.Refused.self) { try await hall.client().post(damaged) }
        #expect(refusal?.status == 422)
        #expect(try await center.store.tip("hall-1").sequence == 0)
        let warnings = try await center.store.warnings()
        #expect(warnings.map(\.kind) == ["broken segment"])
        #expect(refusal?.detail.contains(warnings.first?.detail ?? "-") == true)

        // The same again counts up, and the sound segment is taken all the same.
        await #expect(throws: CenterClient.Refused.self) { try await hall.client().post(damaged) }
        #expect(try await center.store.warnings().first?.times == 2)
        guard case .receipt = try await hall.client().post(segment) else {
            Issue.record("the sound segment is refused too")
            return
        }
        await center.stop()
    }

    @Test func `another history under the same key is a fork, not a repetition`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        try await hall.write(2)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        // A journal that was made anew by the same appliance, as after a restored image.
        var options = Journal.Options()
        options.ballastMiB = 0
        let other = try Journal(
            in: SystemStateFolder(hall.folder.path + "/other"), time: hall.time, appliance: "hall-1",
            key: hall.keys, options: options)
        try await other.append(
            (0..<5).map { Draft(kind: "test.entry", stream: "hall", body: ["other": .integer($0)]) }, head: true)
        let forked = try #require(try await Segment.next(of: other, after: 0))
        let refusal = await #expect(throws: CenterClient.Refused.self) { try await hall.client().post(forked) }
        #expect(refusal?.status == 422)
        #expect(try await center.store.warnings().count == 1)
        await center.stop()
    }

    @Test func `many segments at once share commits and all get their receipts`() async throws {
        let center = try TestCenter()
        let halls = try (1...4).map { try TestHall("hall-\($0)", center: center) }
        for hall in halls { try await hall.enrol(at: center) }
        try await withThrowingTaskGroup { group in
            for hall in halls {
                group.addTask {
                    let client = hall.client()
                    for _ in 0..<5 {
                        let before = hall.journal.tip.sequence
                        try await hall.write(1)
                        _ = try await client.post(try await hall.segment(after: before))
                    }
                }
            }
            try await group.waitForAll()
        }
        for hall in halls { #expect(try await center.store.tip(hall.appliance).sequence == hall.journal.tip.sequence) }
        await center.stop()
    }

    @Test func `what was receipted is there when the store is opened again`() async throws {
        let folder = try TestFolder()
        let hallFolder = try TestCenter()
        let hall = try TestHall(center: hallFolder)
        try await hall.write(3)
        let segment = try await hall.segment(after: 0)
        let (_, entries) = try SegmentCheck.verify(
            try segment.jsonLines, appliance: "hall-1", keys: hall.keys.publicKeys(appliance: "hall-1"))
        let verified = VerifiedSegment(
            segment: segment, entries: entries, receipt: "a.b.c", at: hall.time.wall())
        do {
            let store = try SQLiteStore(path: folder.path + "/store.sqlite")
            #expect(try await store.accept(verified) == .accepted(receipt: "a.b.c", new: entries.count))
            let held = #expect(throws: Failure.self) { try SQLiteStore(path: folder.path + "/store.sqlite") }
            #expect(held?.code == .unavailable)
        }
        let store = try SQLiteStore(path: folder.path + "/store.sqlite")
        #expect(try await store.tip("hall-1").digest == entries.last?.digest)
        #expect(try await store.accept(verified) == .accepted(receipt: "a.b.c", new: 0))
        await hallFolder.stop()
    }
}
