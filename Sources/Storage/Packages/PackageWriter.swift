internal import CanonicalJSON
internal import Cryptography
internal import Exam
internal import Platform
public import QuestionBank

extension QuestionPackage {
    /// The bytes of a package with these contents: the same contents give the same bytes.
    public static func bytes(of contents: BankContents) throws -> [UInt8] {
        var parts: [(name: String, content: [UInt8])] = [("index", try JSONCoder.encode(contents.index))]
        for (id, item) in contents.items { parts.append(("items/\(id)", try JSONCoder.encode(item))) }
        for (id, key) in contents.keys { parts.append(("keys/\(id)", try JSONCoder.encode(key.sorted()))) }
        for (digest, picture) in contents.pictures { parts.append(("pictures/\(digest)", picture)) }
        parts.sort { precedes($0.name, $1.name) }

        let keys = parts.filter { PackageManifest.isKey($0.name) }.flatMap(\.content)
        let manifest = PackageManifest(
            format: PackageManifest.currentFormat, bank: contents.index.id, version: contents.index.version,
            keys: hexadecimal(sha256(keys)),
            parts: parts.map { name, content in
                .init(
                    name: name, length: content.count,
                    sha256: PackageManifest.isKey(name) ? nil : hexadecimal(sha256(content)))
            })
        let head = try JSONCoder.encode(manifest)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(head.count) >> (56 - 8 * UInt64($0))) }
        return mark + length + head + parts.flatMap(\.content)
    }

    /// Writes a package; after a failure the file that was there before is there still.
    public static func write(_ contents: BankContents, to path: String) throws {
        try AtomicFile.write(try bytes(of: contents), to: path)
    }
}
