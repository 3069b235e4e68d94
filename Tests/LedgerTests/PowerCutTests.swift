import Ledger
import Platform
import SimulatedDisk
import Testing

/// Cuts the power at every operation of the file, with what was not synced lost, kept, or torn.
@Suite struct PowerCutTests {
    private struct Outcome {
        var images = 0
        var lost = 0
        var refused = 0
    }

    private func run(believesSyncs: Bool) async throws -> Outcome {
        let folder = try JournalFolder()
        let disk = SimulatedDisk(isRecording: true)
        let journal = try folder.open(on: disk, checkpointPages: 1_000_000)
        if !believesSyncs { disk.setRule { $0.kind == .synchronize ? .claimed : .passes } }
        var cut = disk.model
        let begin = disk.recorded
        var acknowledged: [(operations: Int, entries: Int)] = []
        for number in 1...16 {
            try await journal.append((0...(number % 3)).map { draft(number * 10 + $0) }, head: number % 5 == 0)
            acknowledged.append((disk.recorded, journal.tip.sequence))
            if number % 6 == 0 { try await journal.checkpoint() }
        }
        let all = try await journal.entries(after: 0, limit: 1000)

        var outcome = Outcome()
        for (index, operation) in disk.log.enumerated().dropFirst(begin) {
            let entries = acknowledged.last { $0.operations <= index }?.entries ?? 0
            for survivors in [Survivors.none, .all, .random(seed: UInt64(index)), .prefix(seed: UInt64(index))] {
                outcome.images += 1
                do {
                    let again = try folder.open(on: SimulatedDisk(cut.afterCut(survivors)), whole: true)
                    let stored = try await again.entries(after: 0, limit: 1000)
                    if stored.count < entries || stored != Array(all.prefix(stored.count)) { outcome.lost += 1 }
                } catch {
                    outcome.refused += 1
                }
            }
            cut.apply(operation)
        }
        return outcome
    }

    @Test func `no acknowledged entry is lost in any cut`() async throws {
        let outcome = try await run(believesSyncs: true)
        #expect(outcome.images > 300)
        #expect(outcome.lost == 0)
        #expect(outcome.refused == 0)
    }

    @Test func `the same cuts on a disk that does not sync lose entries: the cuts are real`() async throws {
        let outcome = try await run(believesSyncs: false)
        #expect(outcome.lost + outcome.refused > outcome.images / 4)
    }
}
