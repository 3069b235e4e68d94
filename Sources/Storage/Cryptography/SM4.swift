internal import CCrypto
import Platform

/// SM4 in CBC mode (GB/T 32907, GB/T 17964), the last block padded as PKCS #7 says.
enum SM4 {
    static func encrypt(_ plain: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8] {
        precondition(key.count == 16 && vector.count == 16, "SM4 takes 16 bytes of key and of vector")
        let context = OpenSSL.require(EVP_CIPHER_CTX_new())
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: plain.count + 16)
        var count: Int32 = 0
        var rest: Int32 = 0
        let done =
            EVP_EncryptInit_ex2(context, Algorithms.sm4CBC.pointer, key, vector, nil) == 1
            && EVP_EncryptUpdate(context, &out, &count, plain, Int32(plain.count)) == 1
            && out.withUnsafeMutableBufferPointer {
                EVP_EncryptFinal_ex(context, $0.baseAddress.map { $0 + Int(count) }, &rest) == 1
            }
        precondition(done && Int(count + rest) <= out.count, "SM4-CBC does not encrypt")
        return Array(out[..<Int(count + rest)])
    }

    /// Nil when the padding is none.
    static func decrypt(_ encrypted: [UInt8], key: [UInt8], vector: [UInt8]) -> [UInt8]? {
        precondition(key.count == 16 && vector.count == 16, "SM4 takes 16 bytes of key and of vector")
        let context = OpenSSL.require(EVP_CIPHER_CTX_new())
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: encrypted.count + 16)
        var count: Int32 = 0
        var rest: Int32 = 0
        let whole =
            EVP_DecryptInit_ex2(context, Algorithms.sm4CBC.pointer, key, vector, nil) == 1
            && EVP_DecryptUpdate(context, &out, &count, encrypted, Int32(encrypted.count)) == 1
            && out.withUnsafeMutableBufferPointer {
                EVP_DecryptFinal_ex(context, $0.baseAddress.map { $0 + Int(count) }, &rest) == 1
            }
        guard whole else {
            ERR_clear_error()
            return nil
        }
        return Array(out[..<Int(count + rest)])
    }
}

/// SM4-CBC, then HMAC-SM3 over what came out: the code is checked before a byte is decrypted.
///
/// The key is the code's 32 bytes, then SM4's 16. As in RFC 7518 §5.2 the code covers the associated bytes, the vector, the
/// ciphertext and the length of the associated bytes in bits (8 bytes), so that none can lend bytes to its neighbour.
struct EncryptThenMAC {
    static let keyBytes = 48

    /// Whether the code that was found is the code that must be.
    var accepts: (_ found: [UInt8], _ wanted: [UInt8]) -> Bool = equalInConstantTime

    func seal(
        _ plain: [UInt8], key: [UInt8], associated: [UInt8], entropy: (Int) -> [UInt8] = systemEntropy
    ) -> [UInt8] {
        let vector = entropy(16)
        let encrypted = vector + SM4.encrypt(plain, key: Array(key[32...]), vector: vector)
        return encrypted + Self.code(encrypted, key: key, associated: associated)
    }

    func open(_ sealed: [UInt8], key: [UInt8], associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let operation = "open a sealed value"
        // A vector, a block and the code.
        guard sealed.count >= 64 else { throw CryptographyError(operation, "it is too short to be one") }
        let encrypted = Array(sealed[..<(sealed.count - 32)])
        let found = Array(sealed[(sealed.count - 32)...])
        guard accepts(found, Self.code(encrypted, key: key, associated: associated)),
            let plain = SM4.decrypt(
                Array(encrypted[16...]), key: Array(key[32...]), vector: Array(encrypted[..<16]))
        else { throw CryptographyError(operation, "it was altered, or sealed under another key") }
        return plain
    }

    private static func code(_ encrypted: [UInt8], key: [UInt8], associated: [UInt8]) -> [UInt8] {
        let bits = UInt64(associated.count) * 8
        let length = (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
        return hmacSM3(key: Array(key[..<32]), message: associated + encrypted + length)
    }
}
