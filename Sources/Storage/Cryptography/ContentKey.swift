public import Platform

/// A random key under which something stands sealed; it knows its suite, and so does what it sealed.
///
/// A sealed value is the suite's byte, then under `intl` nonce (12 bytes, fresh from the kernel) ‖ AES-256-GCM ciphertext
/// ‖ tag (16); under `gm` initialisation vector (16, fresh) ‖ SM4-CBC ciphertext ‖ HMAC-SM3 (32).
public struct ContentKey: Hashable, Sendable {
    public let suite: CipherSuite
    let raw: [UInt8]

    private init(suite: CipherSuite, raw: [UInt8]) {
        self.suite = suite
        self.raw = raw
    }

    /// A fresh key.
    public static func random(_ suite: CipherSuite) -> ContentKey {
        ContentKey(suite: suite, raw: systemEntropy(suite.algorithms.contentKeyBytes))
    }

    /// From what `bytes` gave.
    init(bytes: [UInt8]) throws(CryptographyError) {
        let operation = "take a content key"
        guard let first = bytes.first, let suite = CipherSuite(mark: first) else {
            throw CryptographyError(operation, "its first byte names no cipher suite")
        }
        guard bytes.count == 1 + suite.algorithms.contentKeyBytes else {
            throw CryptographyError(operation, "a key of suite \(suite) has not \(bytes.count - 1) bytes")
        }
        self.init(suite: suite, raw: Array(bytes[1...]))
    }

    /// The suite's byte and the key: what is wrapped.
    var bytes: [UInt8] { [suite.mark] + raw }

    /// Seals bytes; the associated bytes are not in the result, but must be the same when it is opened.
    ///
    /// - Parameter entropy: so many fresh random bytes; a simulation gives its own.
    public func seal(
        _ plain: [UInt8], associated: [UInt8] = [], entropy: (Int) -> [UInt8] = systemEntropy
    ) -> [UInt8] {
        [suite.mark] + suite.algorithms.seal(plain, key: raw, associated: associated, entropy: entropy)
    }

    /// - Throws: `CryptographyError` when a byte of the sealed value, the key or the associated bytes is another.
    public func open(_ sealed: [UInt8], associated: [UInt8] = []) throws(CryptographyError) -> [UInt8] {
        try suite.algorithms.open(try suite.body(of: sealed), key: raw, associated: associated)
    }
}
