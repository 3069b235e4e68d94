import CanonicalJSON
public import Ledger
import Platform

/// A piece of an appliance's journal that ends at a signed head.
public struct Segment: Hashable, Sendable, Codable {
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
        appliance: String, entries: [Entry], heads: [Int: String], subjects: [Subject] = [],
        limit: Int = Segment.sizeLimit
    ) throws -> Segment? {
        guard let first = entries.first else { return nil }
        var size = try JSONCoder.encode(subjects).count + 1024
        var lines: [String] = []
        var best: (count: Int, to: Int, head: String)?
        for entry in entries {
            let line = entry.line
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
