import Demonstration
import Exam
import Hall
import Platform
import TerminalLink
import Testing

/// One kill: what, and when.
struct Blow: Hashable, Sendable, CustomStringConvertible {
    enum Target: Hashable, Sendable { case daemon, terminal, checkIn, cardService }

    enum Moment: Hashable, Sendable {
        /// A person stands before a screen; a terminal is killed at that seat, and the person waits for the blow.
        case greeting, rules, question(Int), result, signature, farewell
        /// So many journal entries after the blow before.
        case entries(Int)

        /// Whether a screen is the one.
        func isAt(_ screen: Screen) -> Bool {
            switch (self, screen) {
            case (.greeting, .greeting), (.rules, .rules), (.result, .result), (.signature, .signature),
                (.farewell, .farewell):
                true
            case (.question(let number), .question(let question)): question.number >= number
            default: false
            }
        }
    }

    var target: Target
    var moment: Moment

    var description: String { "\(target) at \(moment)" }
}

/// One run of the demo and what happens to it.
struct ExamDay: Sendable, CustomTestStringConvertible {
    var name: String
    var seed: Int
    var blows: [Blow]
    let seats = 4
    let candidates = 14

    var testDescription: String { name }

    func options(out: String) -> DemonstrationOptions {
        var options = DemonstrationOptions(out: out, share: Self.repository, programs: executableFolder())
        options.bank = "\(Self.repository)/Tests/Fixtures/bank"
        options.programme = "TEST-SHORT"
        options.seed = seed
        options.seats = seats
        options.candidates = candidates
        options.pictures = false
        options.width = 1280
        options.height = 800
        return options
    }

    static let repository =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    static let all = [
        ExamDay(
            name: "the daemon", seed: 11,
            blows: [
                Blow(target: .daemon, moment: .greeting), Blow(target: .daemon, moment: .question(2)),
                Blow(target: .daemon, moment: .entries(scattered(0))), Blow(target: .daemon, moment: .result),
                Blow(target: .daemon, moment: .question(5)), Blow(target: .daemon, moment: .farewell),
                Blow(target: .daemon, moment: .entries(scattered(1))),
            ]),
        ExamDay(
            name: "terminals", seed: 12,
            blows: [
                Blow(target: .terminal, moment: .greeting), Blow(target: .checkIn, moment: .entries(1)),
                Blow(target: .terminal, moment: .question(3)), Blow(target: .terminal, moment: .signature),
                Blow(target: .terminal, moment: .farewell),
                Blow(target: .terminal, moment: .entries(scattered(2))),
                Blow(target: .checkIn, moment: .entries(scattered(3))),
            ]),
        ExamDay(
            name: "the card service and all the others", seed: 13,
            blows: [
                Blow(target: .cardService, moment: .greeting), Blow(target: .daemon, moment: .rules),
                Blow(target: .cardService, moment: .question(4)), Blow(target: .terminal, moment: .rules),
                Blow(target: .daemon, moment: .entries(scattered(4))),
                Blow(target: .cardService, moment: .entries(scattered(5))),
            ]),
    ]

    /// Moments that nobody chose, the same in every run.
    private static func scattered(_ number: UInt8) -> Int {
        var generator = ChaCha20Generator(seed: [number] + [UInt8](repeating: 20, count: 31))
        return 2 + generator.uniform(below: 24)
    }
}

/// Strikes at the moments of a day, one after the other, each once the blow before is over.
final class Storm: Disturber {
    private struct State {
        var struck = 0
        /// The screen that the next blow waits for.
        var awaited: Blow.Moment?
        /// The seat where a person came to it, and waits.
        var held: String?
    }

    private let day: ExamDay
    private let state = Guarded(State())

    init(_ day: ExamDay) { self.day = day }

    /// Blows whose moment did not come.
    var missed: ArraySlice<Blow> { day.blows.dropFirst(state.withLock { $0.struck }) }

    func disturb(_ disturbance: Disturbance) async {
        for blow in day.blows {
            guard let before = await whole(disturbance), let seat = await moment(of: blow, after: before, disturbance)
            else { break }
            let hit =
                switch blow.target {
                case .cardService: await disturbance.killCardService()
                case .daemon: disturbance.kill("kaotaid")
                case .checkIn: disturbance.kill("check-in")
                case .terminal: disturbance.kill(seat)
                }
            release(struck: hit)
            guard hit else { return }
        }
        release(struck: false)
    }

    func reached(_ terminal: String, _ screen: Screen) async {
        guard hold(terminal, screen) else { return }
        _ = await first { isHeld(terminal) ? nil : true }
    }

    /// Whether this is the screen that the next blow waits for, and nobody else has come to it.
    private func hold(_ terminal: String, _ screen: Screen) -> Bool {
        state.withLock {
            guard let awaited = $0.awaited, $0.held == nil, awaited.isAt(screen) else { return false }
            $0.held = terminal
            return true
        }
    }

    private func isHeld(_ terminal: String) -> Bool { state.withLock { $0.held == terminal } }

    private func release(struck: Bool) {
        state.withLock {
            $0.struck += struck ? 1 : 0
            $0.awaited = nil
            $0.held = nil
        }
    }

    private func wait(for moment: Blow.Moment) { state.withLock { $0.awaited = moment } }

    private var held: String? { state.withLock { $0.held } }

    /// Waits until nothing lies on the ground any more.
    ///
    /// - Returns: the journal's last entry then; nil when the day is over.
    private func whole(_ disturbance: Disturbance) async -> Int? {
        await first {
            guard let status = await disturbance.status(), status.cardService,
                status.seats.allSatisfy({ $0.connected }), status.checkIn.values.allSatisfy({ $0 })
            else { return nil }
            return status.journalSequence
        }
    }

    /// Waits for a blow's moment.
    ///
    /// - Returns: the terminal that it concerns; nil when the day is over.
    private func moment(of blow: Blow, after entry: Int, _ disturbance: Disturbance) async -> String? {
        guard case .entries(let count) = blow.moment else {
            wait(for: blow.moment)
            return await first { held }
        }
        return await first {
            guard let status = await disturbance.status(), status.journalSequence >= entry + count else { return nil }
            return status.seats[status.journalSequence % status.seats.count].terminal
        }
    }

    private func first<Value>(_ look: () async -> Value?) async -> Value? {
        while !Task.isCancelled {
            if let found = await look() { return found }
            try? await Task.sleep(for: .milliseconds(3))
        }
        return nil
    }
}
