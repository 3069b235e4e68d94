import CenterLink
import Exam
import IdentityCards
import Ledger
import Platform
import TerminalLink

/// A way to another seat: an attempt belongs to the lane of its own seat, so the seat that is left does the moving.
struct SeatMove: Sendable {
    enum Chooser: Sendable {
        /// The candidate laid the card on the new seat's reader.
        case candidate(document: String)
        /// Check-in drew the seat; the card is shown there.
        case checkIn(AttemptEntry.SeatDraw)
        case staff(approvedBy: [String])
    }

    var attempt: AttemptID
    var to: SeatID
    var chooser: Chooser
    /// Entries of the same commit.
    var along: [Draft] = []
    /// Whether it came about.
    var done: @Sendable (Bool) -> Void = { _ in }
}

extension Hall {
    /// How long a seat must have failed before its candidate may go on elsewhere: its terminal may be starting again.
    static let moveAfterMs = 3000

    /// The seat does not work and will not in a moment.
    func isFailing(_ id: SeatID) -> Bool {
        guard let since = seats[id]?.failingSince else { return false }
        return parts.time.now().milliseconds(since: since) >= Self.moveAfterMs
    }

    /// The seat of an open attempt of a candidate.
    func seat(ofCandidate candidate: String) -> SeatID? {
        seats.values.first { $0.attempt.flatMap { attempts[$0] }?.opened.candidate == candidate }?.id
    }

    /// Candidates whose seat failed: as many free seats are theirs before anybody else's.
    var displaced: Int {
        seats.values.count { seat in
            guard let attempt = seat.attempt.flatMap({ attempts[$0] }), attempt.phase < .signed else { return false }
            return isFailing(seat.id)
        }
    }

    /// Brings an exam to this seat, whose reader has its candidate's card; false when its own seat works.
    func come(_ candidate: String, from own: SeatID, to id: SeatID) -> Bool {
        guard isFailing(own), let attempt = seats[own]?.attempt, let value = attempts[attempt],
            value.phase < .signed, seats[id]?.isFree == true
        else { return false }
        seats[id]?.incoming = attempt
        post(.move(SeatMove(attempt: attempt, to: id, chooser: .candidate(document: candidate))), to: .seat(own))
        return true
    }

    /// Draws another seat for a candidate whose own failed; nil when none is free or the own works again.
    func drawOtherSeat(for attempt: AttemptID, at own: SeatID) async -> SeatID? {
        let free = freeSeats
        guard !free.isEmpty else { return nil }
        let seed = parts.entropy(32)
        var generator = ChaCha20Generator(seed: seed)
        let to = free[generator.uniform(below: free.count)]
        seats[to]?.incoming = attempt
        let draw = AttemptEntry.SeatDraw(free: free, seed: hexadecimal(seed))
        let moved = await withCheckedContinuation { continuation in
            post(
                .move(
                    SeatMove(attempt: attempt, to: to, chooser: .checkIn(draw)) { continuation.resume(returning: $0) }),
                to: .seat(own))
        }
        return moved ? to : nil
    }

    /// Moves an attempt from its seat, in whose lane this runs. One commit says it: before it the attempt is here, after it
    /// there, whenever the power goes.
    @discardableResult
    func move(_ move: SeatMove, from id: SeatID) async -> Bool {
        let done = await moved(move, from: id)
        seats[move.to]?.incoming = nil
        if !done, case .candidate(let document) = move.chooser {
            // Its own seat works again.
            await refuse(.wrongSeat(id), document: document, at: move.to)
        }
        move.done(done)
        show(seat: move.to)
        showDesks()
        return done
    }

    private func moved(_ move: SeatMove, from id: SeatID) async -> Bool {
        guard seats[id]?.attempt == move.attempt, let before = attempts[move.attempt], before.phase < .signed,
            seats[move.to]?.isTested == true, seats[move.to]?.attempt == nil
        else { return false }
        var approvers: [String] = []
        if case .staff(let approvedBy) = move.chooser { approvers = approvedBy } else if !isFailing(id) { return false }
        let cause = isFailing(id) ? seats[id]?.failure ?? .terminal : .staff
        await interrupt(move.attempt, at: id, cause)
        await endPractice(at: move.to)
        guard var after = attempts[move.attempt] else { return false }
        var draw: AttemptEntry.SeatDraw?
        if case .checkIn(let drawn) = move.chooser { draw = drawn }
        var entries: [AttemptEntry] = [
            .moved(
                .init(
                    from: id, to: move.to, cause: after.interruption?.cause ?? cause, draw: draw,
                    approvedBy: approvers))
        ]
        var ending: Attempt.CreditDecision?
        if case .candidate = move.chooser {
            entries.append(.verified(.init(by: .card, language: seats[id]?.preferences.language ?? after.language)))
            do {
                for entry in entries { try after.apply(entry) }
            } catch {
                preconditionFailure("\(error)")
            }
            if after.interruption != nil { ending = endOfInterruption(after) }
        }
        let drafts =
            entries.map { Draft($0, attempt: move.attempt) } + (ending?.drafts(move.attempt) ?? []) + move.along
        guard await append(drafts) else { return false }
        transfer(move.attempt, from: id, to: move.to)
        switch ending {
        case .given:
            if seats[move.to]?.isTested == true { seats[move.to]?.since = parts.time.now() }
        case .needsApproval(let credit): await askForCredit(credit, of: move.attempt)
        case nil: break
        }
        // The new seat may have failed meanwhile.
        post(.condition, to: .seat(move.to))
        return true
    }

    /// What the seat knows of its candidate goes along; the old seat forgets it.
    private func transfer(_ attempt: AttemptID, from old: SeatID, to new: SeatID) {
        guard let left = seats[old] else { return }
        seats[new]?.attempt = attempt
        seats[new]?.view = left.view
        seats[new]?.preferences = left.preferences
        seats[new]?.tutorial = left.tutorial
        seats[new]?.heardSpentMs = attempts[attempt]?.spentMs
        seats[new]?.notice = nil
        seats[new]?.problem = nil
        seats[old] = left.emptied
        Log.notice("\(attempt) goes on at seat \(new); seat \(old) failed")
    }
}
