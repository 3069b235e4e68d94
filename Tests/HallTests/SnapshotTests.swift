import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform
import QuestionBank
import TerminalLink
import Testing

@testable import Hall

/// A start from a snapshot stands where a start from the first entry stands.
@Suite struct SnapshotTests {
    /// A bank that never arrives.
    private static func release(of fixture: HallFixture) -> BankRelease {
        BankRelease(
            bank: fixture.bankIndex.id, version: 9, digest: String(repeating: "ab", count: 32), length: 1000,
            file: String(repeating: "cd", count: 32))
    }

    /// Some hours of a hall as a seed makes them: people of all kinds, a restart, clocks that jump, orders in between.
    private func live(_ seed: UInt8, acts: Int) async throws -> HallFixture {
        let fixture = try await HallFixture(seats: 2)
        var generator = ChaCha20Generator(seed: [UInt8](repeating: seed, count: 32))
        for person in 1...3 { try await fixture.book(person) }
        try await fixture.give(.bankRelease, Self.release(of: fixture))
        for act in 0..<acts {
            let person = 1 + generator.uniform(below: 6)
            let seat = 1 + generator.uniform(below: 2)
            switch generator.uniform(below: 11) {
            case 0: try await fixture.book(person, id: "B-\(generator.uniform(below: 8))")
            case 1, 2: try await fixture.tapCard(of: person, at: "R0")
            case 3, 4:
                for person in 1...6 { try await fixture.tapCard(of: person, at: "R\(seat)") }
                await fixture.touch(.confirm, at: seat)
            case 5: await fixture.advance(seconds: 1 + generator.uniform(below: 4))
            case 6:
                try await fixture.finish(at: seat, wrong: generator.uniform(below: 4))
                await fixture.touch(.confirm, at: seat)
            case 7: try await fixture.answerAll(at: seat, wrong: generator.uniform(below: 3))
            case 8: _ = try? await fixture.hall.perform(act % 2 == 0 ? .pause : .resume, at: seat)
            case 9:
                fixture.time.set(wall: Timestamp("20\(20 + generator.uniform(below: 20))-11-22T03:00:00.000Z")!)
                await fixture.advance(seconds: 1)
            default: if act % 3 == 0 { try await fixture.restart() }
            }
        }
        return fixture
    }

    private func keeper(_ fixture: HallFixture, key: (any Signer)? = nil, appliance: String = "test") -> (
        SnapshotKeeper, SnapshotFile
    ) {
        let file = SnapshotFile(
            folder: SystemStateFolder(fixture.folder), appliance: appliance, key: key ?? fixture.keys)
        let keeper = SnapshotKeeper(
            journal: fixture.journal, file: file, center: fixture.center.publicKeys(),
            executor: QueueExecutor(label: "snapshots"))
        return (keeper, file)
    }

    private func whole(_ fixture: HallFixture, to last: Int = .max) async throws -> Snapshot {
        var snapshot = Snapshot.origin(of: "test")
        try await fixture.journal.forEach { entry in
            if entry.sequence <= last { try snapshot.take(entry, center: fixture.center.publicKeys()) }
        }
        return snapshot
    }

    @Test(arguments: [UInt8(1), 2, 3, 4])
    func `from any entry on, a snapshot and what follows it lead to the state of all entries`(_ seed: UInt8)
        async throws
    {
        let fixture = try await live(seed, acts: 40)
        let center = fixture.center.publicKeys()
        let entries = try await fixture.journal.entries(after: 0, limit: 100_000)
        let all = try await whole(fixture).state
        var before = Snapshot.origin(of: "test")
        let step = max(1, entries.count / 25)
        for (number, entry) in entries.enumerated() {
            if number % step == 0 {
                let bytes = try JSONCoder.encode(before.state)
                var after = Snapshot(tip: before.tip, state: try JSONCoder.decode(HallState.self, from: bytes))
                #expect(after.state == before.state)
                for entry in entries[number...] { try after.take(entry, center: center) }
                #expect(after.state.differences(from: all) == [])
            }
            try before.take(entry, center: center)
        }
        #expect(before.state == all)
        // What the hall itself holds is the same, but for time that is not journalled yet.
        await fixture.advance(seconds: 1)
        #expect(try await whole(fixture).state.differences(from: await fixture.hall.state) == [])
    }

    @Test func `a snapshot spares a start what stands before it, and gives the same state`() async throws {
        let fixture = try await live(5, acts: 30)
        let (keeper, _) = keeper(fixture)
        let at = try await keeper.keepUp()
        #expect(at == fixture.journal.tip.sequence)
        try await fixture.tapCard(of: 1, at: "R0")
        let (recovered, from) = try await keeper.recover()
        #expect(from == at)
        #expect(recovered.tip == fixture.journal.tip)
        #expect(recovered.state == (try await whole(fixture).state))
        #expect(try await keeper.check() == [])
        #expect(fileExists("\(fixture.folder)/\(SnapshotFile.name)"))
    }

    @Test func `a snapshot that somebody touched, or that is of elsewhere, is not used`() async throws {
        let fixture = try await live(6, acts: 20)
        let (keeper, file) = keeper(fixture)
        _ = try await keeper.keepUp()
        let path = "\(fixture.folder)/\(SnapshotFile.name)"
        let good = try readFile(path)
        let state = try await whole(fixture).state
        func from() async throws -> Int {
            let (recovered, from) = try await keeper.recover()
            #expect(recovered.state == state)
            return from
        }
        #expect(try await from() > 0)
        for place in stride(from: 0, to: good.count, by: good.count / 40) {
            var bytes = good
            bytes[place] ^= 1
            try AtomicFile.write(bytes, to: path)
            #expect(try await from() == 0, "byte \(place)")
        }
        for length in [0, 1, good.count / 2, good.count - 1] {
            try AtomicFile.write(Array(good[..<length]), to: path)
            #expect(try await from() == 0, "\(length) bytes")
        }
        let stranger = SnapshotFile(
            folder: file.folder, appliance: "test", key: SigningKey.generate())
        try stranger.write(try await whole(fixture))
        #expect(try await from() == 0)
        // Ours, and of another journal: the entry at which it was taken is not here.
        let other = try await live(7, acts: 5)
        try file.write(try await whole(other))
        #expect(try await from() == 0)
        // Ours, of this journal, and of a longer one than was restored.
        try file.write(Snapshot(tip: Tip(sequence: 1_000_000, digest: fixture.journal.tip.digest), state: state))
        #expect(try await from() == 0)
        try AtomicFile.write(good, to: path)
        #expect(try await from() > 0)
    }

    @Test func `a snapshot that is wrong in one member is found by comparing, and removed`() async throws {
        let fixture = try await HallFixture(seats: 1)
        for person in 1...2 { try await fixture.book(person) }
        try await fixture.give(.bankRelease, Self.release(of: fixture))
        // Somebody sits while it is taken: every member holds something.
        try await fixture.sit(1)
        _ = try await fixture.begin(2)
        await fixture.advance(seconds: 3)
        let right = try await whole(fixture)
        let (keeper, file) = keeper(fixture)
        let tree = try #require(try JSONCoder.tree(right.state).objectValue)
        var found: Set<String> = []
        for (member, value) in tree {
            for wrong in alterations(of: value) {
                var altered = tree
                altered[member] = wrong
                guard
                    let state = try? JSONCoder.decode(HallState.self, from: JSONValue.object(altered).canonicalBytes)
                else { continue }
                // Where nothing looks at a value, there is no wrong one.
                guard state != right.state else { continue }
                try file.write(Snapshot(tip: right.tip, state: state))
                // Its seal holds, so a start believes it: only the comparison tells.
                #expect(try await keeper.recover().from == right.tip.sequence)
                #expect(try await keeper.check() == [member])
                #expect(!fileExists("\(fixture.folder)/\(SnapshotFile.name)"))
                found.insert(member)
            }
        }
        // Every member that holds something was wrong once, and found.
        #expect(found == Set(tree.filter { !alterations(of: $0.value).isEmpty }.keys))
        #expect(found.count >= 12)
        try file.write(right)
        #expect(try await keeper.check() == [])
    }

    /// The value with one of its first leaves changed.
    private func alterations(of value: JSONValue) -> [JSONValue] {
        switch value {
        case .null: []
        case .bool(let value): [.bool(!value)]
        case .integer(let value): [.integer(value + 1)]
        case .string(let text): [.string(text + "x"), .string("2027-01-01T00:00:00.000Z")]
        case .array(let elements):
            elements.prefix(1).flatMap { first in
                alterations(of: first).map { .array([$0] + elements.dropFirst()) }
            }
        case .object(let members):
            members.sorted { $0.key < $1.key }.prefix(6).flatMap { name, value in
                alterations(of: value).map { .object(members.merging([name: $0]) { $1 }) }
            }
        }
    }

    @Test func `a hall that started from a wrong snapshot finds it and starts again from the first entry`() async throws
    {
        let fixture = try await HallFixture(seats: 1, snapshots: true)
        try await fixture.book(1)
        try await fixture.book(2)
        try await fixture.sit(1)
        let right = try await whole(fixture, to: fixture.journal.tip.sequence - 5)
        var tree = try #require(try JSONCoder.tree(right.state).objectValue)
        tree["earlierPapers"] = ["candidates": [], "counts": [], "sequences": []]
        let wrong = Snapshot(
            tip: right.tip, state: try JSONCoder.decode(HallState.self, from: JSONValue.object(tree).canonicalBytes))
        let (_, file) = keeper(fixture)
        let fatal = Guarded<String?>(nil)
        for (snapshot, isWrong) in [(right, false), (wrong, true)] {
            try file.write(snapshot)
            try await fixture.restart()
            await fixture.hall.onFatal { words in fatal.withLock { $0 = words } }
            #expect(await fixture.hall.isSnapshotUnproven)
            await fixture.advance(seconds: 2)
            while await fixture.hall.isKeepingSnapshot { await Task.yield() }
            #expect((fatal.withLock { $0 } != nil) == isWrong)
        }
        #expect(!fileExists("\(fixture.folder)/\(SnapshotFile.name)"))
        try await fixture.restart()
        #expect(await !fixture.hall.isSnapshotUnproven)
        #expect(await fixture.hall.state.earlierPapers == right.state.earlierPapers)
    }

    @Test func `after a stop in order a start reads next to nothing, and everything is as it was`() async throws {
        let fixture = try await HallFixture(seats: 2, snapshots: true)
        for person in 1...2 { try await fixture.book(person) }
        try await fixture.sit(1)
        let seat = try await fixture.begin(2)
        await fixture.advance(seconds: 7)
        await fixture.hall.stop()
        let before = await fixture.hall.state
        let (keeper, _) = keeper(fixture)
        #expect(try await keeper.recover().from == fixture.journal.tip.sequence)
        try await fixture.restart()
        #expect(await fixture.hall.isSnapshotUnproven)
        #expect(await fixture.attempt(at: seat)?.spentMs == 7000)
        #expect(await fixture.hall.sittings == before.sittings)
        try await fixture.finish(at: seat)
        #expect(await fixture.attempt(at: seat)?.phase == .issued)
    }
}
