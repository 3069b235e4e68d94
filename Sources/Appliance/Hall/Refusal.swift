import CivilTime
import Exam
import TerminalLink

/// Why somebody is refused at check-in or at a seat; each has its own words and its own entry.
enum Refusal: Hashable, Sendable {
    case expiredCard(until: CalendarDate)
    case notYetValid(from: CalendarDate)
    case unreadableCard
    case notAnIDCard
    case noBooking
    case otherDay(CalendarDate)
    /// The booked day is over and nobody sat: failed (Order 162 Art. 46).
    case missed(CalendarDate)
    case alreadyPassed
    /// Every sitting of the booking is used up; a new one may be sat from a day on, where there is a waiting time.
    case examOver(from: CalendarDate?)
    case makeUpLater
    /// A waiting time ends in a year that the holiday calendar does not state.
    case calendarMissing(year: Int)
    case alreadySeated(SeatID)
    case hallFull
    /// The candidate's seat failed, and no other is free.
    case noOtherSeat(SeatID)
    case closed([Interlock])
    case programmeIncomplete(figure: String)
    /// The bank does not fill the paper for this class.
    case noQuestions(String)
    case notEligible(EligibilityDecision)
    case wrongSeat(SeatID)
    case wrongCard
    /// The journal did not take the entry: nothing happened.
    case notRecorded

    /// Key of its words and the entry's `reason`.
    var name: String {
        switch self {
        case .expiredCard: "expiredCard"
        case .notYetValid: "notYetValid"
        case .unreadableCard: "unreadableCard"
        case .notAnIDCard: "notAnIDCard"
        case .noBooking: "noBooking"
        case .otherDay: "otherDay"
        case .missed: "missed"
        case .alreadyPassed: "alreadyPassed"
        case .examOver: "examOver"
        case .makeUpLater: "makeUpLater"
        case .calendarMissing: "calendarMissing"
        case .alreadySeated: "alreadySeated"
        case .hallFull: "hallFull"
        case .noOtherSeat: "noOtherSeat"
        case .closed, .notRecorded: "closed"
        case .programmeIncomplete: "programmeIncomplete"
        case .noQuestions: "noQuestions"
        case .notEligible(let decision): "notEligible.\(decision.why?.rawValue ?? "")"
        case .wrongSeat: "wrongSeat"
        case .wrongCard: "wrongCard"
        }
    }

    var values: [String: String] {
        switch self {
        case .expiredCard(let until): ["until": until.description]
        case .notYetValid(let from): ["from": from.description]
        case .otherDay(let day), .missed(let day): ["day": day.description]
        case .examOver(let from): from.map { ["day": $0.description] } ?? [:]
        case .calendarMissing(let year): ["year": String(year)]
        case .alreadySeated(let seat), .wrongSeat(let seat), .noOtherSeat(let seat): ["seat": seat.description]
        case .programmeIncomplete(let figure): ["figure": figure]
        case .noQuestions(let cell): ["cell": cell]
        case .notEligible(let decision):
            decision.values.merging(["row": decision.row, "article": decision.article]) { $1 }
        case .closed(let interlocks): ["interlocks": interlocks.map(\.rawValue).joined(separator: ", ")]
        case .notRecorded: ["interlocks": Interlock.journal.rawValue]
        default: [:]
        }
    }

    /// What to do next.
    var next: Message {
        switch self {
        case .expiredCard, .notYetValid: Message("next.renewCard")
        case .unreadableCard, .notAnIDCard, .wrongCard, .notRecorded: Message("next.tryAgain")
        case .otherDay(let day): Message("next.comeOn", ["day": day.description])
        case .missed, .examOver(nil): Message("next.bookAgain")
        case .examOver(let from?): Message("next.bookFrom", ["day": from.description])
        case .alreadySeated(let seat), .wrongSeat(let seat): Message("next.goToSeat", ["seat": seat.description])
        case .hallFull, .noOtherSeat, .closed: Message("next.waitForSeat")
        case .notEligible(let decision): Message("next.\((decision.next ?? .askCounter).rawValue)", decision.values)
        case .noBooking, .alreadyPassed, .programmeIncomplete, .noQuestions, .makeUpLater, .calendarMissing:
            Message("next.askCounter")
        }
    }

    /// What the technician reads; a decision's is the row of the table.
    var code: String {
        if case .notEligible(let decision) = self { "R-\(decision.row)" } else { "R-\(name)" }
    }

    var screen: Screen { .refused(.init(reason: Message("refusal.\(name)", values), next: next, code: code)) }
}

/// A refusal as an error, for `Result`.
struct RefusalError: Error {
    let refusal: Refusal
    init(_ refusal: Refusal) { self.refusal = refusal }
}
