public import CivilTime

/// A length of time as a rule counts it; the day it begins on is never counted (Civil Code Art. 201).
public enum Period: Hashable, Sendable {
    case workingDays(Int)
    case naturalDays(Int)
    /// Natural days; a last day that is not worked gives way to the next working day.
    case naturalDaysRolling(Int)
    case months(Int)
    case years(Int)
    /// Less than so many years: the anniversary itself is too late.
    case lessThanYears(Int)

    /// The period's last day.
    ///
    /// - Throws: `CalendarGap` when working days are asked of a year that the calendar does not state.
    public func lastDay(from day: CalendarDate, calendar: WorkCalendar) throws(CalendarGap) -> CalendarDate {
        switch self {
        case .workingDays(let count): try calendar.workingDay(count, after: day)
        case .naturalDays(let count): day.adding(days: count)
        case .naturalDaysRolling(let count): try calendar.rolled(day.adding(days: count))
        case .months(let count): day.adding(months: count)
        case .years(let count): day.adding(years: count)
        case .lessThanYears(let count): day.adding(years: count).adding(days: -1)
        }
    }
}

/// The dates that the rules compute. Order 162 counts "one, three, five days" in working days (Art. 110), its other
/// periods and Order 163's in natural days; Order 163's roll past a day off (Art. 36).
public enum Deadline: String, CaseIterable, Sendable {
    /// The learner certificate, or the licence, after passing.
    case certificateIssue
    /// How long a learner certificate holds.
    case learnerCertificate
    /// How long a candidate may ask for the own exam's video.
    case ownVideo
    /// All subjects of an exchange of a military or foreign licence, from acceptance.
    case exchange
    /// A licence cancelled because it had expired may be restored.
    case restoration
    /// A new booking of subject 4 after the make-up exam was failed or not sat.
    case subject4Rebooking
    /// A new exam after a failed 12-point exam.
    case fullPointsRebooking
    /// The notice to take part in the 12-point course.
    case fullPointsNotice
    /// A medical certificate may be used.
    case medicalCertificate
    /// A change of personal facts is to be reported.
    case changeReport
    /// Cheating in an exam: no new application.
    case cheatingBan
    /// False papers or hidden facts at the application.
    case falsePapersBan
    /// A licence that was got by fraud.
    case fraudBan
    /// Having sat an exam for somebody else.
    case substituteBan

    public var period: Period {
        switch self {
        case .certificateIssue: .workingDays(1)
        case .ownVideo: .workingDays(3)
        case .subject4Rebooking: .naturalDays(10)
        case .fullPointsRebooking: .naturalDaysRolling(10)
        case .fullPointsNotice: .naturalDaysRolling(30)
        case .changeReport: .naturalDays(30)
        case .medicalCertificate: .months(6)
        case .cheatingBan, .falsePapersBan: .years(1)
        case .restoration: .lessThanYears(2)
        case .learnerCertificate, .exchange, .fraudBan, .substituteBan: .years(3)
        }
    }

    public var article: String {
        switch self {
        case .certificateIssue: "L162 Art. 40, 110"
        case .learnerCertificate: "L162 Art. 41"
        case .ownVideo: "L162 Art. 52, 110"
        case .exchange: "L162 Art. 45"
        case .restoration: "L162 Art. 79 p3"
        case .subject4Rebooking: "L162 Art. 47"
        case .fullPointsRebooking: "L163 Art. 21, 36"
        case .fullPointsNotice: "L163 Art. 29, 36"
        case .medicalCertificate: "L162 Art. 85"
        case .changeReport: "L162 Art. 66"
        case .cheatingBan: "L162 Art. 93 p2"
        case .falsePapersBan: "L162 Art. 93 p1"
        case .fraudBan: "L162 Art. 93 p3"
        case .substituteBan: "L162 Art. 79(7), 15(12)"
        }
    }

    /// The last day of the period that begins on a day.
    public func lastDay(from day: CalendarDate, calendar: WorkCalendar) throws(CalendarGap) -> CalendarDate {
        try period.lastDay(from: day, calendar: calendar)
    }

    /// The last day on which a booking may be cancelled: one working day ahead (Order 162 Art. 46, 110).
    public static func cancellation(of exam: CalendarDate, calendar: WorkCalendar) throws(CalendarGap) -> CalendarDate {
        try calendar.workingDay(-1, after: exam)
    }

    /// The first day on which a licence may be renewed: 90 days before it expires (Order 162 Art. 63).
    public static func renewal(validUntil: CalendarDate) -> CalendarDate { validUntil.adding(days: -90) }
}
