internal import CanonicalJSON
internal import Cryptography
internal import Platform

/// The table at the head of a package: what the file holds, and by what it is known to be whole.
struct PackageManifest: Codable, Equatable {
    /// One stretch of bytes of the file.
    struct Part: Codable, Equatable {
        let name: String
        let length: Int
        /// SHA-256, hexadecimal; absent for the part of a key, which is short enough to be guessed from its digest.
        let sha256: String?
    }

    static let currentFormat = 1

    let format: Int
    let bank: String
    let version: Int
    /// SHA-256 over the bytes of all key parts, one after the other in the order of `parts`.
    let keys: String
    /// In order of their names' bytes, which is the order of the bytes in the file.
    let parts: [Part]

    /// The digest by which papers, results and the center name this bank.
    func digest() throws -> String { hexadecimal(sha256(try JSONCoder.encode(self))) }

    static func isKey(_ name: String) -> Bool { name.hasPrefix("keys/") }
}

func precedes(_ one: String, _ other: String) -> Bool { one.utf8.lexicographicallyPrecedes(other.utf8) }
