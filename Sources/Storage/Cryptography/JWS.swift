import CanonicalJSON
import Platform

/// Why a signed document does not count.
public enum JWSError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no JWS in compact form; what is wrong with it.
    case malformed(String)
    /// Its header names an algorithm that no cipher suite signs with.
    case algorithm(String)
    /// The key signs with another algorithm than the header names.
    case mismatch(header: String, key: String)
    /// No signing key of the trusted set has this thumbprint.
    case unknownKey(String)
    /// Header or payload are not what the key signed.
    case badSignature
    /// The key belongs to one appliance, the payload speaks for another.
    case foreignAppliance(key: String, payload: String)

    public var description: String {
        switch self {
        case .malformed(let what): "not a JWS in compact form: \(what)"
        case .algorithm(let name): "the algorithm is \(name), only \(algorithms.joined(separator: " and ")) count"
        case .mismatch(let header, let key): "the header says \(header), but the key that it names signs with \(key)"
        case .unknownKey(let thumbprint): "no trusted signing key has the thumbprint \(thumbprint)"
        case .badSignature: "the signature does not fit: the document was altered or not signed by that key"
        case .foreignAppliance(let key, let payload):
            "signed by a key of appliance \(key), but speaks for appliance \(payload)"
        }
    }
}

private let algorithms = CipherSuite.allCases.map(\.signatureAlgorithm)

/// Signed documents: JWS in compact form (RFC 7515), with EdDSA over Ed25519 (RFC 8037) or with the private algorithm
/// `SM2`: SM2 with SM3 under the id 1234567812345678, the signature r ‖ s.
public enum JWS {
    /// What a valid document says, and who signed it.
    public struct Verified: Sendable {
        public let payload: [UInt8]
        public let key: JWK
        /// What its header calls the algorithm, which is the key's.
        public let algorithm: String
        public var thumbprint: String { key.thumbprint }
    }

    /// The payload in canonical form, signed; the header names the key by its thumbprint.
    ///
    /// - Throws: `EncodingError` for a payload that is no document of integers, `CryptographyError` from a device that
    ///   does not sign.
    // Not inlined: with the key's typed errors inside an asynchronous function, the optimizer of Swift 6.3.1 crashes.
    @inline(never)
    public static func sign(payload: some Encodable, key: any Signer) throws -> String {
        try sign(bytes: try JSONCoder.encode(payload), key: key)
    }

    public static func sign(bytes payload: [UInt8], key: any Signer) throws(CryptographyError) -> String {
        let verifying = key.verifyingKey
        let header: JSONValue = [
            "alg": .string(verifying.suite.signatureAlgorithm), "kid": .string(verifying.thumbprint),
        ]
        let signed = base64url(header.canonicalBytes) + "." + base64url(payload)
        return signed + "." + base64url(try key.sign(Array(signed.utf8)))
    }

    /// The payload of a document signed by one of the keys.
    public static func verify(_ compact: String, keys: JWKS) throws(JWSError) -> [UInt8] {
        try verified(compact, keys: keys).payload
    }

    /// The payload and the key of a document signed by one of the keys.
    ///
    /// Strict: three parts in base64url without padding; `alg` that of the key, which is found only by its computed
    /// thumbprint in `keys`, never in the header; no critical extensions. A key that belongs to an appliance
    /// signs only payloads of that appliance.
    public static func verified(_ compact: String, keys: JWKS) throws(JWSError) -> Verified {
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it has \(parts.count) parts, not 3") }
        guard let headerBytes = bytes(base64url: parts[0]), let payload = bytes(base64url: parts[1]),
            let signature = bytes(base64url: parts[2])
        else { throw .malformed("a part is not base64url without padding") }
        guard let header = try? JSONCoder.decode([String: JSONValue].self, from: headerBytes) else {
            throw .malformed("its header is not a JSON object")
        }
        guard let algorithm = header["alg"]?.stringValue else { throw .malformed("its header names no alg") }
        guard algorithms.contains(algorithm) else { throw .algorithm(algorithm) }
        guard header["crit"] == nil, header["b64"] == nil else {
            throw .malformed("its header asks for an extension that is not understood")
        }
        guard let kid = header["kid"]?.stringValue else { throw .malformed("its header names no kid") }
        guard let (key, document) = keys.signingKey(kid) else { throw .unknownKey(kid) }
        guard key.suite.signatureAlgorithm == algorithm else {
            throw .mismatch(header: algorithm, key: key.suite.signatureAlgorithm)
        }
        guard key.isSignature(signature, of: Array((parts[0] + "." + parts[1]).utf8)) else { throw .badSignature }
        if let owner = document.appliance {
            let named = (try? JSONCoder.decode(Subject.self, from: payload))?.appliance
            if let named, named != owner { throw .foreignAppliance(key: owner, payload: named) }
        }
        return Verified(payload: payload, key: document, algorithm: algorithm)
    }

    /// What a document claims, signed by whomever: for comparisons only, never to believe.
    public static func unverifiedPayload(_ compact: String) throws(JWSError) -> [UInt8] {
        let parts = compact.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = bytes(base64url: parts[1]) else {
            throw .malformed("it has not three parts in base64url")
        }
        return payload
    }

    /// What of a payload says for whom it speaks.
    private struct Subject: Decodable {
        let appliance: String?
    }
}
