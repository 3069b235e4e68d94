import Glibc
import Platform
import Testing

@testable import Cryptography

@Suite struct SealingTests {
    private let plain = Array("身份证 photo".utf8)

    @Test(arguments: CipherSuite.allCases)
    func `a sealed value names its suite and opens under its key and its context alone`(suite: CipherSuite) throws {
        let key = ContentKey.random(suite)
        let sealed = key.seal(plain, associated: [1])
        #expect(sealed.first == suite.mark)
        #expect(try key.open(sealed, associated: [1]) == plain)
        let altered = CryptographyError("open a sealed value", "it was altered, or sealed under another key")
        #expect(throws: altered) { try key.open(sealed, associated: [2]) }
        #expect(throws: altered) { try key.open(sealed) }
        #expect(throws: altered) { try ContentKey.random(suite).open(sealed, associated: [1]) }
        #expect(key.seal(plain) != key.seal(plain))
    }

    @Test(arguments: CipherSuite.allCases)
    func `every changed byte and every cut of a sealed value is found`(suite: CipherSuite) throws {
        let key = ContentKey.random(suite)
        let sealed = key.seal(plain, associated: [9])
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x20
            #expect(throws: CryptographyError.self) { try key.open(changed, associated: [9]) }
            #expect(throws: CryptographyError.self) { try key.open(Array(sealed[..<index]), associated: [9]) }
        }
        #expect(throws: CryptographyError.self) { try key.open(sealed + [0], associated: [9]) }
    }

    @Test(arguments: CipherSuite.allCases)
    func `a value of the other suite, or of none, is refused by name`(suite: CipherSuite) throws {
        let other: CipherSuite = suite == .gm ? .intl : .gm
        let sealed = ContentKey.random(other).seal(plain)
        let key = ContentKey.random(suite)
        let error = #expect(throws: CryptographyError.self) { try key.open(sealed) }
        #expect(error?.reason == "it is sealed under suite \(other), the key is of suite \(suite)")
        let pair = SealingKey.generate(suite)
        let foreign = try SealingKey.generate(other).publicSealingKey.seal(plain, purpose: "a")
        let second = #expect(throws: CryptographyError.self) { try pair.open(foreign, purpose: "a") }
        #expect(second?.reason == error?.reason)
        let third = #expect(throws: CryptographyError.self) { try key.open([7] + sealed[1...]) }
        #expect(third?.reason == "its first byte names no cipher suite (7)")
        #expect(throws: CryptographyError("open a sealed value", "it is empty")) { try key.open([]) }
    }

    @Test(arguments: CipherSuite.allCases, [0, 1, 15, 16, 17, 100_000])
    func `values of any length go through`(suite: CipherSuite, count: Int) throws {
        let value = [UInt8](repeating: 0xA5, count: count)
        let key = ContentKey.random(suite)
        #expect(try key.open(key.seal(value)) == value)
        let pair = SealingKey.generate(suite)
        #expect(try pair.open(try pair.publicSealingKey.seal(value, purpose: "a"), purpose: "a") == value)
    }

    @Test(arguments: CipherSuite.allCases)
    func `what is sealed to one key opens with that key, purpose and context alone`(suite: CipherSuite) throws {
        let owner = SealingKey.generate(suite)
        let sealed = try owner.publicSealingKey.seal(plain, purpose: "name", associated: [7])
        #expect(try owner.open(sealed, purpose: "name", associated: [7]) == plain)
        #expect(throws: CryptographyError.self) { try owner.open(sealed, purpose: "photo", associated: [7]) }
        #expect(throws: CryptographyError.self) { try owner.open(sealed, purpose: "name") }
        // Neither can lend a byte to the other.
        #expect(throws: CryptographyError.self) { try owner.open(sealed, purpose: "name\u{7}") }
        #expect(throws: CryptographyError.self) {
            try SealingKey.generate(suite).open(sealed, purpose: "name", associated: [7])
        }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(throws: CryptographyError.self) { try owner.open(changed, purpose: "name", associated: [7]) }
            #expect(throws: CryptographyError.self) {
                try owner.open(Array(sealed[..<index]), purpose: "name", associated: [7])
            }
        }
    }

    @Test(arguments: CipherSuite.allCases, CipherSuite.allCases)
    func `a key of either suite comes back from a wrapping of either`(key: CipherSuite, wrapping: CipherSuite) throws {
        let owner = SealingKey.generate(wrapping)
        let content = ContentKey.random(key)
        let wrapped = try owner.publicSealingKey.wrap(content)
        #expect(try owner.unwrap(wrapped) == content)
        #expect(throws: CryptographyError.self) { try SealingKey.generate(wrapping).unwrap(wrapped) }
        // What was sealed for another purpose is no wrapped key.
        let other = try owner.publicSealingKey.seal(content.bytes, purpose: "other")
        #expect(throws: CryptographyError.self) { try owner.unwrap(other) }
        for bytes in [[], [7], [key.mark, 1, 2], content.bytes + [0]] as [[UInt8]] {
            let none = try owner.publicSealingKey.seal(bytes, purpose: "kaotai key")
            #expect(throws: CryptographyError.self) { try owner.unwrap(none) }
        }
    }

    @Test func `a public key that agrees on no secret, or is no point, is refused`() throws {
        let zero = try PublicSealingKey(
            jwk: JWK(curve: .x25519, use: .sealing, raw: Array(repeating: 0, count: 32)))
        #expect(throws: CryptographyError.self) { try zero.seal(plain, purpose: "a") }
        var raw = SealingKey.generate(.gm).publicSealingKey.raw
        #expect(throws: Never.self) { try PublicSealingKey(jwk: JWK(curve: .sm2, use: .sealing, raw: raw)) }
        raw[40] ^= 1
        for wrong in [raw, Array(repeating: 0, count: 64), Array(repeating: 255, count: 64)] {
            #expect(throws: CryptographyError.self) {
                try PublicSealingKey(jwk: JWK(curve: .sm2, use: .sealing, raw: wrong))
            }
        }
    }

    /// The control: without its check of the code, SM4-CBC lets an altered value through.
    @Test func `it is the message code that finds an alteration under gm`() throws {
        let key = systemEntropy(EncryptThenMAC.keyBytes)
        var sealed = EncryptThenMAC().seal(plain, key: key, associated: [1])
        // A bit of the vector is the same bit of the first block.
        sealed[0] ^= 1
        var blind = EncryptThenMAC()
        blind.accepts = { _, _ in true }
        let opened = try blind.open(sealed, key: key, associated: [2])
        #expect(opened != plain)
        #expect(opened[0] == plain[0] ^ 1)
        #expect(opened[1...] == plain[1...])
        #expect(throws: CryptographyError.self) { try EncryptThenMAC().open(sealed, key: key, associated: [1]) }
        sealed[0] ^= 1
        #expect(try EncryptThenMAC().open(sealed, key: key, associated: [1]) == plain)
        #expect(throws: CryptographyError.self) { try EncryptThenMAC().open(sealed, key: key, associated: [2]) }
    }

    /// A padding that is wrong is reported as the code is: nobody can ask for paddings one by one.
    @Test func `a wrong code and a wrong padding say the same under gm`() throws {
        let key = systemEntropy(EncryptThenMAC.keyBytes)
        var sealed = EncryptThenMAC().seal([1, 2, 3], key: key, associated: [])
        sealed[15] ^= 1
        var blind = EncryptThenMAC()
        blind.accepts = { _, _ in true }
        let padding = #expect(throws: CryptographyError.self) { try blind.open(sealed, key: key, associated: []) }
        let code = #expect(throws: CryptographyError.self) {
            try EncryptThenMAC().open(sealed, key: key, associated: [])
        }
        #expect(padding == code)
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
