import CanonicalJSON
import CivilTime
import Glibc
import Platform

/// `torture`: every chapter, or some, as far as the figures want or for hours.
@main struct Torture {
    static let chapters: [any Chapter] = [
        PowerCuts(), PowerCutControls(), HallInSimulation(), AlteredCopies(), HostileBytes(),
    ]

    static var help: String {
        """
        torture: tries to make answers get lost, results differ and alterations go unseen, and counts

            torture [--chapter NAME]… [--hours N] [--first-seed N] [--report FILE] [--json]
            torture simulate --seed N | --from N [--days N]

            --chapter NAME    only this one; may stand several times
            --hours N         go on with new seeds when the figures are reached, so long in all
            --first-seed N    1 without --hours, else made from the time of the start; the report tells it
            --report FILE     writes the report there, as Markdown
            simulate          one simulated day of the hall again, step by step; or many, to the first broken one

        Chapters:
        \(chapters.map { "    \($0.name)  \($0.subject)" }.joined(separator: "\n"))

        Exit codes: 0 every figure reached, 1 one missed, 64 usage.

        """
    }

    static func main() async {
        await runProgram("torture") {
            let given = CommandLine.arguments.dropFirst()
            if given.first == "simulate" { return try await simulate(given.dropFirst()) }
            let arguments = try Arguments(
                given, options: ["chapter", "hours", "first-seed", "report"], flags: ["json", "help"])
            if arguments.has("help") {
                standardOutput(help)
                return .done
            }
            let report = try await run(arguments, command: "torture \(given.joined(separator: " "))")
            if let path = arguments.value("report") { try AtomicFile.write(report.markdown, to: path) }
            standardOutput(arguments.has("json") ? report.json.canonicalText + "\n" : report.markdown)
            return report.isMet ? .done : .foundWrong
        }
    }

    private static func run(_ arguments: Arguments, command: String) async throws -> Report {
        let wanted = arguments.values("chapter")
        for name in wanted where !chapters.contains(where: { $0.name == name }) {
            throw Failure(.usage, "there is no chapter \"\(name)\"; --help lists them")
        }
        let chosen = chapters.filter { wanted.isEmpty || wanted.contains($0.name) }
        let hours = try arguments.integer("hours")
        let now = SystemTime().wall()
        let seed = try arguments.integer("first-seed") ?? (hours == nil ? 1 : now.millisecondsSinceEpoch)
        guard seed >= 0, (hours ?? 1) > 0 else {
            throw Failure(.usage, "--first-seed and --hours want positive numbers")
        }
        var report = Report(
            command: command.trimmed, date: now.date(), processors: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            firstSeed: UInt64(seed))
        for chapter in chosen {
            let begin = ContinuousClock.now
            let course = Course(
                firstSeed: UInt64(seed), end: hours.map { begin + .seconds($0 * 3600 / chosen.count) },
                progress: { standardError("\(chapter.name): \($0)\n") })
            course.progress(chapter.subject)
            let figures = try await chapter.run(course)
            let seconds = Int((ContinuousClock.now - begin).components.seconds)
            report.parts.append(
                .init(name: chapter.name, subject: chapter.subject, figures: figures, seconds: seconds))
            for figure in figures {
                course.progress(
                    "\(figure.name): \(grouped(figure.value))"
                        + (figure.isMet ? "" : ", wanted \(figure.demanded): MISSED"))
            }
        }
        return report
    }
}

extension String {
    fileprivate var trimmed: String { last == " " ? String(dropLast()) : self }
}
