import Platform

/// Suite `gm`: SM2 with SM3, SM4-CBC with HMAC-SM3.
enum ChineseSuite: SuiteAlgorithms {
    static let signatureAlgorithm = "SM2"
    static let signingKind = "SM2"
    static let sealingKind = "SM2"
    static let signingCurve = JWK.Curve.sm2
    static let sealingCurve = JWK.Curve.sm2
    static let contentKeyBytes = EncryptThenMAC.keyBytes

    static func makeSigningPair() -> KeyHandle { SM2.makePair() }
    static func makeSealingPair() -> KeyHandle { SM2.makePair() }
    static func publicBytes(of pair: KeyHandle) -> [UInt8] { SM2.publicBytes(of: pair) }
    static func publicKey(signing raw: [UInt8]) throws(CryptographyError) -> KeyHandle { try SM2.publicKey(raw) }
    static func publicKey(sealing raw: [UInt8]) throws(CryptographyError) -> KeyHandle { try SM2.publicKey(raw) }

    static func sign(_ message: [UInt8], with pair: KeyHandle) -> [UInt8] { SM2.sign(message, with: pair) }

    static func isSignature(_ signature: [UInt8], of message: [UInt8], by key: KeyHandle) -> Bool {
        SM2.isSignature(signature, of: message, by: key)
    }

    static func seal(_ plain: [UInt8], key: [UInt8], associated: [UInt8], entropy: (Int) -> [UInt8]) -> [UInt8] {
        EncryptThenMAC().seal(plain, key: key, associated: associated, entropy: entropy)
    }

    static func open(_ sealed: [UInt8], key: [UInt8], associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try EncryptThenMAC().open(sealed, key: key, associated: associated)
    }

    /// Length of the encapsulation (2 bytes) ‖ encapsulation ‖ sealed value.
    ///
    /// The encapsulation is a fresh content key in SM2 encryption, in the form of GM/T 0009. SM2 encryption takes no
    /// associated bytes, so the sealed value is bound to the purpose and to the encapsulation's every byte.
    static func seal(_ plain: [UInt8], to recipient: PublicSealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        let key = systemEntropy(contentKeyBytes)
        let encapsulated = try SM2.encrypt(key, to: recipient.handle)
        return bigEndian16(encapsulated.count) + encapsulated
            + seal(
                plain, key: key, associated: bound(encapsulated, purpose, associated), entropy: systemEntropy)
    }

    static func open(_ sealed: [UInt8], with recipient: SealingKey, purpose: String, associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        guard sealed.count >= 2 else { throw CryptographyError("open a sealed value", "it is too short to be one") }
        let count = Int(sealed[0]) << 8 | Int(sealed[1])
        guard sealed.count >= 2 + count else {
            throw CryptographyError("open a sealed value", "it is too short to be one")
        }
        let encapsulated = Array(sealed[2..<(2 + count)])
        let key = try SM2.decrypt(encapsulated, with: recipient.handle)
        guard key.count == contentKeyBytes else {
            throw CryptographyError("open a sealed value", "what it encapsulates is no key")
        }
        return try open(
            Array(sealed[(2 + count)...]), key: key, associated: bound(encapsulated, purpose, associated))
    }

    private static func bound(_ encapsulated: [UInt8], _ purpose: String, _ associated: [UInt8]) -> [UInt8] {
        let purpose = Array(purpose.utf8)
        return bigEndian16(encapsulated.count) + encapsulated + bigEndian16(purpose.count) + purpose + associated
    }

    private static func bigEndian16(_ number: Int) -> [UInt8] {
        precondition(number < 65_536, "a length of \(number) bytes")
        return [UInt8(number >> 8), UInt8(number & 255)]
    }
}
