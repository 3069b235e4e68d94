import CanonicalJSON
import Dispatch
import Platform
import SimulatedDisk
import Testing

@testable import Ledger

@Suite struct GroupCommitTests {
    private let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `appends that wait for one commit share the next, with one sync of the log`() async throws {
        let disk = SimulatedDisk()
        let journal = try folder.open(on: disk)
        try await journal.append([draft(0)])
        let before = journal.health.commits

        // The first commit stands still inside its sync until all others are queued.
        let reached = DispatchSemaphore(value: 0)
        let goOn = DispatchSemaphore(value: 0)
        let isFirst = Guarded(true)
        let syncs = Guarded(0)
        disk.setRule { request in
            guard request.kind == .synchronize else { return .passes }
            syncs.withLock { $0 += 1 }
            guard
                isFirst.withLock({ first in
                    defer { first = false }
                    return first
                })
            else { return .passes }
            reached.signal()
            goOn.wait()
            return .passes
        }
        async let first = journal.append([draft(1)])
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                reached.wait()
                continuation.resume()
            }
        }
        try await withThrowingTaskGroup(of: [Entry].self) { group in
            for number in 2...51 { group.addTask { try await journal.append([draft(number), draft(-number)]) } }
            try await until { journal.waiting.count == 50 }
            goOn.signal()
            for try await entries in group {
                // Entries of one append stay together.
                #expect(entries.count == 2 && entries[1].sequence == entries[0].sequence + 1)
            }
        }
        _ = try await first
        #expect(journal.health.commits == before + 2)
        #expect(journal.tip.sequence == 102)
        #expect(syncs.withLock { $0 } == 2)
        try await journal.verifyWhole()
    }

    @Test func `an append alone waits for nobody`() async throws {
        let journal = try folder.open()
        for number in 1...20 { try await journal.append([draft(number)]) }
        #expect(journal.health.commits == 20)
    }

    @Test func `hundreds of seats at once get each its own entries, in one whole chain`() async throws {
        let journal = try folder.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for seat in 1...20 {
                group.addTask {
                    for number in 1...20 {
                        let entries = try await journal.append([draft(number, stream: "seat/\(seat)")])
                        #expect(entries[0].stream == "seat/\(seat)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(journal.tip.sequence == 400)
        for seat in 1...20 {
            let numbers = try await journal.entries(stream: "seat/\(seat)").map {
                try $0.decode([String: JSONValue].self)["number"]
            }
            #expect(numbers == (1...20).map { .integer($0) })
        }
        try await journal.verifyWhole()
    }

    @Test func `a head is signed each minute with activity, and none without`() async throws {
        let journal = try folder.open()
        try await journal.append([draft(1)])
        #expect(try await journal.head(upTo: 10) == nil)
        folder.time.advance(milliseconds: 60_000)
        try await journal.append([draft(2)])
        #expect(try await journal.head(upTo: 10)?.sequence == 2)
        folder.time.advance(milliseconds: 59_999)
        try await journal.append([draft(3)])
        #expect(try await journal.head(upTo: 10)?.sequence == 2)
        try await journal.signHead()
        try await journal.signHead()
        #expect(try await journal.head(upTo: 10)?.sequence == 3)
    }

    @Test func `a quiet moment is used to empty the log`() async throws {
        let journal = try folder.open(checkpointPages: 4)
        for number in 1...10 { try await journal.append([draft(number)]) }
        // Ten entries take more than four pages, so below four a checkpoint was made, be it between two of them.
        try await until { journal.health.logPages < 4 }
        try await journal.append([draft(11)])
        #expect(try await journal.entries(after: 0, limit: 100).count == 11)
    }
}
