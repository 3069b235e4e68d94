internal import CanonicalJSON
internal import Cryptography
public import Exam
internal import Platform
public import QuestionBank

/// A bank as one file: the one way in which questions reach a hall or a center.
///
/// The file, so that anyone can read it:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `KTBANK1` and a line feed |
/// | 8 | length of the manifest, big-endian |
/// | … | the manifest: JSON in the form of RFC 8785, UTF-8 |
/// | … | the parts, one after the other, nothing between them and nothing after the last |
///
/// The manifest is `{bank, format, keys, parts, version}`: the bank's id, the format's number (1), a digest over all
/// keys, and the parts `{length, name, sha256}` in order of the bytes of their names. Parts are:
///
/// | name | content |
/// |---|---|
/// | `index` | `BankIndex`: everything but the questions themselves |
/// | `items/ID` | one `Item` without its key |
/// | `keys/ID` | the key: the authored numbers of the right options, sorted, such as `[1,3]`; `[1]` true, `[2]` false |
/// | `pictures/DIGEST` | a PNG file; DIGEST is its SHA-256 |
///
/// `index`, `items` and `keys` are JSON in the form of RFC 8785. `sha256` is that of the part's bytes, hexadecimal. A
/// part of a key has none: a key is so short that its digest would tell it. `keys` is SHA-256 over the bytes of all
/// parts of keys in the order of the manifest.
///
/// The bank's digest, which papers and results name, is SHA-256 over the manifest's bytes. It covers the plain content;
/// it holds, unchanged, for a package in which parts are sealed, each on its own.
public struct QuestionPackage: Sendable {
    /// What is known without opening a question.
    public let index: BankIndex
    /// SHA-256 over the plain canonical content, hexadecimal in lower case.
    public let digest: String
    private let path: String
    private let bytes: [UInt8]
    private let parts: [String: Range<Int>]

    static let mark = Array("KTBANK1\n".utf8)

    /// Reads a package: every byte is verified before anything of the content is parsed, then the index is parsed.
    ///
    /// The bytes are kept: what is altered on the disk later does not reach a candidate.
    public init(path: String) throws(PackageError) {
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw .unreadable(error) }
        try self.init(bytes: bytes, path: path)
    }

    /// A file's bytes; the path is what errors call it.
    init(bytes: [UInt8], path: String) throws(PackageError) {
        guard bytes.starts(with: Self.mark) else {
            // A file that was cut inside its first bytes is cut; anything else is another kind of file.
            if !bytes.isEmpty, Self.mark.starts(with: bytes) { throw .cut(path, wanted: 16, has: bytes.count) }
            throw .notAPackage(path)
        }
        guard bytes.count >= 16 else { throw .cut(path, wanted: 16, has: bytes.count) }
        let length = bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(Int32.max) else { throw .badManifest(path, "it claims \(length) bytes") }
        let start = 16 + Int(length)
        guard bytes.count >= start else { throw .cut(path, wanted: start, has: bytes.count) }
        let manifestBytes = Array(bytes[16..<start])
        let manifest = try Self.manifest(manifestBytes, path: path)

        var parts: [String: Range<Int>] = [:]
        var end = start
        for part in manifest.parts {
            let (next, overflow) = end.addingReportingOverflow(part.length)
            guard part.length >= 0, !overflow else { throw .badManifest(path, "\(part.name) has an impossible length") }
            parts[part.name] = end..<next
            end = next
        }
        guard bytes.count >= end else { throw .cut(path, wanted: end, has: bytes.count) }
        guard bytes.count == end else { throw .tooLong(path, wanted: end, has: bytes.count) }
        var keys: [UInt8] = []
        for part in manifest.parts {
            let content = bytes[parts[part.name] ?? 0..<0]
            if PackageManifest.isKey(part.name) {
                keys += content
            } else if hexadecimal(sha256(Array(content))) != part.sha256 {
                throw .altered(path, part: part.name)
            }
        }
        guard hexadecimal(sha256(keys)) == manifest.keys else { throw .altered(path, part: "keys") }

        self.path = path
        self.bytes = bytes
        self.parts = parts
        digest = hexadecimal(sha256(manifestBytes))
        index = try Self.decode(BankIndex.self, part: "index", of: parts, in: bytes, path: path)
        try checkIndex(manifest)
    }

    private static func manifest(_ bytes: [UInt8], path: String) throws(PackageError) -> PackageManifest {
        struct Format: Decodable { let format: Int }
        do {
            let format = try JSONCoder.decode(Format.self, from: bytes).format
            guard format == PackageManifest.currentFormat else { throw PackageError.unknownFormat(path, format) }
            let manifest = try JSONCoder.decode(PackageManifest.self, from: bytes)
            guard try JSONCoder.encode(manifest) == bytes else {
                throw PackageError.badManifest(path, "it is not in canonical form")
            }
            for (part, next) in zip(manifest.parts, manifest.parts.dropFirst()) where !precedes(part.name, next.name) {
                throw PackageError.badManifest(path, "\(next.name) is not in its place")
            }
            for part in manifest.parts where (part.sha256 == nil) != PackageManifest.isKey(part.name) {
                throw PackageError.badManifest(
                    path, "\(part.name) must\(part.sha256 == nil ? "" : " not") have a digest")
            }
            return manifest
        } catch let error as PackageError {
            throw error
        } catch {
            throw .badManifest(path, JSONCoder.explain(error))
        }
    }

    /// An index that names what is not there, or options that cannot be, would fail in front of a candidate: now is better.
    private func checkIndex(_ manifest: PackageManifest) throws(PackageError) {
        func wrong(_ why: String) -> PackageError { .badPart(path, part: "index", why) }
        guard index.id == manifest.bank, index.version == manifest.version else {
            throw wrong("it is of \(index.id) \(index.version), the package of \(manifest.bank) \(manifest.version)")
        }
        for (entry, next) in zip(index.items, index.items.dropFirst()) where entry.id >= next.id {
            throw wrong("question \(next.id) is not in its place")
        }
        for entry in index.items {
            guard parts["items/\(entry.id)"] != nil, parts["keys/\(entry.id)"] != nil else {
                throw wrong("question \(entry.id) has no part")
            }
            guard entry.options == 2 || (entry.kind != .judge && entry.options > 2) else {
                throw wrong("question \(entry.id) has \(entry.options) options")
            }
        }
    }

    /// A question in all languages; nothing else is parsed.
    public func item(_ id: ItemID) throws(PackageError) -> Item {
        guard parts["items/\(id)"] != nil else { throw .noItem(id) }
        let item = try Self.decode(Item.self, part: "items/\(id)", of: parts, in: bytes, path: path)
        guard item.id == id else { throw .badPart(path, part: "items/\(id)", "it holds question \(item.id)") }
        return item
    }

    /// The authored numbers of a question's right options; in a judge question 1 is "true" and 2 "false".
    ///
    /// Only the scorer asks for it.
    public func key(_ id: ItemID) throws(PackageError) -> Set<Int> {
        guard parts["keys/\(id)"] != nil else { throw .noItem(id) }
        return Set(try Self.decode([Int].self, part: "keys/\(id)", of: parts, in: bytes, path: path))
    }

    /// A picture's PNG bytes.
    public func picture(digest: String) throws(PackageError) -> [UInt8] {
        guard let range = parts["pictures/\(digest)"] else { throw .noPicture(digest) }
        return Array(bytes[range])
    }

    /// Everything in the plain, as an author's check reads it.
    public func contents() throws(PackageError) -> BankContents {
        var items: [ItemID: Item] = [:]
        var keys: [ItemID: Set<Int>] = [:]
        var pictures: [String: [UInt8]] = [:]
        for entry in index.items {
            let item = try item(entry.id)
            items[entry.id] = item
            keys[entry.id] = try key(entry.id)
            if let digest = item.picture?.digest { pictures[digest] = try picture(digest: digest) }
        }
        return BankContents(index: index, items: items, keys: keys, pictures: pictures)
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type, part: String, of parts: [String: Range<Int>], in bytes: [UInt8], path: String
    ) throws(PackageError) -> Value {
        guard let range = parts[part] else { throw .badManifest(path, "there is no \(part)") }
        do {
            return try JSONCoder.decode(type, from: bytes[range])
        } catch {
            throw .badPart(path, part: part, JSONCoder.explain(error))
        }
    }
}
