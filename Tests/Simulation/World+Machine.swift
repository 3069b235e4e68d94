import Cryptography
import Exam
import Hall
import Ledger
import Platform
import QuestionBank
import SimulatedDisk

/// The machine goes off and on again, and what must be there then.
extension World {
    func switchOn(isNew: Bool = false, isSecondCut: Bool = false) {
        observer?.starts(self)
        let stepper = Stepper(seed: random.next(), now: now)
        let time = SimulatedTime(boot: "boot-\(boot)", stepper: stepper, start: bootedAt, wallOffset: wallOffset)
        do {
            let machine = try Machine(
                site: site, disk: disk, stepper: stepper, time: time, entropy: random.next(),
                isNew: isNew || !hasServed)
            self.machine = machine
            guard machine.recover(receipt: center.receipt) else {
                return notServing(machine.fatal.value ?? "it does not say why")
            }
        } catch {
            return notServing("\(error)")
        }
        hasServed = true
        nextTick = now + 200_000
        disk.setRule(nil)
        observer?.served(self)
        serve()
    }

    /// The hall did not come up: right while the disk keeps it from doing so, else not.
    private func notServing(_ words: String) {
        if isOff.value != nil { return cut() }
        if isDiskBad {
            watch?("\(steps) \(clock) no start: \(words)")
            return restart(after: pick(500...2000))
        }
        fail(.restartServes, words)
    }

    /// What stands in the journal after a start, beside what was acknowledged before it.
    private func serve() {
        guard let machine else { return }
        read(machine.journal)
        guard violation == nil else { return }
        if let result = audit.records.values.compactMap(\.result).max(), result > machine.journal.health.signed {
            fail(.chainHolds, "the result at \(result) stands under no head")
        }
        if center.tip.sequence > audit.sequence || audit.digests[center.tip.sequence] != center.tip.digest {
            fail(.centerHasTheSame, "the center has \(center.tip.sequence) entries, the journal \(audit.sequence)")
        }
        compare()
        let names = (1...Machine.seats).map(Machine.seatName) + [Machine.desk]
        for name in names { after(pick(0...2000)) { $0.connect(name) } }
    }

    /// Reads on where the audit stands; what it read before is there still.
    func read(_ journal: Journal) {
        let from = max(0, audit.sequence - 1)
        let found = Slot<[Entry]?>(nil)
        machine?.begin { hall in
            // Naming it is what keeps the call below on its executor.
            hall.assertIsolated()
            let entries = try? await journal.entries(after: from, limit: .max)
            found.value = entries
        }
        machine?.stepper.settle()
        guard let entries = found.value else { return fail(.restartServes, "the journal cannot be read") }
        if audit.sequence > 0, entries.first?.digest != audit.digests[audit.sequence] {
            return fail(.storedStays, "entry \(audit.sequence) was read before and is not there")
        }
        for entry in entries where entry.sequence > audit.sequence { audit.take(entry) }
        if let found = audit.violation, violation == nil { violation = found }
    }

    /// What screens acknowledged, beside what the journal holds.
    func compare() {
        for (name, count) in model.refusals where audit.refusals[name, default: 0] < count {
            fail(.refusalsAreWritten, "\(count) × \(name) shown, \(audit.refusals[name, default: 0]) written")
        }
        for person in people {
            let seen = model.sittings(of: person.citizen.number)
            let records = audit.order.compactMap { audit.records[$0] }.filter { $0.person == person.citizen.candidate }
            guard seen.count <= records.count else {
                return fail(.progressStays, "person \(person.citizen.number) was greeted \(seen.count) times")
            }
            for (sitting, record) in zip(seen, records) { compare(sitting, record) }
        }
    }

    private func compare(_ sitting: Sitting, _ record: Audit.Record) {
        let who = "person \(sitting.person), \(record.id)"
        if record.programme != sitting.programme || record.number != sitting.number
            || record.seat != sitting.seat && !record.formerSeats.contains(sitting.seat)
        {
            fail(.progressStays, "\(who) is another exam")
        }
        for (number, allowed) in sitting.answers where !allowed.contains(record.answers[number] ?? []) {
            fail(.answersStay, "\(who), question \(number): \(record.answers[number] ?? []) stored, \(allowed) shown")
        }
        for number in record.answers.keys where sitting.answers[number] == nil {
            fail(.answersStay, "\(who), question \(number) was never answered")
        }
        for number in sitting.final where !record.final.contains(number) {
            fail(.progressStays, "\(who), question \(number) was final")
        }
        for (number, stem) in sitting.stems where site.items[stem] != record.items[safe: number - 1]?.item {
            fail(.paperStays, "\(who), question \(number) is another one")
        }
        let reached: [(Sitting.Stage, Bool)] = [
            (.proved, record.steps.contains("verified")), (.running, record.hasStarted),
            (.over, record.endedBy != nil && record.score != nil), (.farewell, record.result != nil),
        ]
        for (stage, isThere) in reached where sitting.stage >= stage && !isThere {
            fail(.progressStays, "\(who) was \(stage)")
        }
        if let score = sitting.score, record.score != score { fail(.scoreIsRight, "\(who): \(score) shown") }
        if let watch = sitting.watch, record.endedBy != nil,
            record.spentMs - record.creditedMs < watch.spentMs - watch.slackMs - 1500
                || record.spentMs - record.creditedMs > watch.spentMs + 1500
        {
            fail(.timeIsSpent, "\(who): \(record.spentMs) ms written, \(watch.spentMs) by the candidate's watch")
        }
    }

    // MARK: Off

    /// The power went away in the middle of something: what the disk holds then is the seed's to say.
    func cut() {
        guard let left = isOff.value else { return }
        let survivors: Survivors =
            switch pick(0...9) {
            case 0: .none
            case 1: .all
            case 2...5: .prefix(seed: random.next())
            default: .random(seed: random.next())
            }
        watch?("\(steps) \(clock) the power is cut: \(survivors)")
        _ = takeAway()
        disk = SimulatedDisk(left.afterCut(survivors), capacity: 64 << 20)
        boot += 1
        bootedAt = now
        comeBack(after: pick(1000...40_000))
    }

    /// The process ends and is started again: the machine has lost nothing that was written.
    func restart(after milliseconds: Int) {
        disk = SimulatedDisk(takeAway(), capacity: 64 << 20)
        comeBack(after: milliseconds)
    }

    /// - Returns: the disk as it was before what was under way came to its end.
    private func takeAway() -> DiskModel {
        model.interrupted(at: now)
        let left = disk.model
        if let machine {
            commitsBefore += machine.journal.health.commits
            isOff.value = left
            disk.setRule { _ in .failed }
            machine.die()
        }
        isOff.value = nil
        machine = nil
        asleepUntil = 0
        isDiskBad = false
        return left
    }

    private func comeBack(after milliseconds: Int) {
        let secondCut = misfires(.cutInRecovery) ? pick(1...60) : nil
        after(milliseconds) { world in
            guard world.machine == nil else { return }
            if let secondCut { world.cutPower(in: secondCut) }
            world.switchOn()
        }
    }

    /// The power goes after so many more operations of the disk.
    func cutPower(in operations: Int) {
        let left = Guarded(operations)
        disk.setRule { [disk, isOff] request in
            if request.kind == .read || request.kind == .open { return isOff.value != nil ? .failed : .passes }
            let isNow = left.withLock { left in
                left -= 1
                return left <= 0
            }
            guard isNow else { return .passes }
            isOff.value = isOff.value ?? disk.model
            return .failed
        }
    }

    // MARK: The end of the day

    /// Everything is carried to the center; the day ends in order, and the journal is read once more.
    func close() {
        for _ in 0..<20 where violation == nil {
            guard let machine else { return fail(.nobodyIsStuck, "the machine is off at the end") }
            machine.begin { [journal = machine.journal] hall in
                hall.assertIsolated()
                try? await journal.signHead()
            }
            machine.stepper.settle()
            carry(isPrompt: true)
            machine.stepper.settle()
            if center.tip == machine.journal.tip { break }
        }
        guard let machine, violation == nil else { return }
        if center.tip != machine.journal.tip {
            return fail(.centerHasTheSame, "the center has \(center.tip.sequence) of \(machine.journal.tip.sequence)")
        }
        read(machine.journal)
        compare()
        for id in audit.order {
            guard let record = audit.records[id], violation == nil else { break }
            let isOver = record.endedBy != nil && record.endedBy != "voided"
            if isOver != (record.result != nil) { fail(.oneResult, "\(id) ended and has no result") }
            if center.results["attempt/\(id)", default: 0] != (isOver ? 1 : 0) {
                fail(.oneResult, "the center has \(center.results["attempt/\(id)", default: 0]) results of \(id)")
            }
            if record.isOpen { fail(.nobodyIsStuck, "\(id) is open and everybody has left") }
        }
        machine.begin { [journal = machine.journal] hall in
            await hall.stop()
            try? await journal.close()
        }
        machine.stepper.settle()
        machine.die()
        self.machine = nil
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
