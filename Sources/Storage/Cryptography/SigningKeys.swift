internal import CCrypto
import Platform

/// Who signs: a key at hand, or a device that keeps it inside.
public protocol Signer: Sendable {
    /// The public half, which names the suite.
    var verifyingKey: VerifyingKey { get }
    /// The signature of the message: 64 bytes.
    ///
    /// - Throws: `CryptographyError` when a device does not sign.
    func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8]
}

extension Signer {
    /// The public half's RFC 7638 thumbprint: the `kid` of what is signed.
    public var thumbprint: String { verifyingKey.thumbprint }
}

/// A key pair for signatures.
public struct SigningKey: Signer {
    let handle: KeyHandle
    public let verifyingKey: VerifyingKey
    public var suite: CipherSuite { verifyingKey.suite }

    private init(handle: KeyHandle, suite: CipherSuite) {
        self.handle = handle
        verifyingKey = VerifyingKey(validated: suite.algorithms.publicBytes(of: handle), handle: handle, suite: suite)
    }

    /// A new random pair.
    public static func generate(_ suite: CipherSuite = .intl) -> SigningKey {
        SigningKey(handle: suite.algorithms.makeSigningPair(), suite: suite)
    }

    /// From PKCS #8 PEM, as `pem` and `openssl genpkey -algorithm ed25519` or `sm2` write it; the key's kind decides the
    /// suite.
    public init(pem: String) throws(CryptographyError) {
        let handle = try KeyHandle(pem: pem)
        guard let suite = CipherSuite.allCases.first(where: { handle.isKind($0.algorithms.signingKind) }) else {
            throw CryptographyError("read a private key from PEM", "the key is neither of Ed25519 nor of SM2")
        }
        self.init(handle: handle, suite: suite)
    }

    public var pem: String { handle.pem }
    public var publicJWK: JWK { verifyingKey.jwk }

    public func sign(_ message: [UInt8]) -> [UInt8] { suite.algorithms.sign(message, with: handle) }
}

/// The public half of a signing pair.
public struct VerifyingKey: Sendable, Hashable {
    public let suite: CipherSuite
    /// The 32 bytes of RFC 8032, or the coordinates of an SM2 key, 32 bytes each.
    public let raw: [UInt8]
    let handle: KeyHandle

    init(validated raw: [UInt8], handle: KeyHandle, suite: CipherSuite) {
        self.raw = raw
        self.handle = handle
        self.suite = suite
    }

    /// - Throws: `CryptographyError` when the bytes are no key of that suite.
    public init(raw: [UInt8], suite: CipherSuite = .intl) throws(CryptographyError) {
        self.init(validated: raw, handle: try suite.algorithms.publicKey(signing: raw), suite: suite)
    }

    /// - Throws: `CryptographyError` when the document is no key of a suite, or one that is not for signatures.
    public init(jwk: JWK) throws(CryptographyError) {
        let (suite, raw) = try jwk.key(for: .signatures)
        try self.init(raw: raw, suite: suite)
    }

    public var jwk: JWK { JWK(curve: suite.algorithms.signingCurve, use: .signatures, raw: raw) }
    public var thumbprint: String { jwk.thumbprint }

    /// SubjectPublicKeyInfo PEM, for `openssl pkeyutl -pubin`.
    public var pem: String { handle.publicPEM }

    public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        suite.algorithms.isSignature(signature, of: message, by: handle)
    }

    public static func == (a: VerifyingKey, b: VerifyingKey) -> Bool { a.suite == b.suite && a.raw == b.raw }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(suite)
        hasher.combine(raw)
    }
}
