import Exam
import Platform
import TerminalLink

/// What must hold, checked against every scene: it knows what screens acknowledged and what came in, and nothing else.
final class Model {
    private let site: SimulatedSite
    /// Every exam that a greeting showed, in their order.
    private(set) var sittings: [Sitting] = []
    private var bySeat: [Int: Int] = [:]
    private(set) var violation: Violation?
    /// Refusals that were shown, by terminal and reason.
    private(set) var refusals: [String: Int] = [:]
    /// Whose card was read last at each seat.
    private var cards: [Int: Int] = [:]
    /// Seats whose last scene said so.
    private var wasOutOfOrder: Set<Int> = []
    /// What each booked person may sit now: set by the world when a card is read.
    var expected: (_ person: Int) -> (programme: ProgrammeCode, number: Int)? = { _ in nil }
    private var lastRefusal: [String: Screen.Refused] = [:]
    private let personByNumber: [String: Int]

    init(_ site: SimulatedSite) {
        self.site = site
        personByNumber = Dictionary(uniqueKeysWithValues: site.citizens.map { ($0.maskedNumber, $0.number) })
    }

    /// Knows what the other knows now, and goes on by itself.
    init(_ other: Model) {
        site = other.site
        sittings = other.sittings
        bySeat = other.bySeat
        cards = other.cards
        refusals = other.refusals
        lastRefusal = other.lastRefusal
        personByNumber = other.personByNumber
    }

    func fail(_ invariant: Invariant, _ words: @autoclosure () -> String) {
        if violation == nil { violation = Violation(invariant: invariant, words: words()) }
    }

    func sitting(at seat: Int) -> Sitting? { bySeat[seat].map { sittings[$0] } }
    /// The exams that go on, by seat: begun, and neither denied nor at their farewell.
    var open: [Int: Sitting] {
        bySeat.mapValues { sittings[$0] }.filter { $0.value.stage > .greeted && $0.value.stage < .farewell }
    }
    /// The exams of a person, in their order.
    func sittings(of person: Int) -> [Sitting] { sittings.filter { $0.person == person } }

    // MARK: What came in

    /// A card was read at a seat.
    func card(of person: Int, at seat: Int) {
        cards[seat] = person
        guard let index = bySeat[seat], sittings[index].person == person else { return }
        sittings[index].hasProved = true
    }

    /// Something was touched in answer to the scene that stands there.
    func touched(_ control: Control, at seat: Int, on scene: Scene) {
        guard let index = bySeat[seat] else { return }
        switch (scene.screen, control) {
        case (.greeting(let greeting), .deny): if !greeting.goesOn { sittings[index].denied = true }
        case (.question(let question), .option(let option))
        where !question.committed && question.options.contains(where: { $0.number == option }):
            let shown = question.options.filter(\.chosen).map(\.number).sorted()
            let after =
                question.kind == .multi
                ? (shown.contains(option) ? shown.filter { $0 != option } : (shown + [option]).sorted()) : [option]
            sittings[index].answers[question.number, default: [shown]].insert(after)
        case (.question(let question), .flag):
            sittings[index].flags[question.number, default: [question.flagged]].insert(!question.flagged)
        case (_, .submit): sittings[index].handedIn = true
        default: break
        }
    }

    /// A clock may have lost up to a second at each seat where one ran.
    func interrupted(at now: Int) {
        wasOutOfOrder = []
        for index in sittings.indices { stand(index, at: now, losing: 1000) }
    }

    /// A seat's screen is gone: its clock stands, and what ran since its last sign of life is credited.
    func gone(_ seat: Int, at now: Int) { bySeat[seat].map { stand($0, at: now, losing: 1500) } }

    private func stand(_ index: Int, at now: Int, losing lost: Int) {
        guard sittings[index].stage == .running else { return }
        sittings[index].watch?.advance(to: now)
        sittings[index].watch?.since = nil
        sittings[index].watch?.slackMs += lost
    }

    /// Nobody sits on after the time is over.
    func lookAtWatches(_ now: Int, isServing: Bool) {
        for index in sittings.indices where sittings[index].stage == .running {
            sittings[index].watch?.advance(to: now)
            guard isServing, let watch = sittings[index].watch, watch.since != nil else { continue }
            if watch.spentMs > watch.budgetMs + watch.slackMs + 1500 {
                fail(
                    .timeEnds, "person \(sittings[index].person) sits on after \(watch.spentMs) of \(watch.budgetMs) ms"
                )
            }
        }
    }

    // MARK: What screens say

    func shown(_ frame: ToTerminal, at seat: Int, machineNow: Int, now: Int) {
        guard case .scene(let scene) = frame else { return }
        note(scene.screen, at: Machine.seatName(seat))
        place(scene, at: seat)
        if case .outOfOrder = scene.screen { wasOutOfOrder.insert(seat) } else { wasOutOfOrder.remove(seat) }
        guard let index = bySeat[seat], violation == nil else { return }
        course(scene.screen, index)
        clock(scene, index, machineNow: machineNow, now: now)
        switch scene.screen {
        case .question(let question): self.question(question, header: scene.header, index)
        case .overview(let overview):
            for (place, cell) in overview.cells.enumerated() {
                look(index, place + 1, isAnswered: cell.answered)
                look(index, place + 1, isFlagged: cell.flagged)
            }
        case .submit(let submit):
            for number in 1...submit.total { look(index, number, isAnswered: !submit.unanswered.contains(number)) }
        case .earlyFail(let early): self.earlyFail(early, index)
        case .ended(let ended): end(ended.by, index)
        case .result(let result): self.result(result, index)
        case .farewell(let farewell): self.farewell(farewell, index)
        default: break
        }
    }

    func shownAtDesk(_ frame: ToTerminal) {
        if case .scene(let scene) = frame { note(scene.screen, at: Machine.desk) }
    }

    private func note(_ screen: Screen, at terminal: String) {
        guard case .refused(let refused) = screen else {
            lastRefusal[terminal] = nil
            return
        }
        // A terminal that comes back is shown the same again.
        guard lastRefusal.updateValue(refused, forKey: terminal) != refused else { return }
        // One that says that nothing can be written cannot be written.
        if refused.reason.values["interlocks"]?.contains("journal") == true { return }
        if refused.reason.key == "refusal.notCheckedIn" { return refusals["\(terminal) noBooking", default: 0] += 1 }
        refusals["\(terminal) \(refused.reason.key.dropFirst("refusal.".count))", default: 0] += 1
    }

    /// Whose exam this scene belongs to.
    private func place(_ scene: Scene, at seat: Int) {
        if case .greeting(let greeting) = scene.screen {
            guard let person = personByNumber[greeting.document] else {
                return fail(.identity, "seat \(seat) greets nobody: \(greeting.document)")
            }
            return greeted(person, greeting, at: seat)
        }
        let shows = scene.header != nil
        if shows, bySeat[seat] == nil, let person = cards[seat],
            let index = sittings.firstIndex(where: { $0.person == person && $0.isOpen && !$0.denied })
        {
            move(index, to: seat)
            sittings[index].hasProved = true
        }
        guard let index = bySeat[seat] else {
            if shows { fail(.onePlace, "seat \(seat) shows \(scene.screen.name) of nobody's exam") }
            return
        }
        guard !shows else { return }
        switch scene.screen {
        case .idle, .refused, .practiceStart, .practiceEnd, .trial:
            let sitting = sittings[index]
            let isOver = sitting.stage == .farewell || (sitting.stage == .greeted && sitting.denied)
            // A seat that was out of order may have lost its candidate to one that has not shown it yet.
            if isOver || wasOutOfOrder.contains(seat) {
                bySeat[seat] = nil
            } else {
                fail(.progressStays, "seat \(seat) is free although person \(sitting.person) is \(sitting.stage)")
            }
        default: break
        }
    }

    /// The exam goes on at another seat.
    private func move(_ index: Int, to seat: Int) {
        let old = sittings[index].seat
        if bySeat[old] == index { bySeat[old] = nil }
        sittings[index].seat = seat
        bySeat[seat] = index
    }

    private func greeted(_ person: Int, _ greeting: Screen.Greeting, at seat: Int) {
        if let index = sittings.firstIndex(where: { $0.person == person && $0.isOpen && !$0.denied }),
            sittings[index].seat != seat, bySeat[seat] == nil
        {
            // Nobody but its candidate goes on there.
            sittings[index].hasProved = false
            return move(index, to: seat)
        }
        if greeting.goesOn, bySeat[seat].map({ sittings[$0].person == person }) ?? false { return }
        if let index = bySeat[seat] {
            let sitting = sittings[index]
            let isOver = sitting.stage == .farewell || (sitting.stage == .greeted && sitting.denied)
            if sitting.person == person, sitting.stage == .greeted, !sitting.denied { return }
            // After a denial the same person may have been seated here again.
            if !isOver { return fail(.progressStays, "seat \(seat) greets anew at \(sitting.stage)") }
        }
        if let other = sittings.firstIndex(where: { $0.person == person && $0.isOpen && !$0.denied && $0.seat != seat })
        {
            return fail(.onePlace, "person \(person) is greeted at seat \(seat) and sits at \(sittings[other].seat)")
        }
        guard let expected = expected(person), expected.number == greeting.attemptNumber,
            expected.programme.rawValue == greeting.programme
        else {
            return fail(
                .admissionIsRight,
                "person \(person) is greeted for sitting \(greeting.attemptNumber) of \(greeting.programme)")
        }
        sittings.append(
            Sitting(person: person, programme: expected.programme, number: greeting.attemptNumber, seat: seat))
        bySeat[seat] = sittings.count - 1
    }

    private func course(_ screen: Screen, _ index: Int) {
        let stage: Sitting.Stage
        switch screen {
        case .greeting(let greeting):
            if greeting.goesOn { return }
            stage = .greeted
        case .rules, .trial: stage = .proved
        case .question, .overview, .submit, .earlyFail, .languages, .paused: stage = .running
        case .ended, .result, .signature: stage = .over
        case .farewell: stage = .farewell
        default: return
        }
        let sitting = sittings[index]
        if stage < sitting.stage {
            fail(.progressStays, "seat \(sitting.seat) shows \(screen.name) after \(sitting.stage)")
        }
        if stage > .greeted, !sitting.hasProved {
            fail(.identity, "seat \(sitting.seat) shows \(screen.name) before the card of person \(sitting.person)")
        }
        sittings[index].stage = stage
    }
}

extension Screen {
    var name: String { String(String(describing: self).prefix { $0 != "(" }) }
}

extension Model {
    func isRight(_ stem: String, _ answer: [Int]) -> Bool? { site.isRight(stem, answer) }
    func update(_ index: Int, _ change: (inout Sitting) -> Void) { change(&sittings[index]) }
}
