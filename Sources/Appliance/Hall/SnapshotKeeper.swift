import Cryptography
import Ledger
import Platform

/// Makes snapshots, and checks them, beside the hall: from the journal alone, never from what the hall holds, so that
/// nothing that is on its way to the disk gets into one.
actor SnapshotKeeper {
    private nonisolated let executor: any ActorExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let journal: Journal
    private let file: SnapshotFile
    /// Who signs orders.
    private let center: JWKS
    /// Entries that are read at once: an answer that comes meanwhile waits for no more.
    private static let batch = 200

    init(journal: Journal, file: SnapshotFile, center: JWKS, executor: any ActorExecutor) {
        self.journal = journal
        self.file = file
        self.center = center
        self.executor = executor
    }

    /// The state at the journal's end: from the snapshot and what follows it, or from the first entry where there is any
    /// doubt.
    ///
    /// - Returns: the state, and the entry at which the snapshot stands that was used; 0 for none.
    func recover() async throws -> (state: Snapshot, from: Int) {
        var found: Snapshot?
        do {
            found = try await file.read(for: journal)
        } catch let doubt as SnapshotFile.Doubt {
            Log.warning("the snapshot is not used, every entry is read: \(doubt)")
        }
        let from = found?.tip.sequence ?? 0
        do {
            return (try await folded(from: found ?? .origin(of: journal.appliance)), from)
        } catch let error where from > 0 && !(error is JournalError) {
            Log.warning("what follows the snapshot does not follow from it (\(error)), every entry is read")
            file.remove()
            return (try await folded(from: .origin(of: journal.appliance)), 0)
        }
    }

    /// Folds what came since the last snapshot, and writes the next one; a file that is not there is no reason to read
    /// everything again, unless nothing else will.
    func keepUp() async throws -> Int {
        let (snapshot, from) = try await recover()
        if snapshot.tip.sequence > from { try file.write(snapshot) }
        return snapshot.tip.sequence
    }

    func write(_ snapshot: Snapshot) throws { try file.write(snapshot) }

    /// Folds every entry up to the snapshot and compares; follows the chain on the way.
    ///
    /// - Returns: the members in which the snapshot is wrong, and then it is removed; empty for a right one, or none.
    /// - Throws: `JournalError.damaged` for an entry that does not fit the chain.
    func check() async throws -> [String] {
        guard let snapshot = try? await file.read(for: journal) else { return [] }
        var whole = Snapshot.origin(of: journal.appliance)
        var chain = ChainCheck()
        while whole.tip.sequence < snapshot.tip.sequence {
            let rest = snapshot.tip.sequence - whole.tip.sequence
            for entry in try await journal.entries(after: whole.tip.sequence, limit: min(Self.batch, rest)) {
                if let problem = chain.problem(with: entry) {
                    throw JournalError.damaged(firstBad: entry.sequence, problems: [problem])
                }
                try whole.take(entry, center: center)
            }
            // Whoever waits for this queue or the journal's goes first.
            await Task.yield()
        }
        let wrong = whole.state.differences(from: snapshot.state)
        if !wrong.isEmpty { file.remove() }
        return wrong
    }

    private func folded(from start: Snapshot) async throws -> Snapshot {
        var snapshot = start
        while true {
            let entries = try await journal.entries(after: snapshot.tip.sequence, limit: Self.batch)
            if entries.isEmpty { return snapshot }
            for entry in entries { try snapshot.take(entry, center: center) }
        }
    }
}
