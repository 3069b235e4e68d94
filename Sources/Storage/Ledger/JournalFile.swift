import Glibc
import Platform
import SQLite

/// The journal's file: how it is opened, what its tables are, and how they are read. Owned by one actor or thread.
final class JournalFile {
    /// "KAOJ": tells `file(1)` and us that this database is a journal.
    static let applicationID = 0x4B41_4F4A
    static let schema = [
        """
        CREATE TABLE entry(sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL, body BLOB NOT NULL,
            previous BLOB NOT NULL, digest BLOB NOT NULL) STRICT;
        CREATE INDEX entry_stream ON entry(stream, sequence);
        CREATE TABLE head(sequence INTEGER PRIMARY KEY, jws TEXT NOT NULL) STRICT;
        CREATE TABLE subject(subject TEXT PRIMARY KEY, appliance TEXT NOT NULL, center TEXT, sequence INTEGER NOT NULL)
            STRICT;
        CREATE INDEX subject_sequence ON subject(sequence);
        PRAGMA application_id = \(applicationID);
        """
    ]

    let path: String
    let connection: Connection

    /// Opens the journal for writing; the file is made when it is not there.
    init(writing name: String, in folder: any StateFolder) throws(JournalError) {
        path = "\(folder.path)/\(name)"
        do {
            try folder.makeFolder("")
            // SQLite would let everybody read a file that it makes; what it puts beside takes the file's mode.
            if !folder.exists(name) { _ = try folder.create(name, mode: 0o640) }
            connection = try Connection(path: path, fileSystem: folder.databaseFileSystem)
            // No shared memory: a full disk would end the process with SIGBUS; and nobody else opens the file. This
            // must be said before the first access to a file in WAL mode.
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            // While the file still has a rollback journal, EXTRA makes its removal durable: else a cut brings it back,
            // and it rolls the first page of a fresh database away. The first look at the file may find such a one.
            try connection.execute("PRAGMA synchronous = EXTRA")
            try Self.checkIdentity(connection, path: path, mayBeNew: true)
            try Self.configure(connection)
            connection.takeOverCheckpoints()
            try connection.migrate(Self.schema)
            try Self.checkSchema(connection)
            // A fresh file's name and the log's name must outlive a cut as well as their bytes.
            try folder.synchronizeNames(in: "")
        } catch {
            throw Self.explain(error, path: path)
        }
    }

    /// Opens a journal for reading: a copy, or the file of a daemon that was stopped in order. Leaves no trace beside it.
    init(reading path: String) throws(JournalError) {
        self.path = path
        // Entries in the log alone: the daemon is at work, or was killed.
        var log = stat()
        if stat(path + "-wal", &log) == 0, log.st_size > 0 { throw .inUse(path) }
        do {
            connection = try Connection(path: path, access: try Self.isUnlocked(path) ? .immutable : .readOnly)
            try Self.checkIdentity(connection, path: path, mayBeNew: false)
            try Self.checkSchema(connection)
        } catch {
            throw Self.explain(error, path: path)
        }
    }

    /// Whether the file is in WAL mode, as a daemon leaves it, and no process holds it.
    private static func isUnlocked(_ path: String) throws -> Bool {
        guard fileExists(path) else { throw JournalError.unreadable(path: path, reason: "there is no such file") }
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        var header = [UInt8](repeating: 0, count: 20)
        // Bytes 18 and 19 of a database are 2 when it wants a log beside it.
        guard retrying({ pread(file.raw, &header, header.count, 0) }) == header.count, header[18] == 2 else {
            return false
        }
        // SQLite locks 512 bytes from 2^30 on.
        lseek(file.raw, 1 << 30, SEEK_SET)
        guard lockf(file.raw, F_TEST, 512) == 0 else { throw JournalError.inUse(path) }
        return true
    }

    /// What holds from the first entry on; the order matters, also to what `init` did before, each line for its reason.
    private static func configure(_ connection: Connection) throws(SQLiteError) {
        let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
        guard mode == "wal" else { preconditionFailure("the file system takes no write-ahead log") }
        // NORMAL loses acknowledged commits in a cut; EXTRA adds nothing in WAL mode.
        try connection.execute("PRAGMA synchronous = FULL")
        try connection.execute("PRAGMA foreign_keys = ON")
        try connection.execute("PRAGMA trusted_schema = OFF")
        try connection.execute("PRAGMA cell_size_check = ON")
        // An erased subject's key must not stay behind in a free page.
        try connection.execute("PRAGMA secure_delete = ON")
    }

    private static func checkIdentity(_ connection: Connection, path: String, mayBeNew: Bool) throws {
        let application = try connection.first("PRAGMA application_id") { $0.integer(0) } ?? 0
        let version = try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) } ?? 0
        if application == 0, version == 0, tables == 0, mayBeNew { return }
        guard application == applicationID else {
            throw JournalError.notAJournal(path: path, reason: "the database was made by another program")
        }
        guard version <= schema.count else { throw SchemaError(found: version, known: schema.count) }
        guard version == schema.count || mayBeNew else {
            throw JournalError.notAJournal(path: path, reason: "its version is \(version), not \(schema.count)")
        }
    }

    /// Names and texts of tables and indexes, as a file of this program has them.
    private static let knownSchema = {
        do {
            let empty = try Connection(path: ":memory:")
            try empty.migrate(schema)
            return try statements(of: empty)
        } catch {
            preconditionFailure("the journal's schema is none: \(error)")
        }
    }()

    private static func statements(of connection: Connection) throws(SQLiteError) -> [[String?]] {
        try connection.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name") { row in
            [row.text(0), row.text(1), row.text(2), row.optionalText(3)]
        }
    }

    /// Nothing but our tables: a view could show other entries than there are, a trigger change what is written.
    private static func checkSchema(_ connection: Connection) throws {
        let found = try statements(of: connection)
        guard found != knownSchema else { return }
        let stranger = found.first { !knownSchema.contains($0) } ?? knownSchema.first { !found.contains($0) }
        throw JournalError.damaged(
            firstBad: nil,
            problems: [
                "the file's tables are not a journal's: \(stranger?.compactMap { $0 }.joined(separator: " ") ?? "")"
            ])
    }

    /// The one place where errors of the file become the journal's.
    static func explain(_ error: any Error, path: String) -> JournalError {
        switch error {
        case let error as JournalError: return error
        case let error as SchemaError: return .newerSchema(path: path, found: error.found, known: error.known)
        case let error as SystemError:
            return error.isOutOfSpace ? .full : .unreadable(path: path, reason: error.description)
        case let error as SQLiteError where error.isBusy: return .inUse(path)
        case let error as SQLiteError where error.isFull: return .full
        case let error as SQLiteError where error.isDamage:
            return .notAJournal(path: path, reason: error.message)
        case let error as SQLiteError where error.isCannotOpen:
            return .unreadable(
                path: path, reason: fileExists(path) ? error.message : "there is no such file")
        default: return .unreadable(path: path, reason: String(describing: error))
        }
    }

    // MARK: Reading

    private static let columns = "sequence, kind, stream, body, previous, digest"

    private static func entry(_ row: borrowing Row) -> Entry {
        Entry(
            sequence: row.integer(0), kind: row.text(1), stream: row.text(2), body: row.blob(3),
            previous: row.blob(4), digest: row.blob(5))
    }

    func tip() throws(SQLiteError) -> Tip {
        try connection.first("SELECT sequence, digest FROM entry ORDER BY sequence DESC LIMIT 1") {
            Tip(sequence: $0.integer(0), digest: $0.blob(1))
        } ?? .origin
    }

    func tip(at sequence: Int) throws(SQLiteError) -> Tip? {
        if sequence == 0 { return .origin }
        return try connection.first("SELECT digest FROM entry WHERE sequence = ?", sequence) {
            Tip(sequence: sequence, digest: $0.blob(0))
        }
    }

    func entries(after sequence: Int, limit: Int) throws(SQLiteError) -> [Entry] {
        let entries = try connection.rows(
            "SELECT \(Self.columns) FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?", sequence, limit,
            make: Self.entry)
        // Pages of a damaged file may lead back to each other: whoever reads on from the last entry would never end.
        var last = sequence
        for entry in entries {
            guard entry.sequence > last else { throw .damage("entry \(entry.sequence) stands after entry \(last)") }
            last = entry.sequence
        }
        return entries
    }

    func entries(stream: String, after sequence: Int) throws(SQLiteError) -> [Entry] {
        try connection.rows(
            "SELECT \(Self.columns) FROM entry WHERE stream = ? AND sequence > ? ORDER BY sequence", stream, sequence,
            make: Self.entry)
    }

    /// Streams whose names begin so, in order.
    func streams(prefix: String) throws(SQLiteError) -> [String] {
        // The least text that is greater than every text with the prefix: U+10FFFF sorts last.
        try connection.rows(
            "SELECT DISTINCT stream FROM entry WHERE stream >= ? AND stream < ? ORDER BY stream", prefix,
            prefix + "\u{10FFFF}"
        ) { $0.text(0) }
    }

    func head(at sequence: Int) throws(SQLiteError) -> String? {
        try connection.first("SELECT jws FROM head WHERE sequence = ?", sequence) { $0.text(0) }
    }

    func lastHead(upTo sequence: Int) throws(SQLiteError) -> (sequence: Int, jws: String)? {
        try connection.first(
            "SELECT sequence, jws FROM head WHERE sequence <= ? ORDER BY sequence DESC LIMIT 1", sequence
        ) { ($0.integer(0), $0.text(1)) }
    }

    func subject(_ name: String) throws(SQLiteError) -> Subject? {
        try connection.first("SELECT subject, appliance, center FROM subject WHERE subject = ?", name) {
            Subject(subject: $0.text(0), appliance: $0.text(1), center: $0.optionalText(2))
        }
    }

    func subjects(after first: Int, upTo last: Int) throws(SQLiteError) -> [Subject] {
        try connection.rows(
            "SELECT subject, appliance, center FROM subject WHERE sequence > ? AND sequence <= ? ORDER BY sequence",
            first, last
        ) { Subject(subject: $0.text(0), appliance: $0.text(1), center: $0.optionalText(2)) }
    }

    // MARK: Writing, inside a transaction

    func insert(_ entry: Entry) throws(SQLiteError) {
        try connection.run(
            "INSERT INTO entry(sequence, kind, stream, body, previous, digest) VALUES (?, ?, ?, ?, ?, ?)",
            entry.sequence, entry.kind, entry.stream, entry.body, entry.previous, entry.digest)
    }

    func insertHead(_ jws: String, at sequence: Int) throws(SQLiteError) {
        try connection.run("INSERT OR REPLACE INTO head(sequence, jws) VALUES (?, ?)", sequence, jws)
    }

    func insert(_ subject: Subject, at sequence: Int) throws(SQLiteError) {
        try connection.run(
            "INSERT OR REPLACE INTO subject(subject, appliance, center, sequence) VALUES (?, ?, ?, ?)",
            subject.subject, subject.appliance, subject.center, sequence)
    }

    func deleteSubject(_ name: String) throws(SQLiteError) {
        try connection.run("DELETE FROM subject WHERE subject = ?", name)
    }
}
