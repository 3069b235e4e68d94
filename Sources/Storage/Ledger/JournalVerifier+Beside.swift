import SQLite

/// What stands beside the entries of a journal that is read and not written.
extension JournalVerifier {
    /// A subject's wrapped key; nil when there is none, or it was erased.
    public static func subject(_ name: String, path: String) throws(JournalError) -> Subject? {
        let file = try JournalFile(reading: path)
        do { return try file.subject(name) } catch { throw JournalFile.explain(error, path: path) }
    }

    /// The signed heads over entries from a sequence on, in order.
    public static func heads(from sequence: Int, path: String) throws(JournalError) -> [(sequence: Int, jws: String)] {
        let file = try JournalFile(reading: path)
        do {
            var heads: [(sequence: Int, jws: String)] = []
            try file.connection.forEach(
                "SELECT sequence, jws FROM head WHERE sequence >= ? ORDER BY sequence", sequence
            ) {
                heads.append((sequence: $0.integer(0), jws: $0.text(1)))
                return true
            }
            return heads
        } catch {
            throw JournalFile.explain(error, path: path)
        }
    }
}
