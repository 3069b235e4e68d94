import CanonicalJSON
import CardReaders
import CenterLink
import CivilTime
import Cryptography
import Dispatch
import Exam
import Glibc
import IdentityCards
import Ledger
import Packages
import Platform
import QuestionBank
import SimulatedDisk
import TerminalLink
import VirtualCards
import Workshop

@testable import Hall

/// A terminal that remembers what it was shown.
final class FakeTerminal: TerminalOutput {
    private let frames = Guarded<[ToTerminal]>([])

    func send(_ frame: ToTerminal) { frames.withLock { $0.append(frame) } }
    func close() {}

    var scenes: [Scene] {
        frames.withLock { $0 }.compactMap { if case .scene(let scene) = $0 { scene } else { nil } }
    }
    var slips: [Slip] {
        frames.withLock { $0 }.compactMap { if case .drawSlip(let slip) = $0 { slip } else { nil } }
    }
    var media: [Media] {
        frames.withLock { $0 }.compactMap { if case .media(let media) = $0 { media } else { nil } }
    }
    var screen: Screen { scenes.last?.screen ?? .reading }
    var revision: Int { scenes.last?.revision ?? 0 }
}

/// A hall on a real journal and the test bank, with a manual clock and terminals in memory.
final class HallFixture: @unchecked Sendable {
    static let candidateKey = [UInt8](repeating: 7, count: 32)

    let folder: String
    let keys: MemoryKeyStore
    let center: MemoryKeyStore
    private(set) var time: ManualTime
    private(set) var hall: Hall
    /// The queue that the hall runs on.
    private(set) var queue: DispatchQueue
    private(set) var journal: Journal
    private(set) var terminals: [String: FakeTerminal] = [:]
    private var configuration: HallConfiguration
    /// Certifies approvers.
    let authority = SigningKey.generate()
    /// Signs banks.
    let author = SigningKey.generate()
    /// The bank's content in the plain.
    let bank: BankContents
    /// Where the state is kept, unless in files.
    private let disk: SimulatedDisk?
    private let snapshots: Bool
    private var practice: PracticeBank?
    private var orderSequence = 0
    private var previousOrder = Order.origin
    private let draws = Guarded<UInt8>(0)

    /// - Parameters:
    ///   - readers: whether the seats have card readers.
    ///   - suite: of the hall's and the center's keys.
    ///   - snapshots: whether the hall keeps snapshots of its journal.
    init(
        seats: Int = 2, readers: Bool = true, disk: SimulatedDisk? = nil, suite: CipherSuite = .intl,
        interlocks: HallConfiguration.Interlocks = .init(
            recorder: .waived, examiner: .waived, hours: .waived), installsBank: Bool = true, snapshots: Bool = false
    ) async throws {
        folder = "/tmp/kaotai-hall-\(hexadecimal(systemEntropy(6)))"
        try makeDirectory(folder)
        time = ManualTime()
        keys = MemoryKeyStore(suite: suite)
        center = MemoryKeyStore(suite: suite)
        self.disk = disk
        self.snapshots = snapshots
        bank = try BankSource(folder: Self.bankFolder).packable()
        var places: [HallConfiguration.TerminalPlace] = []
        for seat in 1...seats {
            places.append(
                .init(
                    name: "seat-\(seat)", role: .seat, socket: "\(folder)/\(seat).sock", seat: SeatID(rawValue: seat),
                    reader: readers ? "R\(seat)" : nil))
        }
        places.append(.init(name: "check-in", role: .checkIn, socket: "\(folder)/c.sock", reader: "R0"))
        configuration = HallConfiguration(
            appliance: "test", state: folder, keys: folder, banks: "\(folder)/banks", bankSigners: "", trust: "",
            grant: "", terminals: places,
            courierSocket: "", controlSocket: "", readerProfiles: nil, interlocks: interlocks, ballastMiB: 0)
        (hall, journal, queue) = try Self.open(
            folder: folder, configuration: configuration, time: time, author: author, keys: keys, center: center,
            staff: JWKS(keys: [authority.publicJWK]), disk: disk, snapshots: snapshots)
        try await begin()
        if installsBank { _ = try await hall.install(file: try pack(bank)) }
        await settle()
    }

    /// Restarts the hall with questions to practise on.
    func restart(practice: PracticeBank) async throws {
        self.practice = practice
        try await restart()
    }

    deinit { removeTree(folder) }

    /// A package of these contents, sealed to this hall unless other keys are named.
    func pack(
        _ contents: BankContents, to recipients: [PublicSealingKey]? = nil, signer: SigningKey? = nil
    ) throws -> String {
        let path = "\(folder)/\(hexadecimal(systemEntropy(4))).ktbank"
        try QuestionPackage.write(
            contents, to: path, signer: signer ?? author,
            recipients: (recipients ?? [keys.publicSealingKey]).map { QuestionPackage.Access($0) })
        return path
    }

    static let bankFolder: String = {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(tests)/Fixtures/bank"
    }()

    private static func open(
        folder: String, configuration: HallConfiguration, time: ManualTime, author: SigningKey,
        practice: PracticeBank? = nil, keys: MemoryKeyStore, center: MemoryKeyStore, staff: JWKS,
        disk: SimulatedDisk?, snapshots: Bool
    ) throws -> (Hall, Journal, DispatchQueue) {
        var options = Journal.Options()
        options.ballastMiB = 0
        let state: any StateFolder = if let disk { disk.folder("state") } else { SystemStateFolder(folder) }
        try state.makeFolder(Hall.slips)
        let journal = try Journal(
            in: state, time: time, appliance: "test", key: keys, options: options)
        let banks = BankFolder(
            configuration.banks, signers: JWKS(keys: [author.publicJWK]), recipient: keys)
        try banks.prepare()
        let executor = QueueExecutor(label: "hall")
        let hall = Hall(
            .init(
                configuration: configuration, journal: journal, time: time, banks: banks, practice: practice,
                keys: keys, trust: center.publicKeys(), staff: staff, candidateKey: candidateKey,
                state: state, snapshots: snapshots ? QueueExecutor(label: "snapshots") : nil),
            executor: executor)
        return (hall, journal, executor.queue)
    }

    private func begin() async throws {
        try await hall.recover()
        for place in configuration.terminals {
            await connect(place.name)
        }
        await settle()
    }

    /// What a crash and a restart do: another hall on the same journal; the old one is left behind unstopped.
    func restart() async throws {
        try await journal.close()
        (hall, journal, queue) = try Self.open(
            folder: folder, configuration: configuration, time: time, author: author, practice: practice, keys: keys,
            center: center,
            staff: JWKS(keys: [authority.publicJWK]), disk: disk, snapshots: snapshots)
        try await begin()
    }

    /// The machine starts again, with another uptime and with what its battery kept of the time.
    func reboot(wall: Timestamp) async throws {
        try await journal.close()
        time = ManualTime(boot: hexadecimal(systemEntropy(4)), now: 20_000_000, wall: wall)
        (hall, journal, queue) = try Self.open(
            folder: folder, configuration: configuration, time: time, author: author, practice: practice, keys: keys,
            center: center, staff: JWKS(keys: [authority.publicJWK]), disk: disk, snapshots: snapshots)
        try await begin()
    }

    /// Restarts the hall with another rule for make-up exams.
    func restart(makeUp: HallConfiguration.MakeUp) async throws {
        configuration.makeUp = makeUp
        try await restart()
    }

    /// Restarts the hall with another rule for how long personal data are kept.
    func restart(retention: HallConfiguration.Retention) async throws {
        configuration.retention = retention
        try await restart()
    }

    func settle() async {
        while await !hall.isIdle { await Task.yield() }
    }

    // MARK: The center

    @discardableResult
    func book(
        _ person: Int, id: String? = nil, programme: ProgrammeCode = "TEST-SHORT",
        then: [ProgrammeCode] = [], vehicleClass: VehicleClass = "C1", day: String = "2026-11-22",
        facts: EligibilityFacts = .init(reason: .first), attemptNumber: Int = 1, extraTimePercent: Int = 0
    ) async throws -> Booking {
        let document = try Self.document(person)
        let subject = hexadecimal(systemEntropy(8))
        let key = ContentKey.random(keys.suite)
        let booking = Booking(
            id: BookingID(id ?? "B-\(person)"),
            candidate: candidateDigest(kind: document.kind.rawValue, number: document.number, key: Self.candidateKey),
            subject: subject,
            sealed: try BookedPerson(name: document.name, number: maskedNumber(document.number), sex: .male)
                .sealed(key: key, subject: subject),
            programme: programme, then: then, vehicleClass: vehicleClass, day: CalendarDate(day)!,
            attemptNumber: attemptNumber,
            language: "zh-Hans", accommodations: .init(extraTimePercent: extraTimePercent), facts: facts)
        try await give(
            .booking, booking,
            subjects: [
                Subject(
                    subject: subject, appliance: base64url(try keys.publicSealingKey.wrap(key)),
                    center: base64url(try center.publicSealingKey.wrap(key)))
            ])
        return booking
    }

    /// The center's next order.
    ///
    /// - Parameter at: what the center's clock says; that of the hall when none is given.
    func give(_ kind: OrderKind, _ body: some Encodable, subjects: [Subject] = [], at: Timestamp? = nil) async throws {
        orderSequence += 1
        let order = Order(
            appliance: "test", sequence: orderSequence, previous: previousOrder, at: at ?? time.wall(), kind: kind,
            body: try JSONCoder.tree(body))
        let jws = try JWS.sign(payload: order, key: center)
        previousOrder = Order.digest(of: jws)
        await hall.take([SignedOrder(jws: jws, subjects: subjects)])
    }

    // MARK: People

    static func document(_ person: Int, validUntil: String = "2040-01-01") throws -> IdentityDocument {
        InventedPeople.resident(person, validUntil: CalendarDate(validUntil))
    }

    func tapCard(_ document: IdentityDocument, at reader: String) async {
        let id = ReaderID(name: reader)
        await hall.receive(.cardIn(id))
        await hall.receive(.document(id, document))
        await hall.receive(.cardOut(id))
        await settle()
    }

    func tapCard(of person: Int, at reader: String) async throws {
        await tapCard(try Self.document(person), at: reader)
    }

    /// Touches a control on the screen as it is.
    func touch(_ control: Control, at seat: Int, value: [[Int]]? = nil) async {
        guard let terminal = terminals["seat-\(seat)"] else { return }
        await hall.receive(
            .intent(.init(revision: terminal.revision, control: control, value: value)), from: "seat-\(seat)")
        await settle()
    }

    func screen(_ seat: Int) -> Screen { terminals["seat-\(seat)"]?.screen ?? .reading }
    var desk: Screen { terminals["check-in"]?.screen ?? .reading }

    /// Checks a person in and says at which seat.
    func checkIn(_ person: Int) async throws -> Int {
        try await tapCard(of: person, at: "R0")
        guard case .assigned(let assigned) = desk else { throw Failure(.badData, "not admitted: \(desk)") }
        return assigned.seat
    }

    /// Checks in and begins the exam.
    func begin(_ person: Int) async throws -> Int {
        let seat = try await checkIn(person)
        try await tapCard(of: person, at: "R\(seat)")
        await touch(.confirm, at: seat)
        return seat
    }

    /// From the check-in to the farewell, with so many wrong answers; and leaves.
    func sit(_ person: Int, wrong: Int = 0) async throws {
        let seat = try await begin(person)
        try await finish(at: seat, wrong: wrong)
        await touch(.confirm, at: seat)
    }

    /// Answers, hands in and signs, and stands before the farewell.
    func finish(at seat: Int, wrong: Int = 0) async throws {
        try await answerAll(at: seat, wrong: wrong)
        await touch(.submit, at: seat)
        await touch(.confirm, at: seat)
        await touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
    }

    /// The terminal's drawing of the slip arrives.
    func deliverSlip(at seat: Int) async throws {
        guard let terminal = terminals["seat-\(seat)"], let id = await attempt(at: seat)?.id.rawValue else { return }
        while !terminal.slips.contains(where: { $0.attempt == id }) { await Task.yield() }
        let part = SlipPart(attempt: id, part: 0, parts: 1, data: base64url(Array("%PDF-1.5 of a test".utf8)))
        await hall.receive(.slip(part), from: "seat-\(seat)")
        await settle()
    }

    func attempt(at seat: Int) async -> Attempt? {
        guard let id = SeatID(rawValue: seat) else { return nil }
        return await hall.attempt(at: id)
    }

    /// Answers every question, rightly but for the first `wrong` ones, and comes to the submit screen.
    func answerAll(at seat: Int, wrong: Int = 0) async throws {
        for _ in 0..<100 {
            switch screen(seat) {
            case .question(let question) where question.committed: await touch(.next, at: seat)
            case .question(let question):
                guard let attempt = await attempt(at: seat), let items = attempt.paper?.items else { return }
                let key = bank.keys[items[question.number - 1].item] ?? []
                let options = items[question.number - 1].options
                // Where every option is right, half an answer is the wrong one.
                let wrongly = [options.first { !key.contains($0) } ?? options[0]]
                let answer = question.number <= wrong ? wrongly : key.sorted()
                for option in answer where !question.options.contains(where: { $0.number == option && $0.chosen }) {
                    await touch(.option(option), at: seat)
                }
                await touch(.next, at: seat)
            case .earlyFail: await touch(.continueExam, at: seat)
            default: return
            }
        }
    }

    var bankIndex: BankIndex { bank.index }

    // MARK: Seats that fail

    /// What the seats' terminals report; one that is not here says nothing.
    private var condition: [String: [String]] = [:]

    private func giveSignsOfLife() async {
        for (terminal, faults) in condition { await hall.receive(.health(.init(faults: faults)), from: terminal) }
    }

    /// A seat's terminal is gone for good, and long enough for its candidate to go elsewhere.
    func lose(_ seat: Int) async {
        guard let terminal = terminals["seat-\(seat)"] else { return }
        condition["seat-\(seat)"] = nil
        await hall.disconnect("seat-\(seat)", output: terminal)
        await settle()
        await advance(seconds: 4)
    }

    /// A seat's terminal comes back.
    func bringBack(_ seat: Int) async { await connect("seat-\(seat)") }

    /// A seat's terminal goes on, reports faults, or (nil) says nothing any more.
    func report(_ faults: [String]?, at seat: Int) async {
        condition["seat-\(seat)"] = faults
        await giveSignsOfLife()
        await settle()
    }

    private func connect(_ name: String) async {
        let terminal = FakeTerminal()
        terminals[name] = terminal
        condition[name] = []
        await hall.connect(name, output: terminal)
        await hall.receive(.hello(.init(width: 1280, height: 800, environment: "e", faults: [])), from: name)
        await settle()
    }

    func entries(_ kind: String) async throws -> [Entry] {
        try await journal.entries(after: 0, limit: 100_000).filter { $0.kind == kind }
    }

    func advance(seconds: Int) async {
        for _ in 0..<seconds {
            time.advance(milliseconds: 1000)
            await giveSignsOfLife()
            await hall.tick()
            await settle()
        }
    }
}

extension Hall {
    func attempt(at seat: SeatID) -> Attempt? { seats[seat]?.attempt.flatMap { attempts[$0] } }
}
