internal import CCrypto

/// AES in Galois/Counter mode with a nonce from the caller; the tag stands behind the ciphertext.
enum GCM {
    private static func cipher(_ key: [UInt8]) -> OpaquePointer {
        switch key.count {
        case 16: Algorithms.aes128GCM.pointer
        case 32: Algorithms.aes256GCM.pointer
        default: preconditionFailure("an AES key of \(key.count) bytes")
        }
    }

    static func encrypt(_ plain: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8] {
        precondition(nonce.count == 12, "a GCM nonce has 12 bytes")
        let context = OpenSSL.require(EVP_CIPHER_CTX_new())
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: 16)
        var count: Int32 = 0
        var spare: [UInt8] = [0]
        let done =
            EVP_EncryptInit_ex2(context, cipher(key), key, nonce, nil) == 1
            && (associated.isEmpty
                || EVP_EncryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1)
            && (plain.isEmpty || EVP_EncryptUpdate(context, &out, &count, plain, Int32(plain.count)) == 1)
            && EVP_EncryptFinal_ex(context, &spare, &count) == 1
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1
        precondition(done, "AES-GCM does not seal")
        return out + tag
    }

    static func decrypt(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8])
        throws(CryptographyError) -> [UInt8]
    {
        guard sealed.count >= 16 else { throw CryptographyError("open a sealed value", "it is too short to be one") }
        let context = OpenSSL.require(EVP_CIPHER_CTX_new())
        defer { EVP_CIPHER_CTX_free(context) }
        let text = Array(sealed[..<(sealed.count - 16)])
        var tag = Array(sealed[(sealed.count - 16)...])
        var out = [UInt8](repeating: 0, count: text.count)
        var count: Int32 = 0
        var spare: [UInt8] = [0]
        let whole =
            EVP_DecryptInit_ex2(context, cipher(key), key, nonce, nil) == 1
            && (associated.isEmpty
                || EVP_DecryptUpdate(context, nil, &count, associated, Int32(associated.count)) == 1)
            && (text.isEmpty || EVP_DecryptUpdate(context, &out, &count, text, Int32(text.count)) == 1)
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1
            && EVP_DecryptFinal_ex(context, &spare, &count) == 1
        guard whole else {
            ERR_clear_error()
            throw CryptographyError("open a sealed value", "it was altered, or sealed under another key")
        }
        return out
    }
}
