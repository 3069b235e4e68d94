import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Dispatch
import Exam
import Glibc
import Packages
import Platform
import Testing
import Workshop

@testable import Hall

/// What is wrong at a daemon's start is said with the file and the remedy.
@Suite struct DaemonStartTests {
    /// A folder with all that a daemon needs.
    private func prepare(_ change: (inout [String: JSONValue]) -> Void = { _ in }) throws -> String {
        let folder = "/tmp/kaotai-start-\(hexadecimal(systemEntropy(6)))"
        try makeDirectory("\(folder)/state")
        let keys = try FileKeyStore(folder: "\(folder)/keys")
        let center = SigningKey.generate()
        let grant = try CandidateKeyGrant(
            appliance: "test", sealing: [UInt8](repeating: 7, count: 32), to: keys.publicSealingKey,
            at: SystemTime().wall())
        try AtomicFile.write(try JWS.sign(payload: grant, key: center), to: "\(folder)/grant.jws")
        try AtomicFile.write(try JSONCoder.encode(JWKS(keys: [center.publicJWK])), to: "\(folder)/trust.jwks")
        let author = SigningKey.generate()
        try AtomicFile.write(try JSONCoder.encode(JWKS(keys: [author.publicJWK])), to: "\(folder)/signers.jwks")
        _ = try BankSource(folder: HallFixture.bankFolder).pack(
            to: "\(folder)/bank.ktbank", signer: author, recipients: [.init(keys.publicSealingKey)])
        let configuration = HallConfiguration(
            appliance: "test", state: "\(folder)/state", keys: "\(folder)/keys", banks: "\(folder)/banks",
            bankSigners: "\(folder)/signers.jwks", trust: "\(folder)/trust.jwks", grant: "\(folder)/grant.jws",
            terminals: (1...2).map {
                .init(name: "seat-\($0)", role: .seat, socket: "\(folder)/\($0).sock", seat: SeatID(rawValue: $0))
            }, courierSocket: "\(folder)/courier.sock", controlSocket: "\(folder)/control.sock", readerProfiles: nil,
            interlocks: .init(), ballastMiB: 0)
        guard case .object(var members) = try JSONCoder.tree(configuration) else { return folder }
        change(&members)
        try AtomicFile.write(JSONValue.object(members).canonicalText, to: "\(folder)/kaotaid.json")
        return folder
    }

    /// How a start in a prepared folder fails; nil when it does not.
    private func failure(_ folder: String) async -> Failure? {
        do {
            let daemon = try await Daemon(configurationFile: "\(folder)/kaotaid.json") { _ in }
            await daemon.stop()
            return nil
        } catch {
            return error as? Failure ?? Failure(.foundWrong, "not a Failure: \(error)")
        }
    }

    @Test func `with everything there it starts`() async throws {
        let folder = try prepare()
        defer { removeTree(folder) }
        #expect(await failure(folder)?.message == nil)
    }

    @Test func `a missing member is named with the file`() async throws {
        let folder = try prepare { $0["terminals"] = nil }
        defer { removeTree(folder) }
        let failure = await failure(folder)
        #expect(failure?.code == .badConfiguration)
        #expect(failure?.message == "\(folder)/kaotaid.json: the document: \"terminals\" is missing")
    }

    @Test func `two seats with one number are refused before anything is opened`() async throws {
        let folder = try prepare { members in
            guard case .array(var places)? = members["terminals"], case .object(var second) = places[1] else { return }
            second["seat"] = 1
            places[1] = .object(second)
            members["terminals"] = .array(places)
        }
        defer { removeTree(folder) }
        let failure = await failure(folder)
        #expect(failure?.code == .badConfiguration)
        #expect(failure?.message.contains("\(folder)/kaotaid.json: terminals: two seats have one number") == true)
        #expect(!fileExists("\(folder)/state/journal.sqlite"))
    }

    @Test func `keys that may sign banks are wanted at the start, by file and member`() async throws {
        let folder = try prepare()
        defer { removeTree(folder) }
        try AtomicFile.write("{}", to: "\(folder)/signers.jwks")
        let failure = await failure(folder)
        #expect(failure?.code == .badConfiguration)
        #expect(failure?.message.hasPrefix("bankSigners: \(folder)/signers.jwks: ") == true)
    }

    @Test(arguments: [0, 3, 60, 99])
    func `an installed bank that was cut closes the hall in words until it is installed again`(
        _ percent: Int
    ) async throws {
        let folder = try prepare()
        defer { removeTree(folder) }
        let control = "\(folder)/control.sock"
        func daemon() async throws -> Daemon { try await Daemon(configurationFile: "\(folder)/kaotaid.json") { _ in } }
        // Asking blocks, so it is done beside the pool that the daemon answers on.
        func ask(_ request: ControlRequest) async throws -> JSONValue {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try ControlClient.ask(request, socket: control) })
                }
            }
        }
        var running = try await daemon()
        #expect(try await ask(.status)["interlocks"]?["bank"]?.stringValue?.contains("no question bank") == true)
        let digest = try #require(try await ask(.installBank("\(folder)/bank.ktbank"))["digest"]?.stringValue)
        #expect(try await ask(.status)["interlocks"]?["bank"] == "ready")
        await running.stop()

        let installed = "\(folder)/banks/\(digest).ktbank"
        let whole = try readFile(installed)
        try AtomicFile.write(Array(whole.prefix(whole.count * percent / 100)), to: installed)
        running = try await daemon()
        let words = try await ask(.status)["interlocks"]?["bank"]?.stringValue
        #expect(words?.hasPrefix("\(installed): ") == true, "\(words ?? "")")
        _ = try await ask(.installBank("\(folder)/bank.ktbank"))
        #expect(try await ask(.status)["interlocks"]?["bank"] == "ready")
        await running.stop()
    }
}
