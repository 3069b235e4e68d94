import CanonicalJSON
import CardReaders
import CenterLink
import CivilTime
public import Cryptography
import Exam
import Hall
import IdentityCards
import Ledger
import Packages
import Platform
public import QuestionBank
import TerminalLink
import VirtualCards
import Workshop

/// The journal of a small exam day, made by a real hall on a real file: what altered copies are made from.
public struct SmallDay: Sendable {
    /// The file of a copy at the end of the day.
    public let journal: [UInt8]
    /// Copies that were taken earlier on the same day.
    public let earlier: [[UInt8]]
    /// The keys of the appliance and of its center.
    public let trust: JWKS
    /// The center's receipts, the last one over the last entry.
    public let anchors: [String]
    /// The bank's plain contents, for whoever counts again.
    public let bank: BankContents

    /// A hall of two seats, at which so many people sit their exams.
    ///
    /// - Parameters:
    ///   - folder: to work in; it is left empty.
    ///   - seed: another seed, other answers.
    public static func hold(folder: String, people: Int = 3, seed: UInt64 = 1, suite: CipherSuite = .intl)
        async throws -> SmallDay
    {
        let hall = try await DayHall(folder: folder, suite: suite)
        var random = SeededRandom(seed: seed)
        var earlier: [[UInt8]] = []
        var anchors: [String] = []
        for person in 1...people {
            if person == people { await hall.tapStranger() }
            try await hall.sit(person, using: &random)
            earlier.append(try await hall.copy())
            anchors.append(try hall.receipt())
        }
        await hall.hall.erase(subjects: [hall.subject(of: 1)], reason: "test")
        await hall.hall.stop()
        let journal = try await hall.copy()
        anchors.append(try hall.receipt())
        try await hall.journal.close()
        return SmallDay(
            journal: journal, earlier: earlier,
            trust: JWKS(
                keys: hall.keys.publicKeys(appliance: DayHall.appliance).keys + hall.center.publicKeys().keys),
            anchors: anchors, bank: hall.bank)
    }
}

/// What a terminal shows, remembered.
private final class Screens: TerminalOutput {
    private let scenes = Guarded<(last: Scene?, slips: [Slip])>((nil, []))

    func send(_ frame: ToTerminal) {
        scenes.withLock { scenes in
            switch frame {
            case .scene(let scene): scenes.last = scene
            case .drawSlip(let slip): scenes.slips.append(slip)
            default: break
            }
        }
    }
    func close() {}
    var scene: Scene? { scenes.withLock { $0.last } }
    var slips: [Slip] { scenes.withLock { $0.slips } }
}

/// A hall on a journal in a folder, with a clock that is turned and screens in memory.
private final class DayHall {
    static let appliance = "hall-1"
    private static let candidateKey = [UInt8](repeating: 7, count: 32)

    let hall: Hall
    let journal: Journal
    let keys: MemoryKeyStore
    let center: MemoryKeyStore
    let bank: BankContents
    private let folder: String
    private let time = ManualTime()
    private var terminals: [String: Screens] = [:]
    private var orders = 0
    private var previousOrder = Order.origin
    private var subjects: [Int: String] = [:]

    init(folder: String, suite: CipherSuite) async throws {
        self.folder = folder
        try makeDirectory("\(folder)/slips")
        keys = MemoryKeyStore(suite: suite)
        center = MemoryKeyStore(suite: suite)
        let repository = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        bank = try BankSource(folder: "\(repository)/Tests/Fixtures/bank").packable()
        let author = SigningKey.generate(suite)
        let places = (1...2).map {
            HallConfiguration.TerminalPlace(
                name: "seat-\($0)", role: .seat, socket: "\($0)", seat: SeatID(rawValue: $0), reader: "R\($0)")
        }
        let configuration = HallConfiguration(
            appliance: Self.appliance, state: folder, keys: folder, banks: "\(folder)/banks", bankSigners: "",
            trust: "", grant: "",
            terminals: places + [.init(name: "check-in", role: .checkIn, socket: "c", reader: "R0")],
            courierSocket: "", controlSocket: "", readerProfiles: nil,
            interlocks: .init(recorder: .waived, examiner: .waived, hours: .waived), diskFloorMiB: 0, ballastMiB: 0)
        var options = Journal.Options()
        options.ballastMiB = 0
        journal = try Journal(
            in: SystemStateFolder(folder), time: time, appliance: Self.appliance, key: keys, options: options)
        let banks = BankFolder(
            configuration.banks, signers: JWKS(keys: [author.publicJWK]), recipient: keys)
        try banks.prepare()
        hall = Hall(
            .init(
                configuration: configuration, journal: journal, time: time, banks: banks, keys: keys,
                trust: center.publicKeys(), candidateKey: Self.candidateKey,
                state: SystemStateFolder(folder)))
        try await hall.recover()
        for place in configuration.terminals {
            let screens = Screens()
            terminals[place.name] = screens
            await hall.connect(place.name, output: screens)
            await hall.receive(
                .hello(.init(width: 1280, height: 800, environment: "e", faults: [])), from: place.name)
        }
        let package = "\(folder)/day.ktbank"
        try QuestionPackage.write(
            bank, to: package, signer: author, recipients: [QuestionPackage.Access(keys.publicSealingKey)])
        _ = try await hall.install(file: package)
        await settle()
    }

    deinit { removeTree(folder) }

    func settle() async { while await !hall.isIdle { await Task.yield() } }

    func subject(of person: Int) -> String { subjects[person] ?? "" }

    func copy() async throws -> [UInt8] {
        let path = "\(folder)/copy.sqlite"
        try await journal.copy(to: path)
        return try readFile(path)
    }

    func receipt() throws -> String {
        let tip = journal.tip
        return try JWS.sign(
            payload: Receipt(
                appliance: Self.appliance, sequence: tip.sequence, digest: base64url(tip.digest), at: time.wall()),
            key: center)
    }

    private func book(_ person: Int) async throws {
        let document = InventedPeople.resident(person, validUntil: CalendarDate("2040-01-01"))
        let subject = "subject-\(person)"
        subjects[person] = subject
        let key = ContentKey.random(keys.suite)
        let booking = Booking(
            id: BookingID("B-\(person)"),
            candidate: candidateDigest(kind: document.kind.rawValue, number: document.number, key: Self.candidateKey),
            subject: subject,
            sealed: try BookedPerson(name: document.name, number: maskedNumber(document.number), sex: .male)
                .sealed(key: key, subject: subject),
            programme: person % 2 == 0 ? "TEST-BACK" : "TEST-SHORT", vehicleClass: "C1",
            day: CalendarDate("2026-11-22")!, attemptNumber: 1, language: "zh-Hans",
            accommodations: .init(extraTimePercent: 0), facts: .init(reason: .first))
        orders += 1
        let order = Order(
            appliance: Self.appliance, sequence: orders, previous: previousOrder, at: time.wall(), kind: .booking,
            body: try JSONCoder.tree(booking))
        let jws = try JWS.sign(payload: order, key: center)
        previousOrder = Order.digest(of: jws)
        let wrapped = Subject(
            subject: subject, appliance: base64url(try keys.publicSealingKey.wrap(key)),
            center: base64url(try center.publicSealingKey.wrap(key)))
        await hall.take([SignedOrder(jws: jws, subjects: [wrapped])])
    }

    private func tap(_ person: Int, at reader: String) async {
        let id = ReaderID(name: reader)
        await hall.receive(.cardIn(id))
        await hall.receive(.document(id, InventedPeople.resident(person, validUntil: CalendarDate("2040-01-01"))))
        await hall.receive(.cardOut(id))
        await settle()
    }

    /// Somebody without a booking comes in, and is refused.
    func tapStranger() async { await tap(400, at: "R0") }

    private func touch(_ control: Control, at seat: String, value: [[Int]]? = nil) async {
        guard let scene = terminals[seat]?.scene else { return }
        await hall.receive(.intent(.init(revision: scene.revision, control: control, value: value)), from: seat)
        await settle()
    }

    private func second() async {
        time.advance(milliseconds: 1000)
        await hall.tick()
        await settle()
    }

    /// From the booking to the way out, with answers as chance gives them.
    func sit(_ person: Int, using random: inout SeededRandom) async throws {
        try await book(person)
        await tap(person, at: "R0")
        guard case .assigned(let assigned) = terminals["check-in"]?.scene?.screen else {
            throw Failure(.badData, "nobody was admitted")
        }
        let seat = "seat-\(assigned.seat)"
        let slips = terminals[seat]?.slips.count
        await tap(person, at: "R\(assigned.seat)")
        await touch(.confirm, at: seat)
        await second()
        for _ in 0..<200 {
            switch terminals[seat]?.scene?.screen {
            case .question(let question):
                if !question.committed, !question.options.contains(where: \.chosen) {
                    let option = question.options[Int(random.next() % UInt64(question.options.count))].number
                    await touch(.option(option), at: seat)
                }
                await touch(.next, at: seat)
                if question.number == 3 { await second() }
            case .earlyFail: await touch(.continueExam, at: seat)
            case .submit: await touch(.submit, at: seat)
            case .signature:
                await touch(.sign, at: seat, value: [[1, 1, 500, 300, 900, 10, 20, 20]])
            case .farewell:
                // The slip is sent beside the screen.
                while terminals[seat]?.slips.count == slips { await Task.yield() }
                if let slip = terminals[seat]?.slips.last {
                    let part = SlipPart(attempt: slip.attempt, part: 0, parts: 1, data: base64url(Array("%PDF".utf8)))
                    await hall.receive(.slip(part), from: seat)
                    await settle()
                }
                await touch(.confirm, at: seat)
                await second()
                return
            default: await touch(.confirm, at: seat)
            }
        }
        throw Failure(.badData, "an exam came to no end")
    }
}

/// SplitMix64: the same seed, the same numbers.
public struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
