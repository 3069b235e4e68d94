internal import Cryptography
internal import Exam
internal import Platform
internal import QuestionBank

/// The signed head of a package: whose it is, what its content is, and by what every other byte of the file is known.
struct PackageManifest: Codable, Equatable {
    /// One stretch of bytes of the file.
    struct Part: Codable, Equatable {
        let length: Int
        /// Hexadecimal.
        let digest: String
    }

    /// Someone for whom the content keys are wrapped.
    struct Recipient: Codable, Equatable {
        /// RFC 7638 thumbprint of the recipient's sealing key.
        let key: String
        /// The content key of texts and pictures, wrapped; base64url.
        let texts: String?
        /// The content key of answer keys, wrapped; base64url.
        let answers: String?
    }

    static let currentFormat = 2

    let format: Int
    let suite: String
    let bank: String
    let version: Int
    /// SHA-256 over the plain content, hexadecimal: what papers and results name.
    let digest: String
    let items: Int
    let pictures: Int
    let index: Part
    let table: Part
    /// Bytes of all sealed parts together.
    let sealed: Int
    let recipients: [Recipient]
    /// The public key of whoever signed, for those who want to know before they trust.
    let signer: JWK
}

/// What no package exceeds: a file that claims more is refused before anything is made ready for it.
enum PackageLimits {
    /// Bytes of the manifest as JWS.
    static let manifest = 1 << 20
    static let index = 64 << 20
    static let items = 200_000
    static let pictures = 200_000
    /// Bytes of one sealed part.
    static let part = 16 << 20
    static let recipients = 2000
    static let options = 20

    /// Why an index is none that a package can hold; nil for one that is.
    static func problem(of index: BankIndex) -> String? {
        guard index.items.count <= items else { return "it lists \(index.items.count) questions, at most \(items)" }
        for (entry, next) in zip(index.items, index.items.dropFirst()) where entry.id >= next.id {
            return "question \(next.id) stands twice"
        }
        for entry in index.items {
            guard isItemID(entry.id.rawValue) else {
                return
                    "a question is called \"\(entry.id.rawValue.prefix(80))\", which is no id: 1 to 64 letters, digits, . _ -"
            }
            guard entry.kind == .judge ? entry.options == 2 : (2...options).contains(entry.options) else {
                return "question \(entry.id) has \(entry.options) options"
            }
        }
        return nil
    }

    /// A question's id: letters, digits, `.`, `_` and `-`, and no dot at the beginning, because it becomes a file's name.
    static func isItemID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "._-".utf8.contains($0)
            }
    }
}
