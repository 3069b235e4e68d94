internal import CanonicalJSON
public import Cryptography
internal import Exam
internal import Platform
public import QuestionBank

/// A bank as one signed and sealed file: the one way in which questions reach a hall or a center.
///
/// The file, so that anyone can write a reader:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `KTBANK2` and a line feed |
/// | 4 | length of the manifest, big-endian, at most 1 MiB |
/// | … | the manifest: JWS in compact form (RFC 7515), `alg` `EdDSA` or `SM2`, `kid` the signer's RFC 7638 thumbprint |
/// | … | the index |
/// | … | the table of parts |
/// | … | the sealed parts, one after the other, nothing between them and nothing after the last |
///
/// A reader takes these steps in this order, and each only if the one before held: the length of the manifest; its
/// signature, by a key that it trusts to sign packages; the manifest itself; the length of the whole file; the digests
/// of index and table; their contents. A part is opened only after its own digest held. Nobody's length is believed
/// before it is compared with the bytes that are there.
///
/// **The manifest's payload** is JSON in the form of RFC 8785:
/// `{bank, digest, format, index, items, pictures, recipients, sealed, signer, suite, table, version}`.
/// `format` is 2. `suite` names the algorithms of the sealed parts: `intl` or `gm`, as `ContentKey` describes them.
/// `bank`, `version` and `digest` say whose content it is; `items` and `pictures` count it. `index` and `table` are each
/// `{digest, length}`; `sealed` is the length of all sealed parts together. `signer` is the public key (JWK) that signed.
/// `recipients` lists `{answers, key, texts}`: the thumbprint of someone's sealing key, and the two content keys wrapped
/// for it in base64url, as `PublicSealingKey.wrap` does it with the associated bytes `DIGEST/texts` and
/// `DIGEST/answers`. Either may be absent: who has one content key cannot open what is sealed under the other.
///
/// **The index** is `BankIndex` as JSON in the form of RFC 8785, in the plain: ids, kinds, areas, blueprints, but no text
/// and no key. The questions in it stand in the order of their ids, which are 1 to 64 letters, digits, `.`, `_`, `-`.
///
/// **The table** has for each sealed part its length (4 bytes, big-endian) and SHA-256 of its bytes as they stand in
/// the file (32 bytes). The parts come in this order, with these names:
///
/// | name | content | content key |
/// |---|---|---|
/// | `items/ID` for each question of the index | `Item`, JSON, then blanks up to a multiple of 256 bytes | texts |
/// | `answers/ID` for each question of the index | the numbers of the right options, sorted, as a JSON array such as `[1,3]`, then blanks up to 64 bytes; in a judge question 1 is "true" | answers |
/// | `list` | JSON `{fingerprints, pictures}`: by what the questions are known again (`Fingerprints`); for each question with a picture its id and the SHA-256 of the PNG, hexadecimal | texts |
/// | `pictures/DIGEST` for each different PNG, in order of the digests | the PNG file | texts |
///
/// A part is sealed with a fresh nonce as `ContentKey.seal` does it, with the associated bytes `DIGEST/NAME`: a part
/// that is put in another's place, or comes from another package, does not open. Blanks keep lengths from telling which
/// question it is, or how many of its options are right.
///
/// **The bank's digest**, which papers and results name, is SHA-256 over the plain content, so that it is the same
/// whoever signed, whoever can open it and whichever nonces were drawn. It is hexadecimal, over the RFC 8785 form of
/// `{answers, bank, index, items, pictures, version}`, where `index` is SHA-256 of the index, and the others are SHA-256
/// of lines, each ended by a line feed: `items` each question in the form of RFC 8785, `answers` each key likewise (both
/// in the index's order), `pictures` the digests in their order. No digest covers a single key: it would tell it.
public struct QuestionPackage: Sendable {
    /// Whose signatures count.
    public enum Trust: Sendable {
        /// Of these keys only.
        case keys(JWKS)
        /// Whoever signed: for looking into a package before its signer is known. It tells damage, not forgery.
        case anyone
    }

    static let mark = Array("KTBANK2\n".utf8)

    /// What is known without opening anything.
    public let index: BankIndex
    let manifest: PackageManifest
    let table: PackageTable
    let source: PackageSource

    /// SHA-256 over the plain content, hexadecimal in lower case.
    public var digest: String { manifest.digest }
    /// Thumbprint of the key that signed.
    public var signer: String { manifest.signer.thumbprint }
    public var suite: CipherSuite { CipherSuite(rawValue: manifest.suite) ?? .intl }
    /// Bytes of the file.
    public var length: Int { source.count }
    /// Thumbprints of the sealing keys that open texts, and of those that open answer keys.
    public var recipients: (texts: [String], answers: [String]) {
        (
            manifest.recipients.filter { $0.texts != nil }.map(\.key),
            manifest.recipients.filter { $0.answers != nil }.map(\.key)
        )
    }

    /// Reads a package's signed part; the file is held open, and each sealed part is read and verified when it is asked
    /// for.
    ///
    /// - Parameter name: what errors call the file; its path when nil.
    public init(path: String, name: String? = nil, trust: Trust) throws(PackageError) {
        let source: PackageSource
        do { source = try PackageSource(path: path, name: name ?? path) } catch { throw .unreadable(error) }
        try self.init(source, trust: trust)
    }

    /// A file's bytes; the name is what errors call it. The one entry of all that is parsed.
    public init(bytes: [UInt8], name: String, trust: Trust) throws(PackageError) {
        try self.init(PackageSource(bytes: bytes, name: name), trust: trust)
    }

    private init(_ source: PackageSource, trust: Trust) throws(PackageError) {
        let name = source.name
        let head = try source.read(0..<min(12, source.count))
        guard head.prefix(8).elementsEqual(Self.mark.prefix(head.count)), !head.isEmpty else {
            if head.starts(with: "KTBANK".utf8) {
                throw .unknownFormat(name, "a package of format \(Character(UnicodeScalar(head[6])))")
            }
            throw .notAPackage(name)
        }
        guard head.count == 12 else { throw .cut(name, wanted: 12, has: head.count) }
        let length = head[8..<12].reduce(0) { $0 << 8 | Int($1) }
        guard length <= PackageLimits.manifest else { throw .badManifest(name, "it claims \(length) bytes") }
        let compact = String(decoding: try source.read(12..<12 + length), as: UTF8.self)
        let payload = try Self.verified(compact, trust: trust, name: name)
        try self.init(payload: payload, source: source, from: 12 + length)
    }

    private static func verified(_ compact: String, trust: Trust, name: String) throws(PackageError) -> [UInt8] {
        struct Signed: Decodable { let signer: JWK }
        do {
            switch trust {
            case .keys(let keys): return try JWS.verify(compact, keys: keys)
            case .anyone:
                let claimed = try JSONCoder.decode(Signed.self, from: try JWS.unverifiedPayload(compact)).signer
                return try JWS.verify(compact, keys: JWKS(keys: [claimed]))
            }
        } catch let error as JWSError {
            throw .badSignature(name, error.description)
        } catch {
            throw .badManifest(name, JSONCoder.explain(error))
        }
    }

    /// Takes a manifest whose signature holds, and what follows it in the file.
    init(payload: [UInt8], source: PackageSource, from start: Int) throws(PackageError) {
        let name = source.name
        manifest = try Self.manifest(payload, name: name)
        self.source = source
        let index = start..<start + manifest.index.length
        let table = index.upperBound..<index.upperBound + manifest.table.length
        let end = table.upperBound + manifest.sealed
        guard source.count >= end else { throw .cut(name, wanted: end, has: source.count) }
        guard source.count == end else { throw .tooLong(name, wanted: end, has: source.count) }
        let tableBytes = try Self.read(manifest.table, at: table, of: source, part: "the table of parts")
        guard
            let parts = PackageTable(
                tableBytes, items: manifest.items, pictures: manifest.pictures, from: table.upperBound,
                total: manifest.sealed)
        else { throw .badPart(name, part: "the table of parts", "its lengths do not make up the file's") }
        self.table = parts
        let indexBytes = try Self.read(manifest.index, at: index, of: source, part: "the index")
        do { self.index = try BankIndex(json: indexBytes) } catch {
            throw .badPart(name, part: "the index", JSONCoder.explain(error))
        }
        try checkIndex()
    }

    private static func read(
        _ part: PackageManifest.Part, at place: Range<Int>, of source: PackageSource, part words: String
    ) throws(PackageError) -> [UInt8] {
        let bytes = try source.read(place)
        guard hexadecimal(sha256(bytes)) == part.digest else { throw .altered(source.name, part: words) }
        return bytes
    }

    private static func manifest(_ payload: [UInt8], name: String) throws(PackageError) -> PackageManifest {
        func wrong(_ why: String) -> PackageError { .badManifest(name, why) }
        struct Format: Decodable { let format: Int }
        let manifest: PackageManifest
        do {
            let format = try JSONCoder.decode(Format.self, from: payload).format
            guard format == PackageManifest.currentFormat else {
                throw PackageError.unknownFormat(name, "a package of format \(format)")
            }
            manifest = try JSONCoder.decode(PackageManifest.self, from: payload)
        } catch {
            throw error as? PackageError ?? wrong(JSONCoder.explain(error))
        }
        guard CipherSuite(rawValue: manifest.suite) != nil else {
            throw .unknownFormat(name, "a package sealed with suite \"\(manifest.suite)\"")
        }
        guard Platform.bytes(hexadecimal: manifest.digest)?.count == 32 else { throw wrong("its digest is none") }
        guard (0...PackageLimits.items).contains(manifest.items),
            (0...PackageLimits.pictures).contains(manifest.pictures)
        else { throw wrong("it claims \(manifest.items) questions and \(manifest.pictures) pictures") }
        let count = PackageTable.count(items: manifest.items, pictures: manifest.pictures)
        guard manifest.table.length == count * PackageTable.recordBytes else {
            throw wrong("its table of parts is not as long as its parts are many")
        }
        guard (0...PackageLimits.index).contains(manifest.index.length) else {
            throw wrong("it claims an index of \(manifest.index.length) bytes")
        }
        guard (0...count * PackageLimits.part).contains(manifest.sealed) else {
            throw wrong("it claims \(manifest.sealed) sealed bytes")
        }
        guard manifest.recipients.count <= PackageLimits.recipients else {
            throw wrong("it names \(manifest.recipients.count) recipients")
        }
        return manifest
    }

    /// An index that lists what cannot be would fail in front of a candidate: now is better.
    private func checkIndex() throws(PackageError) {
        func wrong(_ why: String) -> PackageError { .badPart(source.name, part: "the index", why) }
        guard index.id == manifest.bank, index.version == manifest.version, index.items.count == manifest.items else {
            throw wrong(
                "it is of \(index.id) \(index.version) with \(index.items.count) questions, the manifest of "
                    + "\(manifest.bank) \(manifest.version) with \(manifest.items)")
        }
        if let problem = PackageLimits.problem(of: index) { throw wrong(problem) }
    }

    // MARK: Sealed parts

    /// The bytes of a sealed part as they were packed.
    func sealedPart(_ part: Int) throws(PackageError) -> [UInt8] {
        let bytes = try source.read(table.place(part))
        guard sha256(bytes) == table.digest(part) else {
            throw .altered(source.name, part: name(of: part))
        }
        return bytes
    }

    /// That every sealed part is what was packed; nothing is opened.
    public func verifyParts() throws(PackageError) {
        var part = 0
        while part < table.count {
            // Many parts are short: so many are read at once that they make up a mebibyte, or one that is longer.
            let start = table.place(part).lowerBound
            var last = part
            while last + 1 < table.count, table.place(last + 1).upperBound - start <= 1 << 20 { last += 1 }
            let bytes = try source.read(start..<table.place(last).upperBound)
            for part in part...last {
                let place = table.place(part)
                guard sha256(bytes[place.lowerBound - start..<place.upperBound - start]) == table.digest(part) else {
                    throw .altered(source.name, part: name(of: part))
                }
            }
            part = last + 1
        }
    }

    private func name(of part: Int) -> String {
        if part < table.items { return "question \(index.items[part].id)" }
        if part < 2 * table.items { return "the key of question \(index.items[part - table.items].id)" }
        return part == table.list ? "the list of texts" : "picture \(part - table.list)"
    }

    /// What a sealed part holds.
    func open(_ part: Int, named name: String, with key: ContentKey) throws(PackageError) -> [UInt8] {
        let sealed = try sealedPart(part)
        do throws(CryptographyError) {
            return try key.open(sealed, associated: Array("\(digest)/\(name)".utf8))
        } catch {
            throw .doesNotOpen(source.name, part: name)
        }
    }

    /// Opens one of the content keys that are wrapped for a recipient.
    func contentKey(
        _ wrapped: KeyPath<PackageManifest.Recipient, String?>, _ name: String, _ words: String,
        for recipient: some Recipient
    ) throws(PackageError) -> ContentKey {
        let thumbprint = recipient.publicSealingKey.thumbprint
        guard let text = manifest.recipients.first(where: { $0.key == thumbprint })?[keyPath: wrapped] else {
            throw .notSealedTo(source.name, thumbprint: thumbprint, what: words)
        }
        do {
            guard let sealed = Platform.bytes(base64url: text) else {
                throw CryptographyError("read a key", "no base64url")
            }
            let key = try recipient.unwrap(sealed, associated: Array("\(digest)/\(name)".utf8))
            guard key.suite == suite else { throw CryptographyError("take a key", "it is of another suite") }
            return key
        } catch {
            throw .doesNotOpen(source.name, part: "the content key of its \(words)")
        }
    }

    /// Where a question stands in the index.
    func position(of id: ItemID) throws(PackageError) -> Int {
        var (low, high) = (0, index.items.count)
        while low < high {
            let middle = (low + high) / 2
            if index.items[middle].id < id { low = middle + 1 } else { high = middle }
        }
        guard low < index.items.count, index.items[low].id == id else { throw .noItem(id) }
        return low
    }
}
