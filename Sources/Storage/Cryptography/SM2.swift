internal import CCrypto

/// SM2 on its recommended curve (GB/T 32918.5), in libcrypto.
enum SM2 {
    /// The signer's id that GM/T 0009 gives to whoever has no other; it goes into what is signed.
    private static let identity = Array("1234567812345678".utf8)

    static func makePair() -> KeyHandle {
        let context = OpenSSL.require(EVP_PKEY_CTX_new_from_name(nil, "SM2", nil))
        defer { EVP_PKEY_CTX_free(context) }
        var pointer: OpaquePointer?
        let made = EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_generate(context, &pointer) == 1
        precondition(made, "libcrypto makes no SM2 keys")
        return KeyHandle(owning: OpenSSL.require(pointer))
    }

    // MARK: Public keys

    /// x ‖ y, 32 bytes each.
    static func publicBytes(of key: KeyHandle) -> [UInt8] {
        coordinate(of: key, "qx") + coordinate(of: key, "qy")
    }

    private static func coordinate(of key: KeyHandle, _ name: String) -> [UInt8] {
        var number: OpaquePointer?
        let got = EVP_PKEY_get_bn_param(key.pointer, name, &number)
        precondition(got == 1, "an SM2 key without its public half")
        defer { BN_free(number) }
        return fixedBytes(number)
    }

    private static func fixedBytes(_ number: OpaquePointer?) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = BN_bn2binpad(number, &bytes, Int32(bytes.count))
        precondition(count == 32, "a number of SM2 has at most 32 bytes")
        return bytes
    }

    /// - Throws: `CryptographyError` when x ‖ y is no point of the curve.
    static func publicKey(_ raw: [UInt8]) throws(CryptographyError) -> KeyHandle {
        let operation = "take an SM2 public key"
        guard raw.count == 64 else { throw CryptographyError(operation, "it has not 64 bytes") }
        // 4 says that both coordinates follow.
        let point = [4] + raw
        let context = try OpenSSL.unwrap(EVP_PKEY_CTX_new_from_name(nil, "SM2", nil), operation)
        defer { EVP_PKEY_CTX_free(context) }
        var pointer: OpaquePointer?
        let made = point.withUnsafeBufferPointer { point in
            // The list points at names and values: literals, and bytes that stay until the key is made.
            let list = [
                OSSL_PARAM_construct_utf8_string(lasting("group"), lasting("SM2"), 0),
                OSSL_PARAM_construct_octet_string(
                    lasting("pub"), UnsafeMutablePointer(mutating: point.baseAddress), point.count),
                OSSL_PARAM_construct_end(),
            ]
            return list.withUnsafeBufferPointer {
                EVP_PKEY_fromdata_init(context) == 1
                    && EVP_PKEY_fromdata(
                        context, &pointer, ccrypto_public_key_selection, UnsafeMutablePointer(mutating: $0.baseAddress))
                        == 1
            }
        }
        guard made, let pointer else {
            ERR_clear_error()
            throw CryptographyError(operation, "it is no point of SM2's curve")
        }
        return KeyHandle(owning: pointer)
    }

    private static func lasting(_ literal: StaticString) -> UnsafeMutablePointer<CChar> {
        UnsafeMutablePointer(
            mutating: UnsafeRawPointer(literal.utf8Start).assumingMemoryBound(to: CChar.self))
    }

    // MARK: Signatures

    /// r ‖ s, 32 bytes each; another one each time.
    static func sign(_ message: [UInt8], with pair: KeyHandle) -> [UInt8] {
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        var encoded = [UInt8](repeating: 0, count: 128)
        var count = encoded.count
        var inner: OpaquePointer?
        let done =
            EVP_DigestSignInit_ex(context, &inner, "SM3", nil, nil, pair.pointer, nil) == 1
            && EVP_PKEY_CTX_set1_id(inner, identity, Int32(identity.count)) == 1
            && EVP_DigestSign(context, &encoded, &count, message, message.count) == 1
        precondition(done, "SM2 does not sign")
        let signature = encoded.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return OpenSSL.require(d2i_ECDSA_SIG(nil, &start, count))
        }
        defer { ECDSA_SIG_free(signature) }
        return fixedBytes(ECDSA_SIG_get0_r(signature)) + fixedBytes(ECDSA_SIG_get0_s(signature))
    }

    static func isSignature(_ signature: [UInt8], of message: [UInt8], by key: KeyHandle) -> Bool {
        guard signature.count == 64 else { return false }
        let context = OpenSSL.require(EVP_MD_CTX_new())
        defer { EVP_MD_CTX_free(context) }
        let encoded = distinguishedEncoding(signature)
        var inner: OpaquePointer?
        let valid =
            EVP_DigestVerifyInit_ex(context, &inner, "SM3", nil, nil, key.pointer, nil) == 1
            && EVP_PKEY_CTX_set1_id(inner, identity, Int32(identity.count)) == 1
            && EVP_DigestVerify(context, encoded, encoded.count, message, message.count) == 1
        if !valid { ERR_clear_error() }
        return valid
    }

    /// r ‖ s as libcrypto and `openssl` take it: a DER sequence of two integers.
    static func distinguishedEncoding(_ signature: [UInt8]) -> [UInt8] {
        let object = OpenSSL.require(ECDSA_SIG_new())
        defer { ECDSA_SIG_free(object) }
        let set = ECDSA_SIG_set0(
            object, OpenSSL.require(BN_bin2bn(Array(signature[..<32]), 32, nil)),
            OpenSSL.require(BN_bin2bn(Array(signature[32...]), 32, nil)))
        precondition(set == 1, "libcrypto has no memory")
        var encoded = [UInt8](repeating: 0, count: 80)
        let count = encoded.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return i2d_ECDSA_SIG(object, &start)
        }
        return Array(encoded[..<Int(count)])
    }

    // MARK: Encryption

    /// The ciphertext in the form of GM/T 0009: a DER sequence of x, y, SM3 digest and ciphertext.
    static func encrypt(_ plain: [UInt8], to key: KeyHandle) throws(CryptographyError) -> [UInt8] {
        let operation = "encrypt to an SM2 key"
        let context = try OpenSSL.unwrap(EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), operation)
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSL.check(EVP_PKEY_encrypt_init(context), operation)
        var count = 0
        try OpenSSL.check(EVP_PKEY_encrypt(context, nil, &count, plain, plain.count), operation)
        var encrypted = [UInt8](repeating: 0, count: count)
        try OpenSSL.check(EVP_PKEY_encrypt(context, &encrypted, &count, plain, plain.count), operation)
        return Array(encrypted[..<count])
    }

    static func decrypt(_ encrypted: [UInt8], with pair: KeyHandle) throws(CryptographyError) -> [UInt8] {
        let operation = "open a sealed value"
        let context = try OpenSSL.unwrap(EVP_PKEY_CTX_new_from_pkey(nil, pair.pointer, nil), operation)
        defer { EVP_PKEY_CTX_free(context) }
        var count = 0
        var plain: [UInt8] = []
        let whole =
            EVP_PKEY_decrypt_init(context) == 1
            && EVP_PKEY_decrypt(context, nil, &count, encrypted, encrypted.count) == 1
            && {
                plain = [UInt8](repeating: 0, count: count)
                return EVP_PKEY_decrypt(context, &plain, &count, encrypted, encrypted.count) == 1
            }()
        guard whole else {
            ERR_clear_error()
            throw CryptographyError(operation, "its SM2 encryption was altered, or made for another key")
        }
        return Array(plain[..<count])
    }
}
