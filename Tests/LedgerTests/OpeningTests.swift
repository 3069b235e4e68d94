import Cryptography
import Glibc
import Ledger
import Platform
import SQLite
import Testing

@Suite struct OpeningTests {
    private let folder: JournalFolder

    init() throws { folder = try JournalFolder() }

    @Test func `a second opener is refused in words, a reader too`() async throws {
        let journal = try folder.open()
        try await journal.append([draft(1)])
        let second = #expect(throws: JournalError.self) { try folder.open() }
        #expect(second?.description.contains("kaotai journal copy") == true)
        let reader = #expect(throws: JournalError.self) { try JournalVerifier.verify(path: folder.journalPath) }
        #expect(reader?.label == "inUse")
        try await journal.append([draft(2)])
        try await journal.close()
        #expect(throws: Never.self) { try folder.open() }
    }

    @Test func `a closed journal says so`() async throws {
        let journal = try folder.open()
        try await journal.close()
        let error = await #expect(throws: JournalError.self) { try await journal.append([draft(1)]) }
        #expect(error?.label == "closed")
        #expect(journal.health.state == .closed)
    }

    @Test func `a file of a newer program is refused and left as it is`() async throws {
        try await folder.open().close()
        try Connection(path: folder.journalPath).execute("PRAGMA user_version = 99")
        let before = try readFile(folder.journalPath)
        let error = #expect(throws: JournalError.self) { try folder.open() }
        #expect(error?.label == "newerSchema")
        #expect(error?.description.contains("schema 99") == true)
        #expect(try readFile(folder.journalPath) == before)
    }

    @Test func `a database of another program and a file that is none are refused`() throws {
        try makeDirectory(folder.path + "/state")
        try Connection(path: folder.journalPath).execute("CREATE TABLE other(a INTEGER) STRICT")
        let other = #expect(throws: JournalError.self) { try folder.open() }
        #expect(other?.label == "notAJournal")
        try AtomicFile.write(String(repeating: "no database ", count: 500), to: folder.journalPath)
        let text = #expect(throws: JournalError.self) { try folder.open() }
        #expect(text?.label == "notAJournal")
        let missing = #expect(throws: JournalError.self) { try JournalVerifier.verify(path: folder.path + "/none") }
        #expect(missing?.description.contains("there is no such file") == true)
    }

    @Test func `reading a stopped journal leaves nothing beside it, and others may not read the file`() async throws {
        let journal = try folder.open()
        try await journal.append([draft(1)])
        try await journal.close()
        let before = try listDirectory(folder.path + "/state")
        #expect(try JournalVerifier.verify(path: folder.journalPath, trust: folder.trust).entries == 1)
        #expect(try listDirectory(folder.path + "/state") == before)
        var status = stat()
        #expect(stat(folder.journalPath, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
    }

    @Test func `the settings are those that survive cuts`() async throws {
        try await folder.open().close()
        let connection = try Connection(path: folder.journalPath)
        #expect(try connection.first("PRAGMA journal_mode") { $0.text(0) } == "wal")
        #expect(try connection.first("PRAGMA page_size") { $0.integer(0) } == 4096)
    }

    @Test func `a journal of another appliance, or under a foreign key, is not opened`() async throws {
        let journal = try folder.open()
        try await journal.append([draft(1)], head: true)
        try await journal.close()
        #expect(throws: JournalError.self) { try folder.open(appliance: "hall-2") }
        var options = Journal.Options()
        options.ballastMiB = 0
        #expect(throws: JournalError.self) {
            try Journal(
                in: SystemStateFolder(folder.path + "/state"), time: folder.time, appliance: "hall-1",
                key: SigningKey.generate(),
                options: options)
        }
        options.olderKeys = folder.trust
        #expect(throws: Never.self) {
            try Journal(
                in: SystemStateFolder(folder.path + "/state"), time: folder.time, appliance: "hall-1",
                key: SigningKey.generate(),
                options: options)
        }
    }

    @Test(arguments: [
        "DELETE FROM entry WHERE sequence = 6", "UPDATE entry SET kind = 'x' WHERE sequence = 6",
        "DELETE FROM entry WHERE sequence >= 4", "UPDATE head SET jws = replace(jws, '.', '.A')",
        "UPDATE entry SET sequence = 9 WHERE sequence = 6",
    ])
    func `an edit since the last head, or of it, is found at the start`(edit: String) async throws {
        let journal = try folder.open()
        for number in 1...6 { try await journal.append([draft(number)], head: number == 4) }
        // As a crash leaves it: closing would sign the tail.
        let copy = folder.path + "/state/copy.sqlite"
        try await journal.checkpoint()
        try copyFile(folder.journalPath, to: copy)
        try copyFile(folder.journalPath + "-wal", to: copy + "-wal")
        #expect(throws: Never.self) { try folder.open(name: "copy.sqlite") }
        try Connection(path: copy).execute(edit)
        if edit.contains("sequence = 6") && edit.hasPrefix("DELETE") {
            // The tail after the last head can be cut off unseen by this machine alone: the center's receipts see it.
            #expect(throws: Never.self) { try folder.open(name: "copy.sqlite") }
        } else {
            let error = #expect(throws: JournalError.self) { try folder.open(name: "copy.sqlite") }
            #expect(error?.label == "damaged")
        }
    }

    @Test(arguments: ["", "-wal"])
    func `a copy never replaces the journal it is made of`(suffix: String) async throws {
        let journal = try folder.open()
        try await journal.append([draft(1)])
        let error = await #expect(throws: JournalError.self) {
            try await journal.copy(to: folder.journalPath + suffix)
        }
        #expect(error?.label == "invalid")
        try await journal.copy(to: folder.journalPath + ".copy")
        try await journal.append([draft(2)])
        #expect(journal.tip.sequence == 2)
    }
}
