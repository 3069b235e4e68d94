import CenterLink
import CivilTime
import Exam
import IdentityCards
import Packages
import Platform
import QuestionBank
import TerminalLink

/// What a candidate is admitted to: one sitting of one of a booking's exams.
struct Candidacy: Hashable, Sendable {
    var booking: Booking
    var programme: ProgrammeCode
    /// From 1; 2 is the make-up exam.
    var number: Int
}

extension Hall {
    /// What a booking gives now.
    enum Standing {
        case sit(Candidacy)
        case refused(Refusal)
    }

    /// The sitting that a document is admitted to now, or the first reason against it.
    func admission(of document: IdentityDocument, candidate: String) -> Result<Candidacy, RefusalError> {
        func refused(_ refusal: Refusal) -> Result<Candidacy, RefusalError> { .failure(RefusalError(refusal)) }
        // By a wrong clock cards would be expired, and bookings of another day.
        guard clock.fault == nil else { return refused(.closed([.clock])) }
        if let until = document.validUntil, until < today { return refused(.expiredCard(until: until)) }
        if document.validFrom > today { return refused(.notYetValid(from: document.validFrom)) }
        if let seat = seat(ofCandidate: candidate) { return refused(.alreadySeated(seat)) }
        let place: Candidacy
        switch booked(candidate, on: today) {
        case .refused(let refusal): return refused(refusal)
        case .sit(let found): place = found
        }
        let failing = interlockFacts.states.filter { $0.1.isFailing && $0.0 != .seat }.map(\.0)
        guard failing.isEmpty else { return refused(.closed(failing)) }
        if let refusal = obstacle(to: place, on: today) { return refused(refusal) }
        if freeSeats.count <= displaced {
            return refused(seats.values.contains { $0.isTested } ? .hallFull : .closed([.seat]))
        }
        return .success(place)
    }

    /// Which of a candidate's bookings gives a sitting today, or why none does.
    private func booked(_ candidate: String, on today: CalendarDate) -> Standing {
        let own = bookings[candidate].sorted { ($0.day, $0.id) < ($1.day, $1.id) }
        let standings = own.filter { $0.day == today }.map { standing(of: $0, on: today) }
        if let sit = standings.first(where: { if case .sit = $0 { true } else { false } }) { return sit }
        if let next = own.first(where: { $0.day > today }) { return .refused(.otherDay(next.day)) }
        if let reason = standings.last { return reason }
        guard let last = own.last else { return .refused(.noBooking) }
        let reason = standing(of: last, on: today)
        if case .sit = reason { return .refused(.missed(last.day)) }
        return reason
    }

    /// What a booking's exams have come to; its exams are sat in their order, each after the one before is passed.
    func standing(of booking: Booking, on today: CalendarDate) -> Standing {
        // Nobody can be greeted by a name that cannot be opened any more.
        if erasures.isShut(booking.subject) { return .refused(.noBooking) }
        for (place, code) in booking.programmes.enumerated() {
            let first = place == 0 ? booking.attemptNumber : 1
            let sat = records(of: booking, code, from: first)
            let outcomes = Array(repeating: SittingOutcome.failed, count: first - 1) + sat.map(\.outcome)
            switch Retake(after: outcomes, attemptsPerBooking: bank.programmeRow(code)?.attemptsPerBooking ?? 1) {
            case .passed: continue
            // An open sitting holds its seat, which was looked at before.
            case .underWay: return .refused(.examOver(from: nil))
            case .over: return .refused(over(code, failedOn: sat.last?.day ?? today))
            case .sit(let number):
                if configuration.makeUp == .otherDay, sat.last?.day == today { return .refused(.makeUpLater) }
                return .sit(Candidacy(booking: booking, programme: code, number: number))
            }
        }
        return .refused(.alreadyPassed)
    }

    private func records(of booking: Booking, _ code: ProgrammeCode, from first: Int) -> [SittingRecord] {
        var found: [SittingRecord] = []
        while let record = sittings[Sitting(booking: booking.id, programme: code, number: first + found.count)] {
            found.append(record)
        }
        return found
    }

    private func over(_ code: ProgrammeCode, failedOn day: CalendarDate) -> Refusal {
        guard let programme = bank.programmeRow(code), programme.rebookingPeriod != nil else {
            return .examOver(from: nil)
        }
        do throws(CalendarGap) {
            return .examOver(from: try programme.firstDay(afterFailing: day, calendar: bank.calendar))
        } catch {
            return .calendarMissing(year: error.year)
        }
    }

    /// Why this candidate does not sit this exam today, whatever seats there are.
    func obstacle(to place: Candidacy, on today: CalendarDate) -> Refusal? {
        let booking = place.booking
        guard let programme = bank.programmeRow(place.programme) else {
            return .programmeIncomplete(figure: place.programme.rawValue)
        }
        var facts = booking.facts
        do throws(CalendarGap) {
            if let own = try waiting(for: place) { facts.waitingUntil = max(own, facts.waitingUntil ?? own) }
        } catch {
            return .calendarMissing(year: error.year)
        }
        let decision = facts.decision(programme: programme, vehicleClass: booking.vehicleClass, on: today)
        guard decision.outcome == .admit else { return .notEligible(decision) }
        if let figure = programme.missingFigures.first { return .programmeIncomplete(figure: figure) }
        if let reason = obstacleToPaper(place) { return .noQuestions(reason) }
        return nil
    }

    /// The first day on which the same exam may be sat after an earlier booking of it was failed to its end.
    private func waiting(for place: Candidacy) throws(CalendarGap) -> CalendarDate? {
        guard let programme = bank.programmeRow(place.programme), programme.rebookingPeriod != nil else { return nil }
        var first: CalendarDate?
        for other in bookings[place.booking.candidate] where other.id != place.booking.id {
            guard let index = other.programmes.firstIndex(of: place.programme) else { continue }
            let start = index == 0 ? other.attemptNumber : 1
            let sat = records(of: other, place.programme, from: start)
            let outcomes = Array(repeating: SittingOutcome.failed, count: start - 1) + sat.map(\.outcome)
            guard Retake(after: outcomes, attemptsPerBooking: programme.attemptsPerBooking ?? 1) == .over,
                let day = sat.last?.day
            else { continue }
            let from = try programme.firstDay(afterFailing: day, calendar: bank.calendar)
            first = max(from, first ?? from)
        }
        return first
    }

    /// What a booking still holds for a candidate who has just been given a result.
    enum Following {
        /// The next exam of the visit.
        case next(Candidacy)
        case note(Message)
        case nothing
    }

    func following(_ attempt: Attempt) -> Following {
        guard attempt.phase == .issued,
            let booking = bookings[attempt.opened.candidate].first(where: { $0.id == attempt.opened.booking })
        else { return .nothing }
        switch standing(of: booking, on: today) {
        case .sit(let place) where place.programme == attempt.opened.programme: return .note(Message("farewell.makeUp"))
        case .sit(let place):
            guard booking.day == today else { return .nothing }
            let closed = interlockFacts.states.contains { $0.1.isFailing && $0.0 != .seat }
            guard let refusal = closed ? .closed([]) : obstacle(to: place, on: today) else { return .next(place) }
            return .note(Message("refusal.\(refusal.name)", refusal.values))
        case .refused(.makeUpLater): return .note(Message("farewell.makeUpOtherDay"))
        case .refused(.examOver(nil)): return .note(Message("farewell.over"))
        case .refused(.examOver(let day?)):
            return .note(Message("farewell.overFrom", ["day": day.description]))
        case .refused: return .nothing
        }
    }
}
