internal import CanonicalJSON
internal import Cryptography
internal import Exam
internal import Ledger
internal import Platform

/// An attempt's answers and times, as its journal entries give them.
struct JournalledAttempt {
    /// What the journal puts into every body.
    private struct Stamp: Decodable {
        let boot: String
        /// Microseconds.
        let monotonic: Int
    }

    private var attempt: Attempt?
    /// Microseconds by question number.
    private var shown: [Int: Int] = [:]
    /// Questions during which time passed that was not spent.
    private var disturbed: Set<Int> = []
    /// Since when the current question has been on the screen with the clock running; nil while it does not run.
    private var since: (boot: String, monotonic: Int)?

    mutating func take(_ entry: Entry, _ kind: AttemptEntryKind) throws {
        let read = try AttemptEntry(kind: kind) { type in try JSONCoder.decode(type, from: entry.body) }
        if case .opened(let opened) = read {
            attempt = Attempt(id: AttemptID(entry.stream.dropFirst("attempt/".count)), opened: opened)
            return
        }
        let stamp = try entry.decode(Stamp.self)
        let before = attempt?.current ?? 0
        try attempt?.apply(read)
        switch read {
        case .started, .resumed: since = (stamp.boot, stamp.monotonic)
        case .showed:
            close(before, at: stamp)
            since = (stamp.boot, stamp.monotonic)
        case .paused, .ended:
            close(before, at: stamp)
            since = nil
        case .interrupted:
            disturbed.insert(before)
            if since != nil { since = (stamp.boot, stamp.monotonic) }
        default: break
        }
    }

    private mutating func close(_ number: Int, at stamp: Stamp) {
        guard let since else { return }
        // A time over a restart of the machine is none.
        if since.boot == stamp.boot, stamp.monotonic >= since.monotonic {
            shown[number, default: 0] += stamp.monotonic - since.monotonic
        } else {
            disturbed.insert(number)
        }
    }

    /// The answers, which must be those that the result was signed over.
    func answered(_ result: ExamResult, digest: [UInt8]) throws -> AnsweredAttempt {
        let responses = attempt?.responses ?? []
        guard base64url(sha256(try JSONCoder.encode(responses))) == result.responses else {
            throw Unusable("", "the answers in the journal are not those that result \(result.attempt) was signed over")
        }
        let tenths = responses.indices.map { place in
            disturbed.contains(place + 1) ? nil : shown[place + 1].map { $0 / 100_000 }
        }
        return AnsweredAttempt(result, result: digest, responses: responses, tenths: tenths)
    }
}
