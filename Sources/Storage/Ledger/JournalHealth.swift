/// How a journal stands; read without waiting for the disk.
public struct JournalHealth: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case good
        /// The last append found no room; the next one may.
        case full
        /// Stopped after an input or output error, with its words.
        case failed(String)
        case closed
    }

    public var state: State
    public var tip: Tip
    /// The last entry that a signed head covers.
    public var signed: Int
    /// Transactions since the journal was opened.
    public var commits: Int
    /// Entries written since then.
    public var entries: Int
    /// Duration of the last transaction, from its begin to its end on the disk.
    public var lastCommitMicroseconds: Int
    /// Pages of 4 KiB that wait in the write-ahead log for a checkpoint.
    public var logPages: Int
    /// Whether the reserve for a full disk is in place.
    public var hasBallast: Bool
}
