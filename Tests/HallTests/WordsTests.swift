import CanonicalJSON
import CivilTime
import Exam
import Platform
import TerminalLink
import Testing

@testable import Hall

/// Whatever the hall can say has words in the kiosk's languages.
@Suite struct WordsTests {
    private static let kiosk: String = {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(root)/Kiosk/strings"
    }()

    private func words(_ language: String) throws -> [String: String] {
        try JSONCoder.decode([String: String].self, from: try readFile("\(Self.kiosk)/\(language).json"))
    }

    @Test(arguments: ["zh-Hans", "en"]) func `every refusal has its reason and its next step`(language: String) throws {
        let words = try words(language)
        let day = try #require(CalendarDate("2026-11-22"))
        let refusals: [Refusal] =
            [
                .expiredCard(until: day), .notYetValid(from: day), .unreadableCard, .notAnIDCard, .noBooking,
                .otherDay(day), .missed(day), .alreadyPassed, .examOver(from: nil), .examOver(from: day), .makeUpLater,
                .calendarMissing(year: 2030), .alreadySeated(1), .hallFull, .closed([.disk]),
                .programmeIncomplete(figure: "minutes"), .noQuestions("law"), .wrongSeat(2), .wrongCard, .notRecorded,
            ]
            + EligibilityTable.rows.filter { $0.why != nil }.map { row in
                .notEligible(
                    EligibilityDecision(
                        row: row.id, outcome: row.outcome, why: row.why, article: row.article, next: row.next,
                        values: ["day": day.description, "fact": "licence"]))
            }
        for refusal in refusals {
            guard case .refused(let screen) = refusal.screen else { continue }
            for message in [screen.reason, screen.next] {
                let text = words[message.key] ?? "?"
                #expect(text != "?", "\(message.key)")
                // Whatever the words leave room for is filled in.
                for name in message.values.keys { #expect(!text.contains("{\(name)}") || message.values[name] != "") }
                let open = text.split(separator: "{").dropFirst().compactMap { $0.split(separator: "}").first }
                for name in open { #expect(message.values[String(name)] != nil, "\(message.key): {\(name)}") }
            }
        }
        for interlock in Interlock.allCases { #expect(words["interlock.\(interlock.rawValue)"] != nil) }
        for key in ["refusal.notCheckedIn", "next.goToCheckIn"] { #expect(words[key] != nil, "\(key)") }
    }

    @Test func `a card of nobody at this seat is sent to the check-in desk in words`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.tapCard(of: 1, at: "R1")
        guard case .refused(let refused) = fixture.screen(1) else {
            Issue.record("the seat shows \(fixture.screen(1))")
            return
        }
        #expect(refused.reason.key == "refusal.notCheckedIn")
        #expect(refused.next.key == "next.goToCheckIn")
    }

    @Test func `a panel that fails its own test says so in words`() async throws {
        let fixture = try await HallFixture(seats: 2)
        await fixture.hall.receive(.health(.init(faults: ["touch: the panel is gone"])), from: "seat-1")
        await fixture.settle()
        guard case .outOfOrder(let screen) = fixture.screen(1) else {
            Issue.record("the seat shows \(fixture.screen(1))")
            return
        }
        #expect(screen.reason.key == "problem.touch")
        #expect(try words("zh-Hans")[screen.reason.key] != nil)
    }
}
