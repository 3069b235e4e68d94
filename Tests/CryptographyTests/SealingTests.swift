import Cryptography
import Glibc
import Platform
import Testing

@Suite struct SealingTests {
    private let plain = Array("身份证 photo".utf8)

    @Test func `a sealed value opens under its key and its context alone`() throws {
        let key = AuthenticatedCipher.makeKey()
        let sealed = AuthenticatedCipher.seal(plain, key: key, associated: [1])
        #expect(try AuthenticatedCipher.open(sealed, key: key, associated: [1]) == plain)
        #expect(throws: CryptographyError.self) { try AuthenticatedCipher.open(sealed, key: key, associated: [2]) }
        #expect(throws: CryptographyError.self) {
            try AuthenticatedCipher.open(sealed, key: AuthenticatedCipher.makeKey(), associated: [1])
        }
        #expect(AuthenticatedCipher.seal(plain, key: key) != AuthenticatedCipher.seal(plain, key: key))
    }

    @Test func `every changed byte and every cut of a sealed value is found`() throws {
        let key = AuthenticatedCipher.makeKey()
        let sealed = AuthenticatedCipher.seal(plain, key: key)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x20
            #expect(throws: CryptographyError.self) { try AuthenticatedCipher.open(changed, key: key) }
            #expect(throws: CryptographyError.self) { try AuthenticatedCipher.open(Array(sealed[..<index]), key: key) }
        }
    }

    @Test(arguments: [0, 1, 15, 16, 17, 100_000]) func `values of any length go through`(count: Int) throws {
        let value = [UInt8](repeating: 0xA5, count: count)
        let key = AuthenticatedCipher.makeKey()
        #expect(try AuthenticatedCipher.open(AuthenticatedCipher.seal(value, key: key), key: key) == value)
        let pair = SealingKey.generate()
        #expect(try pair.open(try pair.publicKey.seal(value)) == value)
    }

    @Test func `what is sealed to one key opens with that key and purpose alone`() throws {
        let owner = SealingKey.generate()
        let sealed = try owner.publicKey.seal(plain, purpose: "name", associated: [7])
        #expect(try owner.open(sealed, purpose: "name", associated: [7]) == plain)
        #expect(throws: CryptographyError.self) { try owner.open(sealed, purpose: "photo", associated: [7]) }
        #expect(throws: CryptographyError.self) { try owner.open(sealed, purpose: "name") }
        #expect(throws: CryptographyError.self) {
            try SealingKey.generate().open(sealed, purpose: "name", associated: [7])
        }
        for index in [0, 31, 32, sealed.count - 1] {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CryptographyError.self) { try owner.open(changed, purpose: "name", associated: [7]) }
        }
    }

    @Test func `a wrapped key comes back`() throws {
        let owner = SealingKey.generate()
        let key = AuthenticatedCipher.makeKey()
        #expect(try owner.unwrap(try owner.publicKey.wrap(key)) == key)
    }

    @Test func `a public key that agrees on no secret is refused`() throws {
        let zero = try PublicSealingKey(jwk: JWK(curve: .x25519, raw: Array(repeating: 0, count: 32)))
        #expect(throws: CryptographyError.self) { try zero.seal(plain) }
    }
}

@Suite struct KeyFileTests {
    @Test func `keys are made once and read from then on`() throws {
        try withTemporaryFolder { folder in
            let first = try FileKeyStore(folder: folder + "/keys")
            let second = try FileKeyStore(folder: folder + "/keys")
            #expect(first.signing.raw == second.signing.raw)
            #expect(first.sealing.raw == second.sealing.raw)
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

/// Runs with a folder of its own that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/kaotai-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
    let folder = String(cString: made)
    defer { _ = try? ChildProcess("/bin/rm", ["-rf", folder]).wait() }
    return try body(folder)
}
