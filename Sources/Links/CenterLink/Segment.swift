import CanonicalJSON
public import Ledger
import Platform

/// A piece of an appliance's journal that ends at a signed head.
public struct Segment: Hashable, Sendable {
    public var appliance: String
    public var from: Int
    public var to: Int
    /// The entries `from` to `to` in order, each `Entry.line`.
    public var lines: [String]
    /// The head of entry `to`: a JWS by the appliance.
    public var head: String
    /// Keys for sealed data in these entries that the center does not have yet.
    public var subjects: [Subject]

    public init(appliance: String, from: Int, to: Int, lines: [String], head: String, subjects: [Subject]) {
        self.appliance = appliance
        self.from = from
        self.to = to
        self.lines = lines
        self.head = head
        self.subjects = subjects
    }

    /// The next segment of a journal after an entry; nil when all of it was sent. Signs a head where it must end.
    ///
    /// - Parameter limit: the most entries.
    public static func next(
        of journal: Journal, after sequence: Int, limit: Int = 500
    ) async throws(JournalError) -> Segment? {
        guard let next = try await journal.segment(after: sequence, limit: limit) else { return nil }
        return Segment(
            appliance: journal.appliance, from: next.from, to: next.to, lines: next.lines, head: next.head,
            subjects: next.subjects)
    }
}

/// In a frame the lines are one base64url text: as JSON strings their quotes would be escaped twice, and nobody could say
/// beforehand whether a segment fits. This way 700,000 bytes of lines always do.
extension Segment: Codable {
    private enum Name: String, CodingKey { case appliance, from, to, lines, head, subjects }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(appliance, forKey: .appliance)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
        try container.encode(base64url(Array(lines.joined(separator: "\n").utf8)), forKey: .lines)
        try container.encode(head, forKey: .head)
        try container.encode(subjects, forKey: .subjects)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let joined = bytes(base64url: try container.decode(String.self, forKey: .lines)) else {
            throw DecodingError.dataCorruptedError(forKey: .lines, in: container, debugDescription: "is not base64url")
        }
        self.init(
            appliance: try container.decode(String.self, forKey: .appliance),
            from: try container.decode(Int.self, forKey: .from), to: try container.decode(Int.self, forKey: .to),
            lines: joined.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) },
            head: try container.decode(String.self, forKey: .head),
            subjects: try container.decode([Subject].self, forKey: .subjects))
    }
}

/// The form in which a segment goes to the center: JSON Lines, an entry each, then one with the head.
extension Segment {
    private struct Tail: Codable {
        var head: String
        var subjects: [Subject]
    }

    public static let mediaType = "application/jsonl"

    public var jsonLines: [UInt8] {
        get throws {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(lines.reduce(1024) { $0 + $1.utf8.count + 1 })
            for line in lines {
                bytes.append(contentsOf: line.utf8)
                bytes.append(UInt8(ascii: "\n"))
            }
            return bytes + (try JSONCoder.encode(Tail(head: head, subjects: subjects))) + [UInt8(ascii: "\n")]
        }
    }

    /// A body that is no segment; says which line, and why.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1.
        public let line: Int
        public let reason: String
        public var description: String { "line \(line): \(reason)" }
    }

    /// Reads the form above; nothing of chain or signature is checked here.
    public static func parse(jsonLines body: [UInt8], appliance: String) throws(Malformed) -> (
        segment: Segment, entries: [Entry]
    ) {
        var entries: [Entry] = []
        var lines: [String] = []
        let parts = body.split(separator: UInt8(ascii: "\n"))
        for (index, part) in parts.dropLast().enumerated() {
            let line = String(decoding: part, as: UTF8.self)
            do throws(JournalError) { entries.append(try Entry(line: line)) } catch {
                throw Malformed(line: index + 1, reason: error.description)
            }
            lines.append(line)
        }
        guard let last = parts.last, let first = entries.first, let end = entries.last else {
            throw Malformed(line: parts.count, reason: "a segment has at least one entry and its head")
        }
        do {
            let tail = try JSONCoder.decode(Tail.self, from: last)
            return (
                Segment(
                    appliance: appliance, from: first.sequence, to: end.sequence, lines: lines, head: tail.head,
                    subjects: tail.subjects), entries
            )
        } catch {
            throw Malformed(
                line: parts.count, reason: "the last line should hold the head: " + JSONCoder.explain(error))
        }
    }
}
