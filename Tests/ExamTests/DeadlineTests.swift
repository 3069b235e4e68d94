import CivilTime
import Testing

@testable import Exam

/// A calendar of two stated years, written down here once more from the State Council's notices.
private let calendar: WorkCalendar = {
    func day(_ text: String) -> CalendarDate { CalendarDate(text)! }
    func year(_ number: Int, _ holidays: [(String, String)], worked: [String]) -> WorkCalendar.Year {
        .init(
            year: number, source: "notice",
            holidays: holidays.map {
                .init(names: [:], from: day("\(number)-\($0.0)"), until: day("\(number)-\($0.1)"))
            },
            movedWorkingDays: worked.map { day("\(number)-\($0)") })
    }
    return WorkCalendar(years: [
        year(
            2025,
            [
                ("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02"),
                ("10-01", "10-08"),
            ], worked: ["01-26", "02-08", "04-27", "09-28", "10-11"]),
        year(
            2026,
            [
                ("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21"),
                ("09-25", "09-27"), ("10-01", "10-07"),
            ], worked: ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
    ])
}()

private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

@Suite struct DeadlineTests {
    @Test func `weekends, holidays and moved working days are told apart`() throws {
        for (text, works) in [
            ("2026-11-20", true), ("2026-11-21", false), ("2026-10-01", false), ("2026-10-08", true),
            ("2026-10-10", true), ("2026-10-11", false), ("2026-02-14", true), ("2026-02-23", false),
            ("2025-01-26", true), ("2025-10-08", false),
        ] { #expect(try calendar.isWorkingDay(try day(text)) == works, "\(text)") }
    }

    @Test(arguments: [
        // Order 162: one, three days are working days.
        (Deadline.certificateIssue, "2026-11-20", "2026-11-23"), (.certificateIssue, "2026-09-30", "2026-10-08"),
        (.certificateIssue, "2026-02-13", "2026-02-14"), (.certificateIssue, "2026-02-14", "2026-02-24"),
        (.ownVideo, "2026-11-22", "2026-11-25"), (.ownVideo, "2026-09-29", "2026-10-09"),
        (.ownVideo, "2025-12-31", "2026-01-06"),
        // Natural days as they fall, Order 163's past a day off.
        (.subject4Rebooking, "2026-09-21", "2026-10-01"), (.fullPointsRebooking, "2026-09-21", "2026-10-08"),
        (.fullPointsRebooking, "2026-11-02", "2026-11-12"), (.fullPointsRebooking, "2026-11-11", "2026-11-23"),
        (.fullPointsNotice, "2026-01-16", "2026-02-24"), (.fullPointsNotice, "2026-01-15", "2026-02-14"),
        (.changeReport, "2026-09-01", "2026-10-01"),
        // Months and years end on the day of the same number, or on the month's last.
        (.medicalCertificate, "2026-08-31", "2027-02-28"), (.medicalCertificate, "2026-03-15", "2026-09-15"),
        (.learnerCertificate, "2024-02-29", "2027-02-28"), (.learnerCertificate, "2023-11-22", "2026-11-22"),
        (.exchange, "2023-11-22", "2026-11-22"), (.cheatingBan, "2024-02-29", "2025-02-28"),
        (.falsePapersBan, "2025-03-01", "2026-03-01"), (.fraudBan, "2025-03-01", "2028-03-01"),
        (.substituteBan, "2025-12-31", "2028-12-31"), (.restoration, "2024-11-22", "2026-11-21"),
        (.restoration, "2024-02-29", "2026-02-27"),
    ])
    func `a period ends where it was counted out by hand`(deadline: Deadline, from: String, last: String) throws {
        #expect(try deadline.lastDay(from: try day(from), calendar: calendar) == day(last))
        #expect(deadline.article.contains("Art."))
    }

    @Test func `a booking is cancelled one working day ahead`() throws {
        #expect(try Deadline.cancellation(of: try day("2026-11-23"), calendar: calendar) == day("2026-11-20"))
        #expect(try Deadline.cancellation(of: try day("2026-10-08"), calendar: calendar) == day("2026-09-30"))
        #expect(try Deadline.renewal(validUntil: try day("2026-12-31")) == day("2026-10-02"))
    }

    @Test func `a year that nobody has stated is not guessed`() throws {
        #expect(throws: CalendarGap(year: 2027)) {
            try Deadline.ownVideo.lastDay(from: try day("2026-12-30"), calendar: calendar)
        }
        #expect(throws: CalendarGap(year: 2024)) { try calendar.isWorkingDay(try day("2024-12-31")) }
        #expect(CalendarGap(year: 2027).description.contains("2027"))
        // Rules without working days need no calendar.
        #expect(
            try Deadline.exchange.lastDay(from: try day("2026-12-30"), calendar: WorkCalendar(years: []))
                == day("2029-12-30"))
    }

    @Test func `a calendar that contradicts itself says where`() throws {
        let from = try day("2026-10-01")
        let year = WorkCalendar.Year(
            year: 2026, source: "x", holidays: [.init(names: [:], from: from, until: from.adding(days: 2))],
            movedWorkingDays: [from.adding(days: 2), from.adding(days: 4)])
        let found = WorkCalendar(years: [year]).contradictions
        #expect(found.contains { $0.contains("2026-10-03 is both") })
        #expect(found.contains { $0.contains("2026-10-05 is no weekend day") })
        #expect(calendar.contradictions == [])
    }

    @Test func `days of the week`() throws {
        #expect(try day("1970-01-01").weekday == 4)
        #expect(try day("2026-11-22").weekday == 7)
        #expect(try day("1969-12-29").weekday == 1)
        #expect(try day("2024-02-29").weekday == 4)
    }

    @Test func `months keep their day or end on their last`() throws {
        #expect(try day("2026-01-31").adding(months: 1) == day("2026-02-28"))
        #expect(try day("2024-01-31").adding(months: 1) == day("2024-02-29"))
        #expect(try day("2026-11-22").adding(months: -11) == day("2025-12-22"))
        #expect(try day("2024-02-29").adding(years: 4) == day("2028-02-29"))
        #expect(try day("2024-02-29").adding(years: -1) == day("2023-02-28"))
    }
}

@Suite struct RetakeTests {
    @Test(
        arguments: [
            ([], 2, .sit(number: 1)), ([.failed], 2, .sit(number: 2)), ([.absent], 2, .sit(number: 2)),
            ([.failed, .failed], 2, .over), ([.failed, .absent], 2, .over), ([.absent, .absent], 2, .over),
            ([.failed], 1, .over), ([.passed], 2, .passed), ([.failed, .passed], 2, .passed), ([.open], 2, .underWay),
            ([.failed, .open], 2, .underWay),
        ] as [([SittingOutcome], Int, Retake)])
    func `a booking gives an exam and its make-up`(outcomes: [SittingOutcome], attempts: Int, expected: Retake) {
        #expect(Retake(after: outcomes, attemptsPerBooking: attempts) == expected)
    }
}
