import CenterLink
import CivilTime
import Exam
import Packages
import QuestionBank
import Platform
import TerminalLink

extension Hall {
    var interlockFacts: InterlockFacts {
        InterlockFacts(
            freeMiB: parts.state.freeMiB, diskFloorMiB: configuration.diskFloorMiB,
            journalFault: journalFault ?? (journalIsFull ? "the disk is full" : nil),
            bankFault: bankFault, clock: clock,
            testedSeats: seats.values.count { $0.isTested },
            waivers: configuration.interlocks)
    }

    var freeSeats: [SeatID] { seats.values.filter(\.isFree).map(\.id).sorted() }

    /// The center has the result's entry.
    func received(_ attempt: AttemptID) -> Bool {
        guard let result = moments[attempt]?.result, let receipt else { return false }
        return receipt.sequence >= result
    }

    /// Brings a seat's screen up to date.
    func show(seat id: SeatID) {
        guard let seat = seats[id], seat.isConnected else { return }
        guard let attempt = seat.attempt.flatMap({ attempts[$0] }), let person = personal[attempt.id] else {
            return show(free: seat)
        }
        let bank = bank(of: attempt)
        let scenes = SeatScenes(bank: bank)
        var showing = showing(of: attempt, at: seat)
        let left = attempt.remainingMs
        let clock =
            seat.since.map { ExamClock.running(until: $0.adding(milliseconds: left).microseconds) }
            ?? .stopped(remaining: left)
        let scene: Scene
        do {
            scene = try scenes.scene(showing, of: attempt, person: person, seat: id, clock: clock)
        } catch {
            Log.error("seat \(id): the bank cannot be read: \(error)")
            let fault = Screen.OutOfOrder(reason: Message("problem.bank"), code: "BANK-\(id)")
            showing.fault = fault
            scene = scenes.scene(showing, of: attempt, seat: id, fault: fault)
        }
        if let revision = send(scene, to: seat.terminal, from: bank), seat.showings.count < 1024 {
            showing.revision = revision
            showing.at = parts.time.now().microseconds
            seats[id]?.showings.append(showing)
        }
        prefetch(seat, attempt)
    }

    /// What a seat shows of an attempt, as it is journalled; without the scene's number, which it gets when it is sent.
    private func showing(of attempt: Attempt, at seat: Seat) -> Showing {
        let preferences = seat.preferences
        var showing = Showing(attempt: attempt.id, entry: moments[attempt.id]?.last ?? 0)
        showing.bank = attempt.paper == nil ? bank.digest : nil
        showing.language = preferences.language == attempt.language ? nil : preferences.language
        showing.textSize = preferences.textSize == .normal ? nil : preferences.textSize
        showing.theme = preferences.theme == .day ? nil : preferences.theme
        showing.view = seat.view == .main ? nil : seat.view
        if attempt.phase == .opened || attempt.awaitsProof {
            showing.wantsCard = seat.reader == nil ? nil : true
            showing.problem = seat.problem
        }
        switch attempt.phase {
        case .opened: break
        case .verified, .ready:
            showing.tutorial = seat.tutorial
            // Admitted, and meanwhile no exam may begin: the screen says why, until one may.
            if let closed = interlockFacts.closed.first { showing.fault = .init(reason: closed, code: "CLOSED") }
        case .running:
            showing.left = max(0, attempt.remainingMs - (spentNow(attempt, at: seat.id) - attempt.spentMs))
            showing.stands = seat.since == nil ? true : nil
        case .paused: showing.left = attempt.remainingMs
        case .signed, .issued, .left:
            var farewell = Showing.Farewell(received: received(attempt.id))
            switch following(attempt) {
            case .next(let place): farewell.next = place.programme
            case .note(let words): farewell.note = words
            case .nothing: break
            }
            showing.farewell = farewell
        case .ended, .scored: break
        }
        showing.fault = fault(of: seat) ?? showing.fault
        if journalIsFull {
            showing.fault = showing.fault ?? .init(reason: Message("problem.journal"), code: "JOURNAL-FULL")
        }
        return showing
    }

    /// What is wrong with a seat's own devices.
    private func fault(of seat: Seat) -> Screen.OutOfOrder? {
        guard !seat.isTested else { return nil }
        // A fault begins with the part it is in: "touch: …", "display: …".
        let fault = seat.faults?.first.map { String($0.prefix { $0 != ":" }) } ?? "touch"
        var words = "problem.\(fault)"
        if let attempt = seat.attempt.flatMap({ attempts[$0] }), attempt.phase < .signed {
            // Whoever sits here goes on elsewhere, if there is a place.
            words = freeSeats.isEmpty ? "problem.noSeat" : "problem.otherSeat"
        }
        return .init(reason: Message(words), code: "SEAT-\(seat.id)-\(fault.uppercased())")
    }

    /// Brings the screen of a seat up to date where nobody sits an exam.
    private func show(free seat: Seat) {
        let language = seat.preferences.language ?? bank.languages.first ?? "zh-Hans"
        let screen: Screen
        if let fault = fault(of: seat) {
            screen = .outOfOrder(fault)
        } else if let notice = seat.notice {
            screen = notice.screen
        } else if seat.attempt == nil, let practice = practiceScreen(seat, language: language) {
            screen = practice
        } else {
            let closed = seat.attempt == nil ? interlockFacts.closed : []
            screen = .idle(.init(role: .seat, closed: closed, practice: practiceBank != nil))
        }
        send(
            Scene(
                revision: 0, language: language.rawValue, textSize: seat.preferences.textSize,
                theme: seat.preferences.theme, seat: seat.id.number, screen: screen),
            to: seat.terminal, from: bank)
    }

    /// Brings a check-in desk's screen up to date.
    func show(desk name: String) {
        guard let desk = desks[name], desk.isConnected else { return }
        let screen: Screen
        if let notice = desk.notice {
            screen = notice.screen
        } else if desk.isReading {
            screen = .reading
        } else {
            screen = .idle(.init(role: .checkIn, closed: interlockFacts.closed, freeSeats: freeSeats.count))
        }
        let language = desk.preferences.language ?? bank.languages.first ?? "zh-Hans"
        send(
            Scene(
                revision: 0, language: language.rawValue, textSize: desk.preferences.textSize,
                theme: desk.preferences.theme, screen: screen),
            to: name, from: bank)
    }

    func showDesks() { for name in desks.keys { show(desk: name) } }

    /// Sends a scene if it is not on the screen already.
    ///
    /// - Returns: its revision; nil when it was there.
    @discardableResult
    private func send(_ scene: Scene, to terminal: String, from bank: BankTexts) -> Int? {
        guard var connected = terminals[terminal], connected.shown != scene else { return nil }
        if case .question(let question) = scene.screen, let picture = question.picture {
            sendMedia(picture.digest, of: bank, to: &connected)
        }
        if case .trial(let trial) = scene.screen, let digest = trial.question.picture?.digest,
            let picture = practiceBank?.picture(digest: digest), connected.media.insert(digest).inserted
        {
            connected.output.send(.media(Media(digest: digest, data: base64url(picture))))
        }
        connected.shown = scene
        connected.revision += 1
        var numbered = scene
        numbered.revision = connected.revision
        connected.output.send(.scene(numbered))
        terminals[terminal] = connected
        return connected.revision
    }

    private func sendMedia(_ digest: String, of bank: BankTexts, to connected: inout ConnectedTerminal) {
        guard connected.media.insert(digest).inserted else { return }
        do {
            connected.output.send(.media(try bank.media(digest)))
        } catch {
            Log.error("picture \(digest): \(error)")
        }
    }

    /// The next question's picture goes ahead of it, off the path from touch to pixel; its texts stay shut.
    private func prefetch(_ seat: Seat, _ attempt: Attempt?) {
        guard let attempt, attempt.phase == .running, attempt.current < attempt.total,
            let next = attempt.paper?.items[attempt.current],
            let picture = bank(of: attempt).picture(of: next.item), var connected = terminals[seat.terminal]
        else { return }
        sendMedia(picture, of: bank(of: attempt), to: &connected)
        terminals[seat.terminal] = connected
    }

    func revision(of terminal: String) -> Int { terminals[terminal]?.revision ?? 0 }
}
