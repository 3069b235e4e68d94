import CardReaders
import CenterLink
import CivilTime
import Cryptography
import Exam
import Hall
import IdentityCards
import Ledger
import Platform
import QuestionBank
import TerminalLink
import VirtualCards

/// People come, and everything between them and the hall: cards, touches, screens.
extension World {
    /// Who comes today, and the bookings that the center makes of it.
    func invite() throws {
        let codes: [ProgrammeCode] = plan.isLong ? ["SIM-FULL"] : ["SIM-VERDICT", "SIM-STOP", "SIM-BACK"]
        for number in 0..<min(plan.people, site.citizens.count) {
            let kind: Person.Kind =
                switch pick(0...19) {
                case 0: .stranger
                case 1: .otherDay
                case 2: .expiredCard
                default: .regular
                }
            let person = Person(site.citizens[number], kind: kind, random: &random)
            people.append(person)
            if kind != .stranger {
                let first = codes.randomElement(using: &random) ?? codes[0]
                let then = !plan.isLong && chance(5) ? codes.filter { $0 != first }.prefix(1) : []
                let booking = Booking(
                    id: BookingID("B-\(number)"), candidate: person.citizen.candidate,
                    subject: person.citizen.subject.subject, sealed: person.citizen.sealed, programme: first,
                    then: Array(then), vehicleClass: "C1", day: kind == .otherDay ? today.adding(days: 2) : today,
                    attemptNumber: 1, language: chance(4) ? "en" : "zh-Hans",
                    accommodations: .init(), facts: EligibilityFacts(reason: .first))
                person.booking = booking
                person.order = try center.book(booking, for: person.citizen, at: wall)
            }
            let first = 4000 + number * pick(1000...8000)
            after(first) { $0.wake(number) }
        }
    }

    /// What a person may sit now, counted from what screens said; nil for nothing.
    func expected(_ number: Int) -> (programme: ProgrammeCode, number: Int)? {
        let person = people[number]
        guard person.kind == .regular, let booking = person.booking else { return nil }
        let done = model.sittings(of: number).filter { !$0.denied }
        for code in booking.programmes {
            guard let rules = SimulatedBank.rules[code] else { return nil }
            let sat = done.filter { $0.programme == code }
            if sat.contains(where: { ($0.score ?? 0) >= rules.passMark }) { continue }
            return sat.count < rules.sittings ? (code, sat.count + 1) : nil
        }
        return nil
    }

    func wake(_ number: Int) {
        let person = people[number]
        switch person.place {
        case .outside: arrive(number, person)
        case .atDesk(let since, let scenes): lookAtDesk(number, person, since: since, scenes: scenes)
        case .atSeat(let seat): lookAtSeat(number, person, seat)
        case .gone: return
        }
    }

    private func again(_ number: Int, _ milliseconds: ClosedRange<Int>) {
        after(pick(milliseconds)) { $0.wake(number) }
    }

    // MARK: Check-in

    private func arrive(_ number: Int, _ person: Person) {
        guard let machine, now >= asleepUntil, atDesk == nil, let desk = machine.terminals[Machine.desk] else {
            return again(number, 1000...5000)
        }
        atDesk = number
        person.place = .atDesk(since: now, scenes: desk.scenes)
        let document =
            person.kind == .expiredCard
            ? InventedPeople.resident(person.citizen.number + 1, validUntil: today.adding(days: -30))
            : person.citizen.document
        tap(document, at: 0)
        again(number, 800...1500)
    }

    private func lookAtDesk(_ number: Int, _ person: Person, since: Int, scenes: Int) {
        func leave(_ place: Person.Place, _ wait: ClosedRange<Int>) {
            if atDesk == number { atDesk = nil }
            person.place = place
            again(number, wait)
        }
        let desk = machine?.terminals[Machine.desk]
        // A terminal that was connected anew counts from nothing.
        let isNews = desk.map { $0.scenes != scenes } ?? false
        switch desk?.scene?.screen {
        case .assigned(let assigned) where isNews: leave(.atSeat(assigned.seat), 2000...6000)
        case .refused(let refused) where isNews: self.refused(refused, number, person, leave)
        default:
            guard now > since + 9_000_000 else { return again(number, 400...900) }
            person.looks += 1
            leave(.outside, 1000...4000)
        }
    }

    private func refused(
        _ refused: Screen.Refused, _ number: Int, _ person: Person,
        _ leave: (Person.Place, ClosedRange<Int>) -> Void
    ) {
        let reason = refused.reason.key.dropFirst("refusal.".count)
        watch?("\(steps) \(clock) person \(number) is refused: \(reason)")
        if reason == "alreadySeated", let seat = refused.reason.values["seat"].flatMap({ Int($0) }) {
            return leave(.atSeat(seat), 2000...5000)
        }
        let mayBeOver = ["closed", "hallFull", "unreadableCard", "notAnIDCard", "noOtherSeat"].contains(String(reason))
        if mayBeOver || wallOffset != 0 || now < wallRightSince + 15_000_000 { return leave(.outside, 5000...30_000) }
        person.refused += 1
        if expected(number) != nil {
            if ordersTaken >= person.order {
                fail(.admissionIsRight, "person \(number) is refused: \(reason) \(refused.reason.values)")
            }
            return leave(.outside, 5000...20_000)
        }
        leave(.gone, 0...0)
    }

    // MARK: The seat

    private func lookAtSeat(_ number: Int, _ person: Person, _ seat: Int) {
        guard let machine, now >= asleepUntil, let terminal = machine.terminals[Machine.seatName(seat)],
            let scene = terminal.scene
        else { return waitOrMove(number, person, 500...3000) }
        let own = model.sitting(at: seat).map { $0.person == number } ?? false
        switch scene.screen {
        case .greeting(let greeting):
            guard greeting.document == person.citizen.maskedNumber else { return backToDesk(number, person) }
            if let act = person.act(on: scene, key: nil, random: &random) {
                touch(act.control, act.value, at: seat, scene)
            } else if chance(12) {
                let other = people.filter { $0.citizen.number != number }.randomElement(using: &random)
                if let other { tap(other.citizen.document, at: seat) }
            } else {
                tap(person.citizen.document, at: seat)
            }
            again(number, 1000...2500)
        case .outOfOrder: waitOrMove(number, person, 1000...4000)
        case .reading, .paused: again(number, 1000...4000)
        case .idle, .refused:
            if own { return again(number, 300...600) }
            backToDesk(number, person)
        default:
            guard own else { return backToDesk(number, person) }
            go(on: scene, number, person, seat)
        }
    }

    /// The seat does not work: after a while some go to check-in, and some try their card elsewhere.
    private func waitOrMove(_ number: Int, _ person: Person, _ wait: ClosedRange<Int>) {
        person.looks += 1
        guard person.looks % 4 == 3, machine != nil, now >= asleepUntil else { return again(number, wait) }
        if chance(2) {
            person.place = .outside
        } else {
            let seat = pick(1...Machine.seats)
            if case .idle? = machine?.terminals[Machine.seatName(seat)]?.scene?.screen {
                tap(person.citizen.document, at: seat)
                person.place = .atSeat(seat)
            }
        }
        again(number, wait)
    }

    private func go(on scene: Scene, _ number: Int, _ person: Person, _ seat: Int) {
        var key: Set<Int>?
        if case .question(let question) = scene.screen {
            key = site.items[question.stem].flatMap { site.bank.keys[$0] }
            if let from = person.sleepsFrom, question.number >= from, !isCalm { return again(number, 3000...6000) }
        }
        if case .farewell(let farewell) = scene.screen, farewell.next == nil { person.forget() }
        if let act = person.act(on: scene, key: key, random: &random) {
            if act.control == .nextExam || act.control == .confirm { person.forget() }
            touch(act.control, act.value, at: seat, scene)
        }
        again(number, person.pace / 2...person.pace)
    }

    private func backToDesk(_ number: Int, _ person: Person) {
        // Who tried a card elsewhere, in vain, goes back to where the exam is.
        if let own = model.sittings(of: number).last(where: { $0.isOpen && !$0.denied }),
            person.place != .atSeat(own.seat)
        {
            person.place = .atSeat(own.seat)
            return again(number, 2000...5000)
        }
        person.place = .outside
        if expected(number) == nil {
            guard person.comesAgain else {
                person.place = .gone
                return
            }
            person.comesAgain = false
        }
        again(number, 3000...15_000)
    }

    // MARK: Between people and hall

    /// A card on a reader: 0 is the check-in desk's, others the seats'.
    func tap(_ document: IdentityDocument, at reader: Int) {
        let id = ReaderID(name: "R\(reader)")
        let delay = misfires(.cardLate) ? pick(2000...20_000) : pick(0...400)
        let isUnreadable = misfires(.cardUnreadable)
        let times = misfires(.cardTwice) ? 2 : 1
        let stays = misfires(.cardStays)
        enter { $0.receive(.cardIn(id)) }
        for _ in 0..<times {
            after(delay) { world in
                guard world.isServing else { return }
                if isUnreadable {
                    return world.enter {
                        $0.receive(.unreadable(id, world.chance(2) ? .badContact : .notAnIdentityCard))
                    }
                }
                if reader > 0, let person = world.people.first(where: { $0.citizen.document.number == document.number })
                {
                    world.model.card(of: person.citizen.number, at: reader)
                    world.observer?.note(world, isShown: false)
                }
                world.enter { $0.receive(.document(id, document)) }
            }
        }
        after(delay + (stays ? 60_000 : pick(100...1500))) { $0.enter { $0.receive(.cardOut(id)) } }
    }

    /// A touch in answer to a scene.
    func touch(_ control: Control, _ value: [[Int]]?, at seat: Int, _ scene: Scene) {
        let name = Machine.seatName(seat)
        if misfires(.intentLost) { return }
        let isStale = misfires(.intentStale)
        let revision = isStale ? scene.revision - pick(1...3) : scene.revision
        let times = misfires(.intentTwice) ? 2 : 1
        if !isStale { model.touched(control, at: seat, on: scene) }
        observer?.note(self, isShown: false)
        let boot = boot
        watch?("\(steps) \(clock) seat \(seat): \(control.name) on \(scene.screen.name)\(isStale ? " (stale)" : "")")
        for _ in 0..<times {
            after(pick(0...100)) { world in
                guard world.boot == boot else { return }
                world.enter {
                    $0.receive(.intent(.init(revision: revision, control: control, value: value)), from: name)
                }
            }
        }
    }

    /// Each terminal says every second that it lives.
    func heartbeat() {
        after(1000) { $0.heartbeat() }
        guard let machine, isServing else { return }
        for name in machine.terminals.keys.sorted() {
            let faults = panelFaults[name] ?? []
            machine.enter { $0.receive(.health(.init(faults: faults)), from: name) }
        }
    }

    var isServing: Bool { machine != nil && now >= asleepUntil }

    /// Something reaches the hall from a device; nothing reaches one that is off or asleep.
    func enter(_ work: @escaping @Sendable (isolated Hall) -> Void) { if isServing { machine?.enter(work) } }

    func connect(_ name: String, faults: [String] = []) {
        guard let machine else { return }
        guard isServing else { return after(500) { $0.connect(name, faults: faults) } }
        let seat = Int(name.dropFirst("seat-".count))
        panelFaults[name] = nil
        machine.connect(name, faults: faults) { [unowned self, unowned machine] frame in
            guard self.machine === machine, isOff.value == nil else { return }
            if let seat {
                model.shown(frame, at: seat, machineNow: machine.time.now().microseconds, now: machine.stepper.now)
                observer?.note(self, isShown: true)
                if case .scene(let scene) = frame {
                    watch?("\(steps) \(clock) seat \(seat) shows \(scene.screen.name)")
                }
                if case .drawSlip(let slip) = frame { draw(slip, at: seat) }
            } else {
                model.shownAtDesk(frame)
                observer?.note(self, isShown: true)
            }
        }
    }

    private func draw(_ slip: Slip, at seat: Int) {
        if misfires(.slipLost) { return }
        let name = Machine.seatName(seat)
        let part = SlipPart(
            attempt: slip.attempt, part: 0, parts: 1, data: base64url(Array("%PDF \(slip.attempt)".utf8)))
        after(pick(100...800)) { $0.enter { $0.receive(.slip(part), from: name) } }
    }
}
