import Benchmarks
import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Hall
import Ledger
import Platform

/// How long the daemon's start takes with ten thousand finished attempts in its journal and six open ones, from its
/// configuration to open sockets: with the last snapshot, and folding every entry. No card service, no bank.
///
/// - Parameters:
///   - attempts: finished ones; of a hundred questions each, twenty of them answered, so that building the journal takes
///     a minute and not twenty.
///   - rounds: starts with a snapshot; without one there is one start.
func recoveryBenchmark(attempts: Int = 10_000, rounds: Int) async throws -> [Figure] {
    let work = "/var/tmp/kaotai-bench-\(hexadecimal(systemEntropy(6)))"
    try makeDirectory(work)
    defer { removeTree(work) }
    let hall = try YearsOfHall(folder: work)
    standardError("recovery: a journal of \(attempts) finished attempts is built…\n")
    try await hall.live(attempts: attempts, open: 6)
    let snapshot = "\(work)/state/journal.snapshot"
    standardError("recovery: \(hall.entries) entries; the first start reads them all…\n")
    let whole = try await hall.start()
    guard fileExists(snapshot) else { throw Failure(.foundWrong, "the daemon left no snapshot") }
    let bytes = try readFile(snapshot).count
    let quick = try await measured(rounds) { try await hall.start() }
    let name = "daemon's start to ready, \(attempts) finished attempts and six open"
    return [
        Figure(name, unit: "ms", values: quick, limit: 1000),
        Figure("the same without a snapshot, \(hall.entries) entries read", unit: "ms", values: [whole]),
        Figure("the snapshot's size", unit: "KiB", values: [bytes >> 10]),
    ]
}

private func measured(_ rounds: Int, _ work: () async throws -> Int) async throws -> [Int] {
    var values: [Int] = []
    for _ in 0..<rounds { values.append(try await work()) }
    return values
}

/// A hall's folder with a journal that nobody sat for: real entries of every kind that a recovery reads, in great batches.
private final class YearsOfHall {
    private let folder: String
    private let keys: FileKeyStore
    private let center = SigningKey.generate()
    private(set) var entries = 0
    private static let appliance = "bench"
    private static let day = CalendarDate("2026-11-20")!

    init(folder: String) throws {
        self.folder = folder
        try makeDirectory("\(folder)/state")
        keys = try FileKeyStore(folder: "\(folder)/keys")
        let grant = try CandidateKeyGrant(
            appliance: Self.appliance, sealing: [UInt8](repeating: 7, count: 32), to: keys.publicSealingKey,
            at: SystemTime().wall())
        try AtomicFile.write(try JWS.sign(payload: grant, key: center), to: "\(folder)/grant.jws")
        let trust = try JSONCoder.encode(JWKS(keys: [center.publicJWK]))
        for name in ["trust", "signers"] { try AtomicFile.write(trust, to: "\(folder)/\(name).jwks") }
        let configuration = HallConfiguration(
            appliance: Self.appliance, state: "\(folder)/state", keys: "\(folder)/keys", banks: "\(folder)/banks",
            bankSigners: "\(folder)/signers.jwks", trust: "\(folder)/trust.jwks", grant: "\(folder)/grant.jws",
            terminals: (1...6).map {
                .init(name: "seat-\($0)", role: .seat, socket: "\(folder)/\($0).sock", seat: SeatID(rawValue: $0))
            }, courierSocket: "\(folder)/courier.sock", controlSocket: "\(folder)/control.sock", readerProfiles: nil,
            interlocks: .init(recorder: .waived, examiner: .waived, hours: .waived), ballastMiB: 0)
        try AtomicFile.write(try JSONCoder.encode(configuration), to: "\(folder)/kaotaid.json")
    }

    /// Milliseconds of one start; the daemon is stopped in order after it.
    func start() async throws -> Int {
        let begin = SystemTime().now()
        let daemon = try await Daemon(configurationFile: "\(folder)/kaotaid.json") { Log.error($0) }
        let took = SystemTime().now().milliseconds(since: begin)
        await daemon.stop()
        return took
    }

    func live(attempts: Int, open: Int) async throws {
        var options = Journal.Options()
        options.ballastMiB = 0
        let journal = try Journal(
            in: SystemStateFolder("\(folder)/state"), time: SystemTime(), appliance: Self.appliance, key: keys,
            options: options)
        var orders = Order.origin
        var counters = ExposureCounters()
        for first in stride(from: 0, to: attempts + open, by: 100) {
            let numbers = first..<min(first + 100, attempts + open)
            var drafts: [Draft] = []
            var subjects: [Subject] = []
            for number in numbers {
                let (booking, subject) = try self.booking(number)
                subjects.append(subject)
                let order = Order(
                    appliance: Self.appliance, sequence: number + 1, previous: orders, at: SystemTime().wall(),
                    kind: .booking, body: try JSONCoder.tree(booking))
                let jws = try JWS.sign(payload: order, key: center)
                orders = Order.digest(of: jws)
                drafts.append(try draft("order.received", "orders", ["jws": .string(jws)]))
                drafts += try sitting(number, booking, isOver: number < attempts, counters: &counters)
            }
            entries += try await journal.append(drafts, head: true, subjects: subjects).count
        }
        try await journal.close()
    }

    private func booking(_ number: Int) throws -> (Booking, Subject) {
        let subject = "S-\(number)"
        let key = ContentKey.random(.intl)
        let candidate = candidateDigest(
            kind: "resident", number: "\(110_000_000_000_000_000 + number)", key: [UInt8](repeating: 7, count: 32))
        let booking = Booking(
            id: BookingID("B-\(number)"), candidate: candidate, subject: subject,
            sealed: try BookedPerson(name: "欧阳一二", number: "110***********\(number % 10_000)", sex: .male)
                .sealed(key: key, subject: subject),
            programme: "K1-CAR", vehicleClass: "C1", day: Self.day, attemptNumber: 1, language: "zh-Hans",
            accommodations: Accommodations(), facts: EligibilityFacts(reason: .first))
        return (
            booking,
            Subject(subject: subject, appliance: base64url(try keys.publicSealingKey.wrap(key)), center: nil)
        )
    }

    /// The entries of one attempt, as a hall writes them.
    private func sitting(_ number: Int, _ booking: Booking, isOver: Bool, counters: inout ExposureCounters) throws
        -> [Draft]
    {
        let id = AttemptID("bench-\(number)")
        guard let seat = SeatID(rawValue: 1 + number % 6) else { return [] }
        let items = (0..<100).map { place in
            PaperItem(item: ItemID("LAW-\(1000 + (number * 7 + place) % 1700)"), version: 1, options: [2, 1, 4, 3])
        }
        let paper = Paper(
            draw: Draw(
                bank: String(repeating: "0", count: 64), programme: "K1-CAR", blueprint: 1, vehicleClass: "C1",
                language: "zh-Hans", day: Self.day, seed: [UInt8](repeating: UInt8(number % 256), count: 32)),
            items: items)
        let raised = counters.raised(by: paper, at: Self.appliance)
        counters.merge(raised)
        func of(_ entry: AttemptEntry) throws -> Draft { try draft(entry.kind.rawValue, id.stream, entry.body) }
        var drafts = [
            try of(
                .opened(
                    .init(
                        booking: booking.id, candidate: booking.candidate, programme: "K1-CAR", vehicleClass: "C1",
                        attemptNumber: 1, language: "zh-Hans", reason: .first, seat: seat, subject: booking.subject,
                        sealed: booking.sealed, extraTimePercent: 0))),
            try of(.verified(.init(by: .card, language: "zh-Hans"))), try of(.rulesAcknowledged(.init(version: 1))),
            try of(
                .started(
                    .init(
                        paper: paper, kinds: [.judge: 40, .single: 60], paperDigest: base64url(sha256([])),
                        budgetMs: 2_700_000, full: 100, passMark: 90, pointsEach: 1, policies: .shipped))),
            try draft("exposure", "exposure", ["counters": try JSONCoder.tree(raised)]),
        ]
        for question in 1...20 {
            if question > 1 { drafts.append(try of(.showed(.init(number: question)))) }
            drafts.append(
                try of(.chose(.init(number: question, item: items[question - 1].item, answer: [question % 2 + 1]))))
            drafts.append(
                try draft("hall.tick", "hall", ["spent": [id.rawValue: .integer(question * 1000)]]))
        }
        guard isOver else { return drafts }
        return drafts + [
            try of(.ended(.init(by: .submitted, spentMs: 20_000))),
            try of(
                .scored(.init(score: 95, full: 100, passMark: 90, passed: true, wrong: [1, 2, 3, 4, 5], areas: []))),
            try of(.signed(.init(sealed: base64url([UInt8](repeating: 1, count: 200))))),
            try of(.result(.init(jws: String(repeating: "e", count: 900)))), try of(.final(.init(examiner: "waived"))),
            try of(.slip(.init(digest: base64url(sha256([]))))), try of(.left),
        ]
    }

    private func draft(_ kind: String, _ stream: String, _ body: some Encodable) throws -> Draft {
        try Draft(kind: kind, stream: stream, encoding: body)
    }

    private func draft(_ kind: String, _ stream: String, _ body: JSONValue) throws -> Draft {
        Draft(kind: kind, stream: stream, body: body)
    }
}
