public import CanonicalJSON
import Platform

/// A public key as a JSON document (RFC 7517, RFC 8037): Ed25519 for signatures, X25519 for sealing.
public struct JWK: Codable, Hashable, Sendable {
    /// The curves that Kaotai's keys are on.
    public enum Curve: String, Sendable {
        case ed25519 = "Ed25519"
        case x25519 = "X25519"
    }

    public var kty: String
    public var crv: String?
    /// The key's bytes in base64url.
    public var x: String?
    /// "sig" or "enc"; a key without it is taken for what its curve is for.
    public var use: String?
    /// The RFC 7638 thumbprint, for readers that do not compute it.
    public var kid: String?
    /// Whose key it is; a signature by it counts only for this appliance.
    public var appliance: String?

    public init(curve: Curve, raw: [UInt8], appliance: String? = nil) {
        kty = "OKP"
        crv = curve.rawValue
        x = base64url(raw)
        use = curve == .ed25519 ? "sig" : "enc"
        self.appliance = appliance
        kid = nil
        kid = thumbprint
    }

    /// The RFC 7638 thumbprint in base64url, computed and never believed.
    public var thumbprint: String {
        let members: [String: JSONValue] = [
            "crv": .string(crv ?? ""), "kty": .string(kty), "x": .string(x ?? ""),
        ]
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

    /// The key's 32 bytes, if it is on that curve and for that curve's use.
    func rawKey(curve wanted: Curve) throws(CryptographyError) -> [UInt8] {
        let operation = "take an \(wanted.rawValue) key"
        guard kty == "OKP", crv == wanted.rawValue else {
            throw CryptographyError(operation, "the key is of kind \(kty) \(crv ?? "without a curve")")
        }
        guard use == nil || use == (wanted == .ed25519 ? "sig" : "enc") else {
            throw CryptographyError(operation, "the key is not for this use")
        }
        guard let x, let raw = bytes(base64url: x), raw.count == 32 else {
            throw CryptographyError(operation, "its member x is not 32 bytes in base64url")
        }
        return raw
    }
}

/// A set of public keys (RFC 7517 §5): whom somebody trusts.
public struct JWKS: Codable, Hashable, Sendable {
    public var keys: [JWK]

    public init(keys: [JWK] = []) { self.keys = keys }

    /// From a document, or from a file's bytes.
    ///
    /// - Throws: `CryptographyError` in words when it is no key set.
    public init(json: [UInt8]) throws(CryptographyError) {
        do {
            self = try JSONCoder.decode(JWKS.self, from: json)
        } catch {
            throw CryptographyError("read a key set", JSONCoder.explain(error))
        }
    }

    /// The signing key with this thumbprint; a key that names itself so without being it is not found.
    public func signingKey(_ thumbprint: String) -> (key: VerifyingKey, document: JWK)? {
        for document in keys where document.thumbprint == thumbprint {
            if let key = try? VerifyingKey(jwk: document) { return (key, document) }
        }
        return nil
    }

    /// The keys to seal to.
    public var sealingKeys: [PublicSealingKey] { keys.compactMap { try? PublicSealingKey(jwk: $0) } }
}
