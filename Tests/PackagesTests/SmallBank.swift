import CanonicalJSON
import Cryptography
import Exam
import Platform
import QuestionBank

@testable import Packages

/// A bank of two questions and a picture, with everybody's keys.
struct SmallBank {
    static let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]
    static let pictureDigest = hexadecimal(sha256(picture))

    let author: SigningKey
    let appliance: SealingKey
    let auditor: SealingKey
    let contents: BankContents

    var trust: QuestionPackage.Trust { .keys(JWKS(keys: [author.publicJWK])) }
    var recipients: [QuestionPackage.Access] { [.init(appliance.publicSealingKey), .init(auditor.publicSealingKey)] }

    init(suite: CipherSuite = .intl, keyOfA: Set<Int> = [2], version: Int = 4) throws {
        author = .generate(suite)
        appliance = .generate(suite)
        auditor = .generate(suite)
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
        contents = BankContents(
            index: BankIndex(
                id: "bank", version: version, languages: ["en"], validFrom: nil, validUntil: nil,
                areas: ["law": ["en": "Law"]], programmes: [], blueprints: [blueprint], promises: [],
                items: items.map(\.indexEntry)),
            items: Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0) }), keys: ["A": keyOfA, "B": [3]],
            pictures: [Self.pictureDigest: Self.picture])
    }

    func bytes(recipients: [QuestionPackage.Access]? = nil) throws -> [UInt8] {
        try QuestionPackage.bytes(of: contents, signer: author, recipients: recipients ?? self.recipients)
    }

    func open(_ bytes: [UInt8]) throws -> QuestionPackage {
        try QuestionPackage(bytes: bytes, name: "p", trust: trust)
    }
}
