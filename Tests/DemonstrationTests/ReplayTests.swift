import Cryptography
import Demonstration
import Exam
import Glibc
import Hall
import Ledger
import Packages
import Platform
import Replay
import Terminal
import TerminalLink
import Testing

/// Screens of a day on real terminals are made again from its journal, and are what was shown.
@Suite(.serialized) struct ReplayTests {
    /// A day that was held once for all tests of the suite.
    private final class Day: Sendable {
        let folder = "/tmp/kaotai-replay-\(hexadecimal(systemEntropy(4)))"
        let attempts: [AttemptID]
        var journal: String { "\(folder)/journal.sqlite" }
        var kiosk: String { "\(ExamDay.repository)/Kiosk" }

        init() async throws {
            var options = DemonstrationOptions(
                out: folder, share: ExamDay.repository, programs: executableFolder())
            options.bank = "\(ExamDay.repository)/Tests/Fixtures/bank"
            options.programme = "TEST-SHORT"
            options.seats = 2
            options.candidates = 2
            options.pictures = false
            options.width = 1280
            options.height = 800
            options.lookMs = 700
            let keeper = Keeper(folder)
            let report = try await Demonstration(options).run(disturber: keeper)
            attempts = report.candidates.map { AttemptID($0.attempt) }
        }

        deinit { removeTree(folder) }

        func package() throws -> QuestionPackage { try QuestionPackage(path: "\(folder)/bank.ktbank", trust: .anyone) }
        func keys() throws -> FileKeyStore { try FileKeyStore(folder: "\(folder)/keys") }

        /// The kiosk folder with one text of one file changed to another.
        func kiosk(changing file: String, _ text: String, _ other: String) throws -> String {
            let copy = "\(folder)/kiosk-\(hexadecimal(systemEntropy(4)))"
            try makeDirectory("\(copy)/strings")
            for name in try ["theme.json"] + listDirectory("\(kiosk)/strings").map({ "strings/\($0)" }) {
                var content = String(decoding: try readFile("\(kiosk)/\(name)"), as: UTF8.self)
                if name == file {
                    #expect(content.contains(text))
                    content.replace(text, with: other)
                }
                try AtomicFile.write(content, to: "\(copy)/\(name)")
            }
            return copy
        }

        func replay(_ attempt: AttemptID, kiosk: String? = nil, into name: String) throws -> ReplayReport {
            try AttemptPictures(
                of: attempt, journal: journal, package: try package(), with: try keys(),
                kiosk: try Kiosk(folder: kiosk ?? self.kiosk)
            ).draw(into: "\(folder)/\(name)")
        }
    }

    @Test func `a day's screens come again pixel for pixel, and a changed word or colour shows`() async throws {
        let day = try await Day()
        #expect(day.attempts.count == 2)
        for attempt in day.attempts {
            let report = try day.replay(attempt, into: "replay-\(attempt)")
            #expect(report.digestMatches == true, "\(report.mismatches)")
            #expect(report.judged >= 12)
            #expect(report.contacts >= 10)
            // What a terminal had no time for is all that is not judged.
            #expect(Set(report.notJudged.keys).isSubset(of: [.noDigest]))
            #expect(report.judged + (report.notJudged[.noDigest] ?? 0) == report.frames)
            let files = try listDirectory("\(day.folder)/replay-\(attempt)")
            #expect(files.count { $0.hasSuffix(".png") && !$0.hasSuffix("-touched.png") } == report.frames)
            #expect(files.contains { $0.hasSuffix("-touched.png") })
            let page = String(decoding: try readFile("\(day.folder)/replay-\(attempt)/index.html"), as: UTF8.self)
            #expect(files.allSatisfy { $0 == "index.html" || page.contains($0) })
            #expect(page.contains("on “next”"))
        }

        let word = try day.replay(
            day.attempts[0], kiosk: try day.kiosk(changing: "strings/zh-Hans.json", "请核对", "请您核对"), into: "word")
        #expect(word.digestMatches == false)
        #expect(word.mismatches.count == 1)
        let colour = try day.replay(
            day.attempts[0], kiosk: try day.kiosk(changing: "theme.json", "#EEF2F6", "#EEF2F5"), into: "colour")
        #expect(colour.digestMatches == false)
        #expect(colour.matches == 0)
        let fonts = try day.replay(
            day.attempts[0], kiosk: try day.kiosk(changing: "theme.json", "Noto Sans CJK JP", "DejaVu Sans"),
            into: "fonts")
        #expect(fonts.digestMatches == nil)
        #expect(fonts.notJudged[.otherEnvironment] ?? 0 > 0)
    }
}

/// Keeps what a replay needs and the demo's end takes away: the appliance's keys and its bank.
private final class Keeper: Disturber {
    private let folder: String

    init(_ folder: String) { self.folder = folder }

    func disturb(_ disturbance: Disturbance) async {
        let appliance = disturbance.applianceFolder
        do {
            try makeDirectory("\(folder)/keys", mode: 0o700)
            for name in try listDirectory("\(appliance)/keys") where !isDirectory("\(appliance)/keys/\(name)") {
                try AtomicFile.write(
                    try readFile("\(appliance)/keys/\(name)"), to: "\(folder)/keys/\(name)", mode: 0o600)
            }
            let banks = "\(appliance)/banks"
            for name in try listDirectory(banks) where name.hasSuffix(".ktbank") {
                try AtomicFile.write(try readFile("\(banks)/\(name)"), to: "\(folder)/bank.ktbank")
            }
        } catch {
            Issue.record(error)
        }
    }

    func reached(_ terminal: String, _ screen: Screen) async {}
}
