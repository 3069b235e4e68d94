import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
package import Packages
import Platform
import QuestionBank

/// A package that the center released to this appliance and that is neither installed nor refused yet.
struct PendingRelease: Hashable, Sendable {
    /// The order's sequence.
    var order: Int
    var release: BankRelease
    /// It is here and whole, and valid from this day on.
    var validFrom: CalendarDate?
    /// Its length was received; it is being looked at.
    var isComplete = false
}

/// Question banks: installing them, and keeping those that a running exam needs.
extension Hall {
    /// The bank in use; one without questions while none is installed.
    var bank: BankTexts { installed.flatMap { banks[$0.digest]?.texts } ?? .none }

    /// The bank that an exam runs by: the one it started with, whatever was installed since.
    func bank(of attempt: Attempt) -> BankTexts {
        guard let digest = attempt.paper?.bank else { return bank }
        return banks[digest]?.texts ?? .none
    }

    /// A question's key, for the scorer of an exam.
    func key(of item: ItemID, in attempt: Attempt) throws -> Set<Int> {
        guard let digest = attempt.paper?.bank, let bank = banks[digest] else {
            throw Failure(.unavailable, "the question bank of \(attempt.id) is not on this appliance")
        }
        return try bank.answers.key(item)
    }

    /// What is wrong with the bank, for the interlock.
    var bankFault: String? {
        guard let installed else { return "no question bank is installed; kaotai bank install FILE" }
        guard let package = banks[installed.digest]?.package else { return bankDamage ?? "the bank is not open" }
        // By a wrong clock nothing can be said of a validity; the clock closes the hall itself.
        guard clock.fault == nil else { return nil }
        return package.index.isValid(on: today) ? nil : "the question bank is not valid on \(today)"
    }

    /// Opens what the journal says is in use and what open exams need; a package that does not open closes the hall
    /// until it is installed again.
    func openBanks() {
        bankDamage = nil
        // A cut may have left a package that was put in its place and never installed.
        if installed != nil { parts.banks.keepOnly(neededBanks) }
        for digest in neededBanks.sorted() where banks[digest] == nil {
            do throws(PackageError) {
                banks[digest] = try parts.banks.open(digest)
            } catch {
                Log.error("question bank \(digest): \(error)")
                if digest == installed?.digest { bankDamage = "\(error)" }
            }
        }
    }

    /// The bank in use and those of exams that are not over.
    private var neededBanks: Set<String> {
        Set(attempts.values.compactMap { $0.isOpen ? $0.paper?.bank : nil } + [installed?.digest].compactMap { $0 })
    }

    /// Gives up the packages that no exam needs any more.
    func dropUnneededBanks() {
        let needed = neededBanks
        guard banks.keys.contains(where: { !needed.contains($0) }) else { return }
        banks = banks.filter { needed.contains($0.key) }
        parts.banks.keepOnly(needed)
    }

    // MARK: Installing

    /// Installs a package that an operator brought.
    ///
    /// - Throws: `Failure` with the reason why it is refused, which stands in the journal then.
    package func install(file path: String) async throws -> BankSummary {
        let room = parts.state.freeMiB.map { max(0, $0 - configuration.diskFloorMiB) << 20 }
        do {
            let copy = try await parts.banks.copy(path, room: room)
            defer { parts.banks.discard(copy) }
            return try await install(copy, name: path, order: nil)
        } catch let error as PackageError {
            throw Failure(.inputOutput, error.description)
        } catch let refusal as BankRefusal {
            throw Failure(.badData, refusal.description)
        }
    }

    /// Installs a file of the folder once those before it are done.
    private func install(_ path: String, name: String, order: Int?) async throws -> BankSummary {
        let before = installing
        let task = Task {
            _ = await before?.result
            return try await self.installNow(path, name: name, order: order)
        }
        installing = task
        return try await task.value
    }

    /// Verifies a file of the folder, judges it, puts it in its place and says so in the journal: from that entry on it
    /// is the bank in use.
    private func installNow(_ path: String, name: String, order: Int?) async throws -> BankSummary {
        var offered: OpenBank?
        do {
            let bank = try await verified(path, name: name)
            offered = bank
            let index = bank.package.index
            let digest = bank.package.digest
            // A package that an exam needs may come back whatever its version; it is not the one in use for that.
            let isRestored = installed?.digest != digest && neededBanks.contains(digest)
            if !isRestored, let refusal = refusal(of: bank.package) { throw refusal }
            try parts.banks.place(path, digest: digest)
            let recorded = await append([
                Draft(
                    .bankInstalled, stream: "bank",
                    HallEntry.BankInstalled(
                        bank: index.id, version: index.version, digest: digest, items: index.items.count,
                        signer: bank.package.signer, suite: bank.package.suite.rawValue, order: order,
                        isRestored: isRestored))
            ])
            guard recorded else { throw Failure(.inputOutput, "the journal takes no entry; nothing is installed") }
            banks[digest] = bank
            bankDamage = nil
            dropUnneededBanks()
            for id in seatIDs { show(seat: id) }
            showDesks()
            return BankSummary(bank.package)
        } catch let refusal as BankRefusal {
            if refusal.mayPass, order != nil { throw refusal }
            await append([
                Draft(
                    .bankRefused, stream: "bank",
                    HallEntry.BankRefused(
                        bank: offered?.package.index.id, version: offered?.package.index.version,
                        digest: offered?.package.digest, order: order, reason: refusal.description))
            ])
            throw refusal
        }
    }

    private func verified(_ path: String, name: String) async throws -> OpenBank {
        do {
            return try await parts.banks.verify(path, name: name)
        } catch .unreadable(let error) {
            throw PackageError.unreadable(error)
        } catch {
            throw BankRefusal.package(error)
        }
    }

    private func refusal(of package: QuestionPackage) -> BankRefusal? {
        let index = package.index
        if index.purpose == .practice { return .practice(index.id) }
        if let refusal = installed?.refusal(of: index.id, version: index.version, digest: package.digest) {
            return refusal
        }
        if index.validUntil != nil || index.validFrom != nil, let fault = clock.fault { return .clock(fault) }
        if let until = index.validUntil, until < today { return .expired(until) }
        if let from = index.validFrom, from > today { return .notYetValid(from) }
        return nil
    }

    // MARK: Releases of the center

    /// Takes the center's release of a bank: the courier is asked to fetch it.
    ///
    /// - Parameter before: what was on its way when the order came.
    func take(_ order: BankRelease, sequence: Int, insteadOf before: PendingRelease?) async {
        guard order.digest != installed?.digest else { return }
        if let refusal = installed?.refusal(of: order.bank, version: order.version, digest: order.digest) {
            await refuse(order, sequence: sequence, refusal.description)
            return
        }
        if let before, before.release != order { parts.banks.drop(before.release.digest) }
        await lookAtRelease()
        onNews()
    }

    /// Begins with a release that the journal brought, and ends with one that it closed.
    func followRelease() {
        guard release.map({ ReleaseOrder(order: $0.order, release: $0.release) }) != state.release else { return }
        release = state.release.map { PendingRelease(order: $0.order, release: $0.release) }
    }

    private func refuse(_ order: BankRelease, sequence: Int, _ reason: String) async {
        await append([
            Draft(
                .bankRefused, stream: "bank",
                HallEntry.BankRefused(
                    bank: order.bank, version: order.version, digest: order.digest, order: sequence, reason: reason))
        ])
    }

    /// What the courier is to fetch now; nil while nothing is wanted.
    func wantedBank() -> BankWanted? {
        guard let pending = release, !pending.isComplete else { return nil }
        let received = parts.banks.received(pending.release.digest)
        let rest = pending.release.length - received
        if let free = parts.state.freeMiB, free - configuration.diskFloorMiB < rest >> 20 { return nil }
        return rest > 0 ? BankWanted(digest: pending.release.digest, offset: received, length: rest) : nil
    }

    /// Takes a part of the wanted package; any other is left.
    func take(bankPart part: BankPart) async {
        guard let pending = release, !pending.isComplete, part.digest == pending.release.digest,
            part.offset == parts.banks.received(part.digest), let bytes = bytes(base64url: part.data),
            part.offset + bytes.count <= pending.release.length
        else { return }
        do {
            try parts.banks.add(bytes, to: part.digest, at: part.offset)
        } catch {
            Log.error("question bank \(part.digest): \(error)")
            return
        }
        await lookAtRelease()
    }

    /// Installs the released package once it is here whole and its day has come.
    func lookAtRelease() async {
        guard let pending = release, !pending.isComplete,
            parts.banks.received(pending.release.digest) >= pending.release.length
        else { return }
        release?.isComplete = true
        await installRelease(pending)
    }

    /// Called with each tick: a package that came before its first day waits for it.
    func lookAtValidity() async {
        guard let pending = release, let from = pending.validFrom, from <= today, clock.fault == nil else { return }
        release?.validFrom = nil
        await installRelease(pending)
    }

    private func installRelease(_ pending: PendingRelease) async {
        let digest = pending.release.digest
        do {
            guard try await parts.banks.fingerprint(digest) == pending.release.file else {
                // Parts of two files, or a disk that lost some at a cut: once more from the beginning.
                Log.warning("question bank \(digest): what arrived is not what was released; it is fetched again")
                parts.banks.drop(digest)
                release?.isComplete = false
                onNews()
                return
            }
            let name = "bank \(pending.release.bank) \(pending.release.version) of the center"
            _ = try await install(parts.banks.incoming(digest), name: name, order: pending.order)
        } catch BankRefusal.notYetValid(let from) {
            release?.validFrom = from
        } catch BankRefusal.clock {
            // It is looked at again as soon as the clock is right.
            release?.validFrom = today
        } catch let refusal as BankRefusal {
            Log.warning("order \(pending.order): \(refusal)")
            parts.banks.drop(digest)
            release = nil
        } catch {
            // A disk or a journal that takes nothing now: at the next start, or at the next release.
            Log.error("question bank \(digest): \(error)")
        }
    }
}
