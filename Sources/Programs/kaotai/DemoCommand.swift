import CanonicalJSON
import Cryptography
import Demonstration
import Exam
import Glibc
import Platform

private let demoHelp = """
    kaotai demo: a hall of six seats and its center at work on this machine

      kaotai demo [--candidates N] [--programme CODE] [--seed N] [--pace fast|human] [--suite intl|gm] [--out DIR]
                  [--fail-seat N] [--json]

    Starts a center, the daemon, a courier, six seat terminals and a check-in terminal as processes of their own, with
    virtual ID cards in a real pcscd and touches as input records. N people (6) check in, sit their exams and sign;
    the center recounts their results. Nothing of this machine's own card service or displays is touched.

      --programme CODE  one programme for all (`kaotai bank programmes QuestionBank` lists them); without it restorations,
                        foreign licences and first exams take turns
      --seed N          people and answers are drawn from it (1)
      --pace human      screens are left to you: each terminal is served over VNC on 127.0.0.1, from port 5901 on, without a
                        password; the pointer is the finger. Cards are laid by themselves; one person can sit one seat
                        after the other, `--candidates 1` makes it one exam. Ctrl-C ends the day and shows what there is
      --suite gm        the hall and the center sign and seal with SM2, SM3 and SM4 (intl: Ed25519, X25519, AES-256-GCM)
      --out DIR         where pictures, results, slips, answers, the journal and the keys to check them go (demo-out)
      --fail-seat N     in the middle of the exam at seat N its terminal is killed and stays dead; the candidate lays the
                        card at a free seat and goes on there. With it 5 people come, and seats that nobody needs are
                        switched on only when all of them sit; with 6 or more the candidate waits for a seat
      --size WxH        of the screens (1920x1080)
      --share DIR       folder with QuestionBank, Kiosk and Provisioning, when it is not found by itself

    """

/// `kaotai demo …`
func demoCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["candidates", "programme", "seed", "pace", "suite", "out", "size", "share", "fail-seat"],
        flags: ["json", "help"])
    if options.has("help") {
        standardOutput(demoHelp)
        return .done
    }
    guard options.words.isEmpty else { throw Failure(.usage, "`kaotai demo` takes options only; --help lists them") }
    var demonstration = DemonstrationOptions(
        out: absolutePath(options.value("out") ?? "demo-out"), share: try sharedFolder(options.value("share")),
        programs: executableFolder())
    demonstration.failingSeat = try options.integer("fail-seat")
    demonstration.candidates = try options.integer("candidates") ?? (demonstration.failingSeat == nil ? 6 : 5)
    demonstration.seed = try options.integer("seed") ?? 1
    demonstration.programme = options.value("programme").map { ProgrammeCode($0) }
    if let suite = options.value("suite") { demonstration.suite = try CipherSuite(option: suite) }
    if let size = options.value("size") {
        let parts = size.split(separator: "x").compactMap { Int($0) }
        guard parts.count == 2, parts[0] >= 640, parts[1] >= 480 else {
            throw Failure(.usage, "--size wants WIDTHxHEIGHT of at least 640x480, not \"\(size)\"")
        }
        demonstration.width = parts[0]
        demonstration.height = parts[1]
    }
    if let pace = options.value("pace") {
        guard let known = Pace(rawValue: pace) else {
            throw Failure(.usage, "--pace is fast or human, not \"\(pace)\"")
        }
        demonstration.pace = known
    }
    guard (1...200).contains(demonstration.candidates), (0...1_000_000).contains(demonstration.seed) else {
        throw Failure(.usage, "--candidates is from 1 to 200, --seed from 0 to 1000000")
    }
    if let seat = demonstration.failingSeat {
        guard (1...demonstration.seats).contains(seat) else {
            throw Failure(.usage, "--fail-seat is from 1 to \(demonstration.seats)")
        }
        guard demonstration.pace == .fast else {
            throw Failure(.usage, "--fail-seat goes with --pace fast: a person walks by himself")
        }
    }
    let report = try await Demonstration(demonstration).run(stopsAtSignals: true)
    if options.has("json") {
        standardOutput(try JSONCoder.text(report) + "\n")
    } else {
        standardOutput(table(of: report))
    }
    let complete =
        (report.interrupted || report.candidates.count == demonstration.candidates)
        && report.candidates.allSatisfy(\.verified)
        && (demonstration.failingSeat == nil || report.interrupted || !report.moves.isEmpty)
    return complete ? .done : .foundWrong
}

private func table(of report: DemonstrationReport) -> String {
    func cell(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines = ["", "Results as the center verified them:", ""]
    let widths = [6, 13, 10, 9, 8, 10, 34]
    func row(_ cells: [String]) -> String { "  " + zip(cells, widths).map { cell($0, $1) }.joined() }
    lines.append(row(["Seat", "Programme", "Language", "Score", "", "Center", "Attempt"]))
    for one in report.candidates {
        lines.append(
            row([
                "\(one.seat)", one.programme, one.language, "\(one.score)/\(one.full)",
                one.passed ? "passed" : "failed",
                one.verified ? "verified" : "WRONG", one.attempt,
            ]))
    }
    func milliseconds(_ microseconds: Int) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
    }
    let timings = report.timings
    if report.interrupted { lines += ["", "The day was ended early."] }
    lines.append("")
    // Nobody measures how a person touches.
    if timings.tapToSavedMicroseconds.p50 > 0 {
        lines.append(
            "Tap to saved \(milliseconds(timings.tapToSavedMicroseconds.p50)) (p99 \(milliseconds(timings.tapToSavedMicroseconds.p99))),"
                + " to pixels \(milliseconds(timings.tapToPixelMicroseconds.p50)) (p99 \(milliseconds(timings.tapToPixelMicroseconds.p99)));"
                + " card to seat \(timings.checkInToSeatMs.p50) ms; last farewell to the center's word \(timings.finishToCenterMs) ms;"
                + " all of it \(timings.runMs) ms.")
    }
    for move in report.moves {
        lines.append(
            "Seat \(move.from) failed: its candidate went on at seat \(move.to), question \(move.question),"
                + " \(move.milliseconds) ms after the card was laid there.")
    }
    lines += [
        "\(report.screens.count) pictures of screens, results, slips, answers and the journal are in \(report.out)",
        "Check them: kaotai journal verify \(report.out)/journal.sqlite --trust \(report.out)/trust.jwks",
        "            kaotai result verify \(report.out)/results/\(report.candidates.first?.attempt ?? "ATTEMPT").jws"
            + " --trust \(report.out)/trust.jwks",
        "",
    ]
    if report.restarts > 0 {
        lines.insert("Processes that ended and were started again: \(report.restarts)", at: lines.count - 1)
    }
    return lines.joined(separator: "\n")
}

/// The folder that holds QuestionBank, Kiosk and Provisioning: the one named, or the nearest above this folder or above
/// the program.
func sharedFolder(_ named: String?) throws -> String {
    func holds(_ folder: String) -> Bool {
        ["QuestionBank", "Kiosk", "Provisioning"].allSatisfy { isDirectory("\(folder)/\($0)") }
    }
    if let named {
        guard holds(named) else {
            throw Failure(.usage, "\(named) does not hold QuestionBank, Kiosk and Provisioning")
        }
        return absolutePath(named)
    }
    for start in [absolutePath("."), executableFolder()] {
        var folder = start
        while true {
            if holds(folder) { return folder }
            guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else { break }
            folder = String(folder[..<slash])
        }
    }
    throw Failure(.usage, "no folder above here holds QuestionBank, Kiosk and Provisioning; name it with --share DIR")
}

func absolutePath(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getcwd(&buffer, buffer.count) != nil else { return path }
    let current = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path == "." ? current : "\(current)/\(path)"
}
