import CanonicalJSON
import Cryptography
import Exam
import Glibc
import Hall
import Ledger
import VirtualCards
import Platform
import QuestionBank

/// The main job on one machine: a hall, its center, people with cards and fingers, and what the center verified.
public final class Demonstration {
    private let options: DemonstrationOptions
    private let progress = Progress()
    private let measurements = Measurements()
    private let interruption = Interruption()

    public init(_ options: DemonstrationOptions) { self.options = options }

    /// Runs the day.
    ///
    /// - Parameters:
    ///   - stopsAtSignals: Ctrl-C, SIGTERM and SIGHUP end the day early instead of the process.
    ///   - disturber: breaks things while people sit their exams.
    public func run(
        stopsAtSignals: Bool = false, disturber: (any Disturber)? = nil
    ) async throws -> DemonstrationReport {
        if stopsAtSignals { interruption.watch() }
        for name in ["screens", "results", "slips", "answers"] {
            removeTree("\(options.out)/\(name)")
            try makeDirectory("\(options.out)/\(name)", mode: 0o755)
        }
        let begin = SystemTime().now()
        let (options, progress) = (options, progress)
        @Sendable func draw(_ bank: BankContents) -> [Person] {
            Person.draw(options.candidates, seed: options.seed, programme: options.programme, bank: bank)
        }
        let site: Site
        do {
            site = try await interruption.cancelling { try await Site(options, people: draw, progress: progress) }
        } catch {
            guard interruption.happened else { throw error }
            throw Failure(.unavailable, "stopped before the hall was open")
        }
        let people = draw(site.bank)
        do {
            let report = try await hold(people, at: site, begin: begin, disturber: disturber)
            site.stop()
            site.remove()
            return report
        } catch {
            site.stop()
            progress.say("What the processes said is in \(site.folder)/logs")
            throw error
        }
    }

    private func hold(
        _ people: [Person], at site: Site, begin: Instant, disturber: (any Disturber)?
    ) async throws -> DemonstrationReport {
        let opened = SystemTime().now()
        progress.say("The hall is open after \(opened.milliseconds(since: begin)) ms; \(people.count) people come in.")
        let memory = Memory(site.bank)
        let pictures = Pictures(folder: options.pictures ? "\(options.out)/screens" : nil, socket: site.controlSocket)
        let disturbance = Task { await disturber?.disturb(Disturbance(site)) }
        defer { disturbance.cancel() }
        let desk = Eyes(socket: site.assistanceSocket(Site.checkIn))
        defer { desk.close() }
        if let first = desk.now.presented { await pictures.take(Site.checkIn, first) }
        var outcomes: [Int: [Visit.Outcome]] = [:]
        for outcome in try await visits(
            of: people, at: site, memory: memory, pictures: pictures, desk: desk, disturber: disturber)
        {
            outcomes[outcome.seat, default: []].append(outcome)
        }
        disturbance.cancel()
        await disturbance.value
        // A day that ended early, or that a person could end so, has as many results as the hall made.
        let isWhole = options.pace == .fast && !interruption.happened
        let wanted = isWhole ? people.count : try attempts(at: site).count { $0.result != nil }
        let results = try await verifiedResults(wanted, at: site)
        let arrived = SystemTime().now()
        return try collect(
            people, outcomes: outcomes, results: results, at: site, pictures: pictures,
            finishToCenterMs: measurements.lastFinish.map { max(0, arrived.milliseconds(since: $0)) } ?? 0,
            runMs: arrived.milliseconds(since: opened))
    }

    /// Everybody's way through the hall, in the order in which they leave, which at one seat is the order of its attempts.
    private func visits(
        of people: [Person], at site: Site, memory: Memory, pictures: Pictures, desk: Eyes,
        disturber: (any Disturber)?
    ) async throws -> [Visit.Outcome] {
        let windows = options.pace == .human ? try Windows(site) : nil
        defer { windows?.stop() }
        if let windows { progress.say(windows.invitation) }
        let (measurements, progress, seats) = (measurements, progress, options.seats)
        let failure = options.failingSeat.map { SeatFailure(seat: $0, site: site) }
        let gone = Guarded<[Visit.Outcome]>([])
        do {
            try await interruption.cancelling {
                try await withThrowingTaskGroup(of: Visit.Outcome.self) { group in
                    var seated = 0
                    for person in people {
                        let visit = try Visit(
                            person, site: site, memory: memory, measurements: measurements, pictures: pictures,
                            progress: progress, disturber: disturber, failure: failure)
                        // A person takes minutes: nobody knocks at a full hall meanwhile.
                        if windows != nil, seated == seats, let outcome = try await group.next() {
                            gone.withLock { $0.append(outcome) }
                            seated -= 1
                        }
                        let seat = try await visit.checkIn(desk)
                        seated += 1
                        group.addTask {
                            guard let windows else { return try await visit.sit(at: seat) }
                            return await visit.accompany(at: seat, address: windows.address(of: Site.seat(seat)))
                        }
                    }
                    try site.openSpareSeats()
                    failure?.arm()
                    for try await outcome in group { gone.withLock { $0.append(outcome) } }
                }
            }
        } catch {
            // Whoever was under way is not among the outcomes; results are read from the journal.
            guard interruption.happened else { throw error }
        }
        if interruption.happened { progress.say("Ended early; what there is is collected…") }
        return gone.withLock { $0 }
    }

    /// What the center says of a result.
    private struct CenterResult: Decodable {
        var attempt: String
        var verified: Bool?
        var problem: String
    }

    /// Waits until the center has recounted every result.
    private func verifiedResults(_ wanted: Int, at site: Site) async throws -> [String: CenterResult] {
        struct Answer: Decodable { var results: [CenterResult] }
        var last: [CenterResult] = []
        for _ in 0..<(interruption.happened ? 200 : 600) {
            let answer = try site.center(["results", "--json"])
            last = try JSONCoder.decode(Answer.self, from: answer.canonicalBytes).results
            if last.count >= wanted, last.allSatisfy({ $0.verified != nil }) {
                return Dictionary(last.map { ($0.attempt, $0) }, uniquingKeysWith: { $1 })
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        // Whoever ended the day sees what the center has so far.
        if interruption.happened { return Dictionary(last.map { ($0.attempt, $0) }, uniquingKeysWith: { $1 }) }
        throw Failure(.unavailable, "the center has \(last.count) of \(wanted) results after 30 s")
    }

    /// Every answer that a screen showed as saved must stand in the journal as it was shown.
    private func compare(_ attempt: Attempt, with outcome: Visit.Outcome?) throws {
        for (question, shown) in outcome?.acknowledged ?? [:] where Set(attempt.answer(to: question)) != shown {
            throw Failure(
                .badData,
                "\(attempt.id): question \(question) was shown as saved with \(shown.sorted()), and the journal has "
                    + "\(attempt.answer(to: question))")
        }
    }

    private func collect(
        _ people: [Person], outcomes: [Int: [Visit.Outcome]], results: [String: CenterResult], at site: Site,
        pictures: Pictures, finishToCenterMs: Int, runMs: Int
    ) throws -> DemonstrationReport {
        let out = options.out
        // Before the copy, which then holds all that the center has seen.
        if site.status()?.courier.receiptedSequence != nil {
            try site.center(["receipts", "--out", "\(out)/anchors.jws"])
        }
        let attempts = try attempts(at: site)
        try site.center(["trust", "--out", "\(out)/trust.jwks"])
        let receipt = site.status()?.courier.receiptedSequence ?? 0
        var left = outcomes
        var candidates: [DemonstrationReport.Candidate] = []
        for attempt in attempts {
            guard let jws = attempt.result, let scored = attempt.scored else { continue }
            try AtomicFile.write(jws + "\n", to: "\(out)/results/\(attempt.id).jws", mode: 0o644)
            try AtomicFile.write(
                try JSONCoder.encode(attempt.responses), to: "\(out)/answers/\(attempt.id).json", mode: 0o644)
            if attempt.slipDigest != nil {
                _ = try ControlClient.ask(
                    .slip(attempt: attempt.id.rawValue, path: "\(out)/slips/\(attempt.id).pdf"),
                    socket: site.controlSocket)
            }
            let outcome = left[attempt.seat.number]?.isEmpty == false ? left[attempt.seat.number]?.removeFirst() : nil
            try compare(attempt, with: outcome)
            candidates.append(
                .init(
                    attempt: attempt.id.rawValue, seat: attempt.seat.number,
                    programme: attempt.opened.programme.rawValue,
                    language: attempt.language.rawValue, score: scored.score, full: scored.full, passed: scored.passed,
                    acknowledged: outcome?.acknowledged.values.count { !$0.isEmpty } ?? 0,
                    recorded: attempt.answeredCount, verified: results[attempt.id.rawValue]?.verified == true,
                    problem: results[attempt.id.rawValue]?.problem ?? "the center has no such result",
                    centerReceipt: receipt))
        }
        func spread(_ values: [Int], dividedBy divisor: Int) -> DemonstrationReport.Spread {
            let sorted = values.sorted()
            guard !sorted.isEmpty else { return .init(p50: 0, p99: 0) }
            return .init(
                p50: sorted[sorted.count / 2] / divisor,
                p99: sorted[min(sorted.count - 1, sorted.count * 99 / 100)] / divisor)
        }
        return DemonstrationReport(
            candidates: candidates.sorted { $0.seat < $1.seat }, moves: moves(of: attempts), screens: pictures.files,
            timings: .init(
                checkInToSeatMs: spread(measurements.seats, dividedBy: 1000),
                tapToSavedMs: spread(measurements.saved, dividedBy: 1000),
                tapToPixelMs: spread(measurements.pixels, dividedBy: 1000),
                tapToSavedMicroseconds: spread(measurements.saved, dividedBy: 1),
                tapToPixelMicroseconds: spread(measurements.pixels, dividedBy: 1),
                finishToCenterMs: finishToCenterMs, runMs: runMs),
            out: out, restarts: site.supervisor.restarts, interrupted: interruption.happened)
    }

    private func moves(of attempts: [Attempt]) -> [DemonstrationReport.Move] {
        attempts.flatMap { attempt in
            attempt.moves.compactMap { move in
                measurements.moves.first { $0.from == move.from.number && $0.to == move.to.number }.map {
                    .init(
                        attempt: attempt.id.rawValue, from: $0.from, to: $0.to, milliseconds: $0.microseconds / 1000,
                        question: $0.question)
                }
            }
        }
    }

    /// Every attempt in the order in which they left their seats, folded from a fresh copy of the journal.
    private func attempts(at site: Site) throws -> [Attempt] {
        let copy = "\(options.out)/journal.sqlite"
        unlink(copy)
        _ = try ControlClient.ask(.journalCopy(copy), socket: site.controlSocket)
        var register = AttemptRegister()
        var left: [AttemptID] = []
        try JournalVerifier.forEach(path: copy) { entry in
            try register.take(entry)
            if entry.kind == AttemptEntryKind.left.rawValue, let id = AttemptID(stream: entry.stream) {
                left.append(id)
            }
        }
        return (left + register.order.filter { !left.contains($0) }).compactMap { register.attempts[$0] }
    }
}
