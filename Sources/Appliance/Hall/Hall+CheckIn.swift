import CardReaders
import CenterLink
import CivilTime
import Cryptography
import Exam
import IdentityCards
import Ledger
import Platform
import TerminalLink

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
        if await showOtherSeat(to: candidate, at: desk) { return }
        switch admission(of: document, candidate: candidate) {
        case .failure(let refusal): await refuse(refusal, document: candidate, at: desk)
        case .success(let sitting): await admit(sitting, at: desk)
        }
    }

    /// Sends a candidate whose seat failed to another; false for everybody else.
    private func showOtherSeat(to candidate: String, at desk: String) async -> Bool {
        guard let own = seat(ofCandidate: candidate), isFailing(own), let id = seats[own]?.attempt,
            let attempt = attempts[id], attempt.phase < .signed
        else { return false }
        if let seat = await drawOtherSeat(for: id, at: own) {
            notify(desk, .assigned(.init(candidate: maskedName(personal[id]?.name ?? ""), seat: seat.number)))
        } else {
            let isBack = self.seat(ofCandidate: candidate) == own && !isFailing(own)
            await refuse(isBack ? .alreadySeated(own) : .noOtherSeat(own), document: candidate, at: desk)
        }
        return true
    }

    private func admit(_ place: Candidacy, at desk: String) async {
        let free = freeSeats
        let seed = parts.entropy(32)
        var generator = ChaCha20Generator(seed: seed)
        let seat = free[(generator.uniform(below: free.count))]
        let id = newAttemptID()
        let booking = place.booking
        guard let (opened, person) = await prepare(place, at: seat) else {
            return await refuse(.notRecorded, document: booking.candidate, at: desk)
        }
        await endPractice(at: seat)
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

    /// What opens an attempt at a seat, and the person; nil when the booking's sealed name cannot be opened.
    func prepare(_ place: Candidacy, at seat: SeatID) async -> (AttemptEntry.Opened, BookedPerson)? {
        let booking = place.booking
        let person: BookedPerson
        do {
            person = try await openPerson(sealed: booking.sealed, subject: booking.subject)
        } catch {
            Log.error("booking \(booking.id): its sealed name cannot be opened: \(error)")
            return nil
        }
        let opened = AttemptEntry.Opened(
            booking: booking.id, candidate: booking.candidate, programme: place.programme,
            vehicleClass: booking.vehicleClass, attemptNumber: place.number, language: booking.language,
            reason: booking.facts.reason, seat: seat, subject: booking.subject, sealed: booking.sealed,
            extraTimePercent: booking.accommodations.extraTimePercent)
        return (opened, person)
    }

    private func refuse(_ error: RefusalError, document: String?, at desk: String) async {
        await refuse(error.refusal, document: document, at: desk)
    }

    private func refuse(_ refusal: Refusal, document: String?, at desk: String) async {
        var shown = refusal
        if refusal != .notRecorded {
            let recorded = await append([
                Draft(
                    .refused, stream: "checkIn",
                    HallEntry.Refused(document: document, reason: refusal.name, values: refusal.values, terminal: desk))
            ])
            // A refusal that stands nowhere is not shown.
            if !recorded { shown = .notRecorded }
        }
        notify(desk, shown.screen)
    }

    private func notify(_ desk: String, _ screen: Screen) {
        desks[desk]?.notice = Notice(
            screen: screen, until: parts.time.now().adding(milliseconds: configuration.noticeSeconds * 1000))
    }

    func newAttemptID() -> AttemptID {
        let day = today.description.filter { $0 != "-" }
        return AttemptID("\(configuration.appliance)-\(day)-\(hexadecimal(parts.entropy(5)))")
    }
}

/// A name that a passer-by cannot read whole: its first character, stars, and the last character of long ones.
func maskedName(_ name: String) -> String {
    let characters = Array(name)
    guard characters.count > 1 else { return name }
    if characters.count == 2 { return "\(characters[0])*" }
    return
        "\(characters[0])\(String(repeating: "*", count: min(characters.count - 2, 6)))\(characters[characters.count - 1])"
}
