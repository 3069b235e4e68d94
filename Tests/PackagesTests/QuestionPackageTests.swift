import CanonicalJSON
import Cryptography
import Exam
import Platform
import QuestionBank
import Testing

@testable import Packages

@Suite struct QuestionPackageTests {
    @Test(arguments: CipherSuite.allCases) func `what is packed is read again, part by part`(_ suite: CipherSuite)
        throws
    {
        let bank = try SmallBank(suite: suite)
        let package = try bank.open(bank.bytes())
        #expect(package.suite == suite)
        #expect(package.index == bank.contents.index)
        try package.verifyParts()
        let texts = try QuestionTexts(package, with: bank.appliance)
        let answers = try AnswerKeys(package, with: bank.appliance)
        #expect(try texts.item("B") == bank.contents.items["B"])
        #expect(try answers.key("A") == [2])
        #expect(try answers.key("B") == [3])
        #expect(texts.picture(of: "B") == SmallBank.pictureDigest)
        #expect(texts.picture(of: "A") == nil)
        #expect(try texts.picture(digest: SmallBank.pictureDigest) == SmallBank.picture)
        #expect(throws: PackageError.self) { try texts.item("C") }
        #expect(throws: PackageError.self) { try answers.key("C") }
        #expect(throws: PackageError.self) { try texts.picture(digest: "cd") }
    }

    @Test func `the digest is that of the content, whoever packed it and whoever can open it`() throws {
        let bank = try SmallBank()
        let other = try SmallBank()
        let one = try bank.bytes()
        let again = try bank.bytes()
        #expect(one != again)
        let digest = try bank.open(one).digest
        #expect(digest.count == 64)
        #expect(try bank.open(again).digest == digest)
        #expect(try other.open(other.bytes(recipients: [.init(other.auditor.publicSealingKey)])).digest == digest)
        let changed = try SmallBank(keyOfA: [1])
        #expect(try changed.open(changed.bytes()).digest != digest)
    }

    @Test func `nothing by which a question is known again stands in the plain`() throws {
        let bank = try SmallBank()
        let file = try bank.bytes()
        let text = String(decoding: file, as: UTF8.self)
        let prints = try QuestionTexts(bank.open(file), with: bank.appliance).fingerprints
        #expect(prints == bank.contents.fingerprints(sha256: sha256))
        let written = try JSONCoder.encode(prints)
        let digits = String(decoding: written.dropFirst().dropLast(), as: UTF8.self)
        #expect(digits.count == 32)
        #expect(!text.contains(digits))
        // What does stand in the plain is found in this way.
        #expect(text.contains("\"bank\""))
    }

    @Test func `texts and answer keys are given apart`() throws {
        let bank = try SmallBank()
        let (reader, scorer) = (SealingKey.generate(), SealingKey.generate())
        let package = try bank.open(
            bank.bytes(recipients: [
                .init(reader.publicSealingKey, answers: false), .init(scorer.publicSealingKey, texts: false),
            ]))
        #expect(try QuestionTexts(package, with: reader).item("A").id == "A")
        #expect(try AnswerKeys(package, with: scorer).key("A") == [2])
        let noKeys = #expect(throws: PackageError.self) { try AnswerKeys(package, with: reader) }
        #expect(
            noKeys?.description.contains("answer keys are not sealed to the key \(reader.publicSealingKey.thumbprint)")
                == true)
        #expect(throws: PackageError.self) { try QuestionTexts(package, with: scorer) }
        #expect(throws: PackageError.self) { try QuestionTexts(package, with: bank.auditor) }
    }

    @Test func `nothing of a text, a key or a picture stands in the file, and all keys are equally long`() throws {
        let bank = try SmallBank()
        let bytes = try bank.bytes()
        let package = try bank.open(bytes)
        for words in ["stem of", "because", "three", SmallBank.pictureDigest] {
            #expect(bytes.firstRange(of: Array(words.utf8)) == nil)
        }
        // The control: what is not sealed is found.
        #expect(bytes.firstRange(of: Array("blueprints".utf8)) != nil)
        #expect(bytes.firstRange(of: SmallBank.picture) == nil)
        let keys = (0..<2).map { package.table.place(package.table.key($0)).count }
        #expect(Set(keys).count == 1)
    }

    @Test func `one byte changed anywhere is noticed in words, and never opened`() throws {
        let bank = try SmallBank()
        let bytes = try bank.bytes()
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            let error = #expect(throws: PackageError.self, "byte \(index)") {
                let package = try bank.open(altered)
                try package.verifyParts()
            }
            #expect(error?.description.hasPrefix("p: ") == true)
            // Whoever asks for one part only is told of it, too.
            if let package = try? bank.open(altered), let texts = try? QuestionTexts(package, with: bank.appliance),
                let answers = try? AnswerKeys(package, with: bank.appliance)
            {
                #expect(throws: PackageError.self, "byte \(index)") {
                    for id in ["A", "B"] as [ItemID] {
                        _ = try texts.item(id)
                        _ = try answers.key(id)
                    }
                    _ = try texts.picture(digest: SmallBank.pictureDigest)
                }
            }
        }
    }

    @Test func `without trusted keys damage is noticed as well`() throws {
        let bank = try SmallBank()
        let bytes = try bank.bytes()
        #expect(try QuestionPackage(bytes: bytes, name: "p", trust: .anyone).signer == bank.author.thumbprint)
        for index in stride(from: 0, to: bytes.count, by: 5) {
            var altered = bytes
            altered[index] ^= 0x10
            #expect(throws: PackageError.self, "byte \(index)") {
                try QuestionPackage(bytes: altered, name: "p", trust: .anyone).verifyParts()
            }
        }
    }

    @Test func `a package cut at any byte is refused in words`() throws {
        let bank = try SmallBank()
        let bytes = try bank.bytes()
        for length in 1..<bytes.count {
            let error = #expect(throws: PackageError.self) { try bank.open(Array(bytes[..<length])) }
            #expect(error?.description.contains("cut short") == true, "\(length): \(error?.description ?? "")")
        }
        let longer = #expect(throws: PackageError.self) { try bank.open(bytes + [0]) }
        #expect(longer?.description.contains("too long") == true)
        for foreign in [[], Array("PK\u{3}\u{4}something else".utf8)] {
            let other = #expect(throws: PackageError.self) { try bank.open(foreign) }
            #expect(other?.description.contains("not a question package") == true)
        }
    }

    @Test func `lengths that no file has are refused, not believed`() throws {
        let bank = try SmallBank()
        var bytes = try bank.bytes()
        bytes.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: PackageError.self) { try bank.open(bytes) }
        let package = try bank.open(bank.bytes())
        let tree = try JSONCoder.tree(package.manifest)
        let changes: [(String, JSONValue)] = [
            ("items", .integer(-1)), ("items", .integer(1 << 50)), ("pictures", .integer(1 << 50)),
            ("sealed", .integer(-5)), ("sealed", .integer(1 << 52)), ("suite", "rot13"), ("format", 3),
            ("digest", "no digest"), ("index", ["digest": "00", "length": .integer(1 << 52)]),
            ("table", ["digest": "00", "length": .integer(-36)]),
        ]
        for (name, value) in changes {
            guard case .object(var members) = tree else { return }
            members[name] = value
            let payload = JSONValue.object(members).canonicalBytes
            #expect(throws: PackageError.self, "\(name)") {
                try QuestionPackage(payload: payload, source: PackageSource(bytes: bytes, name: "p"), from: 12)
            }
        }
    }

    @Test func `a stranger's signature does not count`() throws {
        let bank = try SmallBank()
        let stranger = try SmallBank()
        let error = #expect(throws: PackageError.self) { try bank.open(stranger.bytes()) }
        #expect(error?.description.contains("not signed by a key that may sign packages") == true)
        #expect(error?.description.contains(stranger.author.thumbprint) == true)
    }

    @Test func `a part in another's place, or of another package, does not open`() throws {
        let bank = try SmallBank()
        let package = try bank.open(bank.bytes())
        let other = try SmallBank(keyOfA: [1])
        let content = ContentKey.random(.intl)
        let sealed = content.seal([1], associated: Array("\(package.digest)/answers/A".utf8))
        #expect(try content.open(sealed, associated: Array("\(package.digest)/answers/A".utf8)) == [1])
        #expect(throws: CryptographyError.self) {
            try content.open(sealed, associated: Array("\(package.digest)/answers/B".utf8))
        }
        let foreign = try other.open(other.bytes()).digest
        #expect(throws: CryptographyError.self) {
            try content.open(sealed, associated: Array("\(foreign)/answers/A".utf8))
        }
    }

    @Test func `an auditor gets everything in the plain, and it makes up the digest`() throws {
        let bank = try SmallBank()
        let contents = try bank.open(bank.bytes()).contents(with: bank.auditor)
        #expect(contents.index == bank.contents.index)
        #expect(contents.items == bank.contents.items)
        #expect(contents.keys == bank.contents.keys)
        #expect(contents.pictures == bank.contents.pictures)
    }

    @Test func `what no package can hold is not packed`() throws {
        let bank = try SmallBank()
        let contents = bank.contents
        func refused(_ contents: BankContents, _ words: String) {
            let error = #expect(throws: PackageError.self) {
                try QuestionPackage.bytes(of: contents, signer: bank.author, recipients: bank.recipients)
            }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
        refused(
            BankContents(index: contents.index, items: contents.items, keys: ["A": [1]], pictures: contents.pictures),
            "question B has no text or no key")
        refused(
            BankContents(index: contents.index, items: contents.items, keys: contents.keys, pictures: [:]),
            "is not there")
        let nobody = #expect(throws: PackageError.self) { try bank.bytes(recipients: []) }
        #expect(nobody?.description.contains("nobody could open it") == true)
        for id in ["../up", ".hidden", "a/b", "", String(repeating: "x", count: 65), "a b"] {
            #expect(!PackageLimits.isItemID(id))
        }
        #expect(PackageLimits.isItemID("LAW-001.a_b"))
    }

    @Test func `a file that is not there is named`() throws {
        let bank = try SmallBank()
        #expect(throws: PackageError.self) { try QuestionPackage(path: "/nowhere/at/all.ktbank", trust: bank.trust) }
    }
}
