import CanonicalJSON
import Hall
import Platform
import TerminalLink

/// Takes one picture of every kind of screen that anybody sees.
final class Pictures: Sendable {
    private let folder: String?
    private let socket: String
    private let taken = Guarded<Set<String>>([])

    /// - Parameter folder: nil takes none.
    init(folder: String?, socket: String) {
        self.folder = folder
        self.socket = socket
    }

    var files: [String] { taken.withLock { $0.sorted() } }

    /// Pictures the screen of a terminal unless there is a picture of its kind; the person waits meanwhile.
    func take(_ terminal: String, _ presented: Presented) async {
        guard let folder, let kind = kind(of: presented.scene.screen) else { return }
        let name = "\(terminal == Site.checkIn ? "check-in-" : "")\(kind)-\(presented.scene.language).png"
        guard taken.withLock({ $0.insert(name).inserted }) else { return }
        do {
            let answer = try ControlClient.ask(.capture(terminal), socket: socket)
            guard let text = answer.stringValue, let png = bytes(base64url: text) else { return }
            try AtomicFile.write(png, to: "\(folder)/\(name)", mode: 0o644)
        } catch {
            taken.withLock { _ = $0.remove(name) }
        }
    }

    private func kind(of screen: Screen) -> String? {
        switch screen {
        case .idle: "idle"
        case .reading: nil
        case .refused: "refused"
        case .assigned: "assigned"
        case .greeting: "greeting"
        case .rules: "rules"
        case .question(let question):
            question.verdict == .wrong
                ? "question-wrong" : question.picture != nil ? "question-picture" : "question-\(question.kind.rawValue)"
        case .overview: "overview"
        case .submit: "submit"
        case .earlyFail: "early-fail"
        case .ended: "ended"
        case .result(let result): result.passed ? "result-passed" : "result-failed"
        case .signature: "signature"
        case .farewell(let farewell): farewell.slip ? "farewell" : nil
        case .paused: "paused"
        case .languages: "languages"
        case .outOfOrder: "out-of-order"
        case .trial(let trial): trial.purpose.rawValue
        case .practiceStart: "practice-start"
        case .practiceEnd: "practice-end"
        }
    }
}
