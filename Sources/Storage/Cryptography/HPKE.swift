internal import CCrypto

/// The parts of RFC 9180 that a single sealed message needs.
enum HPKE {
    /// The AEAD's number in the RFC's registry; the smaller one is there for its test vectors.
    enum Cipher: UInt8 {
        case aes128 = 1
        case aes256 = 2

        var keyBytes: Int { self == .aes128 ? 16 : 32 }
    }

    /// DHKEM(X25519, HKDF-SHA256) has number 0x0020.
    private static let kemSuite: [UInt8] = Array("KEM".utf8) + [0x00, 0x20]

    static func encapsulate(to recipient: PublicSealingKey, ephemeral: SealingKey) throws(CryptographyError)
        -> (shared: [UInt8], encapsulated: [UInt8])
    {
        let encapsulated = ephemeral.publicSealingKey.raw
        let agreed = try agree(ephemeral, recipient.raw)
        return (derive(agreed, context: encapsulated + recipient.raw), encapsulated)
    }

    static func decapsulate(_ encapsulated: [UInt8], recipient: SealingKey) throws(CryptographyError) -> [UInt8] {
        let agreed = try agree(recipient, encapsulated)
        return derive(agreed, context: encapsulated + recipient.publicSealingKey.raw)
    }

    /// The key and nonce of the first message in base mode.
    static func schedule(shared: [UInt8], info: [UInt8], cipher: Cipher) -> (key: [UInt8], nonce: [UInt8]) {
        let suite: [UInt8] = Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, cipher.rawValue]
        let identity = extract(salt: [], label: "psk_id_hash", key: [], suite: suite)
        let purpose = extract(salt: [], label: "info_hash", key: info, suite: suite)
        let context = [0] + identity + purpose
        let secret = extract(salt: shared, label: "secret", key: [], suite: suite)
        return (
            expand(secret, label: "key", info: context, count: cipher.keyBytes, suite: suite),
            expand(secret, label: "base_nonce", info: context, count: 12, suite: suite)
        )
    }

    private static func derive(_ agreed: [UInt8], context: [UInt8]) -> [UInt8] {
        let pseudorandom = extract(salt: [], label: "eae_prk", key: agreed, suite: kemSuite)
        return expand(pseudorandom, label: "shared_secret", info: context, count: 32, suite: kemSuite)
    }

    private static func extract(salt: [UInt8], label: String, key: [UInt8], suite: [UInt8]) -> [UInt8] {
        HKDF.extract(salt: salt, key: Array("HPKE-v1".utf8) + suite + Array(label.utf8) + key)
    }

    private static func expand(_ key: [UInt8], label: String, info: [UInt8], count: Int, suite: [UInt8]) -> [UInt8] {
        let length = [UInt8(count >> 8), UInt8(count & 255)]
        let labelled = length + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
        return HKDF.expand(key, info: labelled, count: count)
    }

    /// X25519; a peer key that gives the all-zero secret is refused by libcrypto.
    private static func agree(_ own: SealingKey, _ peer: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let operation = "agree on a key"
        let other = KeyHandle(
            owning: try OpenSSL.unwrap(
                EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, peer, peer.count), operation))
        let context = try OpenSSL.unwrap(EVP_PKEY_CTX_new_from_pkey(nil, own.handle.pointer, nil), operation)
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSL.check(EVP_PKEY_derive_init(context), operation)
        try OpenSSL.check(EVP_PKEY_derive_set_peer(context, other.pointer), operation)
        var secret = [UInt8](repeating: 0, count: 32)
        var count = secret.count
        try OpenSSL.check(EVP_PKEY_derive(context, &secret, &count), operation)
        return secret
    }
}
