import CenterLink
import Exam
import SimulatedDisk
import TerminalLink

/// Somebody who comes to the hall, and what that person does with each screen.
final class Person {
    enum Kind: Sendable {
        /// Sits what is booked, and the make-up exam where there is one.
        case regular
        /// Has no booking.
        case stranger
        /// Is booked for another day.
        case otherDay
        /// Comes with a card that has run out.
        case expiredCard
    }

    enum Place: Equatable {
        case outside
        /// Laid the card down; so many scenes had been shown before.
        case atDesk(since: Int, scenes: Int)
        case atSeat(Int)
        case gone
    }

    let citizen: Citizen
    let kind: Kind
    var booking: Booking?
    /// The order that brings the booking.
    var order = 0
    var place = Place.outside
    /// What is left to do here; the exams done are the model's to count.
    var looks = 0
    var refused = 0
    /// In thousandths: how often an answer is right, is changed, how quickly it comes.
    let skill: Int
    let doubt: Int
    let pace: Int
    /// Does nothing any more from this question on, until the time is over.
    let sleepsFrom: Int?
    /// Touches "that is not me" once.
    var denies: Bool
    /// Tries the screen before the exam.
    let tries: Bool
    /// Comes once more when everything is over.
    var comesAgain: Bool
    /// What shall be chosen, by question.
    var aims: [Int: Set<Int>] = [:]
    var changed: Set<Int> = []
    var sleeping: Int?

    init(_ citizen: Citizen, kind: Kind, random: inout SplitMix64) {
        self.citizen = citizen
        self.kind = kind
        skill = [970, 900, 700, 300].randomElement(using: &random) ?? 900
        doubt = [0, 100, 400].randomElement(using: &random) ?? 0
        pace = [300, 900, 2500].randomElement(using: &random) ?? 900
        sleepsFrom = Int.random(in: 0..<20, using: &random) == 0 ? Int.random(in: 1...10, using: &random) : nil
        denies = Int.random(in: 0..<25, using: &random) == 0
        tries = Int.random(in: 0..<12, using: &random) == 0
        comesAgain = Int.random(in: 0..<6, using: &random) == 0
    }

    /// The next exam begins with a clear head.
    func forget() {
        aims = [:]
        changed = []
        sleeping = nil
    }

    var isGone: Bool { place == .gone }

    /// What this person touches on a scene; nil to wait.
    func act(on scene: Scene, key: Set<Int>?, random: inout SplitMix64) -> (control: Control, value: [[Int]]?)? {
        func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
        switch scene.screen {
        case .greeting:
            guard denies else { return nil }
            denies = false
            return (.deny, nil)
        case .rules: return (tries && chance(3) ? .tryScreen : .confirm, nil)
        case .trial(let trial):
            if chance(4) { return (.back, nil) }
            let chosen = trial.question.options.contains(where: \.chosen)
            return (chosen ? .next : .option(1 + Int.random(in: 0..<trial.question.options.count, using: &random)), nil)
        case .question(let question): return (answer(question, key ?? [], &random), nil)
        case .overview(let overview):
            if overview.mayGoTo, chance(2) {
                return (.goTo(Int.random(in: 1...overview.cells.count, using: &random)), nil)
            }
            return (chance(3) ? .finish : .back, nil)
        case .submit(let submit):
            if let open = submit.unanswered.first, submit.mayReturn, !chance(4) {
                return (chance(2) ? .back : .goTo(open), nil)
            }
            return (.submit, nil)
        case .earlyFail: return (chance(2) ? .submit : .continueExam, nil)
        case .ended, .result: return (.confirm, nil)
        case .signature:
            if chance(8) { return (.back, nil) }
            return (.sign, chance(10) ? [[1, 1]] : [[1, 1, 500, 300, 900, 10, 20, 20]])
        case .farewell(let farewell):
            if farewell.next != nil { return farewell.slip ? (.nextExam, nil) : nil }
            return chance(3) ? (.confirm, nil) : nil
        case .languages: return (.back, nil)
        case .practiceStart, .practiceEnd: return (.back, nil)
        default: return nil
        }
    }

    private func answer(_ question: Screen.Question, _ key: Set<Int>, _ random: inout SplitMix64) -> Control {
        func chance(_ thousandths: Int) -> Bool { Int.random(in: 0..<1000, using: &random) < thousandths }
        if question.committed {
            let other = question.options.randomElement(using: &random)?.number ?? 1
            return chance(50) ? .option(other) : .next
        }
        if chance(8) {
            return [
                .textSize(.large), .theme(.contrast), .languages, .language("en"), .language("zh-Hans"), .previous,
                .submit, .confirm, .goTo(1), .sign, .option(9),
            ].randomElement(using: &random) ?? .next
        }
        let options = question.options.map(\.number)
        let right = chance(skill)
        let aim = aims[question.number] ?? (right ? key : wrong(key, options, &random))
        aims[question.number] = aim
        let chosen = Set(question.options.filter(\.chosen).map(\.number))
        if chosen != aim {
            let wanted = aim.subtracting(chosen).sorted().first
            let unwanted = question.kind == .multi ? chosen.subtracting(aim).sorted().first : nil
            if let option = wanted ?? unwanted { return .option(option) }
        }
        if chance(doubt), changed.insert(question.number).inserted {
            aims[question.number] = wrong(aim, options, &random)
        }
        if question.goingBack {
            if chance(60) { return .flag }
            if chance(60), question.number > 1 { return .previous }
            if chance(40) { return .overview }
            if chance(30) { return .finish }
        }
        return .next
    }

    private func wrong(_ key: Set<Int>, _ options: [Int], _ random: inout SplitMix64) -> Set<Int> {
        let other = options.filter { !key.contains($0) }.randomElement(using: &random)
        return Set([other ?? options.first ?? 1])
    }
}
