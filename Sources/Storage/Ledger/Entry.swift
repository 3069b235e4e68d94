public import CanonicalJSON
import Cryptography
import Platform

/// What is to be written: the journal adds the number, the time and the digests.
public struct Draft: Sendable, Hashable {
    /// What happened, `attempt.answered` and the like.
    public let kind: String
    /// What the entry belongs to: `attempt/…`, `seat/3`, `hall`, …
    public let stream: String
    /// A JSON object without `at`, `boot` and `monotonic`, which the journal adds.
    public let body: JSONValue

    public init(kind: String, stream: String, body: JSONValue) {
        self.kind = kind
        self.stream = stream
        self.body = body
    }

    /// - Throws: `EncodingError` for a value with numbers that are no integers.
    public init(kind: String, stream: String, encoding value: some Encodable) throws {
        self.init(kind: kind, stream: stream, body: try JSONCoder.tree(value))
    }
}

/// A place in a journal: the number of entries so far and the digest of the last.
public struct Tip: Hashable, Sendable {
    public let sequence: Int
    public let digest: [UInt8]

    public init(sequence: Int, digest: [UInt8]) {
        self.sequence = sequence
        self.digest = digest
    }

    /// Before the first entry.
    public static let origin = Tip(sequence: 0, digest: [UInt8](repeating: 0, count: 32))
}

/// One entry as it stands in a journal.
public struct Entry: Hashable, Sendable {
    public let sequence: Int
    public let kind: String
    public let stream: String
    /// One JSON object in the RFC 8785 form, with `at`, `boot` and `monotonic`.
    public let body: [UInt8]
    public let previous: [UInt8]
    public let digest: [UInt8]

    public init(sequence: Int, kind: String, stream: String, body: [UInt8], previous: [UInt8], digest: [UInt8]) {
        self.sequence = sequence
        self.kind = kind
        self.stream = stream
        self.body = body
        self.previous = previous
        self.digest = digest
    }

    /// The entry that follows a place in the journal.
    init(after tip: Tip, kind: String, stream: String, body: [UInt8]) {
        let sequence = tip.sequence + 1
        self.init(
            sequence: sequence, kind: kind, stream: stream, body: body, previous: tip.digest,
            digest: Self.digest(previous: tip.digest, sequence: sequence, kind: kind, stream: stream, body: body))
    }

    public var tip: Tip { Tip(sequence: sequence, digest: digest) }

    /// The kind of entry that says that a person's key was deleted.
    public static let subjectErased = "subject.erased"

    /// SHA-256( previous ‖ sequence as 8 bytes big-endian ‖ SHA-256(kind) ‖ SHA-256(stream) ‖ SHA-256(body) ).
    public static func digest(previous: [UInt8], sequence: Int, kind: String, stream: String, body: [UInt8])
        -> [UInt8]
    {
        var bytes = previous
        bytes.reserveCapacity(136)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: sequence >> shift))
        }
        bytes += sha256(Array(kind.utf8))
        bytes += sha256(Array(stream.utf8))
        bytes += sha256(body)
        return sha256(bytes)
    }

    /// The body as a value; members that the type does not know are passed over.
    public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try JSONCoder.decode(type, from: body)
    }
}

extension Entry {
    /// One line of JSON, as `kaotai journal export` writes and segments carry it, without the line's end:
    /// `body` is the stored text as a string, digests are lower-case hexadecimal.
    public var line: String {
        let members: JSONValue = [
            "sequence": .integer(sequence), "kind": .string(kind), "stream": .string(stream),
            "body": .string(String(decoding: body, as: UTF8.self)), "previous": .string(hexadecimal(previous)),
            "digest": .string(hexadecimal(digest)),
        ]
        return members.canonicalText
    }

    /// From such a line. Whether it fits into its chain is `ChainCheck`'s to say.
    public init(line: some StringProtocol) throws(JournalError) {
        let parts: EntryLine
        do {
            parts = try JSONCoder.decode(EntryLine.self, from: Array(line.utf8))
        } catch {
            throw .badLine(JSONCoder.explain(error))
        }
        guard let previous = bytes(hexadecimal: parts.previous), let digest = bytes(hexadecimal: parts.digest),
            previous.count == 32, digest.count == 32
        else { throw .badLine("entry \(parts.sequence): a digest is not 64 hexadecimal digits") }
        self.init(
            sequence: parts.sequence, kind: parts.kind, stream: parts.stream, body: Array(parts.body.utf8),
            previous: previous, digest: digest)
    }
}

/// The members of an exported line.
private struct EntryLine: Decodable {
    let sequence: Int
    let kind: String
    let stream: String
    let body: String
    let previous: String
    let digest: String
}

/// A random key under which personal data of one person stands sealed in bodies, wrapped for those who may read them.
public struct Subject: Hashable, Sendable, Codable {
    /// Names the key; stands beside what is sealed under it.
    public let subject: String
    /// The key wrapped for the appliance, base64url.
    public let appliance: String
    /// The key wrapped for the center, base64url.
    public let center: String?

    public init(subject: String, appliance: String, center: String?) {
        self.subject = subject
        self.appliance = appliance
        self.center = center
    }

    /// SHA-256 of the RFC 8785 form, base64url; the entry with which the key came says it.
    ///
    /// It tells nothing of the key, which is random and wrapped.
    var digest: String {
        var members: [String: JSONValue] = ["subject": .string(subject), "appliance": .string(appliance)]
        if let center { members["center"] = .string(center) }
        return base64url(sha256(JSONValue.object(members).canonicalBytes))
    }
}

/// What a signed head says, and likewise a center's receipt: the journal of that appliance had these entries.
public struct Head: Codable, Hashable, Sendable {
    public let appliance: String
    public let sequence: Int
    /// base64url.
    public let digest: String
    /// RFC 3339, UTC, milliseconds.
    public let at: String

    public init(appliance: String, tip: Tip, at: String) {
        self.appliance = appliance
        sequence = tip.sequence
        digest = base64url(tip.digest)
        self.at = at
    }
}
