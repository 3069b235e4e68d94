internal import CSQLite

/// What SQLite refused: its extended result code, its words, and the statement it was about.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Int32
    public let message: String
    public let sql: String?

    init(code: Int32, message: String, sql: String? = nil) {
        self.code = code
        self.message = message
        self.sql = sql
    }

    /// The file is read without complaint and still cannot be what was written.
    public static func damage(_ words: String) -> SQLiteError { SQLiteError(code: SQLITE_CORRUPT, message: words) }

    /// The primary code, without what extends it.
    public var primaryCode: Int32 { code & 0xFF }
    /// The disk, or the database's own limit, has no room.
    public var isFull: Bool { primaryCode == SQLITE_FULL }
    /// Another connection holds the file.
    public var isBusy: Bool { primaryCode == SQLITE_BUSY || primaryCode == SQLITE_LOCKED }
    /// A row would break a constraint of its table.
    public var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }
    /// The file is no database, or a damaged one.
    public var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
    /// There is no file, or it cannot be opened.
    public var isCannotOpen: Bool { primaryCode == SQLITE_CANTOPEN }

    public var description: String {
        "SQLite \(code): \(message)" + (sql.map { " (\($0))" } ?? "")
    }
}
