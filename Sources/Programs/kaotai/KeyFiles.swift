import CanonicalJSON
import CenterLink
import Cryptography
import Platform

/// Keys as people hand them over: files of several forms.
enum KeyFiles {
    static let help = """
        A KEY that signs or opens is a PEM file of mode 0600, as `openssl genpkey -algorithm ed25519` (signs) and
        `openssl genpkey -algorithm x25519` (opens) write it, `sm2` for both in suite gm; or a folder of keys that
        `kaotai bank keys` made. A KEY to seal to is a public one: a JWKS or JWK, a PEM file, an appliance's statement
        of its keys (kaotai provision identity), or the file of `kaotai-center trust`, which names the center and all
        its appliances.
        """

    /// The private key of a PEM file, or of a folder of keys, that signs.
    static func signer(_ path: String) throws -> SigningKey {
        guard let key = try blocks(path).lazy.compactMap({ try? SigningKey(pem: $0) }).first else {
            throw Failure(.badData, "\(path): holds no private key that signs (Ed25519 or SM2)")
        }
        return key
    }

    /// The private key of a PEM file, or of a folder of keys, that opens what is sealed to it.
    static func opener(_ path: String) throws -> SealingKey {
        // The signing key of suite gm is of the same kind as the sealing key behind it.
        guard let key = try blocks(path).lazy.compactMap({ try? SealingKey(pem: $0) }).last else {
            throw Failure(.badData, "\(path): holds no private key that opens (X25519 or SM2)")
        }
        return key
    }

    /// Everybody whom a file names as someone to seal to.
    static func recipients(_ path: String) throws -> [PublicSealingKey] {
        if isDirectory(path) { return [try opener(path).publicSealingKey] }
        let bytes = try readFile(path)
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains("-----BEGIN PUBLIC KEY-----") { return [try PublicSealingKey(pem: text)] }
        if text.contains("-----BEGIN ") { return [try opener(path).publicSealingKey] }
        let keys: JWKS
        if let identity = try? ApplianceIdentity.read(text.filter { !$0.isWhitespace }) {
            keys = identity.keys
        } else {
            do { keys = try JWKS(json: bytes) } catch {
                throw Failure(.badData, "\(path): no key to seal to: \(error.reason)")
            }
        }
        guard !keys.sealingKeys.isEmpty else {
            throw Failure(.badData, "\(path): names no key to seal to (X25519 or SM2, use enc)")
        }
        return keys.sealingKeys
    }

    private static func blocks(_ path: String) throws -> [String] {
        let text = try readPrivateFile(isDirectory(path) ? "\(path)/keys.pem" : path)
        return text.split(separator: "-----BEGIN ").map { "-----BEGIN " + $0 }
    }
}
