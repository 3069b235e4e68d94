internal import CanonicalJSON
internal import Cryptography
internal import Exam
internal import Platform
internal import QuestionBank

/// What the texts' recipients know of all questions without opening one.
struct TextList: Codable {
    /// Of all questions, in the languages that every question is complete in: a practice bank is held against them.
    let fingerprints: Fingerprints
    /// Which picture belongs to which question, by the picture's digest.
    let pictures: [ItemID: String]
}

/// A bank's content as the bytes that are digested and sealed.
struct PlainContents {
    let index: [UInt8]
    /// In the order of the index.
    let items: [[UInt8]]
    let answers: [[UInt8]]
    let list: [UInt8]
    let pictures: [(digest: String, png: [UInt8])]
    /// SHA-256 over all of it, hexadecimal: the bank's digest.
    let digest: String

    /// - Parameter progress: called with how many questions are done.
    /// - Throws: `PackageError.cannotPack` for content that no package can hold.
    init(_ contents: BankContents, progress: (Int) -> Void = { _ in }) throws(PackageError) {
        if let problem = PackageLimits.problem(of: contents.index) { throw .cannotPack(problem) }
        var shown: [ItemID: String] = [:]
        var items: [[UInt8]] = []
        var answers: [[UInt8]] = []
        for (number, entry) in contents.index.items.enumerated() {
            guard let item = contents.items[entry.id], let key = contents.keys[entry.id], !key.isEmpty else {
                throw .cannotPack("question \(entry.id) has no text or no key")
            }
            guard item.indexEntry == entry else {
                throw .cannotPack("question \(entry.id) is not what the index says of it")
            }
            shown[entry.id] = item.picture?.digest
            items.append(try Self.bytes(item, "question \(entry.id)"))
            answers.append(try Self.bytes(key.sorted(), "the key of question \(entry.id)"))
            progress(number + 1)
        }
        let digests = Set(shown.values).sorted()
        guard digests.count <= PackageLimits.pictures else { throw .cannotPack("it has \(digests.count) pictures") }
        var pictures: [(String, [UInt8])] = []
        for digest in digests {
            guard let png = contents.pictures[digest], hexadecimal(sha256(png)) == digest else {
                throw .cannotPack("picture \(digest) is not there, or another")
            }
            pictures.append((digest, png))
        }
        index = try Self.bytes(contents.index, "the index")
        list = try Self.bytes(
            TextList(fingerprints: contents.fingerprints(sha256: sha256), pictures: shown), "the list of texts")
        self.items = items
        self.answers = answers
        self.pictures = pictures
        let summary: JSONValue = [
            "bank": .string(contents.index.id), "version": .integer(contents.index.version),
            "index": .string(hexadecimal(sha256(index))), "items": .string(Self.digest(lines: items)),
            "answers": .string(Self.digest(lines: answers)),
            "pictures": .string(Self.digest(lines: digests.map { Array($0.utf8) })),
        ]
        digest = hexadecimal(sha256(summary.canonicalBytes))
    }

    private static func bytes(_ value: some Encodable, _ name: String) throws(PackageError) -> [UInt8] {
        do { return try JSONCoder.encode(value) } catch { throw .cannotPack("\(name): \(JSONCoder.explain(error))") }
    }

    private static func digest(lines: [[UInt8]]) -> String {
        var digest = SHA256()
        for line in lines { digest.update(line + [UInt8(ascii: "\n")]) }
        return hexadecimal(digest.finish())
    }
}
