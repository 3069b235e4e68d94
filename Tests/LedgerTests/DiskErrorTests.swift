import Ledger
import Platform
import SimulatedDisk
import Testing

@Suite struct DiskErrorTests {
    @Test(arguments: [SimulatedDisk.Request.Kind.write, .synchronize])
    func `an error at any one operation stops the journal, and what was acknowledged is there`(
        kind: SimulatedDisk.Request.Kind
    ) async throws {
        let folder = try JournalFolder()
        var stopped = 0
        for failing in 0..<40 {
            let disk = SimulatedDisk()
            let journal = try folder.open(on: disk, checkpointPages: 1_000_000)
            let operations = Guarded(0)
            disk.setRule { request in
                guard request.kind == kind else { return .passes }
                let index = operations.withLock { count in
                    defer { count += 1 }
                    return count
                }
                return index == failing ? .failed : .passes
            }
            var acknowledged: [Entry] = []
            var hasFailed = false
            for number in 0..<12 {
                do {
                    let entries = try await journal.append([draft(number)])
                    // After the first failure nothing is acknowledged any more.
                    #expect(!hasFailed)
                    acknowledged += entries
                    if number == 6 { try await journal.checkpoint() }
                } catch {
                    #expect(error.label == "failed")
                    hasFailed = true
                }
            }
            if hasFailed {
                stopped += 1
                let state = journal.health.state
                #expect(state != .good && state != .full)
            }
            let again = try folder.open(on: disk.kill(), whole: true)
            let stored = try await again.entries(after: 0, limit: 100)
            #expect(Array(stored.prefix(acknowledged.count)) == acknowledged)
            #expect(stored.count <= acknowledged.count + 1)
        }
        #expect(stopped >= 10)
    }

    @Test func `a process killed at any moment leaves everything that was acknowledged`() async throws {
        let disk = SimulatedDisk()
        let folder = try JournalFolder()
        let acknowledged = Guarded(0)
        let moments = Guarded([(model: DiskModel, acknowledged: Int)]())
        let journal = try folder.open(on: disk, checkpointPages: 1_000_000)
        // Before each request the files are as a kill at that moment leaves them.
        disk.setRule { [unowned disk] _ in
            let (model, sofar) = (disk.model, acknowledged.withLock { $0 })
            moments.withLock { $0.append((model, sofar)) }
            return .passes
        }
        for number in 1...12 {
            try await journal.append([draft(number)], head: number % 5 == 0)
            acknowledged.withLock { $0 = number }
            if number == 7 { try await journal.checkpoint() }
        }
        disk.setRule(nil)
        let all = try await journal.entries(after: 0, limit: 100)
        let taken = moments.withLock { $0 }
        #expect(taken.count > 24)
        for moment in taken {
            let again = try folder.open(on: SimulatedDisk(moment.model), whole: true)
            let stored = try await again.entries(after: 0, limit: 100)
            #expect(stored.count >= moment.acknowledged)
            #expect(stored == Array(all.prefix(stored.count)))
            // And it goes on from there.
            try await again.append([draft(100)])
        }
    }
}
