import FaultyDisk
import Ledger
import Platform
import Testing

@Suite struct FullDiskTests {
    private let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    /// Refuses each write while the flag stands.
    private func fill(_ disk: FaultyDisk, while isFull: @escaping @Sendable () -> Bool) {
        disk.setRule { operation in
            if case .write = operation, isFull() { return .noSpace }
            return .passes
        }
    }

    @Test func `a full disk refuses an entry whole, and takes the next when there is room`() async throws {
        let disk = FaultyDisk(name: "full-whole")
        let journal = try folder.open(fileSystem: disk.name)
        let kept = try await journal.append([draft(1)])
        fill(disk) { true }
        for _ in 1...3 {
            let error = await #expect(throws: JournalError.self) { try await journal.append([draft(2), draft(3)]) }
            #expect(error?.label == "full")
            #expect(journal.tip == kept[0].tip)
            #expect(journal.health.state == .full)
        }
        disk.setRule { _ in .passes }
        try await journal.append([draft(4)])
        #expect(journal.health.state == .good)
        #expect(journal.tip.sequence == 2)
        try await journal.verifyWhole()
        try await journal.close()
        #expect(try JournalVerifier.verify(path: folder.journalPath, trust: folder.trust).entries == 2)
    }

    @Test func `the reserve lets the entry through and comes back with the room`() async throws {
        let disk = FaultyDisk(name: "full-reserve")
        let journal = try folder.open(fileSystem: disk.name, ballastMiB: 1)
        let reserve = folder.path + "/state/ballast"
        #expect(fileExists(reserve) && journal.health.hasBallast)
        fill(disk) { fileExists(reserve) }
        let entries = try await journal.append([draft(1), draft(2)])
        #expect(entries.count == 2)
        #expect(!fileExists(reserve) && !journal.health.hasBallast)
        try await journal.checkpoint()
        #expect(fileExists(reserve) && journal.health.hasBallast)
        let size = try readFile(reserve).count
        #expect(size == 1 << 20)
    }

    @Test func `without the reserve the same disk refuses`() async throws {
        let disk = FaultyDisk(name: "full-control")
        let journal = try folder.open(fileSystem: disk.name, ballastMiB: 0)
        fill(disk) { true }
        await #expect(throws: JournalError.self) { try await journal.append([draft(1), draft(2)]) }
        #expect(journal.tip == .origin)
    }

    @Test func `no room at any one write loses nothing that was acknowledged and stops nobody`() async throws {
        let disk = FaultyDisk(name: "full-sweep")
        var fired = 0
        for failing in 0..<60 {
            let folder = try JournalFolder()
            let journal = try folder.open(fileSystem: disk.name, checkpointPages: 1_000_000)
            let writes = Guarded(0)
            disk.setRule { operation in
                guard case .write = operation else { return .passes }
                let index = writes.withLock { count in
                    defer { count += 1 }
                    return count
                }
                return index == failing ? .noSpace : .passes
            }
            var acknowledged: [Entry] = []
            for number in 0..<8 {
                if let entries = try? await journal.append([draft(number), draft(-number)], head: number == 5) {
                    acknowledged += entries
                }
                if number == 4 { try await journal.checkpoint() }
            }
            fired += writes.withLock { $0 > failing ? 1 : 0 }
            disk.setRule { _ in .passes }
            #expect(acknowledged.count >= 14)
            #expect(try await journal.entries(after: 0, limit: 100) == acknowledged)
            try await journal.close()
            let report = try JournalVerifier.verify(path: folder.journalPath, trust: folder.trust)
            #expect(report.isGood && report.entries == acknowledged.count)
        }
        #expect(fired >= 30)
    }
}
