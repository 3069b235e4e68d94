import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Glibc
import Hall
import IdentityCards
import Packages
import Platform
import QuestionBank
import TerminalLink
import VirtualCards
import Workshop

/// A hall and its center on this machine: folders, keys, configuration files and running processes.
final class Site: Sendable {
    static let appliance = "demo"

    let options: DemonstrationOptions
    /// Short, because it holds sockets.
    let folder: String
    private let name: String
    let supervisor: Supervisor
    let cards: PrivateCardService
    /// In the plain, as its authors have it: the people of the demo learnt from it.
    let bank: BankContents
    private let centerConfiguration: String

    static let checkIn = "check-in"
    static func seat(_ number: Int) -> String { "seat-\(number)" }

    private static func readers(seats: Int) -> [PrivateCardService.Reader] {
        ([checkIn] + (1...seats).map(seat)).map { PrivateCardService.Reader($0) }
    }

    var readers: [PrivateCardService.Reader] { Self.readers(seats: options.seats) }
    var terminals: [String] { (1...options.seats).map(Self.seat) + [Self.checkIn] }
    var controlSocket: String { "\(folder)/control.sock" }
    func touchSocket(_ terminal: String) -> String { "\(folder)/\(terminal).touch" }
    func assistanceSocket(_ terminal: String) -> String { "\(folder)/\(terminal).assist" }
    /// In memory, as a display is: on a disk its pages would be written back between the journal's.
    func framebuffer(_ terminal: String) -> String {
        isDirectory("/dev/shm") ? "/dev/shm/\(name)-\(terminal).fb" : "\(folder)/\(terminal).fb"
    }
    private func program(_ name: String) -> String { "\(options.programs)/\(name)" }

    /// Prepares everything and starts it; when this returns the hall is open.
    init(_ options: DemonstrationOptions, people: (BankContents) -> [Person], progress: Progress) async throws {
        self.options = options
        name = "kaotai-\(hexadecimal(systemEntropy(4)))"
        folder = "/tmp/\(name)"
        for name in ["logs", "appliance/state"] { try makeDirectory("\(folder)/\(name)", mode: 0o700) }
        supervisor = Supervisor(logs: "\(folder)/logs")
        centerConfiguration = "\(folder)/center/config.json"

        progress.say("Reading the question bank…")
        let source = BankSource(folder: options.bank)
        bank = try source.packable()

        progress.say("Making a center and enrolling the hall with it…")
        let port = try freePort()
        try Self.command(
            self.options, folder, "kaotai-center",
            ["init", "--dir", "\(folder)/center", "--port", "\(port)", "--suite", options.suite.rawValue])
        // While no center serves: a command beside one that is just opening its store could meet it half open.
        let token = try Self.command(
            self.options, folder, "kaotai-center",
            ["token", "--appliance", Self.appliance, "--json", "--config", centerConfiguration])
        cards = try PrivateCardService(
            folder: "\(folder)/cards",
            readers: Self.readers(seats: options.seats))
        do {
            try supervisor.start(
                .init(
                    name: "center", path: program("kaotai-center"),
                    arguments: ["serve", "--config", centerConfiguration],
                    environment: [:]))
            try await enrol(port: port, token: token)
            try await release(source)
            try book(people(bank))

            progress.say("Starting the daemon, the courier and \(terminals.count) terminals…")
            try startAppliance()
            try await waitUntilOpen(people: people(bank).count)
        } catch {
            stop()
            // Who ended it early looks for no reason.
            if Task.isCancelled { remove() }
            throw error
        }
    }

    @discardableResult
    private static func command(
        _ options: DemonstrationOptions, _ folder: String, _ program: String, _ arguments: [String]
    ) throws -> String {
        try runToEnd("\(options.programs)/\(program)", arguments, scratch: folder)
    }

    /// A command of the center's.
    @discardableResult
    func center(_ arguments: [String]) throws -> JSONValue {
        let out = try Self.command(options, folder, "kaotai-center", arguments + ["--config", centerConfiguration])
        return (try? JSONCoder.decode(JSONValue.self, from: Array(out.utf8))) ?? .string(out)
    }

    private func enrol(port: Int, token answer: String) async throws {
        let keys = try FileKeyStore(folder: "\(folder)/appliance/keys", suite: options.suite)
        try AtomicFile.write(
            try ApplianceIdentity.sign(appliance: Self.appliance, keys: keys) + "\n",
            to: "\(folder)/appliance/identity.jws")
        let courier: JSONValue = [
            "appliance": .string(Self.appliance), "daemonSocket": .string("\(folder)/courier.sock"),
            "center": .string("https://127.0.0.1:\(port)"),
            "tls": [
                "ca": .string("\(folder)/appliance/tls/ca.pem"),
                "certificate": .string("\(folder)/appliance/tls/courier.pem"),
                "key": .string("\(folder)/appliance/tls/courier-key.pem"),
            ],
            "trust": .string("\(folder)/appliance/center.jwks"),
            "grant": .string("\(folder)/appliance/candidate-key.jws"),
        ]
        try AtomicFile.write(courier.canonicalText, to: "\(folder)/courier.json")
        guard let token = try JSONCoder.decode(JSONValue.self, from: Array(answer.utf8))["token"]?.stringValue else {
            throw Failure(.unavailable, "the center gave no token")
        }
        let enrol = [
            "enrol", "--config", "\(folder)/courier.json", "--token", token, "--authority",
            "\(folder)/center/tls/ca.pem", "--identity", "\(folder)/appliance/identity.jws",
        ]
        _ = try await onceReady { try Self.command(options, folder, "kaotai-courier", enrol) }
    }

    /// Tries for five seconds: the center's process may still be opening its port.
    private func onceReady<Result>(_ work: () throws -> Result) async throws -> Result {
        for _ in 0..<50 {
            if let result = try? work() { return result }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try work()
    }

    /// Packs the bank, sealed to the hall and to the center, and has the center release it: the courier will bring it.
    private func release(_ source: BankSource) async throws {
        let author = SigningKey.generate(options.suite)
        try AtomicFile.write(try JSONCoder.text(JWKS(keys: [author.publicJWK])), to: "\(folder)/bank-signers.jwks")
        try center(["bank", "signer", "\(folder)/bank-signers.jwks"])
        try center(["trust", "--out", "\(folder)/seal-to.jwks"])
        let recipients = try JWKS(json: try readFile("\(folder)/seal-to.jwks")).sealingKeys
        let package = try source.pack(
            to: "\(folder)/bank.ktbank", signer: author, recipients: recipients.map { QuestionPackage.Access($0) })
        try center(["bank", "add", "\(folder)/bank.ktbank"])
        try center(["bank", "release", package.digest, "--json"])
        // Only a person practises.
        guard options.pace == .human, isDirectory(options.practice) else { return }
        _ = try BankSource(folder: options.practice).pack(
            to: practice, signer: author, recipients: recipients.map { QuestionPackage.Access($0) })
    }

    /// The package of practice questions, where there is one.
    private var practice: String { "\(folder)/practice.ktbank" }

    private func book(_ people: [Person]) throws {
        let today = SystemTime().wall().date()
        let bookings: [JSONValue] = try people.map { person in
            [
                "kind": .string(person.document.kind.rawValue), "number": .string(person.document.number),
                "name": .string(person.document.name), "sex": .string(person.number % 2 == 0 ? "female" : "male"),
                "programme": .string(person.programme.rawValue), "class": .string(person.vehicleClass.rawValue),
                "day": .string(today.description),
                "language": .string(person.language.rawValue), "attempt": 1,
                "facts": try JSONCoder.tree(person.facts(on: today)),
            ]
        }
        let file = "\(folder)/bookings.json"
        try AtomicFile.write(JSONValue.object(["bookings": .array(bookings)]).canonicalText, to: file)
        try center(["bookings", "import", file, "--json"])
    }

    /// The staff authority's key stays in the folder: whoever looks at a running demo may certify approvers with it.
    private func makeStaffAuthority() throws -> String {
        let key = SigningKey.generate(options.suite)
        try makeDirectory("\(folder)/staff", mode: 0o700)
        try AtomicFile.write(key.pem, to: "\(folder)/staff/authority.pem", mode: 0o600)
        try AtomicFile.write(try JSONCoder.text(JWKS(keys: [key.publicJWK])), to: "\(folder)/staff/authority.jwks")
        return "\(folder)/staff/authority.jwks"
    }

    private func startAppliance() throws {
        let places = terminals.map { name in
            HallConfiguration.TerminalPlace(
                name: name, role: name == Self.checkIn ? .checkIn : .seat, socket: "\(folder)/\(name).sock",
                seat: SeatID(rawValue: Int(name.dropFirst(5)) ?? 0), reader: name)
        }
        let configuration = HallConfiguration(
            appliance: Self.appliance, state: "\(folder)/appliance/state", keys: "\(folder)/appliance/keys",
            banks: "\(folder)/appliance/banks", bankSigners: "\(folder)/bank-signers.jwks",
            trust: "\(folder)/appliance/center.jwks",
            grant: "\(folder)/appliance/candidate-key.jws", terminals: places,
            courierSocket: "\(folder)/courier.sock", controlSocket: controlSocket,
            readerProfiles: "\(options.share)/Provisioning/readers",
            interlocks: .init(recorder: .waived, examiner: .waived, hours: .waived), diskFloorMiB: 64, ballastMiB: 16,
            practice: fileExists(practice) ? practice : nil, staffAuthority: try makeStaffAuthority())
        try AtomicFile.write(try JSONCoder.encode(configuration), to: "\(folder)/kaotaid.json")
        try supervisor.start(
            .init(
                name: "kaotaid", path: program("kaotaid"), arguments: ["--config", "\(folder)/kaotaid.json"],
                environment: cards.environment))
        try supervisor.start(
            .init(
                name: "courier", path: program("kaotai-courier"), arguments: ["--config", "\(folder)/courier.json"],
                environment: [:]))
        for name in terminals where !spareSeats.contains(name) { try startTerminal(name) }
    }

    /// Seats that stay switched off until everybody sits, so that the one that will fail is not left empty.
    var spareSeats: [String] {
        guard let failing = options.failingSeat else { return [] }
        let others = (1...options.seats).filter { $0 != failing }
        return others.suffix(max(0, options.seats - options.candidates)).map(Self.seat)
    }

    /// Switches the spare seats on.
    func openSpareSeats() throws { for name in spareSeats { try startTerminal(name) } }

    private func startTerminal(_ name: String) throws {
        let fast = options.pace == .fast
        var terminal: JSONValue = [
            "socket": .string("\(folder)/\(name).sock"),
            "display": [
                "file": .string(framebuffer(name)), "width": .integer(options.width),
                "height": .integer(options.height),
            ],
            "panel": ["widthMM": 527, "heightMM": 296],
            "touch": ["socket": .string(touchSocket(name))],
            "kiosk": .string("\(options.share)/Kiosk"),
            "assistance": .string(assistanceSocket(name)),
        ]
        if fast, case .object(var members) = terminal {
            members["minimumContactMs"] = 0
            members["deadTimeMs"] = 0
            terminal = .object(members)
        }
        try AtomicFile.write(terminal.canonicalText, to: "\(folder)/\(name).json")
        try supervisor.start(
            .init(
                name: name, path: program("kaotai-terminal"), arguments: ["--config", "\(folder)/\(name).json"],
                environment: [:]))
    }

    /// The hall now; nil while no daemon answers.
    func status() -> HallStatus? {
        guard let value = try? ControlClient.ask(.status, socket: controlSocket) else { return nil }
        return try? JSONCoder.decode(HallStatus.self, from: value.canonicalBytes)
    }

    private func waitUntilOpen(people: Int) async throws {
        for _ in 0..<1200 {
            if let status = status(), status.state == "open", status.bookings >= people,
                status.seats.allSatisfy({ $0.connected && $0.faults.isEmpty || spareSeats.contains($0.terminal) }),
                status.checkIn.values.allSatisfy({ $0 }),
                status.readers.count > options.seats
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let interlocks = status()?.interlocks.description ?? "no daemon answers"
        throw Failure(.unavailable, "the hall did not open within a minute (\(interlocks)); see \(folder)/logs")
    }

    func stop() {
        supervisor.stop()
        cards.stop()
        for terminal in terminals { unlink(framebuffer(terminal)) }
    }

    /// Takes the folder away; kept when something went wrong, for whoever looks for the reason.
    func remove() { removeTree(folder) }
}

/// A TCP port of the loopback that nobody uses now.
private func freePort() throws(SystemError) -> Int {
    let raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard raw >= 0 else { throw SystemError("socket") }
    let descriptor = FileDescriptor(owning: raw)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
            bind(descriptor.raw, pointer, length) == 0 && getsockname(descriptor.raw, pointer, &length) == 0
        }
    }
    guard bound else { throw SystemError("find a free port") }
    return Int(UInt16(bigEndian: address.sin_port))
}
