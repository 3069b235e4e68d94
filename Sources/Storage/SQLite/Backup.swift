internal import CSQLite

/// A copy of a database in slices, so that its owner can commit between two of them.
///
/// What the source's own connection writes meanwhile goes into the copy too.
public final class Backup {
    private let source: Connection
    private let target: Connection
    private var pointer: OpaquePointer?

    /// - Parameter path: a file that is not there yet.
    public init(of source: Connection, to path: String) throws(SQLiteError) {
        self.source = source
        target = try Connection(path: path)
        guard let backup = sqlite3_backup_init(target.pointer, "main", source.pointer, "main") else {
            throw target.error(sqlite3_extended_errcode(target.pointer), "backup")
        }
        pointer = backup
    }

    deinit { sqlite3_backup_finish(pointer) }

    /// Copies so many pages; true when all are there.
    public func step(pages: Int) throws(SQLiteError) -> Bool {
        let code = sqlite3_backup_step(pointer, Int32(pages))
        switch code {
        case SQLITE_OK: return false
        case SQLITE_DONE:
            sqlite3_backup_finish(pointer)
            pointer = nil
            // A copy travels as one file: without a log beside it, which a file in WAL mode would want.
            try target.execute("PRAGMA journal_mode = DELETE")
            return true
        default: throw target.error(code, "backup")
        }
    }
}
