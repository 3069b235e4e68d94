import CardReaders
import CenterLink
import CivilTime
import Cryptography
import Exam
import IdentityCards
import Ledger
import Platform
import TerminalLink

/// Why somebody is refused at check-in or at a seat; each has its own words and its own entry.
enum Refusal: Hashable, Sendable {
    case expiredCard(until: CalendarDate)
    case notYetValid(from: CalendarDate)
    case unreadableCard
    case notAnIDCard
    case noBooking
    case otherDay(CalendarDate)
    case alreadySat
    case alreadySeated(SeatID)
    case hallFull
    case closed([Interlock])
    case programmeIncomplete(figure: String)
    case notEligible(Ineligibility)
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
        case .alreadySat: "alreadySat"
        case .alreadySeated: "alreadySeated"
        case .hallFull: "hallFull"
        case .closed, .notRecorded: "closed"
        case .programmeIncomplete: "programmeIncomplete"
        case .notEligible(let why): "notEligible.\(why.rawValue)"
        case .wrongSeat: "wrongSeat"
        case .wrongCard: "wrongCard"
        }
    }

    var values: [String: String] {
        switch self {
        case .expiredCard(let until): ["until": until.description]
        case .notYetValid(let from): ["from": from.description]
        case .otherDay(let day): ["day": day.description]
        case .alreadySeated(let seat), .wrongSeat(let seat): ["seat": seat.description]
        case .programmeIncomplete(let figure): ["figure": figure]
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
        case .alreadySeated(let seat), .wrongSeat(let seat): Message("next.goToSeat", ["seat": seat.description])
        case .hallFull, .closed: Message("next.waitForSeat")
        case .noBooking, .alreadySat, .programmeIncomplete, .notEligible: Message("next.askCounter")
        }
    }

    var screen: Screen {
        .refused(.init(reason: Message("refusal.\(name)", values), next: next, code: "R-\(name)"))
    }
}

extension Hall {
    func handleCheckIn(_ event: Event) async {
        guard case .reader(let reader) = event, let id = reader.reader,
            let desk = desks.values.first(where: { $0.reader.map(id.matches) == true })?.terminal
        else { return }
        switch reader {
        case .cardIn:
            desks[desk]?.isReading = true
            desks[desk]?.notice = nil
        case .document(_, let document):
            desks[desk]?.isReading = false
            await checkIn(document, at: desk)
        case .unreadable(_, let fault):
            desks[desk]?.isReading = false
            await refuse(fault.isForeignCard ? .notAnIDCard : .unreadableCard, document: nil, at: desk)
        case .cardOut:
            desks[desk]?.isReading = false
        default: return
        }
        show(desk: desk)
    }

    func deskIntent(_ intent: Intent, at desk: String) {
        switch intent.control {
        case .language(let tag) where bank.languages.contains(LanguageTag(tag)):
            desks[desk]?.preferences.language = LanguageTag(tag)
        case .textSize(let size): desks[desk]?.preferences.textSize = size
        case .theme(let theme): desks[desk]?.preferences.theme = theme
        case .confirm, .back: desks[desk]?.notice = nil
        default: break
        }
        show(desk: desk)
    }

    /// The keyed digest by which bookings, entries and results name a person.
    func digest(of document: IdentityDocument) -> String {
        candidateDigest(kind: document.kind.rawValue, number: document.number, key: parts.candidateKey)
    }

    private func checkIn(_ document: IdentityDocument, at desk: String) async {
        let candidate = digest(of: document)
        switch admission(of: document, candidate: candidate) {
        case .failure(let refusal): await refuse(refusal, document: candidate, at: desk)
        case .success(let booking): await admit(booking, document: document, at: desk)
        }
    }

    /// The booking that a document is admitted with now, or the first reason against it.
    func admission(of document: IdentityDocument, candidate: String) -> Result<Booking, RefusalError> {
        let today = parts.time.wall().date()
        func refused(_ refusal: Refusal) -> Result<Booking, RefusalError> { .failure(RefusalError(refusal)) }
        if let until = document.validUntil, until < today { return refused(.expiredCard(until: until)) }
        if document.validFrom > today { return refused(.notYetValid(from: document.validFrom)) }
        if let seat = seats.values.first(where: { $0.attempt.flatMap { attempts[$0] }?.opened.candidate == candidate })
        {
            return refused(.alreadySeated(seat.id))
        }
        let own = (bookings[candidate] ?? []).sorted { ($0.day, $0.id) < ($1.day, $1.id) }
        guard !own.isEmpty else { return refused(.noBooking) }
        let unsat = own.filter { sittings[Sitting(booking: $0.id, number: $0.attemptNumber)] == nil }
        guard let booking = unsat.first(where: { $0.day == today }) else {
            if let other = unsat.first(where: { $0.day > today }) ?? unsat.last { return refused(.otherDay(other.day)) }
            return refused(.alreadySat)
        }
        let failing = interlockFacts.states.filter { $0.1.isFailing && $0.0 != .seat }.map(\.0)
        guard failing.isEmpty else { return refused(.closed(failing)) }
        guard let programme = bank.programmeRow(booking.programme), bank.blueprint(booking.programme) != nil else {
            return refused(.programmeIncomplete(figure: booking.programme.rawValue))
        }
        if let figure = programme.missingFigures.first { return refused(.programmeIncomplete(figure: figure)) }
        if let why = booking.facts.ineligibility(programme: programme, vehicleClass: booking.vehicleClass, on: today) {
            return refused(.notEligible(why))
        }
        if freeSeats.isEmpty {
            return refused(seats.values.contains { $0.isTested } ? .hallFull : .closed([.seat]))
        }
        return .success(booking)
    }

    private func admit(_ booking: Booking, document: IdentityDocument, at desk: String) async {
        let free = freeSeats
        let seed = parts.entropy(32)
        var generator = ChaCha20Generator(seed: seed)
        let seat = free[(generator.uniform(below: free.count))]
        let id = newAttemptID()
        let person: BookedPerson
        do {
            person = try await openPerson(sealed: booking.sealed, subject: booking.subject)
        } catch {
            Log.error("booking \(booking.id): its sealed name cannot be opened: \(error)")
            return await refuse(.notRecorded, document: booking.candidate, at: desk)
        }
        let opened = AttemptEntry.Opened(
            booking: booking.id, candidate: booking.candidate, programme: booking.programme,
            vehicleClass: booking.vehicleClass, attemptNumber: booking.attemptNumber, language: booking.language,
            reason: booking.facts.reason, seat: seat, subject: booking.subject, sealed: booking.sealed,
            extraTimePercent: booking.accommodations.extraTimePercent)
        // The seat is held before the commit: another lane must not see it free meanwhile.
        seats[seat]?.attempt = id
        seats[seat]?.view = .main
        seats[seat]?.notice = nil
        seats[seat]?.preferences = Preferences()
        let recorded = await append(
            [
                Draft(
                    .admitted, stream: "checkIn",
                    HallEntry.Admitted(
                        attempt: id, booking: booking.id, seat: seat, free: free, seed: hexadecimal(seed),
                        terminal: desk)),
                Draft(.opened(opened), attempt: id),
            ])
        guard recorded else {
            seats[seat]?.attempt = nil
            return await refuse(.notRecorded, document: booking.candidate, at: desk)
        }
        personal[id] = person
        desks[desk]?.preferences.language = booking.language
        notify(desk, .assigned(.init(candidate: maskedName(person.name), seat: seat.number)))
        show(seat: seat)
    }

    private func refuse(_ error: RefusalError, document: String?, at desk: String) async {
        await refuse(error.refusal, document: document, at: desk)
    }

    private func refuse(_ refusal: Refusal, document: String?, at desk: String) async {
        if refusal != .notRecorded {
            await append([
                Draft(
                    .refused, stream: "checkIn",
                    HallEntry.Refused(document: document, reason: refusal.name, values: refusal.values, terminal: desk))
            ])
        }
        notify(desk, refusal.screen)
    }

    private func notify(_ desk: String, _ screen: Screen) {
        desks[desk]?.notice = Notice(
            screen: screen, until: parts.time.now().adding(milliseconds: configuration.noticeSeconds * 1000))
    }

    private func newAttemptID() -> AttemptID {
        let day = parts.time.wall().date().description.filter { $0 != "-" }
        return AttemptID("\(configuration.appliance)-\(day)-\(hexadecimal(parts.entropy(5)))")
    }
}

/// A refusal as an error, for `Result`.
struct RefusalError: Error {
    let refusal: Refusal
    init(_ refusal: Refusal) { self.refusal = refusal }
}

/// A name that a passer-by cannot read whole: its first character, stars, and the last character of long ones.
func maskedName(_ name: String) -> String {
    let characters = Array(name)
    guard characters.count > 1 else { return name }
    if characters.count == 2 { return "\(characters[0])*" }
    return
        "\(characters[0])\(String(repeating: "*", count: min(characters.count - 2, 6)))\(characters[characters.count - 1])"
}
