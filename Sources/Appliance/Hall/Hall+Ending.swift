import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
public import Exam
import Packages
import QuestionBank
import Ledger
import Platform
import TerminalLink

extension Hall {
    /// Ends an attempt and scores it: the end, then the score in the same commit.
    func end(
        _ attempt: Attempt, by reason: AttemptEntry.EndReason, at id: SeatID, before entries: [AttemptEntry] = []
    ) async {
        guard let started = attempt.started else { return }
        let budget = started.budgetMs + attempt.creditedMs
        let spent = reason == .timeUp ? budget : min(spentNow(attempt, at: id), budget)
        do {
            let scored = try Scorer.score(
                started, answers: attempt.answers, area: { bank(of: attempt).area(of: $0) },
                key: { try key(of: $0, in: attempt) })
            let ending = entries + [.ended(.init(by: reason, spentMs: spent)), .scored(scored)]
            guard await append(ending.map { Draft($0, attempt: attempt.id) }) else { return }
        } catch {
            Log.error("seat \(id): not scored: \(error)")
            return
        }
        seats[id]?.since = nil
        seats[id]?.view = .main
    }

    func timeUp(at id: SeatID) async {
        guard let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
            attempt.isTimeUp(spentMs: spentNow(attempt, at: id))
        else { return }
        await end(attempt, by: .timeUp, at: id)
    }

    /// The next screen between the end and the signature.
    func nextOfEnd(_ attempt: Attempt, at id: SeatID) {
        switch seats[id]?.view ?? .main {
        case .main, .overview, .submit, .languages:
            seats[id]?.view = attempt.ended?.by == .submitted ? .signature : .score
        case .score: seats[id]?.view = .signature
        case .signature: break
        }
    }

    /// How few points of a finger make no signature.
    private static let fewestSignaturePoints = 4

    func sign(_ strokes: [[Int]], of attempt: Attempt, at id: SeatID) async {
        guard seats[id]?.view == .signature else { return }
        let points = strokes.reduce(0) { $0 + $1.count / 2 }
        guard points >= Self.fewestSignaturePoints, points <= 4000,
            strokes.allSatisfy({ $0.count % 2 == 0 && $0.allSatisfy { (0...1000).contains($0) } })
        else { return }
        do {
            let sealed = try await seal(strokes, subject: attempt.opened.subject)
            guard await append([Draft(.signed(.init(sealed: sealed)), attempt: attempt.id)]) else { return }
        } catch {
            Log.error("seat \(id): the signature cannot be sealed: \(error)")
            return
        }
        await issue(attempt.id, at: id)
    }

    /// Issues the result of a signed attempt: its payload names the entry before it, so it is made inside the commit.
    func issue(_ id: AttemptID, at seat: SeatID) async {
        guard let attempt = attempts[id], attempt.phase == .signed, let place = moments[id],
            let startedAt = place.startedAt, let endedAt = place.endedAt
        else { return }
        let appliance = configuration.appliance
        let key = parts.keys
        do {
            let entries = try await journal.append(head: true) { tip in
                let result = try attempt.result(
                    appliance: appliance, startedAt: startedAt, endedAt: endedAt,
                    journal: .init(first: place.first, last: tip.sequence, digest: base64url(tip.digest)),
                    sha256: { base64url(sha256($0)) })
                guard let result else { preconditionFailure("a signed attempt without a score") }
                let jws = try JWS.sign(payload: result, key: key)
                return [
                    Draft(.result(.init(jws: jws)), attempt: id),
                    Draft(.final(.init(examiner: "waived")), attempt: id),
                ]
            }
            fold(entries)
            onNews()
        } catch {
            return journalProblem(error)
        }
        seats[seat]?.leaveAt = parts.time.now().adding(milliseconds: Self.farewellMs)
        drawSlip(at: seat)
    }

    /// How long the farewell stays when nobody touches it.
    static let farewellMs = 60_000

    // MARK: Slip

    /// The folder of slips in the state folder.
    public static let slips = "slips"

    /// Asks the seat's terminal to draw the slip; the daemon links no drawing library.
    func drawSlip(at id: SeatID) {
        guard let seat = seats[id], let attempt = seat.attempt.flatMap({ attempts[$0] }), let jws = attempt.result,
            let scored = attempt.scored, let person = personal[attempt.id], let place = moments[attempt.id]
        else { return }
        seats[id]?.slip = SlipAssembly(attempt: attempt.id)
        let output = terminals[seat.terminal]?.output
        Task {
            let strokes: [[Int]]
            do {
                strokes = try await self.openStrokes(of: attempt)
            } catch {
                Log.error("seat \(id): the signature cannot be opened: \(error)")
                strokes = []
            }
            let language = attempt.language
            func line(_ label: String, _ value: String) -> SlipLine { SlipLine(label: "slip.\(label)", value: value) }
            let slip = Slip(
                attempt: attempt.id.rawValue, language: language.rawValue,
                lines: [
                    line("candidate", person.name), line("document", person.number),
                    line("programme", bank.programmeName(attempt.opened.programme, language)),
                    line("class", attempt.opened.vehicleClass.rawValue),
                    line("attempt", String(attempt.opened.attemptNumber)),
                    line("seat", attempt.seat.description),
                    line("date", place.endedAt.map { "\($0.date()) \($0.timeOfDay())" } ?? ""),
                    line("time", "\(attempt.spentMs / 60_000):\(twoDigits(attempt.spentMs / 1000 % 60))"),
                    line("score", "\(scored.score) / \(scored.full)"),
                    line("bank", String(attempt.started?.paper.bank.prefix(16) ?? "")),
                    line("fingerprint", attempt.started?.paperDigest ?? ""),
                ],
                passed: scored.passed, signature: strokes, examiner: "waived", jws: jws)
            output?.send(.drawSlip(slip))
        }
    }

    func slip(_ part: SlipPart, at id: SeatID) async {
        guard let attempt = seats[id]?.attempt, attempts[attempt]?.slipDigest == nil,
            let file = seats[id]?.slip?.take(part)
        else { return }
        do {
            guard let subject = attempts[attempt]?.opened.subject else { return }
            let sealed = try await subjectKey(subject).seal(file, associated: Self.slipLabel(attempt))
            try AtomicFile.write(sealed, to: slipName(attempt), in: parts.state)
        } catch {
            Log.error("seat \(id): the slip is not stored: \(error)")
            return
        }
        await append([Draft(.slip(.init(digest: base64url(sha256(file)))), attempt: attempt)], head: true)
        seats[id]?.slip = nil
    }

    /// Name and number stand on a slip: it is kept sealed under the candidate's key, and goes with it.
    private func slipName(_ attempt: AttemptID) -> String { "\(Self.slips)/\(attempt).sealed" }

    private static func slipLabel(_ attempt: AttemptID) -> [UInt8] { Array("slip/\(attempt)".utf8) }

    /// Writes a stored slip's PDF in the clear where an operator wants it, to be printed.
    ///
    /// - Throws: `Failure` when there is no such slip, or its candidate was erased.
    public func openSlip(_ attempt: AttemptID, to path: String) async throws {
        try AtomicFile.write(try await slip(of: attempt), to: path, mode: 0o600)
    }

    /// A stored slip's PDF.
    func slip(of attempt: AttemptID) async throws -> [UInt8] {
        guard !attempt.rawValue.contains("/") else { throw Failure(.usage, "\(attempt) is no attempt") }
        guard let opened = try await journal.entries(stream: attempt.stream).first,
            case .opened(let value) = try AttemptEntry(journal: opened), parts.state.exists(slipName(attempt))
        else { throw Failure(.badData, "there is no slip of attempt \(attempt)") }
        guard erasures.kept[value.subject] != nil else {
            throw Failure(.badData, "the personal data of attempt \(attempt) were erased, its slip with them")
        }
        return try await subjectKey(value.subject).open(
            try parts.state.read(slipName(attempt)), associated: Self.slipLabel(attempt))
    }

    // MARK: What is sealed under a candidate's own key

    private func subjectKey(_ subject: String) async throws -> ContentKey {
        guard let stored = try await journal.subject(subject), let wrapped = bytes(base64url: stored.appliance) else {
            throw Failure(.badData, "the key of subject \(subject) is not here")
        }
        return try parts.keys.unwrap(wrapped)
    }

    func openPerson(sealed: String, subject: String) async throws -> BookedPerson {
        try BookedPerson(sealed: sealed, key: try await subjectKey(subject), subject: subject)
    }

    private func seal(_ strokes: [[Int]], subject: String) async throws -> String {
        base64url(
            try await subjectKey(subject).seal(
                try JSONCoder.encode(strokes), associated: Array(subject.utf8), entropy: parts.entropy))
    }

    private func openStrokes(of attempt: Attempt) async throws -> [[Int]] {
        guard let sealed = attempt.signed.flatMap({ bytes(base64url: $0.sealed) }) else { return [] }
        let subject = attempt.opened.subject
        let plain = try await subjectKey(subject).open(sealed, associated: Array(subject.utf8))
        return try JSONCoder.decode([[Int]].self, from: plain)
    }
}

private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
