internal import CSQLite

/// One connection to one database file, owned by one actor or thread.
///
/// The only file that calls `sqlite3_*`, beside `Values.swift` and `Backup.swift`: here return codes become errors.
/// Statements are kept by their text, so the same text is prepared once.
public final class Connection {
    public enum Access: Sendable {
        /// Reads and writes; the file is made when it is not there.
        case create
        /// Reads and writes a file that exists.
        case readWrite
        /// Reads only.
        case readOnly
        /// Reads a file that nobody writes; takes no locks and leaves no files beside it. Never for a file that this
        /// process has open otherwise: closing it would take that connection's locks away.
        case immutable
    }

    let pointer: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]
    /// Pages in the write-ahead log after the last commit of this connection.
    public private(set) var walPages = 0

    /// - Parameter fileSystem: the name of a registered SQLite VFS instead of the system's: tests make disks fail.
    public init(path: String, access: Access = .create, fileSystem: String? = nil) throws(SQLiteError) {
        let mode =
            switch access {
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .readWrite: SQLITE_OPEN_READWRITE
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        var opened: OpaquePointer?
        let name = access == .immutable ? Self.uri(path) + "?immutable=1" : path
        let code = sqlite3_open_v2(name, &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, fileSystem)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: "open \(path): \(message)")
        }
        pointer = opened
        // Defensive: no SQL can write the file's inner tables; an altered schema cannot call functions.
        csqlite_db_config(pointer, SQLITE_DBCONFIG_DEFENSIVE, 1)
        csqlite_db_config(pointer, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(pointer)
    }

    /// Waits so long for another connection's lock before a statement is refused as busy.
    public func setBusyTimeout(milliseconds: Int) { sqlite3_busy_timeout(pointer, Int32(milliseconds)) }

    // MARK: Statements

    /// Runs statements without parameters, as schemas and pragmas are written.
    public func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(pointer, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql) }
    }

    /// Runs one statement that gives no rows.
    public func run<each Value: SQLiteBindable>(_ sql: String, _ values: repeat each Value) throws(SQLiteError) {
        let statement = try prepared(sql)
        defer { reset(statement, sql) }
        var index: Int32 = 0
        repeat try bind((each values).sqliteValue, statement, &index, sql)
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw error(code, sql) }
        }
    }

    /// What the closure makes of each row.
    public func rows<each Value: SQLiteBindable, Result>(
        _ sql: String, _ values: repeat each Value, make: (borrowing Row) -> Result
    ) throws(SQLiteError) -> [Result] {
        var results: [Result] = []
        try forEach(sql, repeat each values) { row in
            results.append(make(row))
            return true
        }
        return results
    }

    /// What the closure makes of the first row; nil without one.
    public func first<each Value: SQLiteBindable, Result>(
        _ sql: String, _ values: repeat each Value, make: (borrowing Row) -> Result
    ) throws(SQLiteError) -> Result? {
        var result: Result?
        try forEach(sql, repeat each values) { row in
            result = make(row)
            return false
        }
        return result
    }

    /// Shows each row until the closure gives false.
    public func forEach<each Value: SQLiteBindable>(
        _ sql: String, _ values: repeat each Value, body: (borrowing Row) -> Bool
    ) throws(SQLiteError) {
        let statement = try prepared(sql)
        defer { reset(statement, sql) }
        var index: Int32 = 0
        repeat try bind((each values).sqliteValue, statement, &index, sql)
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw error(code, sql) }
            if !body(Row(statement: statement)) { return }
        }
    }

    public var lastInsertedRow: Int { Int(sqlite3_last_insert_rowid(pointer)) }
    /// Rows that the last statement inserted, changed or deleted.
    public var changes: Int { Int(sqlite3_changes(pointer)) }

    // MARK: Transactions

    /// Runs the body in one write transaction; an error rolls it back.
    public func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a transaction without its changes; does nothing outside one.
    public func rollBack() {
        if sqlite3_get_autocommit(pointer) == 0 { sqlite3_exec(pointer, "ROLLBACK", nil, nil, nil) }
    }

    /// Whether a transaction is open.
    public var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

    // MARK: The write-ahead log

    /// Leaves checkpoints to `checkpoint()` and keeps count of the log's pages.
    public func takeOverCheckpoints() {
        // The hook replaces SQLite's automatic checkpoint, which would run inside a commit and hide its errors.
        sqlite3_wal_hook(
            pointer,
            { context, _, _, pages in
                Unmanaged<Connection>.fromOpaque(context!).takeUnretainedValue().walPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Copies the log's pages into the database and makes them durable; the log's file keeps its size and is used
    /// again from its start.
    ///
    /// - Returns: pages that are still in the log alone, because somebody reads them.
    @discardableResult
    public func checkpoint(truncating: Bool = false) throws(SQLiteError) -> Int {
        var inLog: Int32 = 0
        var copied: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(pointer, nil, mode, &inLog, &copied)
        guard code == SQLITE_OK else { throw error(code, "checkpoint") }
        let left = Int(max(0, inLog - copied))
        walPages = left
        return left
    }

    // MARK: Schema

    /// Brings the file to the newest schema: step n (from 1) is run when the file's version is below n.
    ///
    /// - Throws: `SchemaError` for a file that a newer program wrote; any `SQLiteError` of a step.
    public func migrate(_ steps: [String]) throws {
        let version = try first("PRAGMA user_version") { $0.integer(0) } ?? 0
        guard version <= steps.count else { throw SchemaError(found: version, known: steps.count) }
        for (index, step) in steps.enumerated() where index >= version {
            try transaction {
                try execute(step)
                try execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    // MARK: Inside

    /// A path as a `file:` URI, whatever characters stand in it.
    private static func uri(_ path: String) -> String {
        var text = "file:"
        for byte in path.utf8 {
            switch byte {
            case 65...90, 97...122, 48...57, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                text.unicodeScalars.append(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16)
                text += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return text
    }

    func error(_ code: Int32, _ sql: String?) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(pointer)), sql: sql)
    }

    private func prepared(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        // A statement is taken out while it is used, so a query inside a query gets its own.
        if let statement = statements.removeValue(forKey: sql) { return statement }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(pointer, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK else { throw error(code, sql) }
        guard let statement else { throw SQLiteError(code: SQLITE_MISUSE, message: "an empty statement", sql: sql) }
        return statement
    }

    private func reset(_ statement: OpaquePointer, _ sql: String) {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        if let other = statements.updateValue(statement, forKey: sql) { sqlite3_finalize(other) }
    }

    private func bind(_ value: SQLiteValue, _ statement: OpaquePointer, _ index: inout Int32, _ sql: String)
        throws(SQLiteError)
    {
        index += 1
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, Int64(number))
            case .text(let text): sqlite3_bind_text(statement, index, text, Int32(text.utf8.count), transient)
            case .blob(let bytes):
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), transient)
            }
        guard code == SQLITE_OK else { throw error(code, sql) }
    }
}

/// A file whose schema is newer than the program.
public struct SchemaError: Error, Hashable, Sendable, CustomStringConvertible {
    public let found: Int
    public let known: Int

    public init(found: Int, known: Int) {
        self.found = found
        self.known = known
    }

    public var description: String {
        "the file has schema \(found), this program knows up to \(known): a newer program wrote it"
    }
}

/// SQLite copies what it is given: `SQLITE_TRANSIENT`, a cast that Swift does not import.
private nonisolated(unsafe) let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
