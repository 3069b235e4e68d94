import Exam
import Glibc
import Platform
import TerminalLink
import VirtualCards

/// What was measured while people touched.
final class Measurements: Sendable {
    private struct State {
        var saved: [Int] = []
        var pixels: [Int] = []
        var seated: [Int] = []
        var finished: Instant?
        var moves: [Move] = []
    }

    /// A way from a seat that failed to another, from the card on its reader to the question's last pixel.
    struct Move: Sendable {
        var from: Int
        var to: Int
        var question: Int
        var microseconds: Int
    }

    private let state = Guarded(State())

    func answered(lifted: Instant, presented: Presented) {
        state.withLock {
            $0.saved.append(presented.receivedAt - lifted.microseconds)
            $0.pixels.append(presented.presentedAt - lifted.microseconds)
        }
    }

    func seated(microseconds: Int) { state.withLock { $0.seated.append(microseconds) } }
    func finished(at moment: Instant) { state.withLock { $0.finished = max($0.finished ?? moment, moment) } }

    func moved(from: Int, to: Int, question: Int, microseconds: Int) {
        state.withLock {
            $0.moves.append(Move(from: from, to: to, question: question, microseconds: microseconds))
        }
    }

    var moves: [Move] { state.withLock { $0.moves } }
    var saved: [Int] { state.withLock { $0.saved } }
    var pixels: [Int] { state.withLock { $0.pixels } }
    var seats: [Int] { state.withLock { $0.seated } }
    var lastFinish: Instant? { state.withLock { $0.finished } }
}

/// One person's way through the hall: the card on the reader, the seat, the exam, the signature.
struct Visit {
    let person: Person
    let site: Site
    let memory: Memory
    let measurements: Measurements
    let pictures: Pictures
    let progress: Progress
    let disturber: (any Disturber)?
    let failure: SeatFailure?
    let card: VirtualCard

    /// What became of a visit.
    struct Outcome: Sendable {
        var seat: Int
        /// By question: the options that a screen showed as chosen and saved, when it last showed the question.
        var acknowledged: [Int: Set<Int>]
    }

    init(
        _ person: Person, site: Site, memory: Memory, measurements: Measurements, pictures: Pictures,
        progress: Progress, disturber: (any Disturber)?, failure: SeatFailure? = nil
    ) throws {
        self.person = person
        self.site = site
        self.memory = memory
        self.measurements = measurements
        self.pictures = pictures
        self.progress = progress
        self.disturber = disturber
        self.failure = failure
        card = try VirtualCard(person.document)
    }

    /// How long nothing may change before a person tries again what was done last.
    private static let patienceMs = 1000

    /// How often nothing may come of it before something must be broken.
    private static let longestWait = 60

    /// Checks in; waits while the hall is full.
    ///
    /// - Returns: the seat.
    func checkIn(_ eyes: Eyes) async throws -> Int {
        // Nothing that happens at the desk may be missed: the first look comes before the card.
        if eyes.now.count == 0 { await eyes.change(after: 0, milliseconds: 5000) }
        let begin = SystemTime().now()
        for _ in 0..<600 {
            let count = eyes.now.count
            try? card.insert(at: site.cards.readerSocket(Site.checkIn), lasting: true)
            defer { card.remove() }
            if let seat = try await wayToSeat(eyes, after: count) {
                measurements.seated(microseconds: SystemTime().now().microseconds - begin.microseconds)
                return seat
            }
            card.remove()
            try await Task.sleep(for: .milliseconds(250))
        }
        throw Failure(
            .unavailable, "candidate \(person.number) was not admitted: \(eyes.now.presented?.scene.screen as Any)")
    }

    private func wayToSeat(_ eyes: Eyes, after start: Int) async throws -> Int? {
        var count = start
        // What stands there before the card is read, or comes back after a restart, is for whoever came before.
        var read = false
        for _ in 0..<12 {
            await eyes.change(after: count, milliseconds: 250)
            for (number, presented) in eyes.screens(after: count) {
                count = number
                await pictures.take(Site.checkIn, presented)
                switch presented.scene.screen {
                case .reading: read = true
                case .assigned(let assigned) where read: return assigned.seat
                case .refused(let refused) where read:
                    if ["R-hallFull", "R-closed", "R-unreadableCard"].contains(refused.code) { return nil }
                    // The daemon admitted this person and was cut before the screen said so.
                    if refused.code == "R-alreadySeated", let seat = refused.reason.values["seat"].flatMap({ Int($0) })
                    {
                        return seat
                    }
                    throw Failure(.unavailable, "candidate \(person.number) was refused: \(refused.code)")
                default: break
                }
            }
        }
        return nil
    }

    /// Sits down and does all that the seat's screens ask for, until the seat is free again.
    func sit(at first: Int) async throws -> Outcome {
        var seat = first
        var terminal = Site.seat(seat)
        var eyes = Eyes(socket: site.assistanceSocket(terminal))
        var finger = Finger(socket: site.touchSocket(terminal))
        defer {
            eyes.close()
            card.remove()
        }
        var acknowledged: [Int: Set<Int>] = [:]
        var tapped: (lifted: Instant, number: Int, option: Int)?
        var count = -1
        var laid = false
        var idle = 0
        // The greeting is the first screen that is for this person, and the last touch of the farewell the end.
        var seen = false
        var leaving = false
        while true {
            let before = count
            await eyes.change(after: count, milliseconds: Self.patienceMs)
            let now = eyes.now
            count = now.count
            idle = count == before ? idle + 1 : 0
            try Task.checkCancellation()
            guard idle < Self.longestWait else {
                let shown = now.presented.map { String(describing: $0.scene) } ?? "nothing"
                throw Failure(.unavailable, "\(terminal) has shown the same for \(Self.longestWait) s: \(shown)")
            }
            guard let presented = now.presented else { continue }
            if case .greeting = presented.scene.screen, !leaving { seen = true }
            guard seen else { continue }
            if leaving {
                guard case .farewell = presented.scene.screen else {
                    return Outcome(seat: seat, acknowledged: acknowledged)
                }
            }
            if let tap = tapped, case .question(let question) = presented.scene.screen, question.number == tap.number,
                question.options.contains(where: { $0.number == tap.option && $0.chosen }),
                presented.scene.header?.saved == .saved
            {
                measurements.answered(lifted: tap.lifted, presented: presented)
                tapped = nil
            }
            if case .question(let question) = presented.scene.screen, presented.scene.header?.saved == .saved {
                acknowledged[question.number] = Set(question.options.filter(\.chosen).map(\.number))
            }
            await pictures.take(terminal, presented)
            await disturber?.reached(terminal, presented.scene.screen)
            if site.options.lookMs > 0 { try await Task.sleep(for: .milliseconds(site.options.lookMs)) }
            func tap(_ control: Control) -> Instant? {
                presented.places.first { $0.control == control.name }.flatMap { finger.tap($0) }
            }
            switch presented.scene.screen {
            case .greeting(let greeting):
                progress.show(terminal, stage: "\(greeting.candidate) shows the card")
                if !greeting.wantsCard {
                    _ = tap(.confirm)
                } else if !laid || idle > 0 {
                    card.remove()
                    laid = (try? card.insert(at: site.cards.readerSocket(terminal), lasting: true)) != nil
                }
            case .rules:
                card.remove()
                progress.show(terminal, stage: "reads the rules")
                _ = tap(.confirm)
            case .question(let question):
                progress.show(
                    terminal, stage: "sits the exam",
                    detail: "\(bar(question.number, of: question.total)) \(question.number)/\(question.total)")
                if let failure, try await failure.strikes(seat, question) {
                    eyes.close()
                    (seat, eyes) = try await walk(from: seat, question: question.number)
                    terminal = Site.seat(seat)
                    finger = Finger(socket: site.touchSocket(terminal))
                    count = -1
                    continue
                }
                tapped = try answer(question, tap: tap) ?? tapped
            case .overview, .languages: _ = tap(.back)
            case .submit: _ = tap(.submit)
            case .earlyFail: _ = tap(person.goesOn ? .continueExam : .submit)
            case .ended, .result:
                progress.show(terminal, stage: "reads the result")
                _ = tap(.confirm)
            case .signature:
                if let pad = presented.places.first(where: { $0.control == "pad" }) {
                    for line in signature(in: pad) { finger.stroke(line) }
                }
                _ = tap(.sign)
            case .farewell(let farewell):
                measurements.finished(at: SystemTime().now())
                progress.show(
                    terminal, stage: "done: \(farewell.score) points, \(farewell.passed ? "passed" : "failed")")
                if farewell.slip { leaving = tap(.confirm) != nil || leaving }
            // The farewell was over before we saw it.
            case .idle: return Outcome(seat: seat, acknowledged: acknowledged)
            case .trial: _ = tap(.back)
            case .reading, .refused, .assigned, .paused, .outOfOrder, .practiceStart, .practiceEnd: break
            }
        }
    }

    /// Shows the card, reads the rules and stops at the first question.
    func reachFirstQuestion(terminal: String, eyes: Eyes, finger: Finger) async throws {
        var count = -1
        defer { card.remove() }
        for _ in 0..<60 {
            await eyes.change(after: count, milliseconds: Self.patienceMs)
            count = eyes.now.count
            guard let presented = eyes.now.presented else { continue }
            switch presented.scene.screen {
            case .greeting:
                card.remove()
                try? card.insert(at: site.cards.readerSocket(terminal), lasting: true)
            case .rules:
                _ = presented.places.first { $0.control == Control.confirm.name }.flatMap { finger.tap($0) }
            case .question: return
            default: break
            }
        }
        throw Failure(.unavailable, "\(terminal) did not come to its first question")
    }

    /// Touches the next option to choose, or goes on.
    ///
    /// - Returns: the tap, when one option was chosen that was not before.
    private func answer(
        _ question: Screen.Question, tap: (Control) -> Instant?
    ) throws -> (lifted: Instant, number: Int, option: Int)? {
        func goOn() { if tap(.next) == nil { _ = tap(.finish) } }
        // After the last question the way on is to hand in.
        guard !question.committed, let item = memory.item(question) else {
            goOn()
            return nil
        }
        let wanted = person.answer(
            to: item, key: memory.key(item), options: question.options.map(\.number).sorted())
        let chosen = Set(question.options.filter(\.chosen).map(\.number))
        if let option = wanted.subtracting(chosen).min()
            ?? (question.kind == .multi ? chosen.subtracting(wanted).min() : nil)
        {
            guard let lifted = tap(.option(option)) else { return nil }
            return wanted.contains(option) ? (lifted, question.number, option) : nil
        }
        goOn()
        return nil
    }

    private func signature(in pad: Presented.Place) -> [[(x: Int, y: Int)]] {
        func point(_ x: Int, _ y: Int) -> (x: Int, y: Int) {
            (pad.x + pad.width * x / 100, pad.y + pad.height * y / 100)
        }
        return [
            [point(20, 30), point(30, 60), point(25, 75), point(40, 40)],
            [point(45, 35), point(60, 35), point(52, 70), point(48, 60)],
            [point(65, 60), point(72, 40), point(80, 65), point(85, 50)],
        ]
    }
}
