internal import CCrypto
import Platform

/// An Ed25519 key pair (RFC 8032).
public struct SigningKey: Sendable {
    let handle: KeyHandle
    public let verifyingKey: VerifyingKey
    /// The public half's RFC 7638 thumbprint: the `kid` of what this key signs.
    public var thumbprint: String { verifyingKey.thumbprint }

    private init(handle: KeyHandle) {
        self.handle = handle
        verifyingKey = VerifyingKey(validated: handle.rawPublic)
    }

    /// A new random pair.
    public static func generate() -> SigningKey {
        // Any 32 random bytes are a private key; only an absent algorithm could refuse them.
        let raw = systemEntropy(32)
        let pointer = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        return SigningKey(handle: KeyHandle(owning: OpenSSL.require(pointer)))
    }

    /// From the 32 bytes that RFC 8032 calls the private key.
    public init(raw: [UInt8]) throws(CryptographyError) {
        let pointer = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, raw, raw.count)
        self.init(handle: KeyHandle(owning: try OpenSSL.unwrap(pointer, "take an Ed25519 private key")))
    }

    /// From PKCS #8 PEM, as `pem` and `openssl genpkey -algorithm ed25519` write it.
    public init(pem: String) throws(CryptographyError) {
        self.init(handle: try KeyHandle(pem: pem, kind: "ED25519"))
    }

    public var raw: [UInt8] { handle.rawPrivate }
    public var pem: String { handle.pem }
    public var publicJWK: JWK { verifyingKey.jwk }

    /// The signature of the message: 64 bytes, the same each time.
    public func sign(_ message: [UInt8]) -> [UInt8] {
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let done =
            EVP_DigestSignInit(context, nil, nil, nil, handle.pointer) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(done && count == 64, "Ed25519 does not sign")
        return signature
    }
}

/// The public half of an Ed25519 pair.
public struct VerifyingKey: Sendable, Hashable {
    /// The 32 bytes of RFC 8032.
    public let raw: [UInt8]

    init(validated raw: [UInt8]) { self.raw = raw }

    public init(raw: [UInt8]) throws(CryptographyError) {
        guard raw.count == 32 else { throw CryptographyError("take an Ed25519 public key", "it has not 32 bytes") }
        self.raw = raw
    }

    /// - Throws: `CryptographyError` when the document is no Ed25519 key, or one that is not for signatures.
    public init(jwk: JWK) throws(CryptographyError) { raw = try jwk.rawKey(curve: .ed25519) }

    public var jwk: JWK { JWK(curve: .ed25519, raw: raw) }
    public var thumbprint: String { jwk.thumbprint }

    /// SubjectPublicKeyInfo PEM, for `openssl pkeyutl -pubin`.
    public var pem: String { OpenSSL.require(handle()).publicPEM }

    public func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == 64, let handle = handle() else { return false }
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        let valid =
            EVP_DigestVerifyInit(context, nil, nil, nil, handle.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        ERR_clear_error()
        return valid
    }

    private func handle() -> KeyHandle? {
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count).map(KeyHandle.init(owning:))
    }
}
