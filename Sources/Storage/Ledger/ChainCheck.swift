public import CanonicalJSON
import Platform

/// Follows a chain entry by entry: the one place where it is decided whether an entry fits.
public struct ChainCheck: Sendable {
    /// The last entry that fitted.
    public private(set) var tip: Tip

    public init(after tip: Tip = .origin) { self.tip = tip }

    /// What is wrong with the next entry, in words; nil when it fits, and then the chain has moved on.
    public mutating func problem(with entry: Entry) -> String? {
        guard entry.sequence == tip.sequence + 1 else {
            return "entry \(tip.sequence + 1) is missing, entry \(entry.sequence) follows"
        }
        guard entry.previous == tip.digest else {
            return "entry \(entry.sequence) does not follow the digest of the entry before"
        }
        let digest = Entry.digest(
            previous: entry.previous, sequence: entry.sequence, kind: entry.kind, stream: entry.stream,
            body: entry.body)
        guard entry.digest == digest else { return "entry \(entry.sequence) is not what its digest was made from" }
        tip = entry.tip
        return nil
    }

    /// The body as a value.
    ///
    /// - Throws: `Problem` with what is wrong with its form, beyond its digest.
    public static func body(of entry: Entry) throws(Problem) -> JSONValue {
        guard let body = try? JSONCoder.decode(JSONValue.self, from: entry.body), body.objectValue != nil else {
            throw Problem("the body of entry \(entry.sequence) is no JSON object of integers")
        }
        guard body["at"]?.stringValue != nil, body["boot"]?.stringValue != nil, body["monotonic"]?.integerValue != nil
        else { throw Problem("the body of entry \(entry.sequence) lacks at, boot or monotonic") }
        guard !hasInexactInteger(body), body.canonicalBytes == entry.body else {
            throw Problem("the body of entry \(entry.sequence) is not in the canonical form of RFC 8785")
        }
        return body
    }

    /// What is wrong, in words.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
        init(_ description: String) { self.description = description }
    }
}

/// Whether a document holds an integer that JSON does not carry exactly everywhere: 2^53 or beyond.
func hasInexactInteger(_ value: JSONValue) -> Bool {
    switch value {
    case .integer(let number): number.magnitude >= 1 << 53
    case .array(let elements): elements.contains(where: hasInexactInteger)
    case .object(let members): members.values.contains(where: hasInexactInteger)
    case .null, .bool, .string: false
    }
}
