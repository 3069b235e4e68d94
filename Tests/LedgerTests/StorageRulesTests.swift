import Platform
import SQLite
import SimulatedDisk
import Testing

@testable import Ledger

/// The rules that keep what was acknowledged, each by what it does, not by being set.
@Suite struct StorageRulesTests {
    private let folder: JournalFolder
    private let disk = SimulatedDisk(isRecording: true)

    init() throws { folder = try JournalFolder() }

    private var file: JournalFile {
        get throws { try JournalFile(writing: Journal.fileName, in: disk.folder("state")) }
    }

    /// The recorded operations from one on, in words.
    private func operations(after start: Int = 0) -> [String] {
        let log = disk.log
        var names: [String] = []
        var words: [String] = []
        for (index, operation) in log.enumerated() {
            var word: String
            switch operation {
            case .create(let path):
                names.append(path)
                word = "create \(path)"
            case .write(let file, _, _): word = "write \(names[file])"
            case .truncate(let file, _): word = "truncate \(names[file])"
            case .synchronize(let file): word = "synchronize \(names[file])"
            case .remove(let path): word = "remove \(path)"
            case .synchronizeNames(let path): word = "names of \(path)"
            default: continue
            }
            word = word.replacing("state/journal.sqlite", with: "file")
            if index >= start, words.last != word { words.append(word) }
        }
        return words
    }

    @Test
    func
        `a fresh file's rollback journal is gone for good before the log begins, and all names are durable in the end`()
        throws
    {
        let file = try file
        let words = operations()
        // Closing it would take the log away again.
        withExtendedLifetime(file) {}
        let journalGone = try #require(words.firstIndex(of: "remove file-journal"))
        #expect(words[journalGone + 1] == "names of state")
        let logBegins = try #require(words.firstIndex(of: "create file-wal"))
        #expect(journalGone < logBegins)
        #expect(words.last == "names of state")
    }

    @Test func `a commit is one write of frames and one sync of the log, and leaves the database's file alone`()
        async throws
    {
        let journal = try folder.open(on: disk, checkpointPages: 1_000_000)
        try await journal.append([draft(0)])
        for number in 1...600 {
            let start = disk.recorded
            try await journal.append([draft(number)])
            #expect(operations(after: start) == ["write file-wal", "synchronize file-wal"])
        }
        // More than SQLite's own threshold of a thousand pages: nobody but us makes checkpoints.
        #expect(journal.health.logPages > 1000)
    }

    @Test func `a checkpoint syncs the log, writes the file, syncs the file`() async throws {
        let journal = try folder.open(on: disk)
        try await journal.append([draft(0)])
        let start = disk.recorded
        try await journal.checkpoint()
        #expect(
            operations(after: start) == ["synchronize file-wal", "write file", "truncate file", "synchronize file"])
        #expect(journal.health.logPages == 0)
    }

    @Test func `nobody else opens the file, and no memory is shared through another`() throws {
        let file = try file
        #expect(try file.connection.first("PRAGMA locking_mode") { $0.text(0) } == "exclusive")
        #expect(!disk.model.paths.contains { $0.hasSuffix("-shm") })
        let second = #expect(throws: JournalError.self) { try self.file }
        #expect(second?.label == "inUse")
    }

    @Test func `a reference to nothing is refused`() throws {
        let connection = try file.connection
        try connection.execute("CREATE TABLE a(a INTEGER PRIMARY KEY); CREATE TABLE b(a REFERENCES a)")
        #expect(throws: SQLiteError.self) { try connection.run("INSERT INTO b VALUES (?)", 1) }
        try connection.execute("PRAGMA foreign_keys = OFF")
        try connection.run("INSERT INTO b VALUES (?)", 1)
    }

    @Test func `a schema of somebody else's making calls no function`() throws {
        let connection = try file.connection
        try connection.execute("CREATE VIEW v AS SELECT load_extension('x')")
        let error = #expect(throws: SQLiteError.self) { try connection.rows("SELECT * FROM v") { $0.text(0) } }
        #expect(error?.message.contains("unsafe") == true)
    }

    @Test func `a page whose cells do not fit is found when it is read; without the rule it is not`() async throws {
        let journal = try folder.open(on: disk)
        for number in 1...40 { try await journal.append([draft(number)]) }
        try await journal.close()
        let name = "state/\(Journal.fileName)"
        var bytes = try #require(disk.model.content(name)).bytes
        // The first cell of a leaf of a table is said to begin in the page's last bytes.
        let page = try #require(
            stride(from: 4096, to: bytes.count, by: 4096).first { bytes[$0] == 13 && bytes[$0 + 4] > 2 })
        bytes.replaceSubrange((page + 8)..<(page + 10), with: [0x0F, 0xFE])
        func read(_ setting: String) throws -> Int? {
            let damaged = SimulatedDisk(DiskModel(files: [name: bytes]))
            let connection = try Connection(path: "\(damaged.path)/\(name)", fileSystem: SimulatedDisk.fileSystem)
            try connection.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cell_size_check = \(setting)")
            return try connection.first("SELECT count(*) FROM entry NOT INDEXED") { $0.integer(0) }
        }
        #expect(throws: SQLiteError.self) { try read("ON") }
        #expect(try read("OFF") == 40)
        #expect(try file.connection.first("PRAGMA cell_size_check") { $0.integer(0) } == 1)
    }

    @Test func `what was erased does not stay in a free page`() async throws {
        let journal = try folder.open(on: disk)
        let secret = "wrapped-key-of-somebody"
        try await journal.append([draft(1)], subjects: [Subject(subject: "person-1", appliance: secret, center: nil)])
        try await journal.checkpoint()
        func isThere() -> Bool {
            let model = disk.model
            return model.paths.contains { path in
                String(decoding: model.content(path)?.bytes ?? [], as: UTF8.self).contains(secret)
            }
        }
        #expect(isThere())
        try await journal.erase(subjects: ["person-1"], reason: "policy")
        #expect(!isThere())
    }
}
