import Ledger
import Platform

/// When snapshots are made: they spare the next start what the journal has grown since, and cost the hall nothing.
extension Hall {
    /// How far the journal runs ahead of its snapshot while nobody sits, and at most.
    static let quietEntries = 1000
    private static let mostEntries = 20_000

    /// Called with each tick.
    func lookAtSnapshot() {
        guard let keeper, !isKeepingSnapshot, journalFault == nil, !journalIsFull else { return }
        let behind = journal.tip.sequence - snapshotAt
        if behind >= (attempts.isEmpty ? Self.quietEntries : Self.mostEntries) {
            isKeepingSnapshot = true
            Task { await self.keepSnapshot(keeper) }
        } else if attempts.isEmpty, isSnapshotUnproven {
            isKeepingSnapshot = true
            Task { await self.proveSnapshot(keeper) }
        }
    }

    func keepSnapshot(_ keeper: SnapshotKeeper) async {
        // Whatever goes wrong here costs the next start some time and nothing else: it is tried again much later.
        let tip = journal.tip.sequence
        do {
            snapshotAt = try await keeper.keepUp()
        } catch {
            Log.warning("no snapshot: \(error)")
            snapshotAt = tip
        }
        isKeepingSnapshot = false
    }

    /// Compares the snapshot that this start went on from with the fold of every entry; follows the whole chain on the way.
    func proveSnapshot(_ keeper: SnapshotKeeper) async {
        isSnapshotUnproven = false
        do {
            let wrong = try await keeper.check()
            if !wrong.isEmpty {
                let words = "the snapshot of the journal is wrong in \(wrong.joined(separator: ", ")); it is removed"
                Log.error("\(words), and the daemon starts again from the first entry")
                onFatal(words)
            }
        } catch {
            Log.error("the journal cannot be followed from its first entry: \(error)")
        }
        isKeepingSnapshot = false
    }
}
