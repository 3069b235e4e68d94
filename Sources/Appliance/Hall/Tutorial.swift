import Exam
import TerminalLink

/// A few questions on which a candidate tries the screen before the exam: their words are the kiosk's own, they have no
/// key, and nothing of them is kept.
struct Tutorial: Hashable, Sendable, Codable {
    /// One of each kind that the exam has.
    let kinds: [ItemKind]
    private var number = 1
    private var chosen: Set<Int> = []

    init(kinds: [ItemKind: Int]) { self.kinds = ItemKind.allCases.filter { (kinds[$0] ?? 0) > 0 } }

    /// From a journal, which anybody may have written.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kinds = try container.decode([ItemKind].self, forKey: .kinds)
        number = try container.decode(Int.self, forKey: .number)
        chosen = try container.decode(Set<Int>.self, forKey: .chosen)
        guard kinds.indices.contains(number - 1) else {
            throw DecodingError.dataCorruptedError(
                forKey: .number, in: container, debugDescription: "a tutorial has no such question")
        }
    }

    private var kind: ItemKind { kinds[number - 1] }
    private var options: Int { kind == .judge ? 2 : 4 }

    /// Takes an act on the screen; false when it leads back to the rules.
    mutating func take(_ control: Control) -> Bool {
        switch control {
        case .option(let option) where (1...options).contains(option):
            if kind == .multi {
                chosen.formSymmetricDifference([option])
            } else {
                chosen = [option]
            }
        case .next where !chosen.isEmpty:
            guard number < kinds.count else { return false }
            number += 1
            chosen = []
        case .back: return false
        default: break
        }
        return true
    }

    var screen: Screen {
        .trial(
            .init(
                purpose: .tutorial,
                question: .init(
                    number: number, total: kinds.count, kind: .init(kind), stem: "",
                    options: (1...options).map { .init(number: $0, text: "", chosen: chosen.contains($0)) },
                    picture: nil, flagged: false, answered: number - 1, goingBack: false, committed: false),
                words: "tutorial.\(kind.rawValue)"))
    }
}
