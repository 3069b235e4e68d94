internal import Cryptography
public import Exam
import Glibc
internal import Platform
internal import QuestionBank

/// Invented candidates who sit papers of a bank: to see what a report looks like, and that it finds what is wrong, before
/// anybody has answered.
///
/// Ability is normally distributed. A question has a discrimination a from 0.5 to 1.3 and a difficulty b from −4.6 to −1.2;
/// somebody of ability t answers rightly with probability 1 / (1 + exp(−a (t − b))), the two-parameter logistic model
/// (Birnbaum 1968), otherwise any other answer, each as likely. Times are log-normal around 12 s. Everything comes from the
/// recorded generator and a seed.
public struct SimulatedPopulation: Sendable {
    /// What is wrong with the bank, and candidates do not know.
    public enum Fault: Hashable, Sendable {
        /// The key names a wrong option: candidates who know more choose another one.
        case wrongKey(ItemID)
        /// In this language the question cannot be understood: everybody guesses.
        case badTranslation(ItemID, LanguageTag)
    }

    private let seed: UInt64
    private let faults: Set<Fault>

    public init(seed: UInt64, faults: Set<Fault> = []) {
        self.seed = seed
        self.faults = faults
    }

    /// Lets people sit a programme, for its first vehicle class.
    ///
    /// - Throws: `Unusable` for a bank without blueprint for the programme, or without questions enough in a language.
    public func sit(_ code: ProgrammeCode, bank: MeasuredBank, candidates: [LanguageTag: Int]) throws(Unusable)
        -> AnswerArchive
    {
        guard let index = bank.contents?.index, let programme = try? index.programme(code)?.complete(),
            let vehicleClass = programme.classes.first,
            let blueprint = index.blueprint(for: code, vehicleClass: vehicleClass)
        else { throw Unusable(bank.name, "the bank gives no papers for programme \(code)") }
        var generator = ChaCha20Generator(
            seed: Array("kaotai simulation \(seed)".utf8 + Array(repeating: 0, count: 32)).prefix(32).map { $0 })
        func uniform() -> Double { (Double(generator.uniform(below: 1 << 32)) + 0.5) / 4_294_967_296 }
        func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
        var items: [ItemID: (a: Double, b: Double, truth: UInt32)] = [:]
        for entry in index.items {
            let (a, b) = (0.5 + 0.8 * uniform(), -4.6 + 3.4 * uniform())
            let key = bank.questions[entry.id]?.key ?? 1
            let truth = faults.contains(.wrongKey(entry.id)) ? other(than: key, entry, &generator) : key
            items[entry.id] = (a, b, truth)
        }
        var builder = AnswerArchiveBuilder()
        for (language, count) in candidates.sorted(by: { $0.key < $1.key }) {
            var cells: [[ItemIndexEntry]] = []
            var wanted: [Int] = []
            for kind in ItemKind.allCases {
                for (area, row) in blueprint.table.sorted(by: { $0.key < $1.key }) where row[kind, default: 0] > 0 {
                    let cell = index.items.filter {
                        $0.kind == kind && $0.area == area && $0.languages.contains(language)
                            && $0.classes.contains(vehicleClass)
                    }
                    guard cell.count >= row[kind, default: 0] else {
                        throw Unusable(
                            bank.name,
                            "\(code) in \(language): \(row[kind, default: 0]) \(kind.rawValue) questions of \(area) "
                                + "are wanted, \(cell.count) are there")
                    }
                    cells.append(cell)
                    wanted.append(row[kind, default: 0])
                }
            }
            for number in 0..<count {
                let ability = normal()
                var responses: [Response] = []
                var tenths: [Int?] = []
                var score = 0
                for (cell, wanted) in zip(cells, wanted) {
                    var left = cell
                    for place in 0..<wanted {
                        left.swapAt(place, place + generator.uniform(below: left.count - place))
                        let entry = left[place]
                        guard let item = items[entry.id], let key = bank.questions[entry.id]?.key else { continue }
                        let knows = uniform() < 1 / (1 + exp(-item.a * (ability - item.b)))
                        let answer: UInt32
                        if faults.contains(.badTranslation(entry.id, language)) {
                            answer = uniform() < 0.3 ? item.truth : other(than: item.truth, entry, &generator)
                        } else {
                            answer = knows ? item.truth : other(than: item.truth, entry, &generator)
                        }
                        if answer == key { score += 1 }
                        let chosen = (1...entry.options).filter { answer >> UInt32($0 - 1) & 1 == 1 }
                        responses.append(Response(item: entry.id, version: entry.version, answer: chosen))
                        tenths.append(Int(120 * exp(0.5 * normal())))
                    }
                }
                let name = "SIM-\(code)-\(language)-\(number + 1)"
                try builder.add(
                    AnsweredAttempt(
                        attempt: AttemptID(name), result: sha256(Array(name.utf8)), bank: bank.digest, programme: code,
                        language: language, endedBy: .submitted, score: score * programme.pointsEach,
                        full: programme.full, passMark: programme.passMark, responses: responses, tenths: tenths),
                    from: name)
            }
        }
        return builder.finish()
    }

    /// Any answer that is not this one.
    private func other(than answer: UInt32, _ entry: ItemIndexEntry, _ generator: inout ChaCha20Generator) -> UInt32 {
        while true {
            let found: UInt32 =
                entry.kind == .multi
                ? UInt32(1 + generator.uniform(below: (1 << entry.options) - 1))
                : 1 << UInt32(generator.uniform(below: entry.options))
            if found != answer { return found }
        }
    }
}
