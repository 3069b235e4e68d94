import CanonicalJSON
import Exam
package import Ledger
import Platform

/// What an operator does to a seat.
package enum OperatorAct: Sendable {
    case pause
    case resume

    var event: Hall.Event { self == .pause ? .pause(.examiner) : .resume }
    var kind: AttemptEntryKind { self == .pause ? .paused : .resumed }
    var phase: Attempt.Phase { self == .pause ? .running : .paused }
}

extension Hall {
    /// Does an operator's act and answers with its journal entry.
    ///
    /// - Throws: `Failure` when nobody sits there, or the exam does not stand where the act applies.
    package func perform(_ act: OperatorAct, at number: Int) async throws -> Entry {
        guard let seat = SeatID(rawValue: number), let id = seats[seat]?.attempt else {
            throw Failure(.unavailable, "nobody sits at seat \(number)")
        }
        let before = parts.journal.tip.sequence
        post(act.event, to: .seat(seat))
        await withCheckedContinuation { continuation in
            post(.reached { continuation.resume() }, to: .seat(seat))
        }
        let entries = try await parts.journal.entries(stream: id.stream, after: before)
        if let entry = entries.first(where: { $0.kind == act.kind.rawValue }) { return entry }
        if let journalFault { throw Failure(.unavailable, journalFault) }
        let phase = attempts[id]?.phase.rawValue ?? "over"
        throw Failure(.unavailable, "the exam at seat \(number) is \(phase), not \(act.phase.rawValue)")
    }
}
