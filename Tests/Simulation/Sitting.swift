import Exam
import TerminalLink

/// One exam as its candidate saw it: only what screens acknowledged and what was touched, nothing of the hall's own.
struct Sitting {
    /// How far it came; it only rises.
    enum Stage: Int, Comparable {
        case greeted, proved, running, over, farewell
        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// Where the clock stands by the candidate's own watch.
    struct Watch {
        let budgetMs: Int
        var spentMs = 0
        /// World's time since which it runs; nil while it stands.
        var since: Int?
        /// What a cut may have given back since a screen last told the time.
        var slackMs = 0

        mutating func advance(to now: Int) {
            guard let since else { return }
            spentMs += (now - since) / 1000
            self.since = since + (now - since) / 1000 * 1000
        }
    }

    let person: Int
    let programme: ProgrammeCode
    let number: Int
    var seat: Int
    var stage = Stage.greeted
    /// A card of this person was read at the seat.
    var hasProved = false
    /// "That is not me" was touched.
    var denied = false
    /// What each answer may be: one value once a screen showed it.
    var answers: [Int: Set<[Int]>] = [:]
    var flags: [Int: Set<Bool>] = [:]
    var stems: [Int: String] = [:]
    var options: [Int: [Int]] = [:]
    var final: Set<Int> = []
    var verdicts: [Int: Bool] = [:]
    var lastNumber = 0
    var watch: Watch?
    var endedBy: Screen.EndReason?
    var score: Int?
    var slip = false
    /// The center's receipt was told.
    var received = false
    /// Was asked whether to go on.
    var wasAsked = false
    /// Touched "submit", or went on at the early fail.
    var handedIn = false

    var isOpen: Bool { stage < .farewell }

    init(person: Int, programme: ProgrammeCode, number: Int, seat: Int) {
        self.person = person
        self.programme = programme
        self.number = number
        self.seat = seat
    }

    /// Answers before a question that are wrong for certain.
    func wrongBefore(_ number: Int, _ isRight: (String, [Int]) -> Bool?) -> Int {
        (1..<max(1, number)).count { before in
            guard let stem = stems[before], let given = answers[before], given.count == 1, let answer = given.first
            else { return false }
            return isRight(stem, answer) == false
        }
    }
}
