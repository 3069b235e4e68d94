import CanonicalJSON
import Exam
import Hall
import Ledger
import Platform

/// `kaotai journal draw FILE --attempt ID`: the draw of an attempt's paper with its counters, for `bank draw --draw`.
func journalDraw(_ path: String, _ options: Arguments) throws -> ExitCode {
    let attempt = AttemptID(try options.required("attempt"))
    var draw: Draw?
    try JournalVerifier.forEach(path: path) { entry in
        guard entry.stream == attempt.stream, case .started(let started)? = try AttemptEntry(journal: entry)
        else { return }
        draw = started.paper.draw
    }
    guard let draw else {
        throw Failure(.badData, "\(path): attempt \(attempt) is not there, or no paper was drawn for it")
    }
    var counters = ExposureCounters()
    var found = draw.exposure == 0
    try JournalVerifier.forEach(path: path) { entry in
        guard entry.sequence <= draw.exposure, let read = try ExposureCounters(journal: entry) else { return }
        counters.merge(read)
        if entry.sequence == draw.exposure { found = true }
    }
    guard found else { throw Failure(.badData, "\(path): entry \(draw.exposure) holds no exposure counters") }
    let recorded = RecordedDraw(draw: draw, exposure: counters.total(of: draw.programme))
    standardOutput(try JSONCoder.text(recorded) + "\n")
    return .done
}
