/// Where an appliance's or a center's own keys are: a file, or a token or security chip that keeps them inside.
///
/// It signs heads, results, receipts and orders, and opens what others sealed to this machine. No private byte leaves it
/// through this protocol; both pairs are of one suite.
public protocol KeyStore: Signer, Recipient {}

extension KeyStore {
    /// The suite of its keys, and so of all that it signs.
    public var suite: CipherSuite { verifyingKey.suite }

    /// The public halves, as others come to trust them.
    ///
    /// - Parameter appliance: whose keys they are; then they count only for documents of that appliance.
    public func publicKeys(appliance: String? = nil) -> JWKS {
        var signing = verifyingKey.jwk
        var sealing = publicSealingKey.jwk
        signing.appliance = appliance
        sealing.appliance = appliance
        return JWKS(keys: [signing, sealing])
    }
}

/// Keys that live as long as the process: for tests and simulations.
public struct MemoryKeyStore: KeyStore {
    private let signing: SigningKey
    private let sealing: SealingKey

    public init(suite: CipherSuite = .intl) {
        signing = .generate(suite)
        sealing = .generate(suite)
    }

    public var verifyingKey: VerifyingKey { signing.verifyingKey }
    public var publicSealingKey: PublicSealingKey { sealing.publicSealingKey }

    public func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }

    public func open(_ sealed: [UInt8], purpose: String, associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try sealing.open(sealed, purpose: purpose, associated: associated)
    }
}
