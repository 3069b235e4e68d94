import CanonicalJSON
import CenterLink
import Courier
import Cryptography
import Platform
import Testing

@testable import Center

@Suite struct EnrolmentTests {
    @Test(arguments: CipherSuite.allCases, CipherSuite.allCases)
    func `an appliance gets its certificate, the center's keys and the candidate key that only it opens`(
        centerSuite: CipherSuite, hallSuite: CipherSuite
    ) async throws {
        let center = try TestCenter(suite: centerSuite)
        let hall = try TestHall(center: center, suite: hallSuite)
        let answer = try await hall.enrol(at: center)
        let key = try CandidateKeyGrant.open(
            answer.grant, center: answer.center, appliance: "hall-1", with: hall.keys)
        #expect(key == center.center.keys.candidateKey)
        #expect(throws: CryptographyError.self) {
            try CandidateKeyGrant.open(
                answer.grant, center: answer.center, appliance: "hall-1", with: SealingKey.generate())
        }
        #expect(try Certificate(pem: try text(hall.courier.tls.certificate)).commonName == "hall-1")
        #expect(try JWKS(json: try readFile(hall.courier.trustPath)) == answer.center)
        #expect(try text(hall.courier.grantPath) == answer.grant + "\n")
        // The key that proves the courier is the courier's alone.
        #expect(throws: Never.self) { try readPrivateFile(hall.courier.tls.key) }
        #expect(answer.center.keys.compactMap { try? VerifyingKey(jwk: $0).suite } == [centerSuite])
        let trusted = try await center.center.trust()
        #expect(trusted.signingKey(hall.keys.thumbprint)?.document.appliance == "hall-1")
        await center.stop()
    }

    @Test func `a token serves once; the same request repeated gets the same answer`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        let token = try await center.token(for: "hall-1")
        let first = try await hall.enrol(at: center, token: token)
        // As after an answer that was lost on its way.
        #expect(try await hall.enrol(at: center, token: token) == first)
        let other = try TestHall("hall-1", center: center)
        let refused = await #expect(throws: Failure.self) { try await other.enrol(at: center, token: token) }
        #expect(refused?.code == .notPermitted)
        #expect(refused?.message.contains("used already") == true)
        #expect(!fileExists(other.courier.tls.certificate))
        await center.stop()
    }

    @Test func `a token that is unknown, too old or for another appliance enrols nobody`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        await #expect(throws: Failure.self) { try await hall.enrol(at: center, token: "made-up") }
        let foreign = try await center.token(for: "hall-2")
        await #expect(throws: Failure.self) { try await hall.enrol(at: center, token: foreign) }
        let old = try await center.token(for: "hall-1")
        center.time.advance(milliseconds: 3_600_001)
        let refused = await #expect(throws: Failure.self) { try await hall.enrol(at: center, token: old) }
        #expect(refused?.message.contains("run out") == true)
        #expect(try await center.store.appliances().isEmpty)
        await center.stop()
    }

    @Test func `keys that did not sign for themselves are refused`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        let forged = try JWS.sign(
            payload: ApplianceIdentity(appliance: "hall-1", keys: hall.keys.publicKeys(appliance: "hall-1")),
            key: SigningKey.generate())
        let token = try await center.token(for: "hall-1")
        await #expect(throws: Failure.self) {
            try await Enrolment.run(hall.courier, token: token, authority: center.authority, identity: forged)
        }
        // The token was not used up by it.
        try await hall.enrol(at: center, token: token)
        await center.stop()
    }

    @Test func `a new enrolment retires the certificate of the one before`() async throws {
        let center = try TestCenter()
        let old = try TestHall("hall-1", center: center)
        try await old.enrol(at: center)
        #expect(try await old.client().orders(after: 0, waitSeconds: 0).isEmpty)
        let new = try TestHall("hall-1", center: center)
        try await new.enrol(at: center)
        let refused = await #expect(throws: CenterClient.Refused.self) {
            try await old.client().orders(after: 0, waitSeconds: 0)
        }
        #expect(refused?.status == 403)
        #expect(try await new.client().orders(after: 0, waitSeconds: 0).isEmpty)
        await center.stop()
    }

    @Test func `a center's folder is made once`() throws {
        let folder = try TestFolder()
        let time = ManualTime()
        _ = try CenterConfiguration.initialize(
            folder: folder.path, names: ["localhost"], address: "127.0.0.1", port: 1, time: time)
        let before = try text(folder.path + "/tls/ca.pem")
        #expect(throws: Failure.self) {
            try CenterConfiguration.initialize(
                folder: folder.path, names: ["localhost"], address: "127.0.0.1", port: 1, time: time)
        }
        #expect(try text(folder.path + "/tls/ca.pem") == before)
    }
}
