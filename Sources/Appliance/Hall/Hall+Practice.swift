import Cryptography
import Exam
import Ledger
import Packages
import Platform
import QuestionBank
import TerminalLink

/// Practice on free seats: questions come from the practice bank and from nowhere else, nothing is an attempt, and what
/// is kept is a count without a person.
extension Hall {
    /// How long a practice stays that nobody goes on with.
    static let practiceIdleMs = 120_000

    /// The practice bank, unless there is none or it shares a question with the exam bank in use.
    var practiceBank: PracticeBank? { practiceOverlap == nil ? parts.practice : nil }

    /// The words of a shared question; looked for anew with every exam bank.
    private var practiceOverlap: String? {
        guard let practice = parts.practice, let fingerprints = bank.fingerprints else { return nil }
        if practiceCheck?.exam != bank.digest {
            let shared = practice.sharedItems(
                ids: Set(bank.index.map(\.id)), fingerprints: fingerprints, sha256: sha256)
            let overlap = shared.first.map { "the exam bank asks \(shared.count) of its questions too, such as \($0)" }
            if let overlap { Log.error("no practice: \(overlap)") }
            practiceCheck = (bank.digest, overlap)
        }
        return practiceCheck?.overlap
    }

    /// How practice stands, for the operator.
    var practiceState: String? {
        if let fault = parts.practiceFault ?? practiceOverlap { return "off: \(fault)" }
        return parts.practice == nil ? nil : "offered"
    }

    /// An act at a seat where nobody sits an exam.
    func practiceIntent(_ control: Control, at id: SeatID) async {
        guard let practice = practiceBank else { return await endPractice(at: id) }
        seats[id]?.practiceTouched = parts.time.now()
        switch (seats[id]?.practice, control) {
        case (nil, .practise) where interlockFacts.closed.isEmpty: seats[id]?.practice = .start
        case (.start, .confirm), (.over, .confirm):
            seats[id]?.practice = .asking(PracticeSession(practice.draw(seed: parts.entropy(32))))
        case (.start, .back), (.over, .back), (.asking, .back): await endPractice(at: id)
        case (.asking(var session), _):
            if session.take(control) {
                seats[id]?.practice = .asking(session)
            } else {
                await count(session, at: id)
                seats[id]?.practice = .over(right: session.right, total: session.questions.count)
            }
        default: break
        }
    }

    /// The seat is as it was before; preferences of the person who practised are forgotten.
    func endPractice(at id: SeatID) async {
        guard let practice = seats[id]?.practice else { return }
        seats[id]?.practice = nil
        seats[id]?.preferences = Preferences()
        if case .asking(let session) = practice { await count(session, at: id) }
    }

    /// How many questions were practised at a seat; who did is not known, and nothing is asked.
    private func count(_ session: PracticeSession, at id: SeatID) async {
        guard session.answered > 0 else { return }
        await append([
            Draft(
                .practised, stream: id.stream,
                HallEntry.Practised(answered: session.answered, right: session.right))
        ])
    }

    /// The screen of a seat where somebody practises.
    func practiceScreen(_ seat: Seat, language: LanguageTag) -> Screen? {
        guard let practice = practiceBank else { return nil }
        return switch seat.practice {
        case nil: nil
        case .start:
            .practiceStart(
                .init(questions: practice.questions, languages: practice.index.languages.map(\.rawValue)))
        case .asking(let session): session.screen(in: [language] + practice.index.languages)
        case .over(let right, let total): .practiceEnd(.init(right: right, total: total))
        }
    }
}
