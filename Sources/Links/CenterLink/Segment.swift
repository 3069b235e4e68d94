import CanonicalJSON
import Cryptography
import Platform

/// A key that a person's data is sealed under, wrapped for those who may open it; it travels beside what it opens,
/// never in it, so that deleting it erases the data and leaves every chain whole.
public struct SubjectKeys: Hashable, Sendable, Codable {
    public var subject: String
    /// Wrapped for the appliance's sealing key, base64url.
    public var appliance: String
    /// Wrapped for the center's sealing key, base64url.
    public var center: String

    public init(subject: String, appliance: String, center: String) {
        self.subject = subject
        self.appliance = appliance
        self.center = center
    }
}

/// An entry of an appliance's journal as one line of JSON, the form of `kaotai journal export`.
public struct SegmentLine: Hashable, Sendable, Codable {
    public var sequence: Int
    public var kind: String
    public var stream: String
    /// The stored text: digests are of these bytes, so nobody reformats them.
    public var body: String
    /// Lower-case hexadecimal.
    public var previous: String
    public var digest: String

    public init(sequence: Int, kind: String, stream: String, body: String, previous: String, digest: String) {
        self.sequence = sequence
        self.kind = kind
        self.stream = stream
        self.body = body
        self.previous = previous
        self.digest = digest
    }

    /// The digest that this entry must have (`interfaces.md`, "The journal").
    public func computedDigest(after previous: [UInt8]) -> [UInt8] {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: sequence >> (56 - 8 * $0)) }
        return sha256(
            previous + number + sha256(Array(kind.utf8)) + sha256(Array(stream.utf8)) + sha256(Array(body.utf8)))
    }
}

/// A piece of an appliance's journal that ends at a signed head.
public struct Segment: Hashable, Sendable, Codable {
    public var appliance: String
    public var from: Int
    public var to: Int
    /// The entries `from` to `to` in order, each a `SegmentLine` in canonical JSON.
    public var lines: [String]
    /// The head of entry `to`: a JWS by the appliance.
    public var head: String
    /// Keys for sealed data in these entries that the center does not have yet.
    public var subjects: [SubjectKeys]

    public init(appliance: String, from: Int, to: Int, lines: [String], head: String, subjects: [SubjectKeys]) {
        self.appliance = appliance
        self.from = from
        self.to = to
        self.lines = lines
        self.head = head
        self.subjects = subjects
    }

    /// Entries between two heads that are longer than one segment may be: heads must be signed more often.
    public struct NoHeadInReach: Error, Hashable, Sendable, CustomStringConvertible {
        public let after: Int
        public var description: String {
            "the entries after \(after) fill a segment before a signed head comes: sign a head at least every 500 KiB"
        }
    }

    /// What a segment may take of a frame's 1 MiB; the rest is for what stands around it.
    public static let sizeLimit = FrameDecoder.limit - (16 << 10)

    /// The longest segment that begins with the first of these entries, ends at a head and fits a frame.
    ///
    /// - Parameters:
    ///   - entries: in order, without a gap, as many as the caller has at hand.
    ///   - heads: signed heads by the sequence of their entry.
    ///   - subjects: the keys that go with it.
    /// - Returns: nil when no head has been signed yet.
    /// - Throws: `NoHeadInReach` when the next head is further away than a segment is long.
    public static func cut(
        appliance: String, entries: [SegmentLine], heads: [Int: String], subjects: [SubjectKeys] = [],
        limit: Int = Segment.sizeLimit
    ) throws -> Segment? {
        guard let first = entries.first else { return nil }
        var size = try JSONCoder.encode(subjects).count + 1024
        var lines: [String] = []
        var best: (count: Int, to: Int, head: String)?
        for entry in entries {
            let line = try JSONCoder.text(entry)
            size += escapedLength(line) + 3
            if size > limit {
                if best == nil { throw NoHeadInReach(after: first.sequence - 1) }
                break
            }
            lines.append(line)
            if let head = heads[entry.sequence], size + head.utf8.count <= limit {
                best = (lines.count, entry.sequence, head)
            }
        }
        guard let best else { return nil }
        return Segment(
            appliance: appliance, from: first.sequence, to: best.to, lines: Array(lines[..<best.count]),
            head: best.head, subjects: subjects)
    }

    /// How long a text becomes as a JSON string, without its quotes.
    private static func escapedLength(_ text: String) -> Int {
        text.utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "\"") || $1 == UInt8(ascii: "\\") ? 2 : $1 < 0x20 ? 6 : 1) }
    }
}

/// The form in which a segment goes to the center: JSON Lines, an entry each, then one with the head.
extension Segment {
    private struct Tail: Codable {
        var head: String
        var subjects: [SubjectKeys]
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
        segment: Segment, entries: [SegmentLine]
    ) {
        var entries: [SegmentLine] = []
        var lines: [String] = []
        let parts = body.split(separator: UInt8(ascii: "\n"))
        for (index, part) in parts.dropLast().enumerated() {
            do {
                entries.append(try JSONCoder.decode(SegmentLine.self, from: part))
            } catch {
                throw Malformed(line: index + 1, reason: JSONCoder.explain(error))
            }
            lines.append(String(decoding: part, as: UTF8.self))
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
