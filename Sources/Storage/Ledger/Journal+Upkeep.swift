import CivilTime
import Cryptography
import Glibc
import Platform
import SQLite
import Synchronization

/// What keeps the file well: checkpoints, heads over what no one asked to sign, the reserve, copies, closing.
extension Journal {
    /// Moves the log's pages into the database. An answer that comes meanwhile waits, so it is done in quiet moments by
    /// itself; call it when the hall knows that nobody is sitting.
    public func checkpoint() throws(JournalError) { try checkpoint(truncating: false) }

    /// - Parameter truncating: also takes the log's pages off the disk; for want of room that is made up for later.
    func checkpoint(truncating: Bool) throws(JournalError) {
        if let stopped { throw stopped }
        guard let file else { throw .closed }
        owesScrub = owesScrub || truncating
        do {
            let left = try file.connection.checkpoint(truncating: owesScrub)
            if left > 0 { Log.warning("journal: a checkpoint left \(left) pages in the log") }
            owesScrub = false
        } catch {
            guard error.isFull else { throw stop(error) }
            // Nothing is lost: the pages stay in the log until there is room.
            noteFull("journal: no room for a checkpoint; the log is kept")
            return
        }
        let hasBallast = ballast.restore()
        shared.withLock {
            $0.logPages = file.connection.walPages
            $0.hasBallast = hasBallast
        }
    }

    /// After a drain: looks again a moment later, and uses it if no append came meanwhile.
    func armCheckpoint() {
        guard stopped == nil, !checkpointIsArmed, let pages = file?.connection.walPages,
            pages >= options.checkpointPages
        else { return }
        checkpointIsArmed = true
        let seen = drains
        executor.run(afterMilliseconds: 50) { [weak self] in
            self?.assumeIsolated { $0.checkpointIfQuiet(since: seen) }
        }
    }

    private func checkpointIfQuiet(since seen: Int) {
        checkpointIsArmed = false
        guard stopped == nil, let file else { return }
        // A log of 64 MiB is not let grow further, quiet or not.
        guard drains == seen || file.connection.walPages > 16_384 else { return armCheckpoint() }
        try? checkpoint()
    }

    /// After a drain: entries without a head get one in time, also when nothing more happens.
    func armHead() {
        guard stopped == nil, !headIsArmed, last.sequence > signed else { return }
        headIsArmed = true
        let wait = max(1, options.headSeconds * 1000 - time.now().milliseconds(since: lastHead))
        executor.run(afterMilliseconds: wait) { [weak self] in
            self?.assumeIsolated { $0.signTail() }
        }
    }

    /// Whether entries have waited long enough for a head.
    var isHeadDue: Bool { time.now().milliseconds(since: lastHead) >= options.headSeconds * 1000 }

    private func signTail() {
        headIsArmed = false
        guard stopped == nil, file != nil, last.sequence > signed else { return }
        // An append may have signed one meanwhile.
        guard isHeadDue else { return armHead() }
        _ = try? head(at: last.sequence)
    }

    func signedHead(over tip: Tip) throws -> String {
        try JWS.sign(payload: Head(appliance: appliance, tip: tip, at: time.wall().description), key: key)
    }

    // MARK: Copies

    /// Writes a copy in rollback mode, whole and signed to its last entry; appends go on meanwhile.
    ///
    /// - Throws: `JournalError.unreadable` naming the target when it cannot be written; `JournalError.invalid` when the
    ///   target is the journal itself, which a copy would replace under our feet.
    public nonisolated func copy(to target: String) async throws(JournalError) {
        for suffix in ["", "-wal", "-shm"] where Self.isOneFile(target, path + suffix) {
            throw .invalid("\(target) is the journal itself; name another file for the copy")
        }
        let temporary = target + ".new"
        unlink(temporary)
        do {
            try await copySlices(to: temporary)
            try AtomicFile.place(temporary, at: target)
        } catch let error as JournalError {
            unlink(temporary)
            throw error
        } catch {
            unlink(temporary)
            throw .unreadable(path: target, reason: String(describing: error))
        }
    }

    /// Whether two paths lead to one file that exists.
    private static func isOneFile(_ a: String, _ b: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }

    private func copySlices(to path: String) async throws {
        if let stopped { throw stopped }
        guard let file else { throw JournalError.closed }
        let backup = try Backup(of: file.connection, to: path)
        while true {
            // No append comes between the head and the slice, so the last slice takes a head over the last entry along.
            if last.sequence > signed { _ = try head(at: last.sequence) }
            if try backup.step(pages: 256) { return }
            // Lets waiting appends go first.
            await Task.yield()
        }
    }

    // MARK: The end

    /// Signs a last head, empties the log and closes the file; later calls throw `JournalError.closed`.
    public nonisolated func close() async throws(JournalError) {
        try await signHead()
        try await closeFile()
    }

    private func closeFile() throws(JournalError) {
        try checkpoint(truncating: true)
        file = nil
        stopped = .closed
        shared.withLock { $0.state = .closed }
    }
}
