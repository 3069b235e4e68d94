import CivilTime
import Cryptography
import Exam
import IdentityCards
import QuestionBank
import TerminalLink
import VirtualCards

/// An invented candidate: a card, a booking, and how much the candidate knows.
struct Person: Sendable {
    let number: Int
    let document: IdentityDocument
    let programme: ProgrammeCode
    let vehicleClass: VehicleClass
    let language: LanguageTag
    let reason: ExamReason
    /// Of a thousand questions, how many this person would answer rightly.
    let knowledge: Int
    private let seed: [UInt8]

    /// Goes on when the pass mark is out of reach; every other one ends there.
    var goesOn: Bool { number / 6 % 2 == 0 }

    /// The people of a day, all drawn from its seed.
    static func draw(_ count: Int, seed: Int, programme: ProgrammeCode?, bank: BankContents) -> [Person] {
        let reasons: [(ProgrammeCode, ExamReason)] = [
            ("RESTORE-CAR", .restore), ("FOREIGN-CAR", .foreign), ("K1-CAR", .first),
        ]
        let choices = reasons.filter { bank.index.obstacle(to: $0.0, for: "C1") == nil }
        return (1...max(1, count)).prefix(count).map { number in
            let own = sha256(Array("kaotai demo \(seed) \(number)".utf8))
            var generator = ChaCha20Generator(seed: own)
            let choice: (ProgrammeCode, ExamReason)
            if let programme {
                choice = (programme, bank.index.programme(programme)?.reasons?.first ?? .first)
            } else {
                choice = choices[(number - 1) % choices.count]
            }
            // Foreigners read English; one person in six has not learnt enough.
            let language: LanguageTag =
                choice.1 == .foreign && bank.index.languages.contains("en") ? "en" : bank.index.languages[0]
            let knowledge = number % 6 == 0 ? 820 : 950 + generator.uniform(below: 50)
            return Person(
                number: number, document: InventedPeople.resident(100 + number + seed % 4000), programme: choice.0,
                vehicleClass: bank.index.programme(choice.0)?.classes.first { $0 != "*" } ?? "C1",
                language: language, reason: choice.1, knowledge: knowledge, seed: own)
        }
    }

    /// A case that the rules admit.
    func facts(on day: CalendarDate) -> EligibilityFacts {
        EligibilityFacts(reason: reason).with {
            switch reason {
            case .first: break
            case .upgrade: $0.heldClass = "C1"
            case .restore:
                $0.cancellation = .expired
                $0.cancelledOn = day.adding(days: -200)
            case .foreign, .military:
                $0.holder = .ordinary
                $0.licence = .full
                $0.stayedNinetyDays = true
                $0.papersComplete = true
                $0.heldTwoYears = true
                $0.acceptedOn = day.adding(days: -30)
            case .full12: $0.studyComplete = true
            case .points:
                $0.belowTwelvePoints = true
                $0.reductionExcluded = false
                $0.pointsReduced = 0
                $0.studiedOneHour = true
            }
            if reason == .first || reason == .upgrade {
                $0.learnerCertificateOn = day.adding(days: -90)
                $0.skillsPassed = true
            }
        }
    }

    /// What this person answers to an item: the same at every look at it.
    func answer(to item: ItemID, key: Set<Int>, options: [Int]) -> Set<Int> {
        var generator = ChaCha20Generator(seed: sha256(seed + Array(item.rawValue.utf8)))
        if generator.uniform(below: 1000) < knowledge { return key }
        let wrong = options.filter { !key.contains($0) }
        return wrong.isEmpty ? [options[0]] : [wrong[generator.uniform(below: wrong.count)]]
    }
}

/// Recognises a question by what stands on the screen, as a person who learnt it does.
struct Memory: Sendable {
    private let items: [String: ItemID]
    private let bank: BankContents

    init(_ bank: BankContents) {
        self.bank = bank
        var items: [String: ItemID] = [:]
        for item in bank.items.values {
            for text in item.texts.values {
                items[Self.sign(text.stem, item.picture?.digest, Array(text.options.values))] = item.id
            }
        }
        self.items = items
    }

    func item(_ question: Screen.Question) -> ItemID? {
        items[
            Self.sign(
                question.stem, question.picture?.digest,
                question.kind == .judge ? [] : question.options.map(\.text))]
    }

    func key(_ item: ItemID) -> Set<Int> { bank.keys[item] ?? [] }

    private static func sign(_ stem: String, _ picture: String?, _ options: [String]) -> String {
        ([stem, picture ?? ""] + options.sorted()).joined(separator: "\n")
    }
}
