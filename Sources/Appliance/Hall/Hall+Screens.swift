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
            bankFault: bankFault, wall: parts.time.wall(), lastSeen: lastSeen,
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
        let attempt = seat.attempt.flatMap { attempts[$0] }
        let bank = attempt.map { self.bank(of: $0) } ?? bank
        let language = seat.preferences.language ?? attempt?.language ?? bank.languages.first ?? "zh-Hans"
        var header: Header?
        var screen: Screen
        if seat.isTested {
            do {
                let practice = attempt == nil ? practiceScreen(seat, language: language) : nil
                let scenes = SeatScenes(bank: bank, interlocks: attempt == nil ? interlockFacts.closed : [])
                if journalIsFull, attempt != nil {
                    screen = .outOfOrder(.init(reason: Message("problem.journal"), code: "JOURNAL-FULL"))
                } else {
                    (header, screen) = try scenes.screen(
                        seat: seat, attempt: attempt, personal: seat.attempt.flatMap { personal[$0] },
                        received: seat.attempt.map(received) ?? false, following: attempt.map(following) ?? .nothing)
                    if case .idle(var idle) = screen {
                        idle.practice = practiceBank != nil
                        screen = practice ?? .idle(idle)
                    }
                }
            } catch {
                Log.error("seat \(id): the bank cannot be read: \(error)")
                screen = .outOfOrder(.init(reason: Message("problem.bank"), code: "BANK-\(id)"))
            }
        } else {
            // A fault begins with the part it is in: "touch: …", "display: …".
            let fault = seat.faults?.first.map { String($0.prefix { $0 != ":" }) } ?? "touch"
            screen = .outOfOrder(.init(reason: Message("problem.\(fault)"), code: "SEAT-\(id)-\(fault.uppercased())"))
        }
        send(
            Scene(
                revision: 0, language: language.rawValue, textSize: seat.preferences.textSize,
                theme: seat.preferences.theme, seat: id.number, header: header, screen: screen),
            to: seat.terminal, from: bank)
        prefetch(seat, attempt)
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
    private func send(_ scene: Scene, to terminal: String, from bank: BankTexts) {
        guard var connected = terminals[terminal], connected.shown != scene else { return }
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
