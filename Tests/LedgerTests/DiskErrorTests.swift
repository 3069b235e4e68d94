import FaultyDisk
import Ledger
import Platform
import Testing

@Suite struct DiskErrorTests {
    @Test(arguments: ["write", "synchronize"])
    func `an error at any one operation stops the journal, and what was acknowledged is there`(kind: String)
        async throws
    {
        let disk = FaultyDisk(name: "error-sweep-" + kind)
        var stopped = 0
        for failing in 0..<40 {
            let folder = try JournalFolder()
            let journal = try folder.open(fileSystem: disk.name, checkpointPages: 1_000_000)
            let operations = Guarded(0)
            disk.setRule { operation in
                switch (operation, kind) {
                case (.write, "write"), (.synchronize, "synchronize"): break
                default: return .passes
                }
                let index = operations.withLock { count in
                    defer { count += 1 }
                    return count
                }
                return index == failing ? (kind == "write" ? .writeError : .synchronizeError) : .passes
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
            disk.setRule { _ in .passes }
            let copy = folder.path + "/after"
            try makeDirectory(copy)
            // The file as a restarted process finds it; the stopped journal still holds the original.
            for suffix in ["", "-wal"] {
                try copyFile(folder.journalPath + suffix, to: copy + "/journal.sqlite" + suffix)
            }
            let again = try folder.open(whole: true, at: copy + "/journal.sqlite")
            let stored = try await again.entries(after: 0, limit: 100)
            #expect(Array(stored.prefix(acknowledged.count)) == acknowledged)
            #expect(stored.count <= acknowledged.count + 1)
        }
        #expect(stopped >= 10)
    }

    @Test func `a process killed at any moment leaves everything that was acknowledged`() async throws {
        let disk = FaultyDisk(name: "killed")
        let folder = try JournalFolder()
        let acknowledged = Guarded(0)
        let moments = Guarded([(folder: String, acknowledged: Int)]())
        let source = folder.journalPath
        let root = folder.path
        let journal = try folder.open(fileSystem: disk.name, checkpointPages: 1_000_000)
        // Before each operation of the file the files are as a kill at that moment leaves them.
        disk.setRule { operation in
            let index = moments.withLock { $0.count }
            let target = root + "/moment-\(index)"
            do {
                try makeDirectory(target)
                for suffix in ["", "-wal"] { try copyFile(source + suffix, to: target + "/journal.sqlite" + suffix) }
            } catch { Issue.record(error) }
            let sofar = acknowledged.withLock { $0 }
            moments.withLock { $0.append((target, sofar)) }
            return .passes
        }
        for number in 1...12 {
            try await journal.append([draft(number)], head: number % 5 == 0)
            acknowledged.withLock { $0 = number }
            if number == 7 { try await journal.checkpoint() }
        }
        disk.setRule { _ in .passes }
        let all = try await journal.entries(after: 0, limit: 100)
        let taken = moments.withLock { $0 }
        #expect(taken.count > 24)
        for moment in taken {
            let again = try folder.open(whole: true, at: moment.folder + "/journal.sqlite")
            let stored = try await again.entries(after: 0, limit: 100)
            #expect(stored.count >= moment.acknowledged)
            #expect(stored == Array(all.prefix(stored.count)))
            // And it goes on from there.
            try await again.append([draft(100)])
        }
    }
}
