import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import IdentityCards
import Ledger
import Packages
import Platform
import QuestionBank
import VirtualCards

/// What all simulated halls of a process share: keys, a question bank and people. Making them takes longer than a day in the hall.
public final class SimulatedSite: Sendable {
    static let appliance = "hall"
    static let candidateKey = [UInt8](repeating: 7, count: 32)

    let keys = MemoryKeyStore()
    let center = MemoryKeyStore()
    let author = SigningKey.generate()
    let bank: BankContents
    /// Folder of the installed package; nothing else is written there.
    let banks: String
    /// Body of the journal entry that says so.
    let installed: JSONValue
    let citizens: [Citizen]
    /// A question by the words of its stem.
    let items: [String: ItemID]

    public init() throws {
        bank = SimulatedBank.contents
        banks = "/tmp/kaotai-simulation-\(hexadecimal(systemEntropy(6)))"
        try makeDirectory(banks)
        let path = "\(banks)/bank"
        try QuestionPackage.write(
            bank, to: path, signer: author, recipients: [QuestionPackage.Access(keys.publicSealingKey)])
        let package = try QuestionPackage(path: path, trust: .keys(JWKS(keys: [author.publicJWK])))
        try AtomicFile.write(try readFile(path), to: "\(banks)/\(package.digest).ktbank")
        installed = [
            "bank": .string(package.index.id), "version": .integer(package.index.version),
            "digest": .string(package.digest), "items": .integer(package.index.items.count),
            "signer": .string(package.signer), "suite": .string(package.suite.rawValue), "isRestored": .bool(false),
        ]
        let languages = bank.index.languages
        items = Dictionary(
            uniqueKeysWithValues: bank.items.keys.flatMap { id in
                languages.map { (SimulatedBank.stem(id, $0), id) }
            })
        let (keys, center) = (keys, center)
        citizens = try (0..<60).map { try Citizen($0, keys: keys, center: center) }
    }

    deinit { removeTree(banks) }

    /// Whether the chosen options are the key of the question with this stem; nil for words that are no question's.
    func isRight(_ stem: String, _ answer: [Int]) -> Bool? {
        items[stem].flatMap { bank.keys[$0] }.map { $0 == Set(answer) }
    }
}

/// Somebody with a card, and what the center knows of that person.
struct Citizen: Sendable {
    let number: Int
    let document: IdentityDocument
    let candidate: String
    /// As the greeting shows it; no two people here have the same.
    let maskedNumber: String
    let subject: Subject
    let sealed: String

    init(_ number: Int, keys: MemoryKeyStore, center: MemoryKeyStore) throws {
        self.number = number
        document = InventedPeople.resident(number + 1)
        candidate = candidateDigest(
            kind: document.kind.rawValue, number: document.number, key: SimulatedSite.candidateKey)
        maskedNumber = CenterLink.maskedNumber(document.number)
        let key = ContentKey.random(keys.suite)
        subject = Subject(
            subject: "person-\(number)", appliance: base64url(try keys.publicSealingKey.wrap(key)),
            center: base64url(try center.publicSealingKey.wrap(key)))
        sealed = try BookedPerson(name: document.name, number: maskedNumber, sex: .male)
            .sealed(key: key, subject: subject.subject)
    }
}

/// A bank whose programmes stand for the kinds of rules there are, small enough that an exam is soon over.
enum SimulatedBank {
    /// Stands in every explanation: no screen shows one before the end, and no entry ever.
    static let canary = "KEY-CANARY"

    struct Rules: Sendable {
        let questions: Int
        let points: Int
        let passMark: Int
        let minutes: Int
        let sittings: Int
        let commitOnNext: Bool
        let verdicts: Bool
        let earlyFail: Policies.EarlyFail
        let goingBack: Bool
    }

    static let rules: [ProgrammeCode: Rules] = [
        "SIM-VERDICT": Rules(
            questions: 10, points: 10, passMark: 80, minutes: 2, sittings: 2, commitOnNext: true, verdicts: true,
            earlyFail: .prompt, goingBack: false),
        "SIM-STOP": Rules(
            questions: 10, points: 10, passMark: 90, minutes: 1, sittings: 1, commitOnNext: true, verdicts: false,
            earlyFail: .stop, goingBack: false),
        "SIM-BACK": Rules(
            questions: 12, points: 5, passMark: 48, minutes: 2, sittings: 2, commitOnNext: false, verdicts: false,
            earlyFail: .off, goingBack: true),
        "SIM-FULL": Rules(
            questions: 100, points: 1, passMark: 90, minutes: 45, sittings: 2, commitOnNext: true, verdicts: true,
            earlyFail: .prompt, goingBack: false),
    ]

    static func stem(_ item: ItemID, _ language: LanguageTag) -> String { "\(language): what does \(item) ask?" }

    static let contents: BankContents = {
        var items: [ItemID: Item] = [:]
        var keys: [ItemID: Set<Int>] = [:]
        for (area, name) in [("law", "L"), ("signals", "S")] {
            for (kind, count) in [(ItemKind.judge, 60), (.single, 70), (.multi, 20)] {
                for number in 1...count {
                    let id = ItemID("\(name)-\(kind.rawValue)-\(number)")
                    let options =
                        kind == .judge
                        ? [:] : Dictionary(uniqueKeysWithValues: (1...4).map { ($0, "option \($0) of \(id)") })
                    func text(_ language: LanguageTag) -> ItemText {
                        ItemText(stem: stem(id, language), options: options, explanation: "\(canary) \(id)")
                    }
                    items[id] = Item(
                        id: id, version: 1, kind: kind, area: Area(area), classes: ["C1"], basis: "Art. 1",
                        picture: nil, texts: ["zh-Hans": text("zh-Hans"), "en": text("en")], written: "A 2026-01-01",
                        reviewed: "B 2026-01-02")
                    keys[id] =
                        switch kind {
                        case .judge: [1 + number % 2]
                        case .single: [1 + number % 4]
                        case .multi: number % 2 == 0 ? [1, 3] : [2, 3, 4]
                        }
                }
            }
        }
        let programmes = rules.map { programme($0.key, $0.value) }.sorted { $0.code < $1.code }
        let blueprints = programmes.map { programme in
            do {
                return try Blueprint(
                    programme: programme.code, version: 1, kinds: programme.kinds ?? [:],
                    areas: programme.composition ?? [:])
            } catch { preconditionFailure("\(error)") }
        }
        return BankContents(
            index: BankIndex(
                id: "simulated", version: 1, languages: ["zh-Hans", "en"], validFrom: nil, validUntil: nil,
                areas: ["law": ["zh-Hans": "law"], "signals": ["zh-Hans": "signals"]], programmes: programmes,
                blueprints: blueprints, promises: [], items: items.values.map(\.indexEntry)),
            items: items, keys: keys, pictures: [:])
    }()

    private static func programme(_ code: ProgrammeCode, _ rules: Rules) -> Programme {
        let multi = rules.questions == 100 ? 0 : 2
        let judge = (rules.questions - multi) / 2
        let text: JSONValue = [
            "code": .string(code.rawValue), "names": ["zh-Hans": .string(code.rawValue)], "classes": ["C1"],
            "questions": .integer(rules.questions), "pointsEach": .integer(rules.points),
            "full": .integer(rules.questions * rules.points), "passMark": .integer(rules.passMark),
            "minutes": .integer(rules.minutes),
            "kinds": [
                "judge": .integer(judge), "single": .integer(rules.questions - multi - judge),
                "multi": .integer(multi),
            ],
            "composition": [
                "law": .integer(rules.questions / 2), "signals": .integer(rules.questions - rules.questions / 2),
            ],
            "attemptsPerBooking": .integer(rules.sittings),
            "rebookWaitDays": .integer(code == "SIM-STOP" ? 10 : 0), "rebookDayKind": "natural",
            "policies": [
                "commitOnNext": .bool(rules.commitOnNext), "feedback": .string(rules.verdicts ? "verdict" : "none"),
                "earlyFail": .string(rules.earlyFail.rawValue), "goingBack": .bool(rules.goingBack),
            ],
            "legalBasis": [], "evidence": [:], "notes": "",
        ]
        do { return try JSONCoder.decode(Programme.self, from: text.canonicalBytes) } catch {
            preconditionFailure("\(JSONCoder.explain(error))")
        }
    }
}
