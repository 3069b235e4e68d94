import Exam
import Ledger
import Platform

/// Exams stand still when their seat does not work, and go on when it does again: what was lost is credited by the rules
/// that stand in the journal with the attempt (`CreditRules`).
extension Hall {
    /// Notes whether a seat works, at the moment when that changed; what follows for its exam is done in its lane.
    func noteCondition(of id: SeatID) {
        guard let seat = seats[id] else { return }
        if seat.isTested {
            seats[id]?.failingSince = nil
        } else if seat.failingSince == nil {
            seats[id]?.failingSince = parts.time.now()
        }
        post(.condition, to: .seat(id))
    }

    /// A sign of life of a seat's terminal.
    func heard(from id: SeatID) {
        let spent = seats[id]?.attempt.flatMap { attempts[$0] }.map { spentNow($0, at: id) }
        seats[id]?.heard = parts.time.now()
        seats[id]?.heardSpentMs = spent
        if seats[id]?.isSilent == true {
            seats[id]?.isSilent = false
            noteCondition(of: id)
        }
    }

    /// Finds terminals that are connected and say nothing any more.
    func listen(_ now: Instant) {
        // Whoever did not listen has heard nothing: a suspend makes no terminal silent.
        if now.milliseconds(since: lastLook) > Self.longestTickMs {
            for id in seatIDs where seats[id]?.heard != nil { seats[id]?.heard = now }
        }
        lastLook = now
        for id in seatIDs {
            guard let seat = seats[id], seat.isConnected, !seat.isSilent, let heard = seat.heard,
                now.milliseconds(since: heard) >= Seat.silenceMs
            else { continue }
            Log.warning("seat \(id): its terminal has said nothing for \(Seat.silenceMs) ms")
            seats[id]?.isSilent = true
            noteCondition(of: id)
        }
    }

    /// Brings an exam's clock in line with whether its seat works.
    func followCondition(of id: SeatID) async {
        guard let seat = seats[id], let attempt = seat.attempt.flatMap({ attempts[$0] }) else { return }
        if seat.isTested {
            await pickUp(attempt.id, at: id)
        } else {
            await interrupt(attempt.id, at: id, seat.failure)
        }
    }

    /// Stops a running exam's clock; nothing for an exam that stands already.
    func interrupt(_ attempt: AttemptID, at id: SeatID, _ cause: InterruptionCause) async {
        guard let before = attempts[attempt], before.phase == .running, before.interruption == nil else { return }
        settleClock(id)
        seats[id]?.since = nil
        guard let settled = attempts[attempt] else { return }
        // What ran since the last sign of life ran for nothing; what was credited before is not credited again.
        let isBlind = [.terminal, .silence].contains(cause)
        let heard = isBlind ? seats[id]?.heardSpentMs ?? settled.spentMs : settled.spentMs
        let from = min(settled.spentMs, max(heard, settled.credits.last?.to ?? 0))
        await append([
            Draft(.interrupted(.init(spentMs: settled.spentMs, cause: cause, from: from)), attempt: attempt)
        ])
    }

    /// An exam that stood for a moment at a seat that works, in turn with whatever else happens there; nothing of that
    /// time is spent, and what ran before and since is, to the millisecond.
    ///
    /// - Parameter stoodMs: nil for a sleep of the machine.
    func interrupted(_ cause: InterruptionCause, stoodMs: Int?, at id: SeatID) async {
        guard let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
            attempt.interruption == nil, seats[id]?.since != nil
        else { return }
        let spent = spentNow(attempt, at: id)
        attempts[attempt.id]?.spend(totalMs: spent)
        // What is spent now is not counted again; parts of a millisecond stay where they are.
        let since = seats[id]?.since?.adding(milliseconds: spent - attempt.spentMs)
        seats[id]?.since = since
        let interrupted = AttemptEntry.interrupted(.init(spentMs: spent, cause: cause))
        var after = attempt
        do { try after.apply(interrupted) } catch { preconditionFailure("\(error)") }
        guard let ending = after.creditDecision(stoodMs: stoodMs) else { return }
        if case .needsApproval = ending { seats[id]?.since = nil }
        guard await append([Draft(interrupted, attempt: attempt.id)] + ending.drafts(attempt.id)) else { return }
        if case .needsApproval(let credit) = ending { await askForCredit(credit, of: attempt.id) }
    }

    /// Lets an exam go on at a seat that works: the interruption is credited, or waits for two people.
    func pickUp(_ id: AttemptID, at seat: SeatID) async {
        guard let attempt = attempts[id], attempt.phase == .running, !attempt.awaitsProof, !journalIsFull else {
            return
        }
        if attempt.interruption != nil {
            let ending = endOfInterruption(attempt)
            guard await append(ending.drafts(id)) else { return }
            if case .needsApproval(let credit) = ending { return await askForCredit(credit, of: id) }
        }
        if seats[seat]?.isTested == true, seats[seat]?.since == nil { seats[seat]?.since = parts.time.now() }
    }

    /// What ends the interruption of an attempt now.
    func endOfInterruption(_ attempt: Attempt) -> Attempt.CreditDecision {
        let stood = state.standing[attempt.id].flatMap { milliseconds(since: $0) }
        guard let decision = attempt.creditDecision(stoodMs: stood) else {
            preconditionFailure("\(attempt.id) is not interrupted")
        }
        return decision
    }
}

extension Attempt.CreditDecision {
    func drafts(_ attempt: AttemptID) -> [Draft] {
        switch self {
        case .given(let credit): [Draft(.credited(credit), attempt: attempt)]
        case .needsApproval: [Draft(.paused(.init(reason: .credit)), attempt: attempt)]
        }
    }
}

/// When an entry was made, on a clock that only one boot has.
struct EntryMoment: Hashable, Sendable, Codable {
    var boot: String
    var monotonic: Instant
}
