import CanonicalJSON
import CardReaders
import CivilTime
import Glibc
import IdentityCards
import Platform
import Testing
import VirtualCards

/// `kaotai card …` as it is started from a shell, on the same card service as the other tests.
extension ContractTests {
    private struct Ended {
        let code: ExitCode?
        let output: String
        let errors: String
    }

    private func kaotai(_ arguments: [String]) throws -> Ended {
        let folder = "/tmp/kaotai-command-\(getpid())-\(hexadecimal(systemEntropy(4)))"
        try makeDirectory(folder)
        defer { removeFolder(folder) }
        let output = try FileDescriptor(path: folder + "/out", flags: O_WRONLY | O_CREAT)
        let errors = try FileDescriptor(path: folder + "/err", flags: O_WRONLY | O_CREAT)
        let child = try ChildProcess(
            executableFolder() + "/kaotai", arguments, standardOutput: output.raw, standardError: errors.raw)
        let code = child.wait()
        return Ended(
            code: ExitCode(rawValue: code), output: String(decoding: try readFile(folder + "/out"), as: UTF8.self),
            errors: String(decoding: try readFile(folder + "/err"), as: UTF8.self))
    }

    @Test func `card read prints one JSON document with the fields of the interface`() throws {
        let bench = try RealBench()
        let person = InventedPeople.resident(11)
        try bench.lay(.document(person), on: "seat-2")
        let ended = try kaotai(["card", "read", "--reader", "seat-2", "--timeout", "20", "--json"])
        #expect(ended.code == .done)
        let json = try JSONCoder.decode(JSONValue.self, from: Array(ended.output.utf8))
        #expect(json["number"]?.stringValue == person.number)
        #expect(json["kind"]?.stringValue == "resident")
        #expect(json["sex"]?.stringValue == "male")
        #expect(json["nation"]?.stringValue == "汉")
        #expect(json["birthDate"]?.stringValue == person.birthDate.description)
        #expect(json["photoBytes"]?.integerValue == 1024)
        #expect(json["reader"]?.stringValue?.hasPrefix("Kaotai Virtual Reader ") == true)
        let members = json.objectValue.map { Set($0.keys) }
        #expect(
            members == [
                "reader", "kind", "number", "name", "sex", "nation", "birthDate", "address", "issuer", "validFrom",
                "validUntil", "photoBytes", "milliseconds",
            ])
        bench.lift(from: "seat-2")
    }

    @Test func `card read says which field of a record is wrong`() throws {
        let bench = try RealBench()
        var record = InventedPeople.resident(11).record
        record[.birthDate] = "19900230"
        let photo = [UInt8](repeating: 0, count: CardFile.photoSize)
        try bench.lay(.file(CardFile(text: try record.encoded(), photo: photo).encoded), on: "seat-2")
        let ended = try kaotai(["card", "read", "--reader", "seat-2", "--timeout", "20", "--json"])
        #expect(ended.code == .badData)
        #expect(ended.output.isEmpty)
        #expect(ended.errors.contains("the date of birth: no day of the calendar"))
        bench.lift(from: "seat-2")
    }

    @Test func `card list names every reader and how it is read, and reads no card`() throws {
        let bench = try RealBench()
        let card = try VirtualCard(InventedPeople.resident(12))
        try bench.lay(card, on: "seat-4")
        var ended = try kaotai(["card", "list", "--json"])
        // The card service may still be looking at what was laid down a moment ago.
        while !ended.output.contains(#""card":true"#), ended.code == .done {
            ended = try kaotai(["card", "list", "--json"])
        }
        let json = try JSONCoder.decode(JSONValue.self, from: Array(ended.output.utf8))
        let readers = try #require(json["readers"]?.arrayValue)
        #expect(Set(readers.compactMap { $0["serial"]?.stringValue }) == Set(seats + ["desk"]))
        let fourth = readers.first { $0["serial"]?.stringValue == "seat-4" }
        #expect(fourth?["card"]?.boolValue == true)
        #expect(fourth?["profile"]?.stringValue == "Kaotai virtual reader")
        #expect(readers.filter { $0["card"]?.boolValue == true }.count == 1)
        #expect(card.exchanges == 0)
        bench.lift(from: "seat-4")
    }

    @Test func `card read reports a reader that the daemon holds as busy`() async throws {
        let bench = try RealBench()
        let source = try bench.source()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        let person = InventedPeople.resident(13)
        try bench.lay(.document(person), on: "seat-5")
        #expect(await feed.next(2, of: "seat-5") == [.cardIn, .document(person.number)])
        let ended = try kaotai(["card", "read", "--reader", "seat-5", "--timeout", "20"])
        #expect(ended.code == .unavailable)
        #expect(ended.errors.contains("busy"))
        #expect(try kaotai(["card", "list"]).output.contains("held by another program"))
        bench.lift(from: "seat-5")
    }

    @Test func `what card read cannot do ends with its own code and words`() throws {
        let bench = try RealBench()
        #expect(try kaotai(["card", "read", "--timeout", "1"]).code == .unavailable)
        let unknown = try kaotai(["card", "read", "--reader", "seat-77"])
        #expect(unknown.code == .unavailable)
        #expect(unknown.errors.contains("seat-77"))
        #expect(try kaotai(["card", "read", "--timeout", "soon"]).code == .usage)
        #expect(try kaotai(["card", "eat"]).code == .usage)
        #expect(try kaotai(["card", "list", "--profiles", "/nowhere"]).code == .badConfiguration)
        #expect(try kaotai(["card", "--help"]).code == .done)
        bench.killService()
        let dead = try kaotai(["card", "list"])
        #expect(dead.code == .unavailable)
        #expect(dead.errors.contains("pcscd"))
    }
}
