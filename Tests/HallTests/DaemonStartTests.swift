import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Glibc
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
        _ = try BankSource(folder: HallFixture.bankFolder).pack(to: "\(folder)/bank.package")
        let configuration = HallConfiguration(
            appliance: "test", state: "\(folder)/state", keys: "\(folder)/keys", bank: "\(folder)/bank.package",
            trust: "\(folder)/trust.jwks", grant: "\(folder)/grant.jws",
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

    @Test(arguments: [0, 3, 60, 99]) func `a bank file that was cut is named with the remedy`(_ percent: Int)
        async throws
    {
        let folder = try prepare()
        defer { removeTree(folder) }
        let whole = try readFile("\(folder)/bank.package")
        try AtomicFile.write(Array(whole.prefix(whole.count * percent / 100)), to: "\(folder)/bank.package")
        let failure = await failure(folder)
        #expect(failure?.code == .badData)
        #expect(failure?.message.hasPrefix("\(folder)/bank.package: ") == true)
        #expect(failure?.message.hasSuffix("copy it again from the center, or pack it with kaotai bank pack") == true)
    }
}
