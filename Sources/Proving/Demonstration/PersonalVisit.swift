import Glibc
import Platform
import SeatViewer
import TerminalLink
import VirtualCards

/// The screens of a hall for a person who looks at them over VNC and touches them with the pointer.
final class Windows: Sendable {
    private let viewers: [SeatViewer]

    /// One port of the loopback for each terminal, from 5901 on.
    init(_ site: Site) throws {
        var port = 5901
        var viewers: [SeatViewer] = []
        for name in site.terminals {
            let viewer = try SeatViewer(
                .init(
                    name: name, framebuffer: site.framebuffer(name), width: site.options.width,
                    height: site.options.height, touchSocket: site.touchSocket(name)), firstPort: port)
            port = viewer.port + 1
            viewers.append(viewer)
        }
        self.viewers = viewers
    }

    func address(of terminal: String) -> String { viewers.first { $0.name == terminal }?.address ?? terminal }

    /// What the person who started the demo is told.
    var invitation: String {
        let longest = viewers.map(\.name.count).max() ?? 0
        let lines = viewers.map { viewer in
            "  \(viewer.name)\(String(repeating: " ", count: longest - viewer.name.count))  \(viewer.address)"
        }
        return """

            Open a screen with any VNC viewer of this machine (`vncviewer 127.0.0.1:\(viewers.first?.port ?? 0)`); no password:

            \(lines.joined(separator: "\n"))

            Cards are laid on the readers for you. Where a candidate is expected, sit down: the pointer is the finger, the
            left button touches. One person may sit one seat after the other. Ctrl-C ends the day and shows what there is.

            """
    }

    func stop() { for viewer in viewers { viewer.stop() } }
}

extension Visit {
    /// Lays the card where the seat asks for it and leaves every touch to the person, until the seat is free again.
    ///
    /// - Returns: what was seen; also when the day was ended before this exam was.
    func accompany(at seat: Int, address: String) async -> Outcome {
        let terminal = Site.seat(seat)
        let eyes = Eyes(socket: site.assistanceSocket(terminal))
        defer {
            eyes.close()
            card.remove()
        }
        var acknowledged: [Int: Set<Int>] = [:]
        var outcome: Outcome { Outcome(seat: seat, acknowledged: acknowledged) }
        var count = -1
        var waited = 0
        var laid = false
        var seen = false
        var isDone = false
        progress.show(terminal, stage: "is expected: \(address)")
        while !Task.isCancelled {
            let before = count
            await eyes.change(after: count, milliseconds: 250)
            // A person may be quicker than our looking: every screen counts for what was shown as saved.
            let screens = eyes.screens(after: before)
            for presented in screens.map(\.presented) {
                if case .question(let question) = presented.scene.screen, presented.scene.header?.saved == .saved {
                    acknowledged[question.number] = Set(question.options.filter(\.chosen).map(\.number))
                }
            }
            count = screens.last?.0 ?? before
            waited = count == before ? waited + 1 : 0
            guard let presented = screens.last?.1 ?? eyes.now.presented else { continue }
            if count != before { await pictures.take(terminal, presented) }
            switch presented.scene.screen {
            case .greeting(let greeting):
                seen = true
                if !greeting.wantsCard {
                    progress.show(terminal, stage: "waits for \(greeting.candidate): \(address)")
                } else if !laid || waited > 12 {
                    // Laid anew after a while, as a person would whose card was not read.
                    waited = 0
                    card.remove()
                    laid = (try? card.insert(at: site.cards.readerSocket(terminal), lasting: true)) != nil
                }
            case .rules:
                seen = true
                card.remove()
                progress.show(terminal, stage: "shows the rules: \(address)")
            case .question(let question):
                progress.show(
                    terminal, stage: "sits the exam",
                    detail: "\(bar(question.number, of: question.total)) \(question.number)/\(question.total)")
            case .trial: progress.show(terminal, stage: "tries the screen")
            case .overview: progress.show(terminal, stage: "looks at the overview")
            case .submit, .earlyFail: progress.show(terminal, stage: "is asked whether to submit")
            case .ended, .result: progress.show(terminal, stage: "reads the result")
            case .signature: progress.show(terminal, stage: "signs")
            case .farewell(let farewell):
                if !isDone { measurements.finished(at: SystemTime().now()) }
                isDone = true
                progress.show(
                    terminal, stage: "done: \(farewell.score) points, \(farewell.passed ? "passed" : "failed")")
            case .idle where seen: return outcome
            case .languages: progress.show(terminal, stage: "looks for another language")
            case .paused: progress.show(terminal, stage: "is paused")
            case .outOfOrder: progress.show(terminal, stage: "is out of order")
            case .idle, .reading, .refused, .assigned, .practiceStart, .practiceEnd: break
            }
        }
        return outcome
    }
}
