public import CivilTime

/// How one sitting that a booking gave came out.
public enum SittingOutcome: String, Hashable, Sendable {
    /// It is going on, or its end is not scored yet.
    case open
    case passed
    case failed
    /// The booked day passed and nobody sat: counts as failed (Order 162 Art. 46).
    case absent
}

/// What a booking still gives after some sittings (Order 162 Art. 47: one exam and one make-up; Order 163: one).
public enum Retake: Hashable, Sendable {
    /// The sitting with this number may be taken; 2 is the make-up exam.
    case sit(number: Int)
    case underWay
    case passed
    /// Every sitting is used up: this exam is over, and a new booking is wanted.
    case over

    /// - Parameters:
    ///   - outcomes: of the sittings so far, the first one first; one that was voided used nothing up and is left out.
    ///   - attemptsPerBooking: the programme's figure.
    public init(after outcomes: [SittingOutcome], attemptsPerBooking: Int) {
        if outcomes.contains(.passed) {
            self = .passed
        } else if outcomes.contains(.open) {
            self = .underWay
        } else if outcomes.count < attemptsPerBooking {
            self = .sit(number: outcomes.count + 1)
        } else {
            self = .over
        }
    }
}

extension Programme {
    /// The time that a new booking has to wait after this one's sittings are used up; nil when there is none.
    public var rebookingPeriod: Period? {
        guard let days = rebookWaitDays, days > 0 else { return nil }
        return switch rebookDayKind {
        case .working: .workingDays(days)
        case .rolling: .naturalDaysRolling(days)
        case .natural, nil: .naturalDays(days)
        }
    }

    /// The first day of a new exam after the last sitting was failed on a day: the day after the waiting time is over.
    ///
    /// - Throws: `CalendarGap` for a year that the calendar does not state.
    public func firstDay(afterFailing day: CalendarDate, calendar: WorkCalendar) throws(CalendarGap) -> CalendarDate {
        guard let rebookingPeriod else { return day.adding(days: 1) }
        return try rebookingPeriod.lastDay(from: day, calendar: calendar).adding(days: 1)
    }
}
