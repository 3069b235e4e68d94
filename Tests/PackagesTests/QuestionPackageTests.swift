import CanonicalJSON
import Exam
import QuestionBank
import Testing

@testable import Packages

@Suite struct QuestionPackageTests {
    private static let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]
    private static let pictureDigest = "ab"

    private func contents(keyOfA: Set<Int> = [2]) throws -> BankContents {
        let blueprint = try Blueprint(programme: "T", version: 1, kinds: [.judge: 1, .single: 1], areas: ["law": 2])
        func item(_ id: ItemID, _ kind: ItemKind, picture: Picture?) -> Item {
            let options = kind == .judge ? [:] : [1: "one", 2: "two", 3: "three"]
            return Item(
                id: id, version: 1, kind: kind, area: "law", classes: ["C1"], basis: "RTSL Art. 1", picture: picture,
                texts: ["en": ItemText(stem: "stem of \(id)", options: options, explanation: "because")],
                written: "A 2026-01-01", reviewed: "B 2026-01-02")
        }
        let shown = Picture(digest: Self.pictureDigest, width: 4, height: 3, alternatives: ["en": "a picture"])
        let items = [item("A", .judge, picture: nil), item("B", .single, picture: shown)]
        return BankContents(
            index: BankIndex(
                id: "bank", version: 4, languages: ["en"], validFrom: nil, validUntil: nil,
                areas: ["law": ["en": "Law"]], programmes: [], blueprints: [blueprint], promises: [],
                items: items.map(\.indexEntry)),
            items: Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0) }), keys: ["A": keyOfA, "B": [3]],
            pictures: [Self.pictureDigest: Self.picture])
    }

    private func open(_ bytes: [UInt8]) throws -> QuestionPackage { try QuestionPackage(bytes: bytes, path: "p") }

    @Test func `what is packed is read again, part by part`() throws {
        let contents = try contents()
        let package = try open(QuestionPackage.bytes(of: contents))
        #expect(package.index == contents.index)
        #expect(try package.item("B") == contents.items["B"])
        #expect(try package.key("A") == [2])
        #expect(try package.key("B") == [3])
        #expect(try package.picture(digest: Self.pictureDigest) == Self.picture)
        #expect(throws: PackageError.self) { try package.item("C") }
        #expect(throws: PackageError.self) { try package.picture(digest: "cd") }
    }

    @Test func `the same contents give the same bytes and digest, another key another digest`() throws {
        let bytes = try QuestionPackage.bytes(of: contents())
        #expect(try QuestionPackage.bytes(of: contents()) == bytes)
        let digest = try open(bytes).digest
        #expect(digest.count == 64)
        #expect(try open(QuestionPackage.bytes(of: contents(keyOfA: [1]))).digest != digest)
    }

    @Test func `an item's part holds no key, and no digest of one key stands anywhere`() throws {
        let bytes = try QuestionPackage.bytes(of: contents())
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#"{"length":3,"name":"keys/A"}"#))
        let item = try JSONCoder.text(open(bytes).item("A"))
        #expect(!item.contains("key"))
    }

    @Test func `one byte changed anywhere is noticed before anything is read`() throws {
        let bytes = try QuestionPackage.bytes(of: contents())
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            // The bank's digest is over the manifest: a change in there that leaves it in order gives another digest.
            if let package = try? open(altered) { #expect(try package.digest != open(bytes).digest) }
        }
        let manifestEnd = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
        for index in stride(from: manifestEnd, to: bytes.count, by: 7) {
            var altered = bytes
            altered[index] ^= 0x20
            let error = #expect(throws: PackageError.self) { try open(altered) }
            #expect(error?.description.contains("altered") == true)
        }
    }

    @Test func `a package cut at any byte is refused in words`() throws {
        let bytes = try QuestionPackage.bytes(of: contents())
        for length in 1..<bytes.count {
            let error = #expect(throws: PackageError.self) { try open(Array(bytes[..<length])) }
            #expect(error?.description.contains("cut short") == true)
        }
        let longer = #expect(throws: PackageError.self) { try open(bytes + [0]) }
        #expect(longer?.description.contains("too long") == true)
        let other = #expect(throws: PackageError.self) { try open(Array("PK\u{3}\u{4}something else".utf8)) }
        #expect(other?.description.contains("not a question package") == true)
    }

    @Test func `a length that no file has is refused, not believed`() throws {
        var bytes = try QuestionPackage.bytes(of: contents())
        bytes.replaceSubrange(8..<16, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: PackageError.self) { try open(bytes) }
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: PackageError.self) { try QuestionPackage(path: "/nowhere/at/all.ktbank") }
    }
}
