import Benchmarks
import CSQLite
import CanonicalJSON
import Cryptography
import Ledger
import Platform

/// `kaotai bench journal`: appends against bare commits of SQLite's C interface, alternating, on the same disk.
///
/// - Parameter folder: where the files go; it must be on a disk, for on a RAM disk a sync costs nothing.
func journalBenchmark(folder: String = "/var/tmp", rounds: Int = 2000) async throws -> [Figure] {
    let work = folder + "/kaotai-bench-\(hexadecimal(systemEntropy(6)))"
    try makeDirectory(work)
    defer { removeTree(work) }
    var options = Journal.Options()
    options.ballastMiB = 0
    let journal = try Journal(
        in: SystemStateFolder(work), time: SystemTime(), appliance: "bench", key: SigningKey.generate(),
        options: options)
    let bare = try BareCommits(path: work + "/bare.sqlite")
    let time = SystemTime()
    func measure(_ work: () async throws -> Void) async throws -> Int {
        let begin = time.now()
        try await work()
        return time.now().microseconds - begin.microseconds
    }
    func draft(_ seat: Int, _ number: Int) -> Draft {
        Draft(
            kind: "attempt.chose", stream: "attempt/20261122-\(seat)",
            body: [
                "item": .string("LAW-\(number % 900)"), "version": 1, "choice": [.integer(number % 4 + 1)],
                "revision": 7,
            ])
    }
    let payload = Array(try JSONCoder.encode(draft(1, 1).body)) + [UInt8](repeating: 0x20, count: 200)

    var one: [Int] = []
    var oneBare: [Int] = []
    var six: [Int] = []
    var sixBare: [Int] = []
    var sixApart: [Int] = []
    for round in 0..<rounds {
        one.append(try await measure { try await journal.append([draft(1, round)]) })
        oneBare.append(try await measure { try bare.commit(rows: 1, payload) })
        six.append(
            try await measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for seat in 1...6 { group.addTask { _ = try await journal.append([draft(seat, round)]) } }
                    try await group.waitForAll()
                }
            })
        // A group commit that waits for nobody makes two: the first tap's, and that of all who came meanwhile.
        sixBare.append(
            try await measure {
                try bare.commit(rows: 1, payload)
                try bare.commit(rows: 5, payload)
            })
        sixApart.append(try await measure { for _ in 1...6 { try bare.commit(rows: 1, payload) } })
        // Neither side's log is let grow inside the measured part.
        if round % 200 == 199 {
            try await journal.checkpoint()
            try bare.checkpoint()
        }
    }
    try await journal.close()
    return [
        Figure("one append against one bare commit", unit: "µs", values: one, floor: oneBare),
        Figure(
            "six taps at once, the last durable, against a bare commit of one row and one of five", unit: "µs",
            values: six, floor: sixBare),
        Figure(
            "six taps at once, the last durable, against six bare commits", unit: "µs", values: six, floor: sixApart),
    ]
}

/// SQLite's C interface without anything of ours: write-ahead log, synchronous FULL, one statement.
private final class BareCommits {
    private var connection: OpaquePointer?
    private var statement: OpaquePointer?

    init(path: String) throws(Failure) {
        sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
        try execute(
            """
            PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB) STRICT
            """)
        sqlite3_prepare_v2(connection, "INSERT INTO t(body) VALUES (?)", -1, &statement, nil)
    }

    deinit {
        sqlite3_finalize(statement)
        sqlite3_close_v2(connection)
    }

    func commit(rows: Int, _ payload: [UInt8]) throws(Failure) {
        try execute("BEGIN IMMEDIATE")
        for _ in 0..<rows {
            let code = payload.withUnsafeBytes { bytes in
                // No destructor: the bytes live until the step is done.
                sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), nil)
                return sqlite3_step(statement)
            }
            guard code == SQLITE_DONE else { throw failure }
            sqlite3_reset(statement)
        }
        try execute("COMMIT")
    }

    func checkpoint() throws(Failure) {
        guard sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil) == SQLITE_OK else {
            throw failure
        }
    }

    private func execute(_ sql: String) throws(Failure) {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    private var failure: Failure { Failure(.inputOutput, String(cString: sqlite3_errmsg(connection))) }
}
