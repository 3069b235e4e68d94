internal import CanonicalJSON
public import Cryptography
public import Exam
internal import Platform
public import QuestionBank

/// A package's questions and pictures, opened one at a time; it cannot open an answer key.
public struct QuestionTexts: Sendable {
    public let package: QuestionPackage
    private let key: ContentKey
    /// By what the questions are known again, whatever their ids.
    public let fingerprints: Fingerprints
    /// Which picture belongs to which question, by the picture's digest.
    private let digests: [ItemID: String]
    /// Which of the pictures each is.
    private let positions: [String: Int]

    /// - Throws: `PackageError` when the texts are not sealed to the recipient.
    public init(_ package: QuestionPackage, with recipient: some Recipient) throws(PackageError) {
        self.package = package
        key = try package.contentKey(\.texts, "texts", "texts", for: recipient)
        let plain = try package.open(package.table.list, named: "list", with: key)
        let list: TextList
        do { list = try JSONCoder.decode(TextList.self, from: plain) } catch {
            throw .badPart(package.source.name, part: "the list of texts", JSONCoder.explain(error))
        }
        fingerprints = list.fingerprints
        digests = list.pictures
        let order = Set(digests.values).sorted()
        positions = Dictionary(uniqueKeysWithValues: zip(order, 0...))
        guard order.count == package.table.pictures,
            order.allSatisfy({ bytes(hexadecimal: $0)?.count == 32 && $0 == $0.lowercased() })
        else { throw .badPart(package.source.name, part: "the list of texts", "it does not fit the pictures") }
    }

    /// A question in all its languages; nothing else is opened, and nothing is kept.
    public func item(_ id: ItemID) throws(PackageError) -> Item {
        let position = try package.position(of: id)
        var plain = try package.open(package.table.item(position), named: "items/\(id)", with: key)
        defer { wipe(&plain) }
        let item: Item
        do { item = try JSONCoder.decode(Item.self, from: plain) } catch {
            throw .badPart(package.source.name, part: "question \(id)", JSONCoder.explain(error))
        }
        guard item.indexEntry == package.index.items[position], item.picture?.digest == digests[id] else {
            throw .badPart(package.source.name, part: "question \(id)", "it is not what the index says of it")
        }
        return item
    }

    /// The digest of a question's picture, known without opening the question.
    public func picture(of id: ItemID) -> String? { digests[id] }

    /// A picture's PNG bytes.
    public func picture(digest: String) throws(PackageError) -> [UInt8] {
        guard let position = positions[digest] else { throw .noPicture(digest) }
        let png = try package.open(package.table.picture(position), named: "pictures/\(digest)", with: key)
        guard hexadecimal(sha256(png)) == digest else {
            throw .badPart(package.source.name, part: "picture \(digest)", "it is another picture")
        }
        return png
    }

    var pictures: [String] { positions.keys.sorted() }
}

/// A package's answer keys, opened one at a time: what a scorer holds and nobody else.
public struct AnswerKeys: Sendable {
    private let package: QuestionPackage
    private let content: ContentKey

    /// - Throws: `PackageError` when the keys are not sealed to the recipient.
    public init(_ package: QuestionPackage, with recipient: some Recipient) throws(PackageError) {
        self.package = package
        content = try package.contentKey(\.answers, "answers", "answer keys", for: recipient)
    }

    /// The authored numbers of a question's right options; in a judge question 1 is "true" and 2 "false".
    public func key(_ id: ItemID) throws(PackageError) -> Set<Int> {
        let position = try package.position(of: id)
        var plain = try package.open(package.table.key(position), named: "answers/\(id)", with: content)
        defer { wipe(&plain) }
        let numbers: [Int]
        do { numbers = try JSONCoder.decode([Int].self, from: plain) } catch {
            throw .badPart(package.source.name, part: "the key of question \(id)", JSONCoder.explain(error))
        }
        guard !numbers.isEmpty, numbers.allSatisfy({ (1...package.index.items[position].options).contains($0) }) else {
            throw .badPart(package.source.name, part: "the key of question \(id)", "it names no option of it")
        }
        return Set(numbers)
    }
}

extension QuestionPackage {
    /// Everything in the plain, held against the bank's digest: for auditors, for an author's check, and for a center
    /// that takes a package in.
    ///
    /// - Throws: `PackageError` when texts and keys are not both sealed to the recipient, or do not make up the digest.
    public func contents(with recipient: some Recipient) throws(PackageError) -> BankContents {
        let texts = try QuestionTexts(self, with: recipient)
        let answers = try AnswerKeys(self, with: recipient)
        var items: [ItemID: Item] = [:]
        var keys: [ItemID: Set<Int>] = [:]
        var pictures: [String: [UInt8]] = [:]
        for entry in index.items {
            items[entry.id] = try texts.item(entry.id)
            keys[entry.id] = try answers.key(entry.id)
        }
        for digest in texts.pictures { pictures[digest] = try texts.picture(digest: digest) }
        let contents = BankContents(index: index, items: items, keys: keys, pictures: pictures)
        guard try PlainContents(contents).digest == digest else {
            throw .badPart(source.name, part: "the content", "it does not make up the digest that is signed")
        }
        return contents
    }
}
