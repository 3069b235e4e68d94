import CardReaders
import CenterLink
import CivilTime
import Cryptography
import Exam
import Packages
import QuestionBank
import IdentityCards
import Ledger
import Platform
import TerminalLink

extension Hall {
    func handle(_ event: Event, at seat: SeatID) async {
        switch event {
        case .intent(let intent): await answer(intent, at: seat)
        case .reader(let reader): await card(reader, at: seat)
        case .timeUp: await timeUp(at: seat)
        case .interrupted(let cause, let stood): await interrupted(cause, stoodMs: stood, at: seat)
        case .pause(let reason): await pause(reason, at: seat)
        case .resume: await resume(at: seat)
        case .slipPart(let part): await slip(part, at: seat)
        case .connected(let hello): await connected(hello, at: seat)
        case .disconnected: await disconnected(seat)
        case .condition: await followCondition(of: seat)
        case .staff(let asking, let done):
            await carryOut(asking, at: seat)
            done()
        case .move(let way): await move(way, from: seat)
        case .noticeOver: seats[seat]?.notice = nil
        case .resultDue: if let attempt = seats[seat]?.attempt { await issue(attempt, at: seat) }
        case .reached(let answer): answer()
        }
        show(seat: seat)
    }

    // MARK: Terminals

    private func connected(_ hello: Hello, at id: SeatID) async {
        guard let terminal = seats[id]?.terminal else { return }
        await append([
            Draft(
                .seatTested, stream: id.stream,
                HallEntry.SeatTested(
                    terminal: terminal, width: hello.width, height: hello.height, widthMM: hello.widthMM,
                    heightMM: hello.heightMM, environment: hello.environment,
                    faults: hello.faults))
        ])
        seats[id]?.faults = hello.faults
        seats[id]?.isSilent = false
        noteCondition(of: id)
        terminals[terminal]?.shown = nil
        await followCondition(of: id)
        if let attempt = seats[id]?.attempt, attempts[attempt]?.phase == .issued,
            attempts[attempt]?.slipDigest == nil
        {
            drawSlip(at: id)
        }
        showDesks()
    }

    /// Without its screen an exam's clock stands.
    private func disconnected(_ id: SeatID) async {
        seats[id]?.faults = nil
        seats[id]?.isSilent = false
        seats[id]?.slip = nil
        noteCondition(of: id)
        await followCondition(of: id)
        showDesks()
    }

    // MARK: Cards

    private func card(_ event: ReaderEvent, at id: SeatID) async {
        switch event {
        case .document(_, let document):
            let candidate = digest(of: document)
            if let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }) {
                guard attempt.phase == .opened || attempt.awaitsProof else { return }
                if attempt.opened.candidate == candidate {
                    seats[id]?.problem = nil
                    await verify(by: .card, at: id)
                } else {
                    seats[id]?.problem = Message("refusal.wrongCard")
                    await refuse(.wrongCard, document: candidate, at: id)
                }
            } else if let own = seat(ofCandidate: candidate) {
                if come(candidate, from: own, to: id) { return }
                await refuse(.wrongSeat(own), document: candidate, at: id)
            } else {
                await refuse(.noBooking, document: candidate, at: id, next: Message("next.goToCheckIn"))
            }
        case .unreadable:
            if let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }),
                attempt.phase == .opened || attempt.awaitsProof
            {
                seats[id]?.problem = Message("refusal.unreadableCard")
            } else if seats[id]?.attempt == nil {
                await refuse(.unreadableCard, document: nil, at: id)
            }
        default: break
        }
    }

    func refuse(_ refusal: Refusal, document: String?, at id: SeatID, next: Message? = nil) async {
        let recorded = await append([
            Draft(
                .seatRefused, stream: id.stream,
                HallEntry.Refused(
                    document: document, reason: refusal.name, values: refusal.values,
                    terminal: seats[id]?.terminal ?? ""))
        ])
        guard seats[id]?.attempt == nil else { return }
        // A refusal that stands nowhere is not shown.
        var screen = recorded ? refusal.screen : Refusal.notRecorded.screen
        if recorded, let next, case .refused(var words) = screen {
            words.next = next
            if case .noBooking = refusal { words.reason = Message("refusal.notCheckedIn") }
            screen = .refused(words)
        }
        seats[id]?.notice = Notice(
            screen: screen, until: parts.time.now().adding(milliseconds: configuration.noticeSeconds * 1000))
    }

    private func verify(by proof: AttemptEntry.Proof, at id: SeatID) async {
        guard let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }) else { return }
        let language = seats[id]?.preferences.language ?? attempt.language
        guard await append([Draft(.verified(.init(by: proof, language: language)), attempt: attempt.id)]) else {
            return
        }
        await pickUp(attempt.id, at: id)
    }

    // MARK: Intents

    private func answer(_ intent: Intent, at id: SeatID) async {
        guard let seat = seats[id] else { return }
        guard intent.revision == revision(of: seat.terminal) else {
            Log.info("seat \(id): an intent for revision \(intent.revision) came late")
            return
        }
        switch intent.control {
        case .textSize(let size): seats[id]?.preferences.textSize = size
        case .theme(let theme): seats[id]?.preferences.theme = theme
        case .language(let tag): choose(LanguageTag(tag), at: id)
        default:
            if let attempt = seat.attempt.flatMap({ attempts[$0] }) {
                await answer(intent, of: attempt, at: id)
            } else if seat.notice != nil {
                if intent.control == .confirm { seats[id]?.notice = nil }
            } else {
                await practiceIntent(intent.control, at: id)
            }
        }
    }

    private func answer(_ intent: Intent, of attempt: Attempt, at id: SeatID) async {
        switch (attempt.phase, intent.control) {
        case (_, .confirm) where attempt.awaitsProof:
            if seats[id]?.reader == nil { await verify(by: .confirmation, at: id) }
        case (_, _) where attempt.awaitsProof: break
        case (.opened, .confirm) where seats[id]?.reader == nil: await verify(by: .confirmation, at: id)
        case (.opened, .deny): await void(attempt, at: id)
        case (.verified, let control) where seats[id]?.tutorial != nil:
            if seats[id]?.tutorial?.take(control) == false { seats[id]?.tutorial = nil }
        case (.verified, .tryScreen): await familiarise(attempt, at: id)
        case (.verified, .confirm): await start(attempt, at: id)
        case (.running, _): await examIntent(intent.control, of: attempt, at: id)
        case (.ended, .confirm), (.scored, .confirm): nextOfEnd(attempt, at: id)
        case (.scored, .back) where seats[id]?.view == .signature: seats[id]?.view = .score
        case (.scored, .sign): await sign(intent.value ?? [], of: attempt, at: id)
        case (.issued, .confirm): await leave(attempt, at: id)
        case (.issued, .nextExam): await goOn(attempt, at: id)
        default: Log.info("seat \(id): \(intent.control.name) means nothing in phase \(attempt.phase.rawValue)")
        }
    }

    /// Another language from here on, if what this seat shows is to be had in it.
    private func choose(_ language: LanguageTag, at id: SeatID) {
        let attempt = seats[id]?.attempt.flatMap { attempts[$0] }
        let offered: [LanguageTag] =
            switch attempt?.phase {
            case .opened: attempt.map { bank.languages(of: $0.opened) } ?? []
            case nil: bank.languages
            default: attempt.map { bank(of: $0).languages(ofPaperOf: $0) } ?? []
            }
        guard offered.contains(language) else {
            return Log.info("seat \(id): \(language) is not offered here")
        }
        seats[id]?.preferences.language = language
        if seats[id]?.view == .languages { seats[id]?.view = .main }
    }

    private func examIntent(_ control: Control, of attempt: Attempt, at id: SeatID) async {
        if attempt.isTimeUp(spentMs: spentNow(attempt, at: id)) {
            return await end(attempt, by: .timeUp, at: id)
        }
        let goingBack = attempt.started?.policies.goingBack ?? false
        switch (seats[id]?.view ?? .main, control) {
        case (.main, .option(let option)): await act(.choose(option), of: attempt, at: id)
        case (.main, .next):
            // The last question's "next" leads to the last look before submitting.
            let last = attempt.current == attempt.total
            let final = attempt.committed.contains(attempt.current)
            if last, final || attempt.started?.policies.commitOnNext == false {
                seats[id]?.view = .submit
            } else {
                await act(.next, of: attempt, at: id)
            }
        case (.main, .previous): await act(.previous, of: attempt, at: id)
        case (.main, .flag): await act(.flag, of: attempt, at: id)
        case (.main, .languages): seats[id]?.view = .languages
        case (.languages, .back): seats[id]?.view = .main
        case (.main, .overview) where !attempt.earlyFailOpen: seats[id]?.view = .overview
        case (.main, .finish) where !attempt.earlyFailOpen, (.overview, .finish): seats[id]?.view = .submit
        case (.main, .continueExam): await act(.goOn, of: attempt, at: id)
        case (.main, .submit) where attempt.earlyFailOpen: await act(.submit, of: attempt, at: id)
        case (.overview, .goTo(let number)) where goingBack:
            seats[id]?.view = .main
            await act(.goTo(number), of: attempt, at: id)
        case (.overview, .back): seats[id]?.view = .main
        case (.submit, .back):
            if !(attempt.started?.policies.commitOnNext == true && attempt.committed.contains(attempt.total)) {
                seats[id]?.view = .main
            }
        case (.submit, .goTo(let number)) where goingBack:
            seats[id]?.view = .main
            await act(.goTo(number), of: attempt, at: id)
        case (.submit, .submit): await act(.submit, of: attempt, at: id)
        default: break
        }
    }

    /// Decides one act and journals what it decides.
    private func act(_ act: Act, of attempt: Attempt, at id: SeatID) async {
        let spent = spentNow(attempt, at: id)
        let entries: [AttemptEntry]
        do {
            switch try attempt.decide(act, spentMs: spent, key: { try key(of: $0, in: attempt) }) {
            case .success(let decided): entries = decided
            case .failure(let refusal):
                Log.info("seat \(id): \(act) changes nothing: \(refusal)")
                return
            }
        } catch {
            Log.error("seat \(id): the key cannot be opened: \(error)")
            return
        }
        guard !entries.isEmpty else { return }
        if case .ended(let ended) = entries.last {
            return await end(attempt, by: ended.by, at: id, before: Array(entries.dropLast()))
        }
        guard await append(entries.map { Draft($0, attempt: attempt.id) }) else { return }
        guard let after = attempts[attempt.id] else { return }
        if after.started?.policies.commitOnNext == true, after.current == after.total,
            after.committed.contains(after.total), after.verdicts[after.total] != false, !after.earlyFailOpen
        {
            seats[id]?.view = .submit
        }
    }

    // MARK: Start

    /// The screen is tried while no clock runs; that it was tried is recorded once.
    private func familiarise(_ attempt: Attempt, at id: SeatID) async {
        guard let kinds = bank.programmeRow(attempt.opened.programme)?.kinds else { return }
        if !attempt.familiarised {
            guard await append([Draft(.familiarised, attempt: attempt.id)]) else { return }
        }
        seats[id]?.tutorial = Tutorial(kinds: kinds)
    }

    private func start(_ attempt: Attempt, at id: SeatID) async {
        let failing = interlockFacts.states.filter { $0.1.isFailing }.map(\.0)
        guard failing.isEmpty else {
            await append([
                Draft(
                    .seatRefused, stream: id.stream,
                    HallEntry.Refused(
                        document: attempt.opened.candidate, reason: "closed",
                        values: Refusal.closed(failing).values, terminal: seats[id]?.terminal ?? ""))
            ])
            return
        }
        do {
            let programme = try bank.programme(attempt.opened.programme)
            let (paper, counted) = try await drawPaper(for: attempt)
            let started = AttemptEntry.Started(
                paper: paper, kinds: programme.kinds, paperDigest: base64url(sha256(paper.canonicalItems())),
                budgetMs: programme.minutes * 600 * (100 + attempt.opened.extraTimePercent), full: programme.full,
                passMark: programme.passMark, pointsEach: programme.pointsEach, policies: programme.policies,
                credit: configuration.credit)
            // The paper stands in the journal before its first question stands on the screen.
            guard
                await append([
                    Draft(.rulesAcknowledged(.init(version: SeatScenes.rulesVersion)), attempt: attempt.id),
                    Draft(.started(started), attempt: attempt.id),
                    counted,
                ])
            else { return }
            seats[id]?.view = .main
            seats[id]?.since = parts.time.now()
        } catch {
            Log.error("seat \(id): no paper: \(error)")
        }
    }

    private func void(_ attempt: Attempt, at id: SeatID) async {
        guard
            await append([
                Draft(.ended(.init(by: .voided, spentMs: attempt.spentMs)), attempt: attempt.id),
                Draft(.left, attempt: attempt.id),
            ])
        else { return }
        free(id)
        await eraseDue()
    }

    /// The seat forgets its candidate.
    func free(_ id: SeatID) {
        vacate(id)
        showDesks()
    }

    private func vacate(_ id: SeatID) {
        guard let seat = seats[id] else { return }
        if let attempt = seat.attempt {
            personal[attempt] = nil
            dropUnneededBanks()
        }
        seats[id] = seat.emptied
    }

    /// Begins the booking's next exam at the seat where the one before was passed; the candidate proves identity anew.
    private func goOn(_ attempt: Attempt, at id: SeatID) async {
        guard attempt.slipDigest != nil, case .next(let place) = following(attempt),
            let (opened, person) = await prepare(place, at: id)
        else { return }
        let next = newAttemptID()
        guard
            await append([
                Draft(.left, attempt: attempt.id),
                Draft(
                    .continued, stream: id.stream,
                    HallEntry.Continued(attempt: next, after: attempt.id, booking: opened.booking)),
                Draft(.opened(opened), attempt: next),
            ])
        else { return }
        let preferences = seats[id]?.preferences ?? Preferences()
        vacate(id)
        seats[id]?.preferences = preferences
        seats[id]?.preferences.language = attempt.language
        seats[id]?.attempt = next
        personal[next] = person
    }

    func leave(_ attempt: Attempt, at id: SeatID) async {
        guard await append([Draft(.left, attempt: attempt.id)]) else { return }
        free(id)
        await eraseDue()
    }
}
