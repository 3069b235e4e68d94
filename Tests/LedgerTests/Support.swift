import CanonicalJSON
import Cryptography
import Glibc
import Ledger
import Platform
import SimulatedDisk
import Testing

/// A folder of its own for one test, and what a journal in it needs.
final class JournalFolder: Sendable {
    let path: String
    let key: SigningKey
    let time = ManualTime()
    var journalPath: String { path + "/state/journal.sqlite" }
    var trust: JWKS { JWKS(keys: [key.publicJWK]) }

    init(suite: CipherSuite = .intl) throws {
        key = .generate(suite)
        var template = Array("/tmp/kaotai-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
        path = String(cString: made)
    }

    private func state(on disk: SimulatedDisk?) -> any StateFolder {
        if let disk { return disk.folder("state") }
        return SystemStateFolder(path + "/state")
    }

    /// Verifies the journal of a simulated disk as it stands in files.
    func verify(_ disk: SimulatedDisk) throws -> JournalReport {
        let copy = "\(path)/exported"
        defer { removeTree(copy) }
        try disk.folder("state").export(to: copy)
        return try JournalVerifier.verify(path: "\(copy)/\(Journal.fileName)", trust: trust)
    }

    deinit { _ = try? ChildProcess("/bin/rm", ["-rf", path]).wait() }

    func open(
        on disk: SimulatedDisk? = nil, ballastMiB: Int = 0, whole: Bool = false, appliance: String = "hall-1",
        checkpointPages: Int = 512, name: String = Journal.fileName
    ) throws(JournalError) -> Journal {
        var options = Journal.Options()
        options.ballastMiB = ballastMiB
        options.verification = whole ? .whole : .sinceLastHead
        options.checkpointPages = checkpointPages
        return try Journal(
            in: state(on: disk), name: name, time: time, appliance: appliance, key: key, options: options)
    }
}

func draft(_ number: Int, stream: String = "hall") -> Draft {
    Draft(kind: "test.entry", stream: stream, body: ["number": .integer(number), "text": "考台 \"é\"\n"])
}

/// Waits for what another thread brings about; looks each millisecond, so that others have the processor meanwhile.
func until(_ condition: () async -> Bool) async throws {
    for _ in 1...120_000 {
        if await condition() { return }
        try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("what was waited for did not come about in two minutes")
}

func copyFile(_ source: String, to target: String) throws {
    if fileExists(source) { try AtomicFile.write(try readFile(source), to: target) }
}

extension JournalError {
    /// The case's name, without what it carries.
    var label: String { Mirror(reflecting: self).children.first?.label ?? plainLabel }

    private var plainLabel: String { if case .full = self { "full" } else { "closed" } }
}
