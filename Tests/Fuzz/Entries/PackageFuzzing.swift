internal import CanonicalJSON
internal import Cryptography
internal import Exam
internal import Packages
internal import Platform
internal import QuestionBank

/// Packages: the bytes as they are, and as parts of a package that is signed and digested soundly, so that what lies
/// behind signature and digests is reached, too.
enum PackageFuzzing {
    private static let signer = SigningKey.generate(.intl)

    static func run(_ bytes: [UInt8]) {
        open(bytes)
        if let package = signed(bytes) { open(package) }
        openParts(bytes)
        _ = try? JSONCoder.decode(BankIndex.self, from: bytes)
        _ = try? JSONCoder.decode(Item.self, from: bytes)
    }

    private static func open(_ bytes: [UInt8]) {
        do throws(PackageError) {
            let package = try QuestionPackage(bytes: bytes, name: "fuzz", trust: .anyone)
            precondition(package.length == bytes.count, "a package of another length than its bytes")
            try package.verifyParts()
        } catch {
            precondition(!error.description.isEmpty, "a refusal without words")
        }
    }

    /// One question's text, its key and the list of texts, sealed soundly to a key of ours: what a signer could put there.
    private static func openParts(_ bytes: [UInt8]) {
        let (texts, answers) = (ContentKey.random(.intl), ContentKey.random(.intl))
        var rest = bytes[...]
        func plain() -> [UInt8] {
            let count = rest.count < 2 ? 0 : Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        func sealed(_ name: String, _ key: ContentKey) -> [UInt8] {
            key.seal(plain(), associated: Array("\(digest)/\(name)".utf8))
        }
        let parts = [sealed("items/A-1", texts), sealed("answers/A-1", answers), sealed("list", texts)]
        let table = parts.flatMap { part in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: part.count >> $0) } + sha256(part)
        }
        func wrapped(_ key: ContentKey, _ name: String) throws -> JSONValue {
            .string(
                base64url(try reader.publicSealingKey.wrap(key, associated: Array("\(digest)/\(name)".utf8))))
        }
        do {
            let package = try QuestionPackage(
                bytes: try assembled(
                    index: Array(index.utf8), table: table, parts: parts.flatMap { $0 },
                    recipients: [
                        [
                            "key": .string(reader.publicSealingKey.thumbprint), "texts": try wrapped(texts, "texts"),
                            "answers": try wrapped(answers, "answers"),
                        ]
                    ]),
                name: "fuzz", trust: .anyone)
            _ = try? AnswerKeys(package, with: reader).key("A-1")
            let questions = try QuestionTexts(package, with: reader)
            _ = try? questions.item("A-1")
            _ = try? package.contents(with: reader)
        } catch let error as PackageError {
            precondition(!error.description.isEmpty, "a refusal without words")
        } catch {
            preconditionFailure("a package of our own making: \(error)")
        }
    }

    private static let reader = SealingKey.generate(.intl)
    private static let digest = String(repeating: "0", count: 64)
    private static let index = """
        {"areas":{"law":{"en":"law"}},"blueprints":[],"id":"fuzz","items":[{"area":"law","classes":["C1"],"id":"A-1",\
        "kind":"judge","languages":["en"],"options":2,"version":1}],"languages":["en"],"programmes":[],"promises":[],\
        "translations":[],"version":1}
        """

    private static func assembled(index: [UInt8], table: [UInt8], parts: [UInt8], recipients: [JSONValue]) throws
        -> [UInt8]
    {
        let manifest: JSONValue = [
            "format": 2, "suite": "intl", "bank": "fuzz", "version": 1, "digest": .string(digest), "items": 1,
            "pictures": 0, "index": described(index), "table": described(table), "sealed": .integer(parts.count),
            "recipients": .array(recipients), "signer": try JSONCoder.tree(signer.publicJWK),
        ]
        let jws = Array(try JWS.sign(bytes: manifest.canonicalBytes, key: signer).utf8)
        return begun(jws) + index + table + parts
    }

    private static func described(_ bytes: [UInt8]) -> JSONValue {
        ["digest": .string(hexadecimal(sha256(bytes))), "length": .integer(bytes.count)]
    }

    /// The mark, and the manifest behind its length.
    private static func begun(_ jws: [UInt8]) -> [UInt8] {
        Array("KTBANK2\n".utf8) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: jws.count >> $0) } + jws
    }

    /// The manifest (a JSON object), the index, the table and the parts, each but the last behind its length in two
    /// bytes, as a package: the manifest's digests, lengths and signer are made right where it has them.
    private static func signed(_ bytes: [UInt8]) -> [UInt8]? {
        var rest = bytes[...]
        func part() -> [UInt8]? {
            guard rest.count >= 2 else { return nil }
            let count = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        guard let manifest = part(), let index = part(), let table = part(),
            case .object(var members) = try? JSONCoder.decode(JSONValue.self, from: manifest)
        else { return nil }
        if members["index"] != nil { members["index"] = described(index) }
        if members["table"] != nil { members["table"] = described(table) }
        if members["sealed"] != nil { members["sealed"] = .integer(rest.count) }
        if members["signer"] != nil { members["signer"] = try? JSONCoder.tree(signer.publicJWK) }
        guard let jws = try? JWS.sign(bytes: JSONValue.object(members).canonicalBytes, key: signer) else { return nil }
        return begun(Array(jws.utf8)) + index + table + rest
    }
}
