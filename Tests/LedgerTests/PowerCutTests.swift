import FaultyDisk
import Ledger
import Platform
import Testing

/// Cuts the power at every operation of the file, with what was not synced lost, kept, or torn.
@Suite struct PowerCutTests {
    private struct Outcome {
        var images = 0
        var lost = 0
        var refused = 0
    }

    private func run(disk name: String, believesSyncs: Bool) async throws -> Outcome {
        let folder = try JournalFolder()
        let disk = FaultyDisk(name: name)
        let journal = try folder.open(fileSystem: disk.name, checkpointPages: 1_000_000)
        var files: [String: [UInt8]] = [:]
        // SQLite names files as it resolved them, which for a folder in /tmp is the same text.
        for suffix in ["", "-wal"] {
            let path = folder.journalPath + suffix
            if fileExists(path) { files[path] = try readFile(path) }
        }
        let acknowledged = Guarded(0)
        let record = Guarded([(operation: FaultyDisk.Operation, acknowledged: Int)]())
        disk.setRule { operation in
            let count = acknowledged.withLock { $0 }
            record.withLock { $0.append((operation, count)) }
            return .passes
        }
        for number in 1...16 {
            try await journal.append((0...(number % 3)).map { draft(number * 10 + $0) }, head: number % 5 == 0)
            acknowledged.withLock { $0 = journal.tip.sequence }
            if number % 6 == 0 { try await journal.checkpoint() }
        }
        disk.setRule { _ in .passes }
        let all = try await journal.entries(after: 0, limit: 1000)

        var cut = PowerCut(files: files, believesSyncs: believesSyncs)
        var random = SystemRandomNumberGenerator()
        var outcome = Outcome()
        for (operation, acknowledged) in record.withLock({ $0 }) {
            for survivors in PowerCut.Survivors.allCases {
                outcome.images += 1
                let image = folder.path + "/image-\(outcome.images)"
                try makeDirectory(image)
                for (path, bytes) in cut.image(survivors, using: &random) {
                    let name = path.hasSuffix("-wal") ? "/journal.sqlite-wal" : "/journal.sqlite"
                    try writeQuickly(bytes, to: image + name)
                }
                do {
                    let again = try folder.open(whole: true, at: image + "/journal.sqlite")
                    let stored = try await again.entries(after: 0, limit: 1000)
                    if stored.count < acknowledged || stored != Array(all.prefix(stored.count)) { outcome.lost += 1 }
                } catch {
                    outcome.refused += 1
                }
            }
            cut.add(operation)
        }
        return outcome
    }

    /// Without a sync: the image is read back by this process.
    private func writeQuickly(_ bytes: [UInt8], to path: String) throws {
        // O_WRONLY | O_CREAT
        try FileDescriptor(path: path, flags: 0o101).write(bytes)
    }

    @Test func `no acknowledged entry is lost in any cut`() async throws {
        let outcome = try await run(disk: "power-cut", believesSyncs: true)
        #expect(outcome.images > 300)
        #expect(outcome.lost == 0)
        #expect(outcome.refused == 0)
    }

    @Test func `the same cuts on a disk that does not sync lose entries: the cuts are real`() async throws {
        let outcome = try await run(disk: "power-cut-control", believesSyncs: false)
        #expect(outcome.lost + outcome.refused > outcome.images / 4)
    }
}
