import CanonicalJSON
import Cryptography
import Exam
import Packages
import Platform
import Replay
import Terminal

/// `kaotai journal replay FILE --attempt ID --bank PACKAGE --open-with KEY --out DIR`: the attempt's screens again.
func journalReplay(_ path: String, _ options: Arguments) throws -> ExitCode {
    let attempt = AttemptID(try options.required("attempt"))
    let out = try options.required("out")
    let key = try KeyFiles.opener(try options.required("open-with"))
    let bank = try options.required("bank")
    let report: ReplayReport
    do {
        let package = try QuestionPackage(path: bank, trust: .anyone)
        let kiosk = try Kiosk(folder: options.value("kiosk") ?? "Kiosk")
        let pictures = try AttemptPictures(of: attempt, journal: path, package: package, with: key, kiosk: kiosk)
        let isTold = SystemTime().now()
        report = try pictures.draw(into: out) { number, total in
            guard number % 50 == 0, SystemTime().now().milliseconds(since: isTold) > 2000 else { return }
            standardError("\(number) of \(total) screens\n")
        }
    } catch let error as PackageError {
        throw Failure(.badData, error.description)
    } catch let error as Attempt.Contradiction {
        throw Failure(.badData, "\(path): \(error)")
    } catch let error as DecodingError {
        throw Failure(.badData, "\(path): \(JSONCoder.explain(error))")
    }
    if options.has("json") {
        standardOutput(try JSONCoder.text(report) + "\n")
    } else {
        standardOutput("\(report.frames) screens with \(report.contacts) touches in \(out); open \(out)/index.html\n")
        if let matches = report.digestMatches {
            standardOutput(
                matches
                    ? "all \(report.judged) that could be judged are, pixel for pixel, what was shown\n"
                    : "\(report.mismatches.count) of \(report.judged) judged are not what was shown: "
                        + "\(report.mismatches.joined(separator: ", "))\n")
        } else {
            standardOutput("none could be judged\n")
        }
        for (reason, count) in report.notJudged.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            standardOutput("\(count) not judged: \(reason.words)\n")
        }
    }
    return report.digestMatches == false ? .foundWrong : .done
}
