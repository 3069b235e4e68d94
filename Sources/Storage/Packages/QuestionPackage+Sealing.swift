internal import CanonicalJSON
public import Cryptography
internal import Exam
internal import Platform
public import QuestionBank

extension QuestionPackage {
    /// Who is to open what of a package.
    public struct Access: Sendable {
        public let key: PublicSealingKey
        public let texts: Bool
        public let answers: Bool

        /// - Parameters: whether texts with their pictures, and whether answer keys, are opened with the key.
        public init(_ key: PublicSealingKey, texts: Bool = true, answers: Bool = true) {
            self.key = key
            self.texts = texts
            self.answers = answers
        }
    }

    /// How far packing is: so many steps of so many.
    public typealias Progress = (_ done: Int, _ total: Int) -> Void

    /// A signed and sealed package with these contents; two of the same contents differ in every nonce and have the same
    /// `digest`.
    ///
    /// - Throws: `PackageError.cannotPack` for contents that no package can hold, `CryptographyError` from a device that
    ///   does not sign.
    public static func bytes(
        of contents: BankContents, signer: some Signer, recipients: [Access], suite: CipherSuite? = nil,
        progress: Progress = { _, _ in }
    ) throws -> [UInt8] {
        let total = contents.index.items.count * 2 + contents.pictures.count
        let plain = try PlainContents(contents) { progress($0, total) }
        guard recipients.contains(where: \.texts), recipients.count <= PackageLimits.recipients else {
            throw PackageError.cannotPack(
                recipients.isEmpty ? "nobody could open it; name a key to seal to" : "too many keys to seal to")
        }
        let suite = suite ?? signer.verifyingKey.suite
        var sealing = Sealing(digest: plain.digest, texts: .random(suite), answers: .random(suite))
        let entries = contents.index.items
        for (number, item) in plain.items.enumerated() {
            try sealing.add(padded(item, to: 256), "items/\(entries[number].id)", with: sealing.texts)
            progress(entries.count + number + 1, total)
        }
        for (number, answer) in plain.answers.enumerated() {
            try sealing.add(padded(answer, to: 64), "answers/\(entries[number].id)", with: sealing.answers)
        }
        try sealing.add(plain.list, "list", with: sealing.texts)
        for (number, picture) in plain.pictures.enumerated() {
            try sealing.add(picture.png, "pictures/\(picture.digest)", with: sealing.texts)
            progress(2 * entries.count + number + 1, total)
        }
        let manifest = PackageManifest(
            format: PackageManifest.currentFormat, suite: suite.rawValue, bank: contents.index.id,
            version: contents.index.version, digest: plain.digest, items: entries.count, pictures: plain.pictures.count,
            index: part(plain.index), table: part(sealing.table), sealed: sealing.parts.count,
            recipients: try recipients.map(sealing.wrap), signer: signer.verifyingKey.jwk)
        let head = Array(try JWS.sign(payload: manifest, key: signer).utf8)
        guard head.count <= PackageLimits.manifest, plain.index.count <= PackageLimits.index else {
            throw PackageError.cannotPack("its manifest or its index is too long")
        }
        let length = (0..<4).map { UInt8(truncatingIfNeeded: head.count >> (24 - 8 * $0)) }
        return mark + length + head + plain.index + sealing.table + sealing.parts
    }

    /// Writes a package; after a failure the file that was there before is there still.
    public static func write(
        _ contents: BankContents, to path: String, signer: some Signer, recipients: [Access],
        suite: CipherSuite? = nil, progress: Progress = { _, _ in }
    ) throws {
        let bytes = try bytes(
            of: contents, signer: signer, recipients: recipients, suite: suite, progress: progress)
        try AtomicFile.write(bytes, to: path)
    }

    private static func part(_ bytes: [UInt8]) -> PackageManifest.Part {
        PackageManifest.Part(length: bytes.count, digest: hexadecimal(sha256(bytes)))
    }

    /// JSON may end in blanks; so many of them tell nothing of its length.
    private static func padded(_ json: [UInt8], to multiple: Int) -> [UInt8] {
        let rest = json.count % multiple
        return rest == 0 ? json : json + [UInt8](repeating: UInt8(ascii: " "), count: multiple - rest)
    }
}

/// The sealed parts as they come, with their table.
private struct Sealing {
    let digest: String
    let texts: ContentKey
    let answers: ContentKey
    var table: [UInt8] = []
    var parts: [UInt8] = []

    init(digest: String, texts: ContentKey, answers: ContentKey) {
        self.digest = digest
        self.texts = texts
        self.answers = answers
    }

    mutating func add(_ plain: [UInt8], _ name: String, with key: ContentKey) throws(PackageError) {
        let sealed = key.seal(plain, associated: Array("\(digest)/\(name)".utf8))
        guard sealed.count <= PackageLimits.part else { throw .cannotPack("\(name) is too long") }
        table += PackageTable.record(length: sealed.count, digest: sha256(sealed))
        parts += sealed
    }

    func wrap(_ access: QuestionPackage.Access) throws(CryptographyError) -> PackageManifest.Recipient {
        PackageManifest.Recipient(
            key: access.key.thumbprint, texts: try access.texts ? wrap(texts, "texts", for: access.key) : nil,
            answers: try access.answers ? wrap(answers, "answers", for: access.key) : nil)
    }

    private func wrap(_ key: ContentKey, _ name: String, for recipient: PublicSealingKey) throws(CryptographyError)
        -> String
    {
        base64url(try recipient.wrap(key, associated: Array("\(digest)/\(name)".utf8)))
    }
}
