import CanonicalJSON
import Dispatch
import Platform

/// Entries that travel to the center together, and the signed head over the last of them.
public struct JournalSegment: Sendable, Hashable {
    public let from: Int
    public let to: Int
    /// One line of JSON an entry, as `kaotai journal export` writes it.
    public let lines: [String]
    /// JWS of a `Head` over entry `to`.
    public let head: String
    /// Wrapped keys that came with these entries.
    public let subjects: [Subject]
}

extension Journal {
    /// Entries after a sequence, at most so many.
    public func entries(after sequence: Int, limit: Int) throws(JournalError) -> [Entry] {
        try read { try $0.entries(after: sequence, limit: limit) }
    }

    /// The entries of one stream, in order.
    public func entries(stream: String, after sequence: Int = 0) throws(JournalError) -> [Entry] {
        try read { try $0.entries(stream: stream, after: sequence) }
    }

    /// The names of the streams that begin so, in order: `attempt/` for all attempts.
    public func streams(prefix: String) throws(JournalError) -> [String] {
        try read { try $0.streams(prefix: prefix) }
    }

    /// Shows each entry after a sequence, in order; appends go on between batches.
    public nonisolated func forEach(
        after sequence: Int = 0, _ body: (Entry) throws -> Void
    ) async throws {
        var last = sequence
        while true {
            let batch = try await entries(after: last, limit: 1000)
            for entry in batch { try body(entry) }
            guard let newest = batch.last else { return }
            last = newest.sequence
        }
    }

    /// The signed head over exactly this entry; signed now if there is none yet.
    public func head(at sequence: Int) throws(JournalError) -> String {
        if let jws = try read({ try $0.head(at: sequence) }) { return jws }
        guard sequence > 0, let tip = try read({ try $0.tip(at: sequence) }) else {
            throw .invalid("there is no entry \(sequence) to sign a head over")
        }
        return try write { file in
            let jws = try signedHead(over: tip)
            try file.insertHead(jws, at: sequence)
            return Written(result: jws, tip: last, signed: sequence)
        }
    }

    /// The last signed head up to an entry; nil before the first head.
    public func head(upTo sequence: Int) throws(JournalError) -> (sequence: Int, jws: String)? {
        try read { try $0.lastHead(upTo: sequence) }
    }

    /// The next entries for the center with a head over the last; nil when all are sent.
    ///
    /// - Parameters:
    ///   - sequence: the last entry that the center has.
    ///   - limit: the most entries.
    ///   - maximumBytes: the most bytes of all lines; one entry is sent whatever its length.
    public func segment(after sequence: Int, limit: Int = 500, maximumBytes: Int = 700_000)
        throws(JournalError) -> JournalSegment?
    {
        var lines: [String] = []
        var size = 0
        for entry in try entries(after: sequence, limit: limit) {
            let line = entry.line
            size += line.utf8.count + 1
            if size > maximumBytes && !lines.isEmpty { break }
            lines.append(line)
        }
        guard !lines.isEmpty else { return nil }
        let to = sequence + lines.count
        let head = try head(at: to)
        let subjects = try read { try $0.subjects(after: sequence, upTo: to) }
        return JournalSegment(from: sequence + 1, to: to, lines: lines, head: head, subjects: subjects)
    }

    // MARK: Subjects

    /// The wrapped key of a person; nil when it never was, or was erased.
    public func subject(_ name: String) throws(JournalError) -> Subject? { try read { try $0.subject(name) } }

    /// Deletes keys of persons for good, and says so in an entry each: what is sealed under them can never be opened
    /// again, and the chain stays whole.
    ///
    /// - Parameter reason: in a word, for auditors: `retention`, `order`, …
    /// - Returns: the entries, of kind `subject.erased`.
    @discardableResult
    public nonisolated func erase(subjects names: [String], reason: String) async throws(JournalError) -> [Entry] {
        let drafts = names.map { name in
            Draft(
                kind: Entry.subjectErased, stream: "subjects",
                body: ["subject": .string(name), "reason": .string(reason)])
        }
        let entries = try await append(head: true, subjects: [], erasing: names) { _ in drafts }
        try await scrub()
        return entries
    }

    /// Empties the log, whose pages still hold what was deleted: for the end of an erasure, and for a start after a cut
    /// in the middle of one.
    public func scrub() throws(JournalError) { try checkpoint(truncating: true) }
}
