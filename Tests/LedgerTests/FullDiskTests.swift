import Ledger
import Platform
import SimulatedDisk
import Testing

@Suite struct FullDiskTests {
    private let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    /// Refuses each write while the flag stands.
    private func fill(_ disk: SimulatedDisk, while isFull: @escaping @Sendable () -> Bool = { true }) {
        disk.setRule { $0.kind == .write && isFull() ? .noSpace : .passes }
    }

    @Test func `a full disk refuses an entry whole, and takes the next when there is room`() async throws {
        let disk = SimulatedDisk()
        let journal = try folder.open(on: disk)
        let kept = try await journal.append([draft(1)])
        fill(disk)
        for _ in 1...3 {
            let error = await #expect(throws: JournalError.self) { try await journal.append([draft(2), draft(3)]) }
            #expect(error?.label == "full")
            #expect(journal.tip == kept[0].tip)
            #expect(journal.health.state == .full)
        }
        disk.setRule(nil)
        try await journal.append([draft(4)])
        #expect(journal.health.state == .good)
        #expect(journal.tip.sequence == 2)
        try await journal.verifyWhole()
        try await journal.close()
        #expect(try folder.verify(disk).entries == 2)
    }

    @Test func `the reserve lets the entry through and comes back with the room`() async throws {
        let disk = SimulatedDisk()
        let journal = try folder.open(on: disk, ballastMiB: 1)
        let state = disk.folder("state")
        let reserve = "ballast"
        #expect(state.exists(reserve) && journal.health.hasBallast)
        fill(disk) { state.exists(reserve) }
        let entries = try await journal.append([draft(1), draft(2)])
        #expect(entries.count == 2)
        #expect(!state.exists(reserve) && !journal.health.hasBallast)
        try await journal.checkpoint()
        #expect(state.exists(reserve) && journal.health.hasBallast)
        #expect(try state.read(reserve).count == 1 << 20)
    }

    @Test func `without the reserve the same disk refuses`() async throws {
        let disk = SimulatedDisk()
        let journal = try folder.open(on: disk, ballastMiB: 0)
        fill(disk)
        await #expect(throws: JournalError.self) { try await journal.append([draft(1), draft(2)]) }
        #expect(journal.tip == .origin)
    }

    @Test func `no room at any one write loses nothing that was acknowledged and stops nobody`() async throws {
        var fired = 0
        for failing in 0..<60 {
            let disk = SimulatedDisk()
            let journal = try folder.open(on: disk, checkpointPages: 1_000_000)
            let writes = Guarded(0)
            disk.setRule { request in
                guard request.kind == .write else { return .passes }
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
            disk.setRule(nil)
            #expect(acknowledged.count >= 14)
            #expect(try await journal.entries(after: 0, limit: 100) == acknowledged)
            try await journal.close()
            let report = try folder.verify(disk)
            #expect(report.isGood && report.entries == acknowledged.count)
        }
        #expect(fired >= 30)
    }
}
