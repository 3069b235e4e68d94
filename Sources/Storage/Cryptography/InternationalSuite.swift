internal import CCrypto
import Platform

/// Suite `intl`: Ed25519, HPKE over X25519, AES-256-GCM.
enum InternationalSuite: SuiteAlgorithms {
    static let signatureAlgorithm = "EdDSA"
    static let signingKind = "ED25519"
    static let sealingKind = "X25519"
    static let signingCurve = JWK.Curve.ed25519
    static let sealingCurve = JWK.Curve.x25519
    static let contentKeyBytes = 32

    // Any 32 random bytes are a private key; only an absent algorithm could refuse them.
    static func makeSigningPair() -> KeyHandle { makePair(EVP_PKEY_ED25519) }
    static func makeSealingPair() -> KeyHandle { makePair(EVP_PKEY_X25519) }

    private static func makePair(_ kind: Int32) -> KeyHandle {
        let raw = systemEntropy(32)
        return KeyHandle(owning: OpenSSL.require(EVP_PKEY_new_raw_private_key(kind, nil, raw, raw.count)))
    }

    static func publicBytes(of pair: KeyHandle) -> [UInt8] { pair.rawPublic }

    static func publicKey(signing raw: [UInt8]) throws(CryptographyError) -> KeyHandle {
        try publicKey(EVP_PKEY_ED25519, raw, "take an Ed25519 public key")
    }

    static func publicKey(sealing raw: [UInt8]) throws(CryptographyError) -> KeyHandle {
        try publicKey(EVP_PKEY_X25519, raw, "take an X25519 public key")
    }

    private static func publicKey(_ kind: Int32, _ raw: [UInt8], _ operation: String) throws(CryptographyError)
        -> KeyHandle
    {
        KeyHandle(
            owning: try OpenSSL.unwrap(EVP_PKEY_new_raw_public_key(kind, nil, raw, raw.count), operation))
    }

    static func sign(_ message: [UInt8], with pair: KeyHandle) -> [UInt8] {
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        let done =
            EVP_DigestSignInit(context, nil, nil, nil, pair.pointer) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(done && count == 64, "Ed25519 does not sign")
        return signature
    }

    static func isSignature(_ signature: [UInt8], of message: [UInt8], by key: KeyHandle) -> Bool {
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        let valid =
            EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
        if !valid { ERR_clear_error() }
        return valid
    }

    static func seal(_ plain: [UInt8], key: [UInt8], associated: [UInt8], entropy: (Int) -> [UInt8]) -> [UInt8] {
        let nonce = entropy(12)
        return nonce + GCM.encrypt(plain, key: key, nonce: nonce, associated: associated)
    }

    static func open(_ sealed: [UInt8], key: [UInt8], associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= 28 else { throw CryptographyError("open a sealed value", "it is too short to be one") }
        return try GCM.decrypt(Array(sealed[12...]), key: key, nonce: Array(sealed[..<12]), associated: associated)
    }

    /// Encapsulated key (32 bytes) ‖ ciphertext ‖ tag (16): RFC 9180, base mode, DHKEM(X25519, HKDF-SHA256),
    /// HKDF-SHA256, AES-256-GCM, one message an encapsulation.
    static func seal(_ plain: [UInt8], to recipient: PublicSealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        let (shared, encapsulated) = try HPKE.encapsulate(to: recipient, ephemeral: .generate(.intl))
        let schedule = HPKE.schedule(shared: shared, info: Array(purpose.utf8), cipher: .aes256)
        return encapsulated
            + GCM.encrypt(plain, key: schedule.key, nonce: schedule.nonce, associated: associated)
    }

    static func open(_ sealed: [UInt8], with recipient: SealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        guard sealed.count >= 48 else { throw CryptographyError("open a sealed value", "it is too short to be one") }
        let encapsulated = Array(sealed[..<32])
        let schedule = HPKE.schedule(
            shared: try HPKE.decapsulate(encapsulated, recipient: recipient), info: Array(purpose.utf8),
            cipher: .aes256)
        return try GCM.decrypt(
            Array(sealed[32...]), key: schedule.key, nonce: schedule.nonce, associated: associated)
    }
}
