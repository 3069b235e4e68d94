internal import CCrypto

/// SHA-256 of the bytes: 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = EVP_Digest(bytes, bytes.count, &digest, nil, Algorithms.sha256.pointer, nil)
    precondition(done == 1, "libcrypto has no SHA-256")
    return digest
}

/// SHA-256 of a stretch of bytes, which are not copied for it.
public func sha256(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = bytes.withUnsafeBytes {
        EVP_Digest($0.baseAddress, $0.count, &digest, nil, Algorithms.sha256.pointer, nil)
    }
    precondition(done == 1, "libcrypto has no SHA-256")
    return digest
}

/// SHA-256 of what comes piece by piece, for files that do not fit into memory.
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    public init() {
        context = OpenSSL.require(EVP_MD_CTX_new())
        let begun = EVP_DigestInit_ex2(context, Algorithms.sha256.pointer, nil)
        precondition(begun == 1, "libcrypto has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: [UInt8]) {
        let done = EVP_DigestUpdate(context, bytes, bytes.count)
        precondition(done == 1, "SHA-256 does not take bytes")
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(done == 1, "SHA-256 does not take bytes")
    }

    public consuming func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let done = EVP_DigestFinal_ex(context, &digest, nil)
        precondition(done == 1, "SHA-256 does not end")
        return digest
    }
}

/// HMAC-SHA-256 (RFC 2104): 32 bytes.
public func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    let done = HMAC(Algorithms.sha256.pointer, key, Int32(key.count), message, message.count, &code, nil)
    precondition(done != nil, "libcrypto has no HMAC")
    return code
}

/// SM3 (GB/T 32905) of the bytes: 32 bytes.
func sm3(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let done = EVP_Digest(bytes, bytes.count, &digest, nil, Algorithms.sm3.pointer, nil)
    precondition(done == 1, "libcrypto has no SM3")
    return digest
}

/// HMAC with SM3: 32 bytes.
func hmacSM3(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    let done = HMAC(Algorithms.sm3.pointer, key, Int32(key.count), message, message.count, &code, nil)
    precondition(done != nil, "libcrypto has no HMAC")
    return code
}

/// HKDF with SHA-256 (RFC 5869).
enum HKDF {
    static func extract(salt: [UInt8], key: [UInt8]) -> [UInt8] {
        hmacSHA256(key: salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt, message: key)
    }

    static func expand(_ pseudorandom: [UInt8], info: [UInt8], count: Int) -> [UInt8] {
        precondition(count <= 255 * 32, "HKDF gives at most 8160 bytes")
        var out: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 1
        while out.count < count {
            block = hmacSHA256(key: pseudorandom, message: block + info + [number])
            out += block
            number &+= 1
        }
        return Array(out[..<count])
    }
}

/// Compares without telling by its duration where two values differ.
public func equalInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.count == b.count && (a.isEmpty || CRYPTO_memcmp(a, b, a.count) == 0)
}

/// Algorithms fetched once: a lookup for each call costs more than a short digest.
enum Algorithms {
    struct Fetched: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    static let sha256 = Fetched(pointer: OpenSSL.require(EVP_MD_fetch(nil, "SHA2-256", nil)))
    static let sm3 = Fetched(pointer: OpenSSL.require(EVP_MD_fetch(nil, "SM3", nil)))
    static let sm4CBC = Fetched(pointer: OpenSSL.require(EVP_CIPHER_fetch(nil, "SM4-CBC", nil)))
    static let aes128GCM = Fetched(pointer: OpenSSL.require(EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)))
    static let aes256GCM = Fetched(pointer: OpenSSL.require(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)))
}
