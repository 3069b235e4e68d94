import CanonicalJSON
import Cryptography
import Ledger
import Platform
import Testing

/// What is ours is checked by programs that hold none of our code.
@Suite struct OutsideVerifierTests {
    private let script: String

    init() {
        // …/Tests/LedgerTests/OutsideVerifierTests.swift
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        script = root + "/Provisioning/audit/verify.py"
    }

    private let answers: JSONValue = [
        ["item": "LAW-001", "version": 1, "answer": [1]], ["item": "LAW-002", "version": 3, "answer": []],
    ]
    private let paper: JSONValue = [
        ["item": "LAW-001", "version": 1, "options": [1, 2]], ["item": "LAW-002", "version": 3, "options": [3, 1, 2]],
    ]

    /// A journal's copy, a result with its files, and the trusted keys, as the demo leaves them.
    private func write(_ suite: CipherSuite) async throws -> JournalFolder {
        let folder = try JournalFolder(suite: suite)
        let journal = try folder.open()
        for number in 1...12 { try await journal.append([draft(number, stream: "attempt/a")]) }
        let tip = journal.tip
        let result: JSONValue = [
            "appliance": "hall-1", "attempt": "a", "score": 90, "full": 100, "passMark": 90, "passed": true,
            "responses": .string(base64url(sha256(answers.canonicalBytes))),
            "paper": ["digest": .string(base64url(sha256(paper.canonicalBytes)))],
            "journal": ["first": 1, "last": .integer(tip.sequence), "digest": .string(base64url(tip.digest))],
        ]
        let jws = try JWS.sign(payload: result, key: folder.key)
        try await journal.append(
            [Draft(kind: "test.result", stream: "attempt/a", body: ["jws": .string(jws)])], head: true)
        try await journal.copy(to: folder.path + "/journal.sqlite")
        try await journal.close()
        try AtomicFile.write(jws, to: folder.path + "/a.jws")
        try AtomicFile.write(answers.canonicalBytes, to: folder.path + "/a.json")
        let drawn = paper.arrayValue!.map { item -> JSONValue in
            ["id": item["item"]!, "version": item["version"]!, "options": item["options"]!]
        }
        try AtomicFile.write(JSONValue.object(["items": .array(drawn)]).canonicalBytes, to: folder.path + "/paper.json")
        var key = folder.key.publicJWK
        key.appliance = "hall-1"
        try AtomicFile.write(
            try JSONCoder.encode(
                JWKS(keys: CipherSuite.allCases.map { SealingKey.generate($0).publicJWK } + [key])),
            to: folder.path + "/trust.jwks")
        return folder
    }

    private func python(_ arguments: [String]) throws -> Int32 {
        let null = try FileDescriptor(path: "/dev/null", flags: 1)
        return try ChildProcess("python3", arguments, standardOutput: null.raw, standardError: null.raw).wait()
    }

    private func verify(_ folder: JournalFolder) throws -> Int32 {
        let path = folder.path
        return try python([
            script, "--trust", path + "/trust.jwks", "--journal", path + "/journal.sqlite", "--result", path + "/a.jws",
            "--answers", path + "/a.json", "--paper", path + "/paper.json",
        ])
    }

    @Test(arguments: CipherSuite.allCases)
    func `a verifier written from the format's page alone agrees`(suite: CipherSuite) async throws {
        #expect(try verify(try await write(suite)) == 0)
    }

    @Test(arguments: ["journal.sqlite", "a.jws", "a.json", "paper.json", "trust.jwks"], CipherSuite.allCases)
    func `and with one byte changed in any file it disagrees`(file: String, suite: CipherSuite) async throws {
        let folder = try await write(suite)
        let path = folder.path + "/" + file
        var content = try readFile(path)
        let needle =
            switch file {
            case "journal.sqlite": "\"number\":7"
            case "a.json": "LAW-002"
            case "paper.json": "LAW-001"
            case "trust.jwks": folder.key.publicJWK.x!
            default: String(decoding: content.suffix(20), as: UTF8.self)
            }
        let place = try #require(firstRange(of: Array(needle.utf8), in: content))
        content[place.upperBound - 3] ^= 1
        try AtomicFile.write(content, to: path)
        #expect(try verify(folder) == 1)
    }

    private func firstRange(of needle: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: needle) }) else { return nil }
        return start..<(start + needle.count)
    }

    @Test(.enabled(if: hasJoserfc, "joserfc is not installed"))
    func `joserfc alone verifies a result, and refuses an altered one`() async throws {
        let folder = try await write(.intl)
        let program = """
            import json, sys
            from joserfc import jws
            from joserfc.jwk import KeySet
            # It refuses a whole set for one key of a curve that it does not know.
            trust = [key for key in json.load(open(sys.argv[1]))["keys"] if key["crv"] != "SM2"]
            keys = KeySet.import_key_set({"keys": trust})
            text = open(sys.argv[2]).read()
            try: sys.exit(0 if jws.deserialize_compact(text, keys, algorithms=["EdDSA"]).payload else 1)
            except Exception: sys.exit(1)
            """
        let jws = folder.path + "/a.jws"
        #expect(try python(["-c", program, folder.path + "/trust.jwks", jws]) == 0)
        let text = String(decoding: try readFile(jws), as: UTF8.self)
        let other = text.dropFirst(60).first == "A" ? "B" : "A"
        try AtomicFile.write(text.prefix(60) + other + text.dropFirst(61), to: jws)
        #expect(try python(["-c", program, folder.path + "/trust.jwks", jws]) == 1)
    }
}

private let hasJoserfc: Bool = {
    let null = try? FileDescriptor(path: "/dev/null", flags: 1)
    let child = try? ChildProcess(
        "python3", ["-c", "import joserfc.jws"], standardOutput: null?.raw, standardError: null?.raw)
    return child?.wait() == 0
}()
