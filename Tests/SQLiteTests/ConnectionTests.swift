import Glibc
import Platform
import SQLite
import Testing

@Suite struct ConnectionTests {
    private func memory() throws -> Connection { try Connection(path: ":memory:") }

    @Test func `values go in and come out as they were`() throws {
        let connection = try memory()
        try connection.execute("CREATE TABLE t(a INTEGER, b TEXT, c BLOB, d TEXT) STRICT")
        let text = "考台 \u{0} e\u{301} 👩‍🚀"
        try connection.run("INSERT INTO t VALUES (?, ?, ?, ?)", Int.min, text, [0, 255] as [UInt8], String?.none)
        try connection.run("INSERT INTO t VALUES (?, ?, ?, ?)", 0, "", [] as [UInt8], "x")
        var seen = 0
        try connection.forEach("SELECT a, b, c, d FROM t ORDER BY rowid") { row in
            seen += 1
            if seen == 1 {
                #expect(row.integer(0) == Int.min)
                #expect(row.text(1) == text)
                #expect(row.blob(2) == [0, 255])
                #expect(row.optionalText(3) == nil)
            } else {
                #expect(!row.isNull(1) && !row.isNull(2))
                #expect(row.value(2) == .blob([]))
            }
            return true
        }
        #expect(seen == 2)
    }

    @Test func `an error names the statement and what is wrong with it`() throws {
        let connection = try memory()
        try connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY) STRICT")
        try connection.run("INSERT INTO t VALUES (?)", 1)
        let error = #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO t VALUES (?)", 1) }
        #expect(error?.isConstraint == true)
        #expect(error?.sql == "INSERT INTO t VALUES (?)")
        #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO t VALUES (?)", "word") }
        #expect(throws: SQLiteError.self) { try connection.execute("nonsense") }
        try connection.run("INSERT INTO t VALUES (?)", 2)
        #expect(try connection.first("SELECT count(*) FROM t") { $0.integer(0) } == 2)
    }

    @Test func `a transaction is whole or not at all`() throws {
        struct Stop: Error {}
        let connection = try memory()
        try connection.execute("CREATE TABLE t(a INTEGER) STRICT")
        #expect(throws: Stop.self) {
            try connection.transaction {
                try connection.run("INSERT INTO t VALUES (1)")
                throw Stop()
            }
        }
        #expect(!connection.isInTransaction)
        #expect(try connection.first("SELECT count(*) FROM t") { $0.integer(0) } == 0)
        try connection.transaction { try connection.run("INSERT INTO t VALUES (1)") }
        #expect(try connection.first("SELECT count(*) FROM t") { $0.integer(0) } == 1)
    }

    @Test func `a query inside a query of the same text has its own rows`() throws {
        let connection = try memory()
        try connection.execute("CREATE TABLE t(a INTEGER) STRICT; INSERT INTO t VALUES (1), (2), (3)")
        var pairs = 0
        try connection.forEach("SELECT a FROM t") { _ in
            do {
                try connection.forEach("SELECT a FROM t") { _ in
                    pairs += 1
                    return true
                }
            } catch { Issue.record(error) }
            return true
        }
        #expect(pairs == 9)
    }

    @Test func `steps of a schema are run once, and a newer file is refused`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.sqlite"
            let first = "CREATE TABLE t(a INTEGER) STRICT"
            let second = "ALTER TABLE t ADD COLUMN b TEXT"
            try Connection(path: path).migrate([first])
            try Connection(path: path).migrate([first, second])
            try Connection(path: path).migrate([first, second])
            let error = #expect(throws: SchemaError.self) { try Connection(path: path).migrate([first]) }
            #expect(error == SchemaError(found: 2, known: 1))
        }
    }

    @Test func `a read-only connection writes nothing, and a file that is none is told so`() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.sqlite"
            #expect(throws: SQLiteError.self) { try Connection(path: path, access: .readOnly) }
            try Connection(path: path).execute("CREATE TABLE t(a INTEGER) STRICT")
            let reader = try Connection(path: path, access: .readOnly)
            #expect(throws: SQLiteError.self) { try reader.execute("INSERT INTO t VALUES (1)") }
            try AtomicFile.write(String(repeating: "not a database ", count: 100), to: folder + "/b")
            let error = #expect(throws: SQLiteError.self) {
                try Connection(path: folder + "/b", access: .readOnly).execute("SELECT * FROM sqlite_schema")
            }
            #expect(error?.isDamage == true)
        }
    }

    @Test func `a copy taken in slices holds what was written between them`() throws {
        try withTemporaryFolder { folder in
            let source = try Connection(path: folder + "/a.sqlite")
            try source.execute("PRAGMA journal_mode = WAL; CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB) STRICT")
            for number in 0..<100 {
                try source.run("INSERT INTO t VALUES (?, ?)", number, [UInt8](repeating: 7, count: 3000))
            }
            let backup = try Backup(of: source, to: folder + "/b.sqlite")
            let isDone = try backup.step(pages: 3)
            #expect(!isDone)
            try source.run("INSERT INTO t VALUES (?, ?)", 1000, [1] as [UInt8])
            while try !backup.step(pages: 3) {}
            let copy = try Connection(path: folder + "/b.sqlite", access: .readOnly)
            #expect(try copy.first("SELECT count(*) FROM t") { $0.integer(0) } == 101)
            #expect(try copy.first("PRAGMA journal_mode") { $0.text(0) } == "delete")
        }
    }
}

/// Runs with a folder of its own that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/kaotai-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
    let folder = String(cString: made)
    defer { _ = try? ChildProcess("/bin/rm", ["-rf", folder]).wait() }
    return try body(folder)
}
