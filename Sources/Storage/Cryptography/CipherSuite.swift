public import Platform

/// The algorithms that sign, seal and wrap. Every key belongs to one suite, and what it made says so: a signed document
/// by `alg` in its header, a sealed value by its first byte.
///
/// Digests in journals, results and packages are SHA-256 under either suite: their formats fix it.
public enum CipherSuite: String, Codable, Hashable, Sendable, CaseIterable {
    /// Ed25519 (RFC 8032) signs; HPKE with X25519 (RFC 9180) seals to a key pair; AES-256-GCM seals under a key.
    case intl
    /// SM2 with SM3 (GB/T 32918.2) signs; SM2 encryption (GB/T 32918.4) seals to a key pair; SM4-CBC with HMAC-SM3
    /// (GB/T 32907, GB/T 32905), encrypt-then-MAC, seals under a key.
    case gm

    /// The suite that `--suite` names.
    ///
    /// - Throws: `Failure` with code 64 when there is none of that name.
    public init(option name: String) throws(Failure) {
        guard let suite = CipherSuite(rawValue: name) else {
            throw Failure(
                .usage, "--suite is \(Self.allCases.map(\.rawValue).joined(separator: " or ")), not \"\(name)\"")
        }
        self = suite
    }

    var algorithms: any SuiteAlgorithms.Type {
        switch self {
        case .intl: InternationalSuite.self
        case .gm: ChineseSuite.self
        }
    }

    /// What the header of a signed document calls the suite's signatures.
    public var signatureAlgorithm: String { algorithms.signatureAlgorithm }

    /// The first byte of what the suite sealed.
    public var mark: UInt8 {
        switch self {
        case .intl: 1
        case .gm: 2
        }
    }

    init?(mark: UInt8) {
        guard let suite = Self.allCases.first(where: { $0.mark == mark }) else { return nil }
        self = suite
    }

    /// What stands behind the first byte of a sealed value, if that byte names the suite of the key at hand.
    func body(of sealed: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let operation = "open a sealed value"
        guard let first = sealed.first else { throw CryptographyError(operation, "it is empty") }
        guard let suite = CipherSuite(mark: first) else {
            throw CryptographyError(operation, "its first byte names no cipher suite (\(first))")
        }
        guard suite == self else {
            throw CryptographyError(operation, "it is sealed under suite \(suite), the key is of suite \(self)")
        }
        return Array(sealed[1...])
    }
}

/// What a suite can do; sealed values stand here without the byte that names the suite.
protocol SuiteAlgorithms {
    static var signatureAlgorithm: String { get }
    /// What libcrypto calls the kinds of the two pairs.
    static var signingKind: String { get }
    static var sealingKind: String { get }
    static var signingCurve: JWK.Curve { get }
    static var sealingCurve: JWK.Curve { get }
    static var contentKeyBytes: Int { get }

    static func makeSigningPair() -> KeyHandle
    static func makeSealingPair() -> KeyHandle
    /// A public key's bytes as its JWK holds them, coordinates one behind the other.
    static func publicBytes(of pair: KeyHandle) -> [UInt8]
    static func publicKey(signing raw: [UInt8]) throws(CryptographyError) -> KeyHandle
    static func publicKey(sealing raw: [UInt8]) throws(CryptographyError) -> KeyHandle

    /// A signature of 64 bytes.
    static func sign(_ message: [UInt8], with pair: KeyHandle) -> [UInt8]
    static func isSignature(_ signature: [UInt8], of message: [UInt8], by key: KeyHandle) -> Bool

    static func seal(_ plain: [UInt8], key: [UInt8], associated: [UInt8], entropy: (Int) -> [UInt8]) -> [UInt8]
    static func open(_ sealed: [UInt8], key: [UInt8], associated: [UInt8]) throws(CryptographyError) -> [UInt8]

    static func seal(_ plain: [UInt8], to recipient: PublicSealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    static func open(_ sealed: [UInt8], with recipient: SealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
}
