import CanonicalJSON
import CenterLink
import Exam
import Ledger
import Platform

extension Hall {
    /// Reads the journal and stands where it ends. There is no other way to start.
    public func recover() async throws {
        try await readJournal()
        counted = state.exposure.counters
        followRelease()
        for (id, attempt) in attempts.sorted(by: { $0.key < $1.key }) {
            seats[attempt.seat]?.attempt = id
            do {
                personal[id] = try await openPerson(sealed: attempt.opened.sealed, subject: attempt.opened.subject)
            } catch {
                Log.error("\(id): its sealed name cannot be opened: \(error)")
                personal[id] = BookedPerson(name: "?", number: "?", sex: nil)
            }
        }
        openBanks()
        let open = attempts.keys.sorted()
        var drafts = [
            Draft(
                .started, stream: "hall",
                HallEntry.Started(
                    version: kaotaiVersion, bank: installed?.digest ?? "", recovered: open,
                    interlocks: Dictionary(
                        uniqueKeysWithValues: interlockFacts.states.map { ($0.0.rawValue, $0.1.text) }),
                    clock: configuration.clock))
        ]
        for id in open {
            if let attempt = attempts[id], attempt.phase == .running {
                drafts.append(Draft(.interrupted(.init(spentMs: attempt.spentMs, cause: .restart)), attempt: id))
            }
        }
        guard await append(drafts, head: true) else {
            throw Failure(.inputOutput, "the journal takes no entry: \(journalFault ?? "it is full")")
        }
        // A cut between the end and the score, or the signature and the result, is made good now.
        for id in open {
            guard let attempt = attempts[id] else { continue }
            if attempt.phase == .signed { await issue(id, at: attempt.seat) }
            if attempt.phase == .issued {
                seats[attempt.seat]?.leaveAt = parts.time.now().adding(milliseconds: Self.farewellMs)
            }
        }
        await lookAtClock()
        resumeApproved()
        await lookAtRelease()
        // A cut in the middle of an erasure may have left its pages in the log.
        if erasures.count > 0 { try await journal.scrub() }
        await eraseDue()
    }

    /// Folds the journal: from its snapshot where one is kept and nothing is doubtful about it, else from the first entry.
    private func readJournal() async throws {
        guard let keeper else {
            return try await journal.forEach { entry in
                try self.assumeIsolated { hall in try hall.state.take(entry, center: hall.parts.trust) }
            }
        }
        let (found, from) = try await keeper.recover()
        state = found.state
        snapshotAt = from
        isSnapshotUnproven = from > 0
        Log.info("journal: \(found.tip.sequence) entries, \(found.tip.sequence - from) of them read")
        guard found.tip.sequence - from >= Self.quietEntries else { return }
        // What was read is not read again: this is the next snapshot.
        snapshotAt = found.tip.sequence
        isKeepingSnapshot = true
        Task {
            do { try await keeper.write(found) } catch { Log.warning("no snapshot: \(error)") }
            isKeepingSnapshot = false
        }
    }

    /// Says that the daemon stops in order; the clocks of running exams stand until it is started again.
    public func stop() async {
        for id in seatIDs {
            settleClock(id)
            seats[id]?.since = nil
        }
        var spent: [AttemptID: Int] = [:]
        for attempt in attempts.values where attempt.phase == .running { spent[attempt.id] = attempt.spentMs }
        var drafts = [Draft(.stopped, stream: "hall", HallEntry.Nothing())]
        if !spent.isEmpty { drafts.insert(Draft(.tick, stream: "hall", HallEntry.Tick(spent: spent)), at: 0) }
        await append(drafts, head: true)
        // With it the next start reads next to nothing.
        if let keeper, journalFault == nil { await keepSnapshot(keeper) }
    }
}
