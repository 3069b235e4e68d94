import Benchmarks
import CCrypto
import CanonicalJSON
import Cryptography
import Platform

/// `kaotai bench signatures`: verifications of either suite beside libcrypto's own calls, alternating, on one core.
///
/// Twice: the signature alone, and a whole result, for which the key is looked up in a set, too.
func signatureBenchmark(rounds: Int = 100) throws -> [Figure] {
    let payload: JSONValue = [
        "appliance": "bench", "attempt": "bench-20261122-5ea5657788", "programme": "K1-CAR", "score": 95, "full": 100,
        "passMark": 90, "passed": true, "responses": .string(base64url(systemEntropy(32))),
        "candidate": .string(base64url(systemEntropy(32))),
        "paper": ["bank": .string(base64url(systemEntropy(32))), "digest": .string(base64url(systemEntropy(32)))],
        "journal": ["first": 100, "last": 900, "digest": .string(base64url(systemEntropy(32)))],
    ]
    let stores = CipherSuite.allCases.map { MemoryKeyStore(suite: $0) }
    // A center's set: the keys of a hundred halls, half of them of either suite, those that signed at its end.
    let others = (1...98).flatMap { number in
        MemoryKeyStore(suite: CipherSuite.allCases[number % 2]).publicKeys(appliance: "hall-\(number)").keys
    }
    let trusted = JWKS(keys: others + stores.flatMap { $0.publicKeys(appliance: "bench").keys })
    return try stores.flatMap { try measure($0, payload, trusted, rounds: rounds) }
}

private func measure(_ keys: MemoryKeyStore, _ payload: JSONValue, _ trusted: JWKS, rounds: Int) throws -> [Figure] {
    let each = 100
    let jws = try JWS.sign(payload: payload, key: keys)
    let parts = jws.split(separator: ".")
    let message = Array((parts[0] + "." + parts[1]).utf8)
    guard let signature = bytes(base64url: parts[2]), let bare = BareVerification(keys.verifyingKey, signature) else {
        throw Failure(.unavailable, "libcrypto does not take the key")
    }
    let time = SystemTime()
    func nanoseconds(_ verify: () -> Bool) throws -> Int {
        let begin = time.now()
        for _ in 0..<each where !verify() { throw Failure(.foundWrong, "a good signature was refused") }
        return (time.now().microseconds - begin.microseconds) * 1000 / each
    }
    let key = keys.verifyingKey
    var floor: [Int] = []
    var ours: [Int] = []
    var documents: [Int] = []
    for _ in 0..<rounds {
        floor.append(try nanoseconds { bare.verify(message) })
        ours.append(try nanoseconds { key.isSignature(signature, of: message) })
        documents.append(try nanoseconds { (try? JWS.verify(jws, keys: trusted)) != nil })
    }
    let name = keys.suite.signatureAlgorithm
    return [
        Figure("\(name) signature verified", unit: "ns", values: ours, floor: floor, limit: 1050),
        Figure("\(name) result verified with a set of 200 keys", unit: "ns", values: documents, floor: floor),
    ]
}

/// What libcrypto needs for one verification, with nothing around it.
private final class BareVerification {
    private let key: OpaquePointer
    private let isChinese: Bool
    /// As libcrypto takes it.
    private var signature: [UInt8]
    private let identity = Array("1234567812345678".utf8)

    init?(_ verifying: VerifyingKey, _ signature: [UInt8]) {
        let pem = Array(verifying.pem.utf8)
        let buffer = BIO_new_mem_buf(pem, Int32(pem.count))
        defer { BIO_free(buffer) }
        guard let key = PEM_read_bio_PUBKEY(buffer, nil, nil, nil) else { return nil }
        self.key = key
        self.signature = signature
        isChinese = verifying.suite == .gm
        guard isChinese, let object = ECDSA_SIG_new() else { return }
        defer { ECDSA_SIG_free(object) }
        ECDSA_SIG_set0(
            object, BN_bin2bn(signature, 32, nil), BN_bin2bn(Array(signature[32...]), 32, nil))
        var encoded = [UInt8](repeating: 0, count: 80)
        let count = encoded.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return i2d_ECDSA_SIG(object, &start)
        }
        self.signature = Array(encoded[..<Int(count)])
    }

    deinit { EVP_PKEY_free(key) }

    func verify(_ message: [UInt8]) -> Bool {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var inner: OpaquePointer?
        guard EVP_DigestVerifyInit_ex(context, &inner, isChinese ? "SM3" : nil, nil, nil, key, nil) == 1,
            !isChinese || EVP_PKEY_CTX_set1_id(inner, identity, Int32(identity.count)) == 1
        else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
