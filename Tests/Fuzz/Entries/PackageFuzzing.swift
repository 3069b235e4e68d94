internal import CanonicalJSON
internal import Cryptography
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
        func described(_ bytes: [UInt8]) -> JSONValue {
            ["digest": .string(hexadecimal(sha256(bytes))), "length": .integer(bytes.count)]
        }
        if members["index"] != nil { members["index"] = described(index) }
        if members["table"] != nil { members["table"] = described(table) }
        if members["sealed"] != nil { members["sealed"] = .integer(rest.count) }
        if members["signer"] != nil { members["signer"] = try? JSONCoder.tree(signer.publicJWK) }
        guard let jws = try? JWS.sign(bytes: JSONValue.object(members).canonicalBytes, key: signer) else { return nil }
        let length = jws.utf8.count
        return Array("KTBANK2\n".utf8) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
            + Array(jws.utf8)
            + index + table + rest
    }
}
