import CanonicalJSON
import Cryptography
import Glibc
import Ledger
import Platform
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

    deinit { _ = try? ChildProcess("/bin/rm", ["-rf", path]).wait() }

    func open(
        fileSystem: String? = nil, ballastMiB: Int = 0, whole: Bool = false, appliance: String = "hall-1",
        checkpointPages: Int = 512, at other: String? = nil
    ) throws(JournalError) -> Journal {
        var options = Journal.Options()
        options.ballastMiB = ballastMiB
        options.fileSystem = fileSystem
        options.verification = whole ? .whole : .sinceLastHead
        options.checkpointPages = checkpointPages
        return try Journal(
            path: other ?? journalPath, time: time, appliance: appliance, key: key, options: options)
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
