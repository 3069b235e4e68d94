import CSQLite
import Ledger
import Platform

/// A journal's file as somebody opens it who wants to alter it: with everything that SQLite allows.
final class RawDatabase {
    private let pointer: OpaquePointer

    init(path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw Failure(.inputOutput, "\(path) cannot be opened")
        }
        pointer = opened
        // An altered copy need not outlive a cut.
        try run("PRAGMA journal_mode = OFF")
        try run("PRAGMA synchronous = OFF")
    }

    deinit { sqlite3_close_v2(pointer) }

    func run(_ sql: String) throws {
        guard sqlite3_exec(pointer, sql, nil, nil, nil) == SQLITE_OK else {
            throw Failure(.badData, "\(String(cString: sqlite3_errmsg(pointer))): \(sql.prefix(200))")
        }
    }

    /// What a query gives, a text for each row: values as SQL literals, so that their classes are told apart.
    func rows(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(pointer, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Failure(.badData, String(cString: sqlite3_errmsg(pointer)))
        }
        defer { sqlite3_finalize(statement) }
        var rows: [String] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_DONE: return rows
            case SQLITE_ROW:
                rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
                if rows.count > 100_000 { throw Failure(.badData, "rows without end") }
            default: throw Failure(.badData, String(cString: sqlite3_errmsg(pointer)))
            }
        }
    }

    /// Everything that the file says, one text a row; two files with the same say the same.
    func contents() throws -> [String] {
        var contents = try rows(
            "SELECT quote(type) || quote(name) || quote(tbl_name) || quote(sql) FROM sqlite_schema ORDER BY 1")
        contents += try rows("PRAGMA user_version") + rows("PRAGMA application_id")
        contents += try rows(
            """
            SELECT quote(sequence) || quote(kind) || quote(stream) || quote(body) || quote(previous) || quote(digest)
            FROM entry NOT INDEXED
            """)
        contents += try rows("SELECT quote(sequence) || quote(jws) FROM head NOT INDEXED")
        contents += try rows(
            "SELECT quote(subject) || quote(appliance) || quote(center) || quote(sequence) FROM subject NOT INDEXED")
        return contents
    }

    func insert(_ entry: Entry) throws {
        try run(
            """
            INSERT INTO entry VALUES (\(entry.sequence), CAST(\(blob(entry.kind)) AS TEXT),
                CAST(\(blob(entry.stream)) AS TEXT), \(blob(entry.body)), \(blob(entry.previous)), \(blob(entry.digest)))
            """)
    }
}

/// Bytes as SQL writes them.
func blob(_ bytes: [UInt8]) -> String { "X'\(hexadecimal(bytes))'" }
func blob(_ text: String) -> String { blob(Array(text.utf8)) }
