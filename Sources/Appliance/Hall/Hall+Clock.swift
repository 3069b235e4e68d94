import CanonicalJSON
import CenterLink
import CivilTime
import Ledger
import Platform

/// The hall's wall clock: whatever decides by a day or a date asks here, and learns whether the clock is believed.
///
/// Exam time is not decided here: it is counted on CLOCK_BOOTTIME, whatever the wall clock says.
extension Hall {
    /// The clock now.
    var clock: ClockReading {
        state.clock.reading(
            EntryLabel(at: parts.time.wall(), boot: parts.time.boot, monotonic: parts.time.now().microseconds),
            receipt: receipt.map { ($0.sequence, $0.at) })
    }

    /// The day by the best that is known of the time: exams of people who were admitted go by it, whatever the clock says.
    var today: CalendarDate { clock.best.date() }

    /// Called with each tick: tells the journal and the operator when the clock was set, is wrong, or is right again.
    func lookAtClock() async {
        let now = clock
        let told = toldClock
        let step = (now.steppedMs ?? 0) - (told?.steppedMs ?? 0)
        let event: HallEntry.Clock.Event
        if let fault = now.fault {
            guard told?.fault?.isLike(fault) != true else { return }
            event = .outside
            Log.error("the clock says \(now.wall): it \(fault.words); exams go on, none begins")
        } else if told?.fault != nil {
            event = .right
            Log.notice("the clock is believed again: \(now.wall)")
        } else if abs(step) > state.clock.bounds.warnSeconds * 1000 {
            event = .stepped
            Log.warning("the clock was set by \(step) ms; it is believed")
        } else {
            return
        }
        toldClock = now
        await append([
            Draft(
                .clock, stream: "hall",
                HallEntry.Clock(event: event, wall: now.wall, known: now.best, reason: now.fault?.words))
        ])
        showDesks()
    }

    /// A person of the hall says that the clock is right.
    ///
    /// - Parameters:
    ///   - day: as that person reads it from another clock.
    ///   - name: who it is.
    /// - Returns: the entry.
    /// - Throws: `Failure` in words for another day, for a time that cannot be, and when nothing is written.
    func confirmClock(day: CalendarDate, by name: String) async throws -> Entry {
        let now = clock
        guard !name.isEmpty, name.utf8.count <= 100 else {
            throw Failure(.usage, "who confirms is named in at most 100 bytes")
        }
        guard now.wall.date() == day else {
            throw Failure(
                .badData, "the hall's clock says \(now.wall), which is not the \(day) here; set it, then confirm it")
        }
        switch now.fault {
        case .beforeBuild, .beforeCenter:
            throw Failure(
                .notPermitted,
                "the hall's clock says \(now.wall): it \(now.fault?.words ?? ""); set it right, nobody can confirm that"
            )
        case .beforeJournal, .afterAbsence, .stepped, nil: break
        }
        let draft = Draft(
            .clock, stream: "hall",
            HallEntry.Clock(
                event: .confirmed, wall: now.wall, known: now.best, reason: now.fault?.words, by: name))
        let entries: [Entry]
        do {
            entries = try await journal.append([draft])
            fold(entries)
        } catch {
            journalProblem(error)
            throw Failure(.inputOutput, "the journal takes no entry: \(error)")
        }
        toldClock = clock
        Log.notice("\(name) confirmed the clock: \(now.wall), known was \(now.best)")
        await lookAtValidity()
        for id in seats.keys { show(seat: id) }
        showDesks()
        guard let entry = entries.first else { throw Failure(.inputOutput, "the journal wrote nothing") }
        return entry
    }

    /// How the clock stands, for the operator.
    var clockStatus: HallStatus.Clock {
        let now = clock
        let bounds = state.clock.bounds
        return HallStatus.Clock(
            wall: now.wall, known: now.best, steppedMs: now.steppedMs, fault: now.fault?.words,
            bounds: bounds, signed: state.clock.signed)
    }
}

extension ClockFault {
    /// The same cause; the times move on.
    func isLike(_ other: ClockFault) -> Bool {
        switch (self, other) {
        case (.beforeBuild, .beforeBuild), (.beforeCenter, .beforeCenter), (.beforeJournal, .beforeJournal),
            (.afterAbsence, .afterAbsence), (.stepped, .stepped):
            true
        default: false
        }
    }
}
