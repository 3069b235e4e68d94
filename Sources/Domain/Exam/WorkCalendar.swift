public import CivilTime

/// Which days are worked: weekends, public holidays, and the weekend days that are worked instead.
///
/// The State Council states them year by year, in the November before; a year it has not stated is not guessed.
public struct WorkCalendar: Codable, Hashable, Sendable {
    /// A run of days off.
    public struct Holiday: Codable, Hashable, Sendable {
        public let names: [LanguageTag: String]
        public let from: CalendarDate
        /// The last day off.
        public let until: CalendarDate

        public init(names: [LanguageTag: String], from: CalendarDate, until: CalendarDate) {
            self.names = names
            self.from = from
            self.until = until
        }
    }

    /// One year as it was stated.
    public struct Year: Codable, Hashable, Sendable {
        public let year: Int
        /// The notice that states it.
        public let source: String
        public let holidays: [Holiday]
        /// Saturdays and Sundays that are worked for a day off elsewhere.
        public let movedWorkingDays: [CalendarDate]

        public init(year: Int, source: String, holidays: [Holiday], movedWorkingDays: [CalendarDate]) {
            self.year = year
            self.source = source
            self.holidays = holidays
            self.movedWorkingDays = movedWorkingDays
        }
    }

    public let years: [Year]

    public init(years: [Year]) { self.years = years }

    /// What contradicts itself, in words; a calendar with any is not to be used.
    public var contradictions: [String] {
        var found: [String] = []
        if Set(years.map(\.year)).count != years.count { found.append("a year stands twice") }
        for year in years {
            var off: Set<CalendarDate> = []
            for holiday in year.holidays {
                guard holiday.from <= holiday.until, holiday.from.year == year.year, holiday.until.year == year.year
                else {
                    found.append("\(year.year): a holiday from \(holiday.from) until \(holiday.until)")
                    continue
                }
                for day in holiday.from.daysSinceEpoch...holiday.until.daysSinceEpoch
                where !off.insert(CalendarDate(daysSinceEpoch: day)).inserted {
                    found.append("\(year.year): \(CalendarDate(daysSinceEpoch: day)) is in two holidays")
                }
            }
            for day in year.movedWorkingDays {
                if day.year != year.year || day.weekday < 6 {
                    found.append("\(year.year): \(day) is no weekend day of this year, it cannot be worked instead")
                }
                if off.contains(day) { found.append("\(year.year): \(day) is both a day off and worked") }
            }
        }
        return found
    }

    /// - Throws: `CalendarGap` for a day of a year that nobody has stated.
    public func isWorkingDay(_ day: CalendarDate) throws(CalendarGap) -> Bool {
        guard let year = years.first(where: { $0.year == day.year }) else { throw CalendarGap(year: day.year) }
        if year.movedWorkingDays.contains(day) { return true }
        if year.holidays.contains(where: { $0.from <= day && day <= $0.until }) { return false }
        return day.weekday < 6
    }

    /// The Nth working day after a day, which itself is not counted (Civil Code Art. 201); 0 or less counts back.
    public func workingDay(_ count: Int, after day: CalendarDate) throws(CalendarGap) -> CalendarDate {
        var day = day
        var left = abs(count)
        while left > 0 {
            day = day.adding(days: count < 0 ? -1 : 1)
            if try isWorkingDay(day) { left -= 1 }
        }
        return day
    }

    /// The day itself when it is worked, else the first working day after it (Order 163 Art. 36, Civil Code Art. 203).
    public func rolled(_ day: CalendarDate) throws(CalendarGap) -> CalendarDate {
        try isWorkingDay(day) ? day : try workingDay(1, after: day)
    }
}

/// A year whose days off are not stated: a rule that asks for it cannot be computed.
public struct CalendarGap: Error, Hashable, Sendable, CustomStringConvertible {
    public let year: Int
    public init(year: Int) { self.year = year }
    public var description: String {
        "the holiday calendar does not state \(year); add the State Council's notice to calendar.json"
    }
}
