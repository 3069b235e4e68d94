import CanonicalJSON
import CenterLink
import Exam
import Ledger
import Platform

extension Hall {
    /// Reads the journal and stands where it ends. There is no other way to start.
    public func recover() async throws {
        try await journal.forEach { entry in try self.assumeIsolated { hall in try hall.replay(entry) } }
        for (id, attempt) in attempts.sorted(by: { $0.key < $1.key }) {
            guard attempt.isOpen else {
                attempts[id] = nil
                moments[id] = nil
                continue
            }
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
                        uniqueKeysWithValues: interlockFacts.states.map { ($0.0.rawValue, $0.1.text) })))
        ]
        for id in open {
            if let attempt = attempts[id], attempt.phase == .running {
                drafts.append(Draft(.interrupted(.init(spentMs: attempt.spentMs, cause: "restart")), attempt: id))
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
        await lookAtRelease()
    }

    private func replay(_ entry: Entry) throws {
        let label = try entry.label().at
        lastSeen = max(lastSeen ?? label, label)
        if let id = AttemptID(stream: entry.stream) {
            guard let value = try AttemptEntry(journal: entry) else { return }
            try apply(value, to: id, entry: entry)
            return
        }
        switch HallEntryKind(rawValue: entry.kind) {
        case .tick:
            let tick = try JSONCoder.decode(HallEntry.Tick.self, from: entry.body)
            for (id, spent) in tick.spent { attempts[id]?.spend(totalMs: spent) }
        case .exposure: try takeExposure(entry)
        case .order:
            let order = try JSONCoder.decode(HallEntry.Order.self, from: entry.body)
            try takeRecorded(order.jws)
        case .bankInstalled:
            let bank = try JSONCoder.decode(HallEntry.BankInstalled.self, from: entry.body)
            if !bank.isRestored {
                installed = InstalledBank(bank: bank.bank, version: bank.version, digest: bank.digest)
            }
            if release?.release.digest == bank.digest { release = nil }
        case .bankRefused:
            let refused = try JSONCoder.decode(HallEntry.BankRefused.self, from: entry.body)
            if release?.order == refused.order { release = nil }
        default: break
        }
    }

    /// Says that the daemon stops in order; the clocks of running exams stand until it is started again.
    public func stop() async {
        for id in seatIDs { settleClock(id) }
        var spent: [AttemptID: Int] = [:]
        for attempt in attempts.values where attempt.phase == .running { spent[attempt.id] = attempt.spentMs }
        var drafts = [Draft(.stopped, stream: "hall", HallEntry.Nothing())]
        if !spent.isEmpty { drafts.insert(Draft(.tick, stream: "hall", HallEntry.Tick(spent: spent)), at: 0) }
        await append(drafts, head: true)
    }
}
