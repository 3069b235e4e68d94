import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform
import TerminalLink

/// An act that waits for two people, or has both and is being carried out.
struct Asking: Hashable, Sendable, Codable {
    var act: StaffAct
    var asked: EntryMoment
    /// Who approved it, each with the thumbprint of the key.
    var approvals: [String: String] = [:]
}

extension HallEntry {
    struct ApprovalAsked: Codable, Sendable {
        var digest: String
        var act: StaffAct
    }

    struct ApprovalGiven: Codable, Sendable {
        var digest: String
        var approver: String
        /// Thumbprint of the approver's key.
        var key: String
        /// JWS of `StaffApproval`, for auditors.
        var approval: String
    }

    struct ApprovalRefused: Codable, Sendable {
        var digest: String?
        var reason: String
    }

    struct ApprovalClosed: Codable, Sendable {
        enum Outcome: String, Codable, Sendable { case done, expired, impossible }
        var digest: String
        var outcome: Outcome
    }
}

extension Hall {
    /// How long an act waits for its approvals.
    static let approvalMs = 30 * 60_000
    private static let stream = "approvals"

    // MARK: Asking

    /// Asks two people for an act.
    ///
    /// - Returns: the entry that says so, with the digest to approve.
    /// - Throws: `Failure` in words when the act cannot be done now, or nobody could approve it.
    func ask(_ kind: StaffAct.Kind, _ attempt: AttemptID, reason: String, seat: Int? = nil, milliseconds: Int? = nil)
        async throws -> Entry
    {
        guard parts.staff != nil else {
            throw Failure(
                .unavailable, "no staff authority is configured (staffAuthority): nobody can approve anything here")
        }
        guard !reason.isEmpty, reason.utf8.count <= 400 else {
            throw Failure(.usage, "such an act wants its reason, in 400 bytes at most")
        }
        let act = StaffAct(
            kind, appliance: configuration.appliance, attempt: attempt, at: clock.best, reason: reason,
            seat: seat.flatMap(SeatID.init(rawValue:)), milliseconds: milliseconds)
        if let obstacle = obstacle(to: act) { throw Failure(.unavailable, obstacle) }
        return try await record(act)
    }

    /// The exam stands: what interrupted it is more than the rules give.
    func askForCredit(_ credit: AttemptEntry.Credited, of attempt: AttemptID) async {
        let act = StaffAct(
            .credit, appliance: configuration.appliance, attempt: attempt, at: clock.best,
            reason: "the interruption is above the cap", milliseconds: credit.lengthMs)
        do { _ = try await record(act) } catch { Log.error("\(attempt): its credit is not asked for: \(error)") }
    }

    private func record(_ act: StaffAct) async throws -> Entry {
        let digest = act.digest
        let before = journal.tip.sequence
        guard
            await append([
                Draft(.approvalAsked, stream: Self.stream, HallEntry.ApprovalAsked(digest: digest, act: act))
            ])
        else { throw Failure(.unavailable, "the journal took no entry") }
        Log.notice("\(act.attempt): \(act.act.rawValue) waits for two approvals: \(digest)")
        return try await entry(.approvalAsked, after: before) {
            try $0.decode(HallEntry.ApprovalAsked.self).digest == digest
        }
    }

    private func entry(_ kind: HallEntryKind, after sequence: Int, where matches: (Entry) throws -> Bool) async throws
        -> Entry
    {
        let found = try await journal.entries(stream: Self.stream, after: sequence)
            .last { try $0.kind == kind.rawValue && matches($0) }
        guard let found else { throw Failure(.unavailable, "the journal does not hold the act's entry") }
        return found
    }

    /// Why an act cannot be done as things stand, in words; nil when it can.
    private func obstacle(to act: StaffAct) -> String? {
        guard let attempt = attempts[act.attempt], attempt.isOpen, seats[attempt.seat]?.attempt == act.attempt else {
            return "no candidate of attempt \(act.attempt) is at a seat; `kaotai status` lists those that are"
        }
        let phase = "the attempt is \(attempt.phase.rawValue)"
        switch act.act {
        case .assignSeat:
            guard let seat = act.seat, let place = seats[seat] else { return "there is no such seat" }
            guard place.id != attempt.seat else { return "attempt \(act.attempt) is at seat \(seat) already" }
            guard place.isFree else { return "seat \(seat) is not free" }
            return attempt.phase < .signed ? nil : phase
        case .credit:
            guard [.running, .paused].contains(attempt.phase) else { return phase }
            if attempt.pause == .credit { return nil }
            guard let wanted = act.milliseconds, wanted > 0, wanted <= attempt.spentMs else {
                return "no more time can be given back than was spent: \(attempt.spentMs / 1000) s"
            }
            return attempt.interruption == nil ? nil : "its clock stands: its seat does not work"
        case .void: return attempt.phase < .ended ? nil : phase
        case .reopen:
            return [.ended, .scored].contains(attempt.phase) && attempt.ended?.by != .voided ? nil : phase
        }
    }

    /// What waits, for the operator.
    var waitingActs: [HallStatus.Waiting] {
        state.askings.map { digest, asking in
            let waited = milliseconds(since: asking.asked) ?? Self.approvalMs
            return HallStatus.Waiting(
                digest: digest, act: asking.act, approvedBy: asking.approvals.keys.sorted(),
                secondsLeft: max(0, (Self.approvalMs - waited) / 1000))
        }.sorted { ($0.act.at, $0.digest) < ($1.act.at, $1.digest) }
    }

    // MARK: Approving

    /// Takes one person's approval; the second one carries the act out.
    ///
    /// - Returns: the approval's entry, or that of the act once it is done.
    /// - Throws: `Failure` in words for an approval that does not count, which is journalled too.
    func approve(_ jws: String) async throws -> Entry {
        let before = journal.tip.sequence
        let (digest, approver, key): (String, String, String)
        do {
            (digest, approver, key) = try counted(jws)
        } catch {
            await append([
                Draft(
                    .approvalRefused, stream: Self.stream,
                    HallEntry.ApprovalRefused(
                        digest: (try? JWS.unverifiedPayload(jws)).flatMap {
                            try? JSONCoder.decode(StaffApproval.self, from: $0).act
                        }, reason: error.message))
            ])
            throw error
        }
        guard approving.insert(digest).inserted else {
            throw Failure(.unavailable, "another approval of this act is being written; try again")
        }
        defer { approving.remove(digest) }
        let given = HallEntry.ApprovalGiven(digest: digest, approver: approver, key: key, approval: jws)
        guard await append([Draft(.approvalGiven, stream: Self.stream, given)]) else {
            throw Failure(.unavailable, "the journal took no entry")
        }
        if let asking = state.askings[digest], asking.approvals.count >= CreditRules.approvers {
            await withCheckedContinuation { carryOut(asking, $0) }
            return try await entry(.approvalClosed, after: before) {
                try $0.decode(HallEntry.ApprovalClosed.self).digest == digest
            }
        }
        return try await entry(.approvalGiven, after: before) {
            try $0.decode(HallEntry.ApprovalGiven.self).approval == jws
        }
    }

    private func counted(_ jws: String) throws(Failure) -> (digest: String, approver: String, key: String) {
        guard let authority = parts.staff else {
            throw Failure(.unavailable, "no staff authority is configured (staffAuthority)")
        }
        let approval: StaffApproval
        let certificate: StaffCertificate
        do {
            (approval, certificate) = try StaffApproval.read(
                jws, authority: authority, appliance: configuration.appliance,
                today: clock.fault == nil ? today : nil)
        } catch {
            throw Failure(.notPermitted, "the approval does not count: \(error)")
        }
        guard let asking = state.askings[approval.act], asking.approvals.count < CreditRules.approvers else {
            throw Failure(.badData, "no act of digest \(approval.act) waits here; `kaotai approve` lists those that do")
        }
        guard !hasExpired(asking) else {
            throw Failure(
                .badData, "the act was asked for more than \(Self.approvalMs / 60_000) minutes ago; ask for it again")
        }
        let key = certificate.key.thumbprint
        guard asking.approvals[certificate.approver] == nil, !asking.approvals.values.contains(key) else {
            throw Failure(.notPermitted, "\(certificate.approver) has approved this already: it wants two people")
        }
        if let obstacle = obstacle(to: asking.act) { throw Failure(.unavailable, obstacle) }
        return (approval.act, certificate.approver, key)
    }

    private func hasExpired(_ asking: Asking) -> Bool {
        milliseconds(since: asking.asked).map { $0 >= Self.approvalMs } ?? true
    }

    /// How long ago an entry was written; nil where the machine was started again between.
    func milliseconds(since moment: EntryMoment) -> Int? {
        guard moment.boot == parts.time.boot else { return nil }
        return parts.time.now().milliseconds(since: moment.monotonic)
    }

    /// Acts that nobody approved in time are dropped; an exam that stands asks again.
    func lookAtApprovals() async {
        for (digest, asking) in state.askings.sorted(by: { $0.key < $1.key })
        where asking.approvals.count < CreditRules.approvers && hasExpired(asking) {
            guard approving.insert(digest).inserted else { continue }
            defer { approving.remove(digest) }
            await append([Draft(closed: digest, .expired)])
            if asking.act.act == .credit, let attempt = attempts[asking.act.attempt], attempt.pause == .credit,
                case .needsApproval(let credit) = endOfInterruption(attempt)
            {
                await askForCredit(credit, of: attempt.id)
            }
        }
    }

    // MARK: Carrying out

    private func carryOut(_ asking: Asking, _ done: CheckedContinuation<Void, Never>) {
        guard let seat = attempts[asking.act.attempt]?.seat else {
            // The attempt is over.
            Task {
                await self.append([Draft(closed: asking.act.digest, .impossible)])
                done.resume()
            }
            return
        }
        post(.staff(asking) { done.resume() }, to: .seat(seat))
    }

    /// Does what two people approved, at the seat of the attempt.
    func carryOut(_ asking: Asking, at id: SeatID) async {
        let (act, approvers) = (asking.act, asking.approvals.keys.sorted())
        let close = Draft(closed: act.digest, .done)
        guard seats[id]?.attempt == act.attempt, obstacle(to: act) == nil, let attempt = attempts[act.attempt] else {
            await append([Draft(closed: act.digest, .impossible)])
            return
        }
        let done: Bool
        switch act.act {
        case .assignSeat:
            guard let seat = act.seat else { preconditionFailure("an assignment without a seat") }
            seats[seat]?.incoming = attempt.id
            done = await move(
                SeatMove(attempt: attempt.id, to: seat, chooser: .staff(approvedBy: approvers), along: [close]),
                from: id)
        case .credit: done = await credit(act, of: attempt, approvedBy: approvers, along: close, at: id)
        case .void: done = await void(attempt, at: id, along: close)
        case .reopen:
            let reopened = AttemptEntry.Reopened(reason: act.reason, approvedBy: approvers)
            done = await append([Draft(.reopened(reopened), attempt: attempt.id), close])
            if done { seats[id]?.view = .main }
        }
        if !done { await append([Draft(closed: act.digest, .impossible)]) }
    }

    private func credit(
        _ act: StaffAct, of attempt: Attempt, approvedBy approvers: [String], along close: Draft, at id: SeatID
    ) async -> Bool {
        var credit: AttemptEntry.Credited
        var drafts: [Draft] = []
        if attempt.interruption != nil {
            switch endOfInterruption(attempt) {
            case .given(let value), .needsApproval(let value): credit = value
            }
        } else {
            settleClock(id)
            let spent = attempts[attempt.id]?.spentMs ?? attempt.spentMs
            let milliseconds = act.milliseconds ?? 0
            drafts.append(Draft(.tick, stream: "hall", HallEntry.Tick(spent: [attempt.id: spent])))
            credit = .init(ms: milliseconds, stoodMs: nil, from: spent - milliseconds, to: spent)
            if seats[id]?.since != nil { seats[id]?.since = parts.time.now() }
        }
        credit.approvedBy = approvers
        drafts.append(Draft(.credited(credit), attempt: attempt.id))
        if attempt.pause == .credit { drafts.append(Draft(.resumed, attempt: attempt.id)) }
        guard await append(drafts + [close]) else { return false }
        await followCondition(of: id)
        return true
    }

    private func void(_ attempt: Attempt, at id: SeatID, along close: Draft) async -> Bool {
        settleClock(id)
        let spent = attempts[attempt.id]?.spentMs ?? attempt.spentMs
        seats[id]?.since = nil
        guard
            await append([
                Draft(.ended(.init(by: .voided, spentMs: spent)), attempt: attempt.id),
                Draft(.left, attempt: attempt.id), close,
            ])
        else { return false }
        free(id)
        seats[id]?.notice = Notice(
            screen: .ended(.init(by: .voided)),
            until: parts.time.now().adding(milliseconds: configuration.noticeSeconds * 1000))
        return true
    }

    // MARK: After a restart

    /// Acts that had both approvals when the power went are carried out now.
    func resumeApproved() {
        for (_, asking) in state.askings.sorted(by: { $0.key < $1.key })
        where asking.approvals.count >= CreditRules.approvers {
            if let seat = attempts[asking.act.attempt]?.seat { post(.staff(asking) {}, to: .seat(seat)) }
        }
    }
}

extension Draft {
    fileprivate init(closed digest: String, _ outcome: HallEntry.ApprovalClosed.Outcome) {
        self.init(.approvalClosed, stream: "approvals", HallEntry.ApprovalClosed(digest: digest, outcome: outcome))
    }
}
