internal import CCrypto
import Platform

/// Who opens what others sealed to it: a key at hand, or a device that keeps it inside.
public protocol Recipient: Sendable {
    /// What others seal to; it names the suite.
    var publicSealingKey: PublicSealingKey { get }
    /// What `PublicSealingKey.seal` closed for this recipient, with the same `purpose` and `associated` bytes.
    ///
    /// - Throws: `CryptographyError` when it was altered, or sealed to another key or for another purpose.
    func open(_ sealed: [UInt8], purpose: String, associated: [UInt8]) throws(CryptographyError) -> [UInt8]
}

extension Recipient {
    /// What was sealed without associated bytes.
    public func open(_ sealed: [UInt8], purpose: String) throws(CryptographyError) -> [UInt8] {
        try open(sealed, purpose: purpose, associated: [])
    }

    /// A key that was wrapped for this recipient; its suite may be another than the recipient's.
    public func unwrap(_ wrapped: [UInt8], associated: [UInt8] = []) throws(CryptographyError) -> ContentKey {
        try ContentKey(bytes: try open(wrapped, purpose: PublicSealingKey.wrapping, associated: associated))
    }
}

/// A key pair that others seal to.
public struct SealingKey: Recipient {
    let handle: KeyHandle
    public let publicSealingKey: PublicSealingKey
    public var suite: CipherSuite { publicSealingKey.suite }

    private init(handle: KeyHandle, suite: CipherSuite) {
        self.handle = handle
        publicSealingKey = PublicSealingKey(
            validated: suite.algorithms.publicBytes(of: handle), handle: handle, suite: suite)
    }

    /// A new random pair.
    public static func generate(_ suite: CipherSuite = .intl) -> SealingKey {
        SealingKey(handle: suite.algorithms.makeSealingPair(), suite: suite)
    }

    /// From PKCS #8 PEM, as `pem` and `openssl genpkey -algorithm x25519` or `sm2` write it; the key's kind decides the
    /// suite.
    public init(pem: String) throws(CryptographyError) {
        let handle = try KeyHandle(pem: pem)
        guard let suite = CipherSuite.allCases.first(where: { handle.isKind($0.algorithms.sealingKind) }) else {
            throw CryptographyError("read a private key from PEM", "the key is neither of X25519 nor of SM2")
        }
        self.init(handle: handle, suite: suite)
    }

    public var pem: String { handle.pem }
    public var publicJWK: JWK { publicSealingKey.jwk }

    public func open(_ sealed: [UInt8], purpose: String, associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try suite.algorithms.open(
            try suite.body(of: sealed), with: self, purpose: purpose, associated: associated)
    }
}

/// The public half of a sealing pair.
public struct PublicSealingKey: Sendable, Hashable {
    static let wrapping = "kaotai key"

    public let suite: CipherSuite
    /// The 32 bytes of RFC 7748, or the coordinates of an SM2 key, 32 bytes each.
    public let raw: [UInt8]
    let handle: KeyHandle

    init(validated raw: [UInt8], handle: KeyHandle, suite: CipherSuite) {
        self.raw = raw
        self.handle = handle
        self.suite = suite
    }

    /// - Throws: `CryptographyError` when the document is no key of a suite, or one that is not for sealing.
    public init(jwk: JWK) throws(CryptographyError) {
        let (suite, raw) = try jwk.key(for: .sealing)
        self.init(validated: raw, handle: try suite.algorithms.publicKey(sealing: raw), suite: suite)
    }

    /// From SubjectPublicKeyInfo PEM, as `openssl pkey -pubout` writes it.
    public init(pem: String) throws(CryptographyError) {
        let handle = try KeyHandle(publicPEM: pem)
        guard let suite = CipherSuite.allCases.first(where: { handle.isKind($0.algorithms.sealingKind) }) else {
            throw CryptographyError("read a public key from PEM", "the key is neither of X25519 nor of SM2")
        }
        self.init(validated: suite.algorithms.publicBytes(of: handle), handle: handle, suite: suite)
    }

    public var jwk: JWK { JWK(curve: suite.algorithms.sealingCurve, use: .sealing, raw: raw) }
    public var thumbprint: String { jwk.thumbprint }

    /// Closes bytes so that only the pair's owner opens them: the suite's byte, then under `intl` an HPKE encapsulation
    /// (32 bytes) ‖ AES-256-GCM ciphertext ‖ tag (16); under `gm` the length of an SM2 encryption (2 bytes) ‖ that
    /// encryption of a fresh key ‖ what that key sealed.
    ///
    /// - Throws: `CryptographyError` when the public key is one of the few that agree on no secret.
    public func seal(_ plain: [UInt8], purpose: String, associated: [UInt8] = []) throws(CryptographyError)
        -> [UInt8]
    {
        [suite.mark]
            + (try suite.algorithms.seal(plain, to: self, purpose: purpose, associated: associated))
    }

    /// Wraps a content key of either suite for the pair's owner.
    public func wrap(_ key: ContentKey, associated: [UInt8] = []) throws(CryptographyError) -> [UInt8] {
        try seal(key.bytes, purpose: Self.wrapping, associated: associated)
    }

    public static func == (a: PublicSealingKey, b: PublicSealingKey) -> Bool { a.suite == b.suite && a.raw == b.raw }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(suite)
        hasher.combine(raw)
    }
}
