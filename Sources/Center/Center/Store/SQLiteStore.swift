import CenterLink
import CivilTime
public import Ledger
import Platform
import SQLite

/// The store in one SQLite file, opened by one process alone; what arrives during a commit goes into the next one.
public actor SQLiteStore {
    nonisolated let executor = QueueExecutor(label: "center.store")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    struct Waiting {
        let segment: VerifiedSegment
        let continuation: CheckedContinuation<IngestOutcome, any Error>
    }

    let connection: Connection
    var queue: [Waiting] = []
    var draining = false
    /// What was accepted last, so that the usual segment needs no look into the file.
    var tips: [String: Tip] = [:]
    /// Asked for at every request.
    var known: [String: ApplianceRecord] = [:]

    /// - Throws: `Failure` when another process holds the file, `SQLiteError` or `SchemaError` when it is none of ours.
    public init(path: String) throws {
        do throws(SQLiteError) {
            connection = try Connection(path: path)
            // Alone from the first read on: a second writer beside this one could damage the log.
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = EXTRA")
            try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
            try connection.execute("PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; BEGIN IMMEDIATE; COMMIT")
        } catch {
            guard error.isBusy else { throw error }
            throw Failure(.unavailable, "\(path) is held by another process: is kaotai-center running already?")
        }
        try connection.migrate(Self.schema)
        connection.takeOverCheckpoints()
        if let slash = path.lastIndex(of: "/") { try synchronizeDirectory(String(path[...slash])) }
    }

    /// A checkpoint after so many pages of log; between commits, so that its errors are seen.
    private static let checkpointPages = 1000

    func checkpointIfDue() {
        guard connection.walPages >= Self.checkpointPages else { return }
        do throws(SQLiteError) { try connection.checkpoint() } catch { Log.error("checkpoint of the store: \(error)") }
    }

    func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        let result = try connection.transaction(body)
        checkpointIfDue()
        return result
    }

    static let schema = [
        """
        CREATE TABLE appliance (
            id TEXT PRIMARY KEY, keys TEXT NOT NULL, fingerprint BLOB NOT NULL, enrolled_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE appliance_key (
            appliance TEXT NOT NULL, thumbprint TEXT NOT NULL, jwk TEXT NOT NULL, PRIMARY KEY (appliance, thumbprint)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE token (
            digest BLOB PRIMARY KEY, appliance TEXT NOT NULL, expires INTEGER NOT NULL, used_at INTEGER,
            request BLOB, answer TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE entry (
            appliance TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, stream TEXT NOT NULL,
            body BLOB NOT NULL, previous BLOB NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (appliance, sequence)
        ) STRICT;
        CREATE INDEX entry_of_attempt ON entry (appliance, stream, sequence) WHERE kind LIKE 'attempt.%';
        CREATE INDEX exposure_entry ON entry (appliance, sequence) WHERE kind = 'exposure';
        CREATE TABLE segment (
            appliance TEXT NOT NULL, last INTEGER NOT NULL, head TEXT NOT NULL, receipt TEXT NOT NULL,
            at INTEGER NOT NULL, PRIMARY KEY (appliance, last)
        ) STRICT;
        CREATE TABLE subject (
            appliance TEXT NOT NULL, subject TEXT NOT NULL, for_appliance TEXT NOT NULL, for_center TEXT,
            PRIMARY KEY (appliance, subject)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE evidence (
            digest BLOB PRIMARY KEY, appliance TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, times INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE warning (
            appliance TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (appliance, kind, detail)
        ) STRICT;
        CREATE TABLE pending (
            number INTEGER PRIMARY KEY, appliance TEXT NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE result (
            number INTEGER PRIMARY KEY, appliance TEXT NOT NULL, attempt TEXT NOT NULL, sequence INTEGER NOT NULL,
            verified INTEGER, record TEXT NOT NULL, UNIQUE (appliance, attempt)
        ) STRICT;
        CREATE TABLE booking (
            appliance TEXT NOT NULL, id TEXT NOT NULL, content BLOB NOT NULL, sequence INTEGER NOT NULL,
            PRIMARY KEY (appliance, id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE orders (
            appliance TEXT NOT NULL, sequence INTEGER NOT NULL, jws TEXT NOT NULL, subject TEXT,
            PRIMARY KEY (appliance, sequence)
        ) STRICT;
        """
    ]
}

// MARK: Ingest

extension SQLiteStore {
    public func accept(_ segment: VerifiedSegment) async throws -> IngestOutcome {
        try await withCheckedThrowingContinuation { continuation in
            queue.append(Waiting(segment: segment, continuation: continuation))
            guard !draining else { return }
            draining = true
            // A hop to the end of the actor's queue: what is waiting there by then shares the commit.
            Task { self.drain() }
        }
    }

    private func drain() {
        let batch = queue
        queue = []
        draining = false
        do {
            let outcomes = try transaction { try batch.map { try place($0.segment) } }
            for (waiting, outcome) in zip(batch, outcomes) { waiting.continuation.resume(returning: outcome) }
        } catch {
            // Nothing of the batch is stored; the next question reads the file again.
            tips = [:]
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }

    /// Decides and writes one segment inside the transaction; an error undoes the whole batch.
    private func place(_ verified: VerifiedSegment) throws -> IngestOutcome {
        let appliance = verified.segment.appliance
        let tip = try tip(appliance)
        guard let first = verified.entries.first, let last = verified.entries.last else {
            return .fork(at: tip.sequence)
        }
        if first.sequence > tip.sequence + 1 { return .gap(wanted: tip.sequence + 1) }
        // What is there already must be the same to the byte: the digest says so.
        for entry in verified.entries where entry.sequence <= tip.sequence {
            guard try digest(appliance, entry.sequence) == entry.digest else { return .fork(at: entry.sequence) }
        }
        guard last.sequence > tip.sequence else {
            guard let receipt = try receipt(appliance, from: last.sequence) else { return .fork(at: last.sequence) }
            return .accepted(receipt: receipt, new: 0)
        }
        let new = verified.entries.drop { $0.sequence <= tip.sequence }
        if let next = new.first, next.previous != tip.digest { return .fork(at: next.sequence) }
        for entry in new {
            try connection.run(
                "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", appliance, entry.sequence, entry.kind, entry.stream,
                entry.body, entry.previous, entry.digest)
            if entry.kind == Entry.subjectErased { try forgetSubject(entry, of: appliance) }
            if entry.kind == "attempt.result" {
                try connection.run(
                    "INSERT INTO pending (appliance, sequence, at) VALUES (?, ?, ?)", appliance, entry.sequence,
                    verified.at.millisecondsSinceEpoch)
            }
        }
        try connection.run(
            "INSERT INTO segment VALUES (?, ?, ?, ?, ?)", appliance, last.sequence, verified.segment.head,
            verified.receipt, verified.at.millisecondsSinceEpoch)
        for keys in verified.segment.subjects { try save(keys, of: appliance) }
        tips[appliance] = last.tip
        return .accepted(receipt: verified.receipt, new: new.count)
    }

    /// What an appliance erased is erased here as well.
    private func forgetSubject(_ entry: Entry, of appliance: String) throws {
        struct Erased: Decodable { let subject: String }
        try connection.run(
            "DELETE FROM subject WHERE appliance = ? AND subject = ?", appliance,
            try entry.decode(Erased.self).subject)
    }

    /// A key that the center made itself is not replaced by what an appliance says of it.
    private func save(_ keys: Subject, of appliance: String) throws {
        try connection.run(
            "INSERT INTO subject VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", appliance, keys.subject, keys.appliance,
            keys.center)
    }

    private func digest(_ appliance: String, _ sequence: Int) throws -> [UInt8]? {
        try connection.first(
            "SELECT digest FROM entry WHERE appliance = ? AND sequence = ?", appliance, sequence
        ) { $0.blob(0) }
    }

    /// The receipt of the segment that brought an entry.
    private func receipt(_ appliance: String, from sequence: Int) throws -> String? {
        try connection.first(
            "SELECT receipt FROM segment WHERE appliance = ? AND last >= ? ORDER BY last LIMIT 1", appliance, sequence
        ) { $0.text(0) }
    }

    public func tip(_ appliance: String) throws -> Tip {
        if let known = tips[appliance] { return known }
        let tip =
            try connection.first(
                "SELECT sequence, digest FROM entry WHERE appliance = ? ORDER BY sequence DESC LIMIT 1", appliance
            ) { Tip(sequence: $0.integer(0), digest: $0.blob(1)) } ?? .origin
        tips[appliance] = tip
        return tip
    }

    public func lastReceipt(_ appliance: String) throws -> String? {
        try connection.first(
            "SELECT receipt FROM segment WHERE appliance = ? ORDER BY last DESC LIMIT 1", appliance
        ) { $0.text(0) }
    }

    public func anchors(_ appliance: String) throws -> [String] {
        try connection.rows(
            """
            SELECT receipt FROM segment WHERE appliance = ? AND last IN
                (SELECT max(last) FROM segment WHERE appliance = ? GROUP BY at / 86400000) ORDER BY last
            """, appliance, appliance
        ) { $0.text(0) }
    }

    public func entries(_ appliance: String, stream: String, upTo sequence: Int) throws -> [Entry] {
        try connection.rows(
            """
            SELECT sequence, kind, stream, body, previous, digest FROM entry
            WHERE appliance = ? AND stream = ? AND sequence <= ? AND kind LIKE 'attempt.%' ORDER BY sequence
            """, appliance, stream, sequence, make: readEntry)
    }

    public func exposureEntries(_ appliance: String, after: Int, upTo sequence: Int) throws -> [Entry] {
        try connection.rows(
            """
            SELECT sequence, kind, stream, body, previous, digest FROM entry
            WHERE appliance = ? AND kind = 'exposure' AND sequence > ? AND sequence <= ? ORDER BY sequence
            """, appliance, after, sequence, make: readEntry)
    }

    public func entry(_ appliance: String, _ sequence: Int) throws -> Entry? {
        try connection.first(
            "SELECT sequence, kind, stream, body, previous, digest FROM entry WHERE appliance = ? AND sequence = ?",
            appliance, sequence, make: readEntry)
    }
}

func readEntry(_ row: borrowing Row) -> Entry {
    Entry(
        sequence: row.integer(0), kind: row.text(1), stream: row.text(2), body: row.blob(3), previous: row.blob(4),
        digest: row.blob(5))
}
