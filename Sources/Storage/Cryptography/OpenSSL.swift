internal import CCrypto

/// What libcrypto refused, with what it was asked for.
public struct CryptographyError: Error, Hashable, Sendable, CustomStringConvertible {
    public let operation: String
    public let reason: String

    public init(_ operation: String, _ reason: String) {
        self.operation = operation
        self.reason = reason
    }

    public var description: String { "\(operation): \(reason)" }
}

/// The one place where libcrypto's return codes become errors.
enum OpenSSL {
    /// A call that gives 1 when it worked.
    static func check(_ result: Int32, _ operation: String) throws(CryptographyError) {
        guard result == 1 else { throw lastError(operation) }
    }

    /// A call that gives a pointer when it worked.
    static func unwrap<Pointer>(_ pointer: Pointer?, _ operation: String) throws(CryptographyError) -> Pointer {
        guard let pointer else { throw lastError(operation) }
        return pointer
    }

    /// A call that fails only without memory, where nothing can be saved any more.
    static func require<Pointer>(_ pointer: Pointer?) -> Pointer {
        guard let pointer else { preconditionFailure("libcrypto has no memory") }
        return pointer
    }

    /// The newest entry of this thread's error queue, which is emptied.
    static func lastError(_ operation: String) -> CryptographyError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0 else { return CryptographyError(operation, "refused") }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return CryptographyError(operation, String(decoding: reason, as: UTF8.self))
    }
}

/// An `EVP_PKEY` that frees itself; libcrypto allows its use from several threads at once.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }
    deinit { EVP_PKEY_free(pointer) }

    /// A private key from PKCS #8 PEM.
    convenience init(pem: String) throws(CryptographyError) {
        let bio = MemoryBuffer(Array(pem.utf8))
        // An empty password callback would read the terminal; the user data stands for the password itself.
        let password: [CChar] = [0]
        let pointer = password.withUnsafeBufferPointer { password in
            PEM_read_bio_PrivateKey(bio.pointer, nil, nil, UnsafeMutableRawPointer(mutating: password.baseAddress))
        }
        self.init(owning: try OpenSSL.unwrap(pointer, "read a private key from PEM"))
    }

    /// Whether it is a key of the kind that libcrypto calls so.
    func isKind(_ name: String) -> Bool { EVP_PKEY_is_a(pointer, name) == 1 }

    /// A public key from SubjectPublicKeyInfo PEM.
    convenience init(publicPEM: String) throws(CryptographyError) {
        let bio = MemoryBuffer(Array(publicPEM.utf8))
        self.init(
            owning: try OpenSSL.unwrap(
                PEM_read_bio_PUBKEY(bio.pointer, nil, nil, nil), "read a public key from PEM"))
    }

    /// PKCS #8 PEM, not encrypted.
    var pem: String {
        let bio = MemoryBuffer()
        let written = PEM_write_bio_PrivateKey(bio.pointer, pointer, nil, nil, 0, nil, nil)
        precondition(written == 1, "a private key cannot be written")
        return bio.text
    }

    /// SubjectPublicKeyInfo PEM.
    var publicPEM: String {
        let bio = MemoryBuffer()
        let written = PEM_write_bio_PUBKEY(bio.pointer, pointer)
        precondition(written == 1, "a public key cannot be written")
        return bio.text
    }

    /// The 32 bytes of an Ed25519 or X25519 public key.
    var rawPublic: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        let got = EVP_PKEY_get_raw_public_key(pointer, &bytes, &count)
        precondition(got == 1 && count == 32, "a key without its public half")
        return bytes
    }
}

/// A memory BIO, as PEM goes in and out.
struct MemoryBuffer: ~Copyable {
    let pointer: OpaquePointer

    init() { pointer = OpenSSL.require(BIO_new(BIO_s_mem())) }

    init(_ bytes: [UInt8]) {
        pointer = OpenSSL.require(BIO_new(BIO_s_mem()))
        let written = BIO_write(pointer, bytes, Int32(bytes.count))
        precondition(written == Int32(bytes.count) || bytes.isEmpty, "libcrypto has no memory")
    }

    deinit { BIO_free(pointer) }

    var bytes: [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = BIO_read(pointer, &chunk, Int32(chunk.count))
            guard count > 0 else { return all }
            all += chunk[..<Int(count)]
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
