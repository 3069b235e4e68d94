public import CanonicalJSON
import Platform

/// A public key as a JSON document (RFC 7517): Ed25519 for signatures and X25519 for sealing as RFC 8037 writes them,
/// SM2 for either as `"kty":"EC","crv":"SM2"` with x and y of 32 bytes each (RFC 7518 §6.2 with a curve of our own name).
public struct JWK: Codable, Hashable, Sendable {
    /// The curves that Kaotai's keys are on.
    public enum Curve: String, Sendable {
        case ed25519 = "Ed25519"
        case x25519 = "X25519"
        case sm2 = "SM2"
    }

    /// What a key is for.
    public enum Use: String, Sendable {
        case signatures = "sig"
        case sealing = "enc"
    }

    public var kty: String
    public var crv: String?
    /// The key's bytes, or its first coordinate, in base64url.
    public var x: String?
    /// The second coordinate of an SM2 key.
    public var y: String?
    /// "sig" or "enc"; a key without it is taken for what its curve is for, and an SM2 key must have it.
    public var use: String?
    /// The RFC 7638 thumbprint, for readers that do not compute it.
    public var kid: String?
    /// Whose key it is; a signature by it counts only for this appliance.
    public var appliance: String?

    init(curve: Curve, use: Use, raw: [UInt8]) {
        kty = curve == .sm2 ? "EC" : "OKP"
        crv = curve.rawValue
        x = base64url(raw[..<32])
        y = curve == .sm2 ? base64url(raw[32...]) : nil
        self.use = use.rawValue
        kid = nil
        kid = thumbprint
    }

    /// The RFC 7638 thumbprint in base64url, computed and never believed.
    public var thumbprint: String {
        var members: [String: JSONValue] = [
            "crv": .string(crv ?? ""), "kty": .string(kty), "x": .string(x ?? ""),
        ]
        if kty == "EC" { members["y"] = .string(y ?? "") }
        return base64url(sha256(JSONValue.object(members).canonicalBytes))
    }

    /// The thumbprint of any key document, also of kinds that Kaotai does not use itself.
    public static func thumbprint(of document: JSONValue) throws(CryptographyError) -> String {
        let required =
            switch document["kty"]?.stringValue {
            case "OKP": ["crv", "kty", "x"]
            case "EC": ["crv", "kty", "x", "y"]
            case "RSA": ["e", "kty", "n"]
            case "oct": ["k", "kty"]
            default: throw CryptographyError("thumbprint of a key", "its kty is none that is known")
            }
        var members: [String: JSONValue] = [:]
        for name in required {
            guard let value = document[name]?.stringValue else {
                throw CryptographyError("thumbprint of a key", "its member \(name) is missing")
            }
            members[name] = .string(value)
        }
        return base64url(sha256(JSONValue.object(members).canonicalBytes))
    }

    /// The key's suite and bytes, if it is for that use.
    func key(for wanted: Use) throws(CryptographyError) -> (suite: CipherSuite, raw: [UInt8]) {
        let operation = "take a key for \(wanted)"
        func curve(_ suite: CipherSuite) -> Curve {
            wanted == .signatures ? suite.algorithms.signingCurve : suite.algorithms.sealingCurve
        }
        guard let suite = CipherSuite.allCases.first(where: { curve($0).rawValue == crv }),
            kty == (curve(suite) == .sm2 ? "EC" : "OKP")
        else { throw CryptographyError(operation, "the key is of kind \(kty) \(crv ?? "without a curve")") }
        guard use == wanted.rawValue || use == nil && curve(suite) != .sm2 else {
            throw CryptographyError(operation, "the key is \(use == nil ? "for no named use" : "not for this use")")
        }
        func coordinate(_ text: String?, _ name: String) throws(CryptographyError) -> [UInt8] {
            guard let text, let raw = bytes(base64url: text), raw.count == 32 else {
                throw CryptographyError(operation, "its member \(name) is not 32 bytes in base64url")
            }
            return raw
        }
        let first = try coordinate(x, "x")
        return (suite, curve(suite) == .sm2 ? first + (try coordinate(y, "y")) : first)
    }
}

/// A set of public keys (RFC 7517 §5): whom somebody trusts.
public struct JWKS: Codable, Hashable, Sendable {
    public var keys: [JWK]

    public init(keys: [JWK] = []) { self.keys = keys }

    /// From a document, or from a file's bytes; a single key is a set of one.
    ///
    /// - Throws: `CryptographyError` in words when it is no key set.
    public init(json: [UInt8]) throws(CryptographyError) {
        if let key = try? JSONCoder.decode(JWK.self, from: json) {
            self.init(keys: [key])
            return
        }
        do {
            self = try JSONCoder.decode(JWKS.self, from: json)
        } catch {
            throw CryptographyError("read a key set", JSONCoder.explain(error))
        }
    }

    /// The signing key with this thumbprint; a key that names itself so without being it is not found.
    public func signingKey(_ thumbprint: String) -> (key: VerifyingKey, document: JWK)? {
        func find(_ wanted: (JWK) -> Bool) -> (key: VerifyingKey, document: JWK)? {
            for document in keys where wanted(document) && document.thumbprint == thumbprint {
                if let key = try? VerifyingKey(jwk: document) { return (key, document) }
            }
            return nil
        }
        // Those that claim it first: in a set of thousands of halls most thumbprints need not be computed.
        return find { $0.kid == thumbprint } ?? find { $0.kid != thumbprint }
    }

    /// The keys to seal to.
    public var sealingKeys: [PublicSealingKey] { keys.compactMap { try? PublicSealingKey(jwk: $0) } }
}
