import CivilTime
public import Cryptography
public import Exam
import Glibc
import Hall
import Ledger
public import Packages
import Platform
public import Terminal
import TerminalLink

/// An attempt's screens as pictures, touch by touch, each held against the digest of what its terminal showed.
public struct AttemptPictures {
    private let history: AttemptHistory
    private let replay: SceneReplay
    private let kiosk: Kiosk
    private let environment: String

    /// - Parameters:
    ///   - path: a journal that nobody writes: a copy.
    ///   - recipient: whose key opens the package, and the candidate's name if it is the appliance's or the center's.
    /// - Throws: `JournalError`, `PackageError`, or `Failure` in words: no such attempt, another bank.
    public init(
        of attempt: AttemptID, journal path: String, package: QuestionPackage, with recipient: some Recipient,
        kiosk: Kiosk
    ) throws {
        history = try AttemptHistory(attempt, journal: path)
        replay = try SceneReplay(history, journal: path, package: package, with: recipient)
        self.kiosk = kiosk
        environment = ScenePainter.environment(of: kiosk)
    }

    /// Draws every screen that was shown into a folder, with an index page for a browser.
    ///
    /// - Parameter progress: told after each picture how many of how many there are.
    public func draw(into folder: String, progress: (Int, Int) -> Void = { _, _ in }) throws -> ReplayReport {
        // Questions stand on these pictures: they are for whoever was given the key.
        try makeDirectory(folder, mode: 0o700)
        let begin = SystemTime().now()
        var report = ReplayReport(attempt: history.attempt.rawValue, out: folder)
        report.seats = history.seats.map(\.number)
        var painters: [AttemptHistory.Display?: ScenePainter] = [:]
        var frames: [Frame] = []
        try replay.forEach { shown, attempt, made in
            guard let made else {
                report.otherBank += 1
                return
            }
            if painters[shown.display] == nil { painters[shown.display] = try painter(shown.display) }
            guard let painter = painters[shown.display] else { preconditionFailure("a painter was made") }
            if let digest = made.scene.picture, !painter.add(picture: try replay.picture(digest), digest: digest) {
                throw Failure(.badData, "the bank's picture \(digest) is another one")
            }
            let painted = painter.paint(made.scene, at: made.moment)
            var frame = Frame(
                number: frames.count + 1, shown: shown, scene: made.scene, attempt: attempt,
                verdict: verdict(on: painted, shown))
            try Self.write(painted.png, to: "\(folder)/\(frame.file)")
            let contacts = Contact.all(in: shown.touches)
            if !contacts.isEmpty {
                let (controls, png) = painter.touch(contacts)
                frame.contacts = zip(contacts, controls).map { ($0, $1) }
                try Self.write(png, to: "\(folder)/\(frame.touchedFile)")
            }
            frames.append(frame)
            report.count(frame)
            progress(frames.count, history.shown.count)
        }
        guard !frames.isEmpty else {
            throw Failure(
                .badData, "attempt \(history.attempt): the journal tells of no screen that was made with this bank")
        }
        if report.judged > 0 { report.digestMatches = report.mismatches.isEmpty }
        report.milliseconds = SystemTime().now().milliseconds(since: begin)
        let page = ReplayPage(attempt: history.attempt, frames: frames, entries: history.entries, report: report)
        try Self.write(Array(page.html.utf8), to: "\(folder)/index.html")
        return report
    }

    /// Pictures can be made again: none is waited for until it is on the disk.
    private static func write(_ bytes: [UInt8], to path: String) throws {
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o640).write(bytes)
    }

    private func painter(_ display: AttemptHistory.Display?) throws -> ScenePainter {
        let (width, height) = (display?.width ?? 1920, display?.height ?? 1080)
        guard (320...7680).contains(width), (240...4320).contains(height) else {
            throw Failure(
                .badData, "terminal \(display?.terminal ?? "") states a display of \(width) by \(height) pixels")
        }
        let panel = display?.panel.map { PanelSize(widthMM: $0[0], heightMM: $0[1]) }
        return ScenePainter(kiosk: kiosk, width: width, height: height, panel: panel)
    }

    private func verdict(on painted: ScenePainter.Painted, _ shown: AttemptHistory.Shown) -> Frame.Verdict {
        guard let digest = shown.digest else { return .notJudged(.noDigest) }
        if shown.display == nil { return .notJudged(.noDisplay) }
        if digest.environment != environment { return .notJudged(.otherEnvironment) }
        if !replay.showsName, shown.namesCandidate { return .notJudged(.noName) }
        return digest.digest == painted.digest ? .same : .different
    }
}

/// One picture of a replay.
struct Frame {
    enum Verdict: Hashable {
        case same, different
        case notJudged(ReplayReport.Reason)
    }

    let number: Int
    let shown: AttemptHistory.Shown
    let scene: Scene
    /// As it stood when the scene was made.
    let attempt: Attempt
    let verdict: Verdict
    /// Fingers on it, each with the control that it touched.
    var contacts: [(contact: Contact, control: String?)] = []

    private var name: String {
        let time = shown.wall.description.drop { $0 != "T" }.filter(\.isNumber)
        return "\(String(repeating: "0", count: max(0, 4 - String(number).count)))\(number)-\(time)-r\(shown.revision)"
    }
    /// Named by order, time of day (UTC) and revision.
    var file: String { "\(name).png" }
    var touchedFile: String { "\(name)-touched.png" }
}

extension ReplayReport {
    mutating func count(_ frame: Frame) {
        frames += 1
        contacts += frame.contacts.count
        switch frame.verdict {
        case .same:
            judged += 1
            matches += 1
        case .different:
            judged += 1
            mismatches.append(frame.file)
        case .notJudged(let reason): notJudged[reason, default: 0] += 1
        }
    }
}

extension Scene {
    /// The digest of the picture on it.
    var picture: String? {
        switch screen {
        case .question(let question): question.picture?.digest
        case .trial(let trial): trial.question.picture?.digest
        default: nil
        }
    }
}
