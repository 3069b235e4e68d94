import CanonicalJSON
import Glibc
import Platform
import Testing

@testable import Cryptography

/// What every place for keys must do: run it on a new one.
func checkKeyStoreContract(_ keys: some KeyStore, _ suite: CipherSuite) throws {
    #expect(keys.suite == suite)
    #expect(keys.publicSealingKey.suite == suite)
    #expect(keys.verifyingKey.raw != keys.publicSealingKey.raw)

    // It signs what its public key verifies, and nothing else.
    let message = Array("result".utf8)
    let signature = try keys.sign(message)
    #expect(signature.count == 64)
    #expect(keys.verifyingKey.isSignature(signature, of: message))
    #expect(!keys.verifyingKey.isSignature(signature, of: message + [0]))
    let set = try JWKS(json: try JSONCoder.encode(keys.publicKeys(appliance: "hall-1")))
    let document = try JWS.sign(payload: ["appliance": "hall-1"], key: keys)
    #expect(try JWS.verified(document, keys: set).thumbprint == keys.thumbprint)
    #expect(throws: JWSError.foreignAppliance(key: "hall-1", payload: "hall-2")) {
        try JWS.verify(try JWS.sign(payload: ["appliance": "hall-2"], key: keys), keys: set)
    }

    // It opens what others sealed to it, and only that.
    let sealing = try #require(set.sealingKeys.first)
    #expect(sealing == keys.publicSealingKey)
    let sealed = try sealing.seal(message, purpose: "p", associated: [1])
    #expect(try keys.open(sealed, purpose: "p", associated: [1]) == message)
    #expect(throws: CryptographyError.self) { try keys.open(sealed, purpose: "q", associated: [1]) }
    #expect(throws: CryptographyError.self) { try keys.open(sealed, purpose: "p", associated: [2]) }
    let stranger = SealingKey.generate(suite).publicSealingKey
    let foreign = try stranger.seal(message, purpose: "p", associated: [1])
    #expect(throws: CryptographyError.self) { try keys.open(foreign, purpose: "p", associated: [1]) }
    for content in CipherSuite.allCases.map(ContentKey.random) {
        #expect(try keys.unwrap(try sealing.wrap(content)) == content)
    }

    // Whoever has the public halves has no private byte.
    let text = try JSONCoder.text(set)
    #expect(!text.contains("\"d\":"))
}

@Suite struct KeyStoreTests {
    @Test(arguments: CipherSuite.allCases) func `keys in memory keep the contract`(suite: CipherSuite) throws {
        try checkKeyStoreContract(MemoryKeyStore(suite: suite), suite)
    }

    @Test(arguments: CipherSuite.allCases)
    func `keys in a file keep the contract, when made and when read again`(suite: CipherSuite) throws {
        try withTemporaryFolder { folder in
            let first = try FileKeyStore(folder: folder + "/keys", suite: suite)
            try checkKeyStoreContract(first, suite)
            let second = try FileKeyStore(folder: folder + "/keys")
            try checkKeyStoreContract(second, suite)
            #expect(first.publicKeys() == second.publicKeys())
            let sealed = try first.publicSealingKey.seal([1, 2], purpose: "p")
            #expect(try second.open(sealed, purpose: "p") == [1, 2])
            var status = stat()
            #expect(stat(folder + "/keys/keys.pem", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test(arguments: CipherSuite.allCases)
    func `keys of the other suite than the one named are refused and stay`(suite: CipherSuite) throws {
        try withTemporaryFolder { folder in
            let other: CipherSuite = suite == .gm ? .intl : .gm
            let keys = try FileKeyStore(folder: folder, suite: suite)
            let error = #expect(throws: CryptographyError.self) { try FileKeyStore(folder: folder, suite: other) }
            #expect(error?.reason.contains("its keys are of suite \(suite), not \(other)") == true)
            #expect(try FileKeyStore(folder: folder, suite: suite).publicKeys() == keys.publicKeys())
        }
    }

    @Test func `a file with keys of two suites is refused`() throws {
        try withTemporaryFolder { folder in
            let text = SigningKey.generate(.gm).pem + SealingKey.generate(.intl).pem
            try AtomicFile.write(text, to: folder + "/keys.pem", mode: 0o600)
            let error = #expect(throws: CryptographyError.self) { try FileKeyStore(folder: folder) }
            #expect(error?.reason == "its signing key is of suite gm, its sealing key of suite intl")
        }
    }

    @Test func `a key file that others may open is refused by name`() throws {
        try withTemporaryFolder { folder in
            _ = try FileKeyStore(folder: folder)
            #expect(chmod(folder + "/keys.pem", 0o644) == 0)
            let error = #expect(throws: CryptographyError.self) { try FileKeyStore(folder: folder) }
            #expect(error?.description.contains(folder + "/keys.pem") == true)
            #expect(chmod(folder + "/keys.pem", 0o600) == 0)
            #expect(throws: Never.self) { try FileKeyStore(folder: folder) }
        }
    }

    @Test(arguments: ["", "no key", "BEGIN"])
    func `a damaged key file is an error, never a new identity`(content: String) throws {
        let text =
            content == "BEGIN" ? "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" : content
        try withTemporaryFolder { folder in
            try AtomicFile.write(text, to: folder + "/keys.pem", mode: 0o600)
            #expect(throws: CryptographyError.self) { try FileKeyStore(folder: folder) }
            #expect(try readFile(folder + "/keys.pem") == Array(text.utf8))
        }
    }
}
