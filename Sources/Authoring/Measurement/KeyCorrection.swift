internal import CanonicalJSON
public import CivilTime
internal import Cryptography
public import Exam
internal import Platform

/// A decision that a question's key was wrong: what two persons sign off before anything is counted again.
///
/// The file is one JSON object:
///
///     {"bank": {"id": "kaotai-car", "version": 3}, "item": "LAW-001", "version": 1, "oldKey": [1], "newKey": [2],
///      "reason": "RTSL Art. 91 was amended", "decidedBy": ["Li Ming", "Wang Fang"], "day": "2026-12-01"}
///
/// `bank` may also be the digest of one package (64 hexadecimal digits). With `newKey` an answer is right when it is exactly
/// that. With `"creditAll": true` in its place everybody who had the question gets its points, whether it was answered
/// or not: for a question that has no right answer. A question is never taken out of the count instead: full marks and
/// pass mark are law, and shares of a smaller sum would cost some candidates what nobody else loses.
public struct KeyCorrection: Hashable, Sendable {
    public enum Bank: Hashable, Sendable, CustomStringConvertible {
        /// One package.
        case digest(String)
        case release(id: String, version: Int)

        public var description: String {
            switch self {
            case .digest(let digest): "the bank with digest \(digest)"
            case .release(let id, let version): "bank \(id), version \(version)"
            }
        }
    }

    public enum Verdict: Hashable, Sendable {
        /// Right is exactly this, by authored option numbers.
        case newKey([Int])
        case creditAll
    }

    public let bank: Bank
    public let item: ItemID
    public let version: Int
    public let oldKey: [Int]
    public let verdict: Verdict
    public let reason: String
    public let decidedBy: [String]
    public let day: CalendarDate
    /// SHA-256 of the document in the form of RFC 8785, base64url.
    public let digest: String
    /// What errors call it: the file's path.
    public let name: String

    private struct Document: Decodable {
        let item: ItemID
        let version: Int
        let oldKey: [Int]
        let newKey: [Int]?
        let creditAll: Bool?
        let reason: String
        let decidedBy: [String]
        let day: CalendarDate
    }

    private struct Release: Decodable {
        let id: String
        let version: Int
    }

    private static let members: Set<String> = [
        "bank", "item", "version", "oldKey", "newKey", "creditAll", "reason", "decidedBy", "day",
    ]

    /// - Throws: `Unusable` with what is missing, wrong, or not known.
    public init(json: [UInt8], name: String) throws(Unusable) {
        func wrong(_ problem: String) -> Unusable { Unusable(name, problem) }
        let tree: JSONValue
        let document: Document
        do {
            tree = try JSONCoder.decode(JSONValue.self, from: json)
            document = try JSONCoder.decode(Document.self, from: json)
        } catch {
            throw wrong("no key correction: \(JSONCoder.explain(error))")
        }
        if let unknown = tree.objectValue?.keys.sorted().first(where: { !Self.members.contains($0) }) {
            throw wrong(
                "\"\(unknown)\" is no member of a key correction; they are \(Self.members.sorted().joined(separator: ", "))"
            )
        }
        if let digest = tree["bank"]?.stringValue {
            guard bytes(hexadecimal: digest)?.count == 32 else {
                throw wrong("bank: a digest has 64 hexadecimal digits, or say {\"id\": …, \"version\": …}")
            }
            bank = .digest(digest.lowercased())
        } else if let id = tree["bank"]?["id"]?.stringValue, let version = tree["bank"]?["version"]?.integerValue {
            bank = .release(id: id, version: version)
        } else {
            throw wrong("bank: wanted is a digest, or {\"id\": …, \"version\": …}")
        }
        switch (document.newKey, document.creditAll ?? false) {
        case (let key?, false): verdict = .newKey(key)
        case (nil, true): verdict = .creditAll
        default: throw wrong("wanted is either newKey or \"creditAll\": true")
        }
        item = document.item
        version = document.version
        oldKey = document.oldKey
        reason = document.reason
        decidedBy = document.decidedBy.map { name in String(name.split(separator: " ").joined(separator: " ")) }
        day = document.day
        digest = base64url(sha256(tree.canonicalBytes))
        self.name = name
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw wrong("reason: why the key was wrong is missing")
        }
        guard decidedBy.count == 2, decidedBy.allSatisfy({ !$0.isEmpty }),
            decidedBy[0].lowercased() != decidedBy[1].lowercased()
        else { throw wrong("decidedBy: two different persons decide, named are: \(decidedBy.joined(separator: ", "))") }
        if case .newKey(oldKey) = verdict { throw wrong("newKey is oldKey: nothing is corrected") }
    }

    /// Whether it speaks of a bank.
    func concerns(_ bank: MeasuredBank) -> Bool {
        switch self.bank {
        case .digest(let digest): bank.digest == digest
        case .release(let id, let version): bank.id == id && bank.version == version
        }
    }

    /// That a bank has this question with the key that is to be corrected, and options for the new one.
    func check(against bank: MeasuredBank) throws(Unusable) {
        func wrong(_ problem: String) -> Unusable { Unusable(name, problem) }
        guard let question = bank.questions[item] else { throw wrong("bank \(bank.id) has no question \(item)") }
        guard question.version == version else {
            throw wrong(
                "bank \(bank.id), version \(bank.version), has version \(question.version) of \(item), not \(version)")
        }
        func mask(_ key: [Int], _ member: String) throws(Unusable) -> UInt32 {
            guard !key.isEmpty, Set(key).count == key.count, key.allSatisfy({ (1...question.options).contains($0) })
            else {
                throw wrong(
                    "\(member): \(item) has options 1 to \(question.options), each named once; there are: \(key)")
            }
            return AnswerArchive.mask(key)
        }
        let old = try mask(oldKey, "oldKey")
        guard old == question.key else {
            throw wrong(
                "oldKey: \(oldKey) is not the key that \(item) has in \(bank.name); is the correction for another bank?"
            )
        }
        guard case .newKey(let key) = verdict else { return }
        _ = try mask(key, "newKey")
        guard (question.kind == .multi) == (key.count > 1) else {
            throw wrong(
                "newKey: a \(question.kind.rawValue) question has \(question.kind == .multi ? "two right options or more" : "one right option")"
            )
        }
    }
}
