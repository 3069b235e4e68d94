import CanonicalJSON
import CenterLink
public import Cryptography
public import Exam
import Ledger
public import Packages
import Platform
import QuestionBank
public import TerminalLink

/// Makes the scenes of an attempt again, from its history, the bank and, where the key opens it, the candidate's name: the
/// same function of the same values as in the hall.
public struct SceneReplay: Sendable {
    public struct Scene: Sendable {
        public let scene: TerminalLink.Scene
        /// The moment of CLOCK_BOOTTIME that it was made for, in microseconds.
        public let moment: Int
    }

    private let history: AttemptHistory
    private let bank: BankTexts
    private let person: BookedPerson?

    /// - Parameters:
    ///   - path: the journal that the history was read from, with the wrapped key of the candidate's name.
    ///   - recipient: whose key opens texts, and the name if it is the appliance's or the center's.
    /// - Throws: `Failure` when the bank is another than the attempt's, `PackageError` when it does not open.
    public init(
        _ history: AttemptHistory, journal path: String, package: QuestionPackage, with recipient: some Recipient
    ) throws {
        self.history = history
        var opened: AttemptEntry.Opened?
        var questions = 0
        for entry in history.entries {
            switch try AttemptEntry(journal: entry) {
            case .opened(let value): opened = value
            case .started(let started):
                guard started.paper.bank == package.digest else {
                    throw Failure(
                        .badData,
                        "attempt \(history.attempt) was sat with bank \(started.paper.bank), the package holds bank "
                            + "\(package.index.id) \(package.index.version), which is \(package.digest)")
                }
                // What anybody may have written is held against what scenes rely on.
                guard started.kinds.values.reduce(0, +) == started.paper.items.count, !started.paper.items.isEmpty,
                    started.pointsEach > 0
                else { throw Failure(.badData, "entry \(entry.sequence): its paper contradicts itself") }
                questions = started.paper.items.count
            case .scored(let scored):
                guard scored.wrong.allSatisfy({ (1...max(1, questions)).contains($0) }) else {
                    throw Failure(.badData, "entry \(entry.sequence): it counts a question that does not exist")
                }
            default: break
            }
        }
        guard let opened else { throw Failure(.badData, "attempt \(history.attempt) has no beginning in this journal") }
        bank = BankTexts(try QuestionTexts(package, with: recipient))
        let subject = try JournalVerifier.subject(opened.subject, path: path)
        person =
            [subject?.appliance, subject?.center].lazy.compactMap { wrapped in
                guard let wrapped = wrapped.flatMap({ bytes(base64url: $0) }),
                    let key = try? recipient.unwrap(wrapped)
                else { return nil }
                return try? BookedPerson(sealed: opened.sealed, key: key, subject: opened.subject)
            }.first
    }

    /// The candidate's name could be opened; else it stands as stars, and no digest can be the same.
    public var showsName: Bool { person != nil }

    /// A picture of the bank.
    public func picture(_ digest: String) throws -> [UInt8] {
        guard let png = bytes(base64url: try bank.media(digest).data) else { preconditionFailure("our own base64url") }
        return png
    }

    /// Makes the scenes in their order.
    ///
    /// - Throws: `Attempt.Contradiction` and others for entries that cannot be; `PackageError` for a text that does not
    ///   open. Nil instead of a scene: it was made with another bank than this one.
    public func forEach(_ body: (AttemptHistory.Shown, Attempt, Scene?) throws -> Void) throws {
        var attempt: Attempt?
        var rest = history.entries[...]
        for shown in history.shown {
            while let entry = rest.first, entry.sequence <= shown.showing.entry {
                rest = rest.dropFirst()
                guard let value = try AttemptEntry(journal: entry) else { continue }
                if case .opened(let opened) = value {
                    attempt = Attempt(id: history.attempt, opened: opened)
                } else {
                    try attempt?.apply(value)
                }
            }
            guard let attempt else {
                throw Failure(.badData, "attempt \(history.attempt): a scene was shown before its first entry")
            }
            try body(shown, attempt, try scene(shown, of: attempt))
        }
    }

    private func scene(_ shown: AttemptHistory.Shown, of attempt: Attempt) throws -> Scene? {
        let showing = shown.showing
        if let digest = showing.bank, digest != bank.digest { return nil }
        let left = showing.left ?? 0
        let clock: ExamClock =
            showing.stands == true ? .stopped(remaining: left) : .running(until: showing.at + left * 1000)
        let scene = try SeatScenes(bank: bank).scene(
            showing, of: attempt, person: person ?? BookedPerson(name: "＊", number: "＊", sex: nil), seat: shown.seat,
            clock: clock)
        return Scene(scene: scene, moment: showing.at)
    }
}
