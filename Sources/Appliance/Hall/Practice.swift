import Exam
import QuestionBank
import TerminalLink

/// What happens on a free seat where somebody practises; it is forgotten with the seat's next candidate.
enum Practice: Sendable {
    case start
    case asking(PracticeSession)
    case over(right: Int, total: Int)
}

/// Somebody's practice: questions of the practice bank, answered one after the other.
struct PracticeSession: Sendable {
    let questions: [PracticeQuestion]
    private(set) var number = 1
    private(set) var chosen: Set<Int> = []
    /// The answer is final and the verdict stands on the screen.
    private(set) var isChecked = false
    private(set) var right = 0
    private(set) var wrong = 0

    init(_ questions: [PracticeQuestion]) { self.questions = questions }

    var question: PracticeQuestion { questions[number - 1] }
    var answered: Int { right + wrong }

    /// Takes an act on the screen; false when the last question was passed.
    mutating func take(_ control: Control) -> Bool {
        switch control {
        case .option(let option) where !isChecked && question.options.contains(option):
            if question.item.kind == .multi {
                chosen.formSymmetricDifference([option])
            } else {
                chosen = [option]
            }
        case .next where isChecked:
            guard number < questions.count else { return false }
            number += 1
            chosen = []
            isChecked = false
        case .next where !chosen.isEmpty:
            isChecked = true
            if chosen == question.key { right += 1 } else { wrong += 1 }
        default: break
        }
        return true
    }

    /// - Parameter languages: the one wanted, then those to fall back to.
    func screen(in languages: [LanguageTag]) -> Screen {
        let item = question.item
        let text = languages.lazy.compactMap { item.texts[$0] }.first
        let alternative = languages.lazy.compactMap { item.picture?.alternatives[$0] }.first ?? ""
        return .trial(
            .init(
                purpose: .practice,
                question: .init(
                    number: number, total: questions.count, kind: .init(item.kind), stem: text?.stem ?? "",
                    options: question.options.map { option in
                        .init(
                            number: option, text: item.kind == .judge ? "" : text?.options[option] ?? "",
                            chosen: chosen.contains(option))
                    },
                    picture: item.picture.map { PictureReference(digest: $0.digest, alternative: alternative) },
                    flagged: false, answered: answered, goingBack: false, committed: isChecked,
                    verdict: isChecked ? (chosen == question.key ? .right : .wrong) : nil, wrong: wrong),
                explanation: isChecked ? text?.explanation : nil, right: isChecked ? question.key.sorted() : []))
    }
}
