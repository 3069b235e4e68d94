import CanonicalJSON
public import Cryptography
public import Platform
import SQLite

/// The appliance's one record: an append-only, hash-chained, signed list of entries in one SQLite file.
///
/// Appends of all seats that wait at the same time share one transaction and one `fdatasync`; none waits for company.
/// An append returns when its entries are on the disk. After any input or output error the journal stops for good: every
/// later call throws `JournalError.failed`, and a restart reads back what is stored.
public actor Journal {
    public struct Options: Sendable {
        public enum Verification: Sendable {
            /// The last signed head and the chain from there: quick, whatever the journal's length.
            case sinceLastHead
            /// Every entry from the first.
            case whole
        }

        /// Room kept for a full disk; 0 for none.
        public var ballastMiB = 64
        public var verification = Verification.sinceLastHead
        /// Keys that signed heads before the present one.
        public var olderKeys = JWKS()
        /// A head is signed at the latest so long after the first entry that no head covers.
        public var headSeconds = 60
        /// Pages in the log after which a quiet moment is used for a checkpoint.
        public var checkpointPages = 512

        public init() {}
    }

    public nonisolated let appliance: String
    public nonisolated let path: String
    nonisolated let executor: any ActorExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated let waiting = AppendQueue()
    nonisolated let shared: Guarded<JournalHealth>

    let key: any Signer
    let time: any TimeSource
    let options: Options
    let ballast: Ballast
    var file: JournalFile?
    /// The last entry on the disk, as the journal's own queue sees it.
    var last: Tip
    var signed: Int
    var lastHead: Instant
    /// Why nothing is done any more.
    var stopped: JournalError?
    /// Counts drains, so that a delayed task sees whether it was quiet meanwhile.
    var drains = 0
    var checkpointIsArmed = false
    /// The log still holds something that was deleted for good.
    var owesScrub = false
    var headIsArmed = false

    /// The journal's name in the state folder, unless another is given.
    public static let fileName = "journal.sqlite"

    /// Opens the journal, makes it when there is none, and checks it. Blocks: for the start of a program.
    ///
    /// - Parameter executor: where its calls run; they block for as long as the disk takes.
    /// - Throws: `JournalError` in words: in use, newer schema, no journal, damaged, no room.
    public init(
        in folder: any StateFolder, name: String = Journal.fileName, time: any TimeSource, appliance: String,
        key: any Signer, options: Options = Options(), executor: any ActorExecutor = QueueExecutor(label: "journal")
    ) throws(JournalError) {
        let file = try JournalFile(writing: name, in: folder)
        let trusted = JWKS(keys: [key.verifyingKey.jwk] + options.olderKeys.keys)
        let (tip, signed) = try Self.check(
            file, trusted: trusted, appliance: appliance, whole: options.verification == .whole)
        let ballast = Ballast(folder: folder, bytes: options.ballastMiB << 20)
        if options.ballastMiB > 0, !ballast.restore() {
            Log.warning("journal: no room for the reserve of \(options.ballastMiB) MiB beside \(file.path)")
        }
        self.executor = executor
        path = file.path
        self.appliance = appliance
        self.key = key
        self.time = time
        self.options = options
        self.ballast = ballast
        last = tip
        self.signed = signed
        lastHead = time.now()
        shared = Guarded(
            JournalHealth(
                state: .good, tip: tip, signed: signed, commits: 0, entries: 0, lastCommitMicroseconds: 0,
                logPages: 0, hasBallast: ballast.isThere))
        self.file = file
    }

    /// The last entry that is on the disk.
    public nonisolated var tip: Tip { shared.withLock { $0.tip } }
    public nonisolated var health: JournalHealth { shared.withLock { $0 } }

    // MARK: Appending

    /// Writes entries, all or none, in this order and without others between them.
    ///
    /// - Parameters:
    ///   - head: signs a head over what is written; the last entry says that there is one.
    ///   - subjects: wrapped keys that become durable together with the entries, whose first says their digests.
    /// - Returns: the entries as they are on the disk.
    @discardableResult
    public nonisolated func append(_ drafts: [Draft], head: Bool = false, subjects: [Subject] = [])
        async throws(JournalError) -> [Entry]
    {
        try await append(head: head, subjects: subjects) { _ in drafts }
    }

    /// Writes entries that depend on the one before them; the closure sees its place.
    ///
    /// The closure runs inside the transaction, and once more when a full disk was given room; it must not block. What it
    /// throws comes back as `JournalError.refused`, and nothing is written.
    @discardableResult
    public nonisolated func append(
        head: Bool = false, subjects: [Subject] = [], building make: @escaping @Sendable (Tip) throws -> [Draft]
    ) async throws(JournalError) -> [Entry] {
        try await append(head: head, subjects: subjects, erasing: [], building: make)
    }

    nonisolated func append(
        head: Bool, subjects: [Subject], erasing: [String], building make: @escaping @Sendable (Tip) throws -> [Draft]
    ) async throws(JournalError) -> [Entry] {
        let result = await withCheckedContinuation { done in
            let request = AppendRequest(head: head, subjects: subjects, erasing: erasing, make: make, done: done)
            if waiting.add(request) { scheduleDrain() }
        }
        return try result.get()
    }

    /// Signs a head over everything that is written, unless there is one.
    public nonisolated func signHead() async throws(JournalError) { try await append([], head: true) }

    private nonisolated func scheduleDrain() {
        executor.run { self.assumeIsolated { $0.drain() } }
    }

    /// One transaction for all that waits.
    private func drain() {
        let requests = waiting.takeAll()
        drains += 1
        for (request, result) in zip(requests, commit(requests)) { request.done.resume(returning: result) }
        if waiting.continues() { scheduleDrain() }
        armCheckpoint()
        armHead()
    }

    private func commit(_ requests: [AppendRequest]) -> [Result<[Entry], JournalError>] {
        do {
            return try write { file in
                var next = last
                var newest = signed
                func sign() throws {
                    guard next.sequence > newest else { return }
                    try file.insertHead(try signedHead(over: next), at: next.sequence)
                    newest = next.sequence
                }
                var results: [Result<[Entry], JournalError>] = []
                for request in requests {
                    let entries: [Entry]
                    do {
                        entries = try makeEntries(request, after: next)
                    } catch {
                        results.append(.failure(error as? JournalError ?? .refused(error)))
                        continue
                    }
                    for entry in entries { try file.insert(entry) }
                    for subject in request.subjects { try file.insert(subject, at: next.sequence + 1) }
                    for subject in request.erasing { try file.deleteSubject(subject) }
                    next = entries.last?.tip ?? next
                    results.append(.success(entries))
                    // Over exactly the entry that says so: a head that was removed is missed there.
                    if request.head { try sign() }
                }
                if isHeadDue { try sign() }
                return Written(result: results, tip: next, signed: newest > signed ? newest : nil)
            }
        } catch {
            return requests.map { _ in .failure(error) }
        }
    }

    private func makeEntries(_ request: AppendRequest, after tip: Tip) throws -> [Entry] {
        var next = tip
        var entries: [Entry] = []
        let drafts = try request.make(tip)
        guard request.subjects.isEmpty || !drafts.isEmpty else {
            throw JournalError.invalid("a subject's key comes with an entry, which says its digest")
        }
        for (index, draft) in drafts.enumerated() {
            var promises: [String: JSONValue] = [:]
            if index == 0, !request.subjects.isEmpty {
                promises[Promise.subjects] = .object(
                    Dictionary(request.subjects.map { ($0.subject, .string($0.digest)) }, uniquingKeysWith: { $1 }))
            }
            if index == drafts.count - 1, request.head { promises[Promise.head] = true }
            let body = try draft.stamped(by: time, promises: promises)
            let entry = Entry(after: next, kind: draft.kind, stream: draft.stream, body: body)
            entries.append(entry)
            next = entry.tip
        }
        return entries
    }

    // MARK: The one way to write

    /// What a transaction's body made, and what holds once it is committed.
    struct Written<Result> {
        let result: Result
        let tip: Tip
        /// The sequence of a newly signed head.
        var signed: Int?
    }

    /// Runs the body in a transaction.
    ///
    /// A full disk: everything is taken back, the reserve is released, and it is tried once more. Any other error of
    /// the file stops the journal: whether the commit is on the disk is not known until it is read again.
    func write<Result>(_ body: (JournalFile) throws -> Written<Result>) throws(JournalError) -> Result {
        if let stopped { throw stopped }
        guard let file else { throw .closed }
        let begin = time.now()
        var isSecond = false
        while true {
            do {
                try file.connection.run("BEGIN IMMEDIATE")
                let written = try body(file)
                try file.connection.run("COMMIT")
                committed(written.tip, signed: written.signed, since: begin)
                return written.result
            } catch let error as SQLiteError where error.isFull {
                file.connection.rollBack()
                guard !file.connection.isInTransaction else { throw stop(error) }
                if !isSecond && ballast.release() {
                    shared.withLock { $0.hasBallast = false }
                    Log.warning("journal: the disk is full, the reserve of \(options.ballastMiB) MiB was released")
                    isSecond = true
                    continue
                }
                noteFull("journal: the disk is full and has no reserve; nothing was written")
                throw .full
            } catch {
                throw stop(error)
            }
        }
    }

    /// Says once that the disk is full, not at each append until there is room.
    func noteFull(_ words: String) {
        let isNews = shared.withLock { health in
            defer { health.state = .full }
            return health.state != .full
        }
        if isNews { Log.error(words) }
    }

    private func committed(_ next: Tip, signed newest: Int?, since begin: Instant) {
        let written = next.sequence - last.sequence
        let end = time.now()
        last = next
        if let newest, newest > signed {
            signed = newest
            lastHead = end
        }
        shared.withLock {
            $0.state = .good
            $0.tip = next
            $0.signed = signed
            $0.commits += 1
            $0.entries += written
            $0.lastCommitMicroseconds = end.microseconds - begin.microseconds
            $0.logPages = file?.connection.walPages ?? 0
        }
    }

    @discardableResult
    func stop(_ error: any Error) -> JournalError {
        if let stopped { return stopped }
        let failure = JournalError.failed(String(describing: error))
        stopped = failure
        Log.error("journal: stopped: \(error)")
        shared.withLock { $0.state = .failed(String(describing: error)) }
        return failure
    }

    /// Reads, with the same end after an error.
    func read<Result>(_ body: (JournalFile) throws -> Result) throws(JournalError) -> Result {
        if let stopped { throw stopped }
        guard let file else { throw .closed }
        do {
            return try body(file)
        } catch let error as JournalError {
            throw error
        } catch {
            throw stop(error)
        }
    }
}
