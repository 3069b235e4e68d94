import Demonstration
import Exam
import Hall
import Platform
import Synchronization
import Testing

/// One kill: what, and when.
struct Blow: Hashable, Sendable, CustomStringConvertible {
    enum Target: Hashable, Sendable { case daemon, terminal, checkIn, cardService }

    enum Moment: Hashable, Sendable {
        /// An attempt stands there; a terminal is killed at its seat.
        case phase(Attempt.Phase)
        /// An exam runs and is at this question or a later one.
        case question(Int)
        /// So many journal entries after the blow before.
        case entries(Int)
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

    private static let repository =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    static let all = [
        ExamDay(
            name: "the daemon", seed: 11,
            blows: [
                Blow(target: .daemon, moment: .phase(.opened)), Blow(target: .daemon, moment: .question(2)),
                Blow(target: .daemon, moment: .entries(scattered(0))), Blow(target: .daemon, moment: .phase(.scored)),
                Blow(target: .daemon, moment: .question(5)), Blow(target: .daemon, moment: .phase(.issued)),
                Blow(target: .daemon, moment: .entries(scattered(1))),
            ]),
        ExamDay(
            name: "terminals", seed: 12,
            blows: [
                Blow(target: .terminal, moment: .phase(.opened)), Blow(target: .checkIn, moment: .entries(1)),
                Blow(target: .terminal, moment: .question(3)), Blow(target: .terminal, moment: .phase(.scored)),
                Blow(target: .terminal, moment: .phase(.issued)),
                Blow(target: .terminal, moment: .entries(scattered(2))),
                Blow(target: .checkIn, moment: .entries(scattered(3))),
            ]),
        ExamDay(
            name: "the card service and all the others", seed: 13,
            blows: [
                Blow(target: .cardService, moment: .phase(.opened)), Blow(target: .daemon, moment: .phase(.verified)),
                Blow(target: .cardService, moment: .question(4)), Blow(target: .terminal, moment: .phase(.verified)),
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
final class Storm: Sendable {
    private let day: ExamDay
    private let struck = Mutex(0)

    init(_ day: ExamDay) { self.day = day }

    /// Blows whose moment did not come.
    var missed: ArraySlice<Blow> { day.blows.dropFirst(struck.withLock { $0 }) }

    func rage(_ disturbance: Disturbance) async {
        for blow in day.blows {
            guard let before = await whole(disturbance), let seat = await moment(of: blow, after: before, disturbance)
            else { return }
            switch blow.target {
            case .cardService: await disturbance.killCardService()
            case .daemon: guard disturbance.kill("kaotaid") else { return }
            case .checkIn: guard disturbance.kill("check-in") else { return }
            case .terminal: guard disturbance.kill(seat) else { return }
            }
            struck.withLock { $0 += 1 }
        }
    }

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
        await first {
            guard let status = await disturbance.status() else { return nil }
            switch blow.moment {
            case .phase(let phase): return status.seats.first { $0.phase == phase.rawValue }?.terminal
            case .question(let number):
                return status.seats.first {
                    $0.phase == Attempt.Phase.running.rawValue && $0.question ?? 0 >= number
                }?.terminal
            case .entries(let count):
                guard status.journalSequence >= entry + count else { return nil }
                return status.seats[status.journalSequence % status.seats.count].terminal
            }
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
