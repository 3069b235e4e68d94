import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Glibc
public import Platform

/// The commands of `kaotai-center`.
public enum CenterCommands {
    public static let usage = """
        usage: kaotai-center init --dir DIR [--name HOST]… [--address IP] [--port N] [--suite intl|gm]
               kaotai-center serve --config FILE [--json]
               kaotai-center token --config FILE --appliance ID [--hours N] [--json]
               kaotai-center appliances --config FILE [--json]
               kaotai-center bookings import FILE --config FILE [--appliance ID] [--json]
               kaotai-center bank signer FILE --config FILE
               kaotai-center bank add FILE --config FILE [--json]
               kaotai-center bank release DIGEST --config FILE [--appliance ID | --all] [--json]
               kaotai-center clock --config FILE [--appliance ID | --all] [--minutes N] [--json]
               kaotai-center results --config FILE [--json]
               kaotai-center trust --config FILE --out FILE
               kaotai-center receipts --config FILE [--appliance ID] --out FILE
               kaotai-center erase --config FILE --kind KIND --number N --reason WORD [--appliance ID]
               kaotai-center warnings --config FILE [--json]

        Takes signed segments from appliances, recounts their results, and gives orders.

          init      makes authority, server certificate, keys and config.json in DIR; --name says by which host
                    names and addresses couriers will call it (localhost and 127.0.0.1 when none is given); --suite
                    says what it signs with: intl (Ed25519), which is taken when none is named, or gm (SM2). Halls of
                    either suite can enrol at a center of either
          serve     answers until SIGTERM; with --json says {address, port} on standard output once it listens
          token     a one-time token for an appliance's enrolment, valid for 72 hours
          bookings  a file {"bookings": [{kind, number, name, sex, programme, class, day, language, attempt, facts,
                    accommodations, id}]} becomes signed orders; a file with a fault is refused as a whole. A row:
                    {"kind": "resident", "number": "110101199003074514", "name": "张三", "sex": "male",
                     "programme": "K1-CAR", "class": "C1", "day": "2026-11-22", "language": "zh-Hans", "attempt": 1,
                     "facts": {"reason": "first"}}; sex, accommodations {"extraTimePercent": 50} and id may be absent
          bank signer   makes the signatures of these public keys (a JWKS, or one JWK) on packages count
          bank add      verifies a package, opens it with the center's recount key, and puts it where appliances fetch
                        it; `kaotai bank pack --seal-to` takes the file of `trust`, which holds that key
          bank release  orders an appliance (--all: every one) to fetch a bank and to examine by it
          clock     states the center's time to an appliance (--all: every one), where its own was wrong: what its clock
                    said before counts no more. It counts when it arrives within N minutes, 10 when none are named
          receipts  the last receipt of every day, one JWS a line: what `kaotai journal verify --anchor` takes
          erase     orders an appliance to delete the keys of this person's data (--kind resident …, the document's
                    number); the reason stands in its journal. Who sits is erased after leaving, and the center deletes
                    its own copies when the appliance says that it did
          trust     the public keys of the center and of every appliance, a JWKS

        Every command but init and serve works beside a running center, and without one.

        """

    public static let options: Set<String> = [
        "dir", "name", "address", "port", "config", "appliance", "hours", "out", "suite", "kind", "number", "reason",
        "minutes",
    ]
    public static let flags: Set<String> = ["help", "version", "json", "all"]

    public static func run(_ arguments: Arguments) async throws -> ExitCode {
        switch arguments.words {
        case ["init"]: return try initialize(arguments)
        case ["serve"]: return try await serve(arguments)
        case ["token"]: return try await token(arguments)
        case ["appliances"]: return try await appliances(arguments)
        case ["results"]: return try await results(arguments)
        case ["warnings"]: return try await warnings(arguments)
        case ["clock"]: return try await stateClock(arguments)
        case ["trust"]: return try await trust(arguments)
        case ["receipts"]: return try await receipts(arguments)
        case ["erase"]: return try await erase(arguments)
        case let words where words.count == 3 && words[..<2] == ["bookings", "import"]:
            return try await importBookings(words[2], arguments)
        case let words where words.count == 3 && words[..<2] == ["bank", "add"]:
            return try await addBank(words[2], arguments)
        case let words where words.count == 3 && words[..<2] == ["bank", "signer"]:
            try BankShelf.add(signers: words[2], to: try configuration(arguments).bankSigners)
            return .done
        case let words where words.count == 3 && words[..<2] == ["bank", "release"]:
            return try await releaseBank(words[2], arguments)
        default:
            throw Failure(.usage, "unknown command \"\(arguments.words.joined(separator: " "))\"; --help lists them")
        }
    }

    private static func configuration(_ arguments: Arguments) throws -> CenterConfiguration {
        try CenterConfiguration.load(try arguments.required("config"))
    }

    private static func access(_ arguments: Arguments) throws -> CenterAccess {
        try CenterAccess(try configuration(arguments))
    }

    private static func unexpected() -> Failure { Failure(.badData, "the center answered something else") }

    private static func initialize(_ arguments: Arguments) throws -> ExitCode {
        let names = arguments.values("name")
        let path = try CenterConfiguration.initialize(
            folder: try arguments.required("dir"), names: names.isEmpty ? ["localhost", "127.0.0.1"] : names,
            address: arguments.value("address") ?? "127.0.0.1", port: try arguments.integer("port") ?? 8443,
            suite: try arguments.value("suite").map(CipherSuite.init(option:)) ?? .intl, time: SystemTime())
        if arguments.has("json") {
            standardOutput(JSONValue.object(["config": .string(path)]).canonicalText + "\n")
        } else {
            standardError("made \(path); couriers need tls/ca.pem beside it to know this center\n")
        }
        return .done
    }

    private static func serve(_ arguments: Arguments) async throws -> ExitCode {
        let configuration = try configuration(arguments)
        let center = try Center(configuration)
        let port = try AdminPort(path: configuration.control, center: center)
        let settings = try HTTPServerSettings(configuration)
        let server = try HTTPServer(settings) { await center.answer($0) }
        let work = Task { await center.run() }
        Log.info("listens at https://\(settings.address):\(server.port)")
        if arguments.has("json") {
            let place: JSONValue = ["address": .string(settings.address), "port": .integer(server.port)]
            standardOutput(place.canonicalText + "\n")
        }
        notifyServiceManager("READY=1")
        await waitForTermination()
        notifyServiceManager("STOPPING=1")
        exitUnlessDone(within: 4500, code: 75)
        port.close()
        await server.stop()
        work.cancel()
        await work.value
        return .done
    }

    private static func token(_ arguments: Arguments) async throws -> ExitCode {
        let hours = try arguments.integer("hours") ?? 72
        let command = AdminCommand.token(appliance: try arguments.required("appliance"), hours: hours)
        guard case .token(let token, let expires) = try await access(arguments).perform(command) else {
            throw unexpected()
        }
        if arguments.has("json") {
            let document: JSONValue = ["token": .string(token), "expires": .string(expires.description)]
            standardOutput(document.canonicalText + "\n")
        } else {
            standardOutput(token + "\n")
            standardError("valid once, until \(expires)\n")
        }
        return .done
    }

    private static func appliances(_ arguments: Arguments) async throws -> ExitCode {
        guard case .appliances(let list) = try await access(arguments).perform(.appliances) else { throw unexpected() }
        return try show(["appliances": list], list.map { [$0.id, "\($0.enrolledAt)", "\($0.sequence)"] }, arguments)
    }

    private static func importBookings(_ path: String, _ arguments: Arguments) async throws -> ExitCode {
        let configuration = try configuration(arguments)
        let programmes = try BankShelf.programmes(
            folder: configuration.banks, signers: configuration.bankSigners)
        let entries: [BookingEntry]
        do throws(BookingsFile.Unusable) {
            entries = try BookingsFile.read(try contents(path), name: path, programmes: programmes)
        } catch {
            throw Failure(.badData, error.description)
        }
        // The whole file was judged; what is sent in parts cannot be refused half-way for a fault of the file.
        let access = try CenterAccess(configuration)
        var total = (appliance: "", new: 0, changed: 0, same: 0)
        for start in stride(from: 0, to: entries.count, by: 200) {
            let part = Array(entries[start..<min(start + 200, entries.count)])
            let command = AdminCommand.book(appliance: arguments.value("appliance"), bookings: part)
            guard case .booked(let appliance, let new, let changed, let same) = try await access.perform(command) else {
                throw unexpected()
            }
            total = (appliance, total.new + new, total.changed + changed, total.same + same)
        }
        if arguments.has("json") {
            let document: JSONValue = [
                "appliance": .string(total.appliance), "new": .integer(total.new),
                "changed": .integer(total.changed), "same": .integer(total.same),
            ]
            standardOutput(document.canonicalText + "\n")
        } else {
            standardError("\(total.new) new, \(total.changed) changed, \(total.same) known already\n")
        }
        return .done
    }

    private static func contents(_ path: String) throws(BookingsFile.Unusable) -> [UInt8] {
        do throws(SystemError) { return try readFile(path) } catch {
            throw BookingsFile.Unusable(problems: [error.description])
        }
    }

    private static func addBank(_ path: String, _ arguments: Arguments) async throws -> ExitCode {
        // Whoever runs the center may stand in another folder than this command.
        var folder = [CChar](repeating: 0, count: 4096)
        let absolute = path.hasPrefix("/") ? path : String(cString: getcwd(&folder, folder.count)) + "/" + path
        guard case .bank(let digest) = try await access(arguments).perform(.addBank(path: absolute)) else {
            throw unexpected()
        }
        standardOutput((arguments.has("json") ? "{\"digest\":\"\(digest)\"}" : digest) + "\n")
        return .done
    }

    private static func releaseBank(_ digest: String, _ arguments: Arguments) async throws -> ExitCode {
        let command = AdminCommand.releaseBank(
            digest: digest, appliance: arguments.value("appliance"), all: arguments.has("all"))
        guard case .released(let appliances) = try await access(arguments).perform(command) else {
            throw unexpected()
        }
        if arguments.has("json") {
            let document: JSONValue = [
                "digest": .string(digest), "appliances": .array(appliances.map { .string($0) }),
            ]
            standardOutput(document.canonicalText + "\n")
        } else {
            standardError("\(appliances.joined(separator: ", ")) will fetch it\n")
        }
        return .done
    }

    private static func stateClock(_ arguments: Arguments) async throws -> ExitCode {
        let command = AdminCommand.stateClock(
            minutes: try arguments.integer("minutes") ?? 10, appliance: arguments.value("appliance"),
            all: arguments.has("all"))
        guard case .stated(let appliances) = try await access(arguments).perform(command) else { throw unexpected() }
        if arguments.has("json") {
            standardOutput(try JSONCoder.text(["appliances": appliances]) + "\n")
        } else {
            standardError("\(appliances.joined(separator: ", ")) will be told\n")
        }
        return .done
    }

    private static func results(_ arguments: Arguments) async throws -> ExitCode {
        let access = try access(arguments)
        var all: [ResultRecord] = []
        var after = 0
        while case .results(let list, let last) = try await access.perform(.results(after: after)), !list.isEmpty {
            all += list
            after = last
        }
        let rows = all.map { result in
            [
                result.attempt, result.appliance, "\(result.seat)", result.programme, "\(result.score)/\(result.full)",
                result.passed ? "passed" : "failed",
                result.verified.map { $0 ? "verified" : "WRONG" } ?? "waits for its bank", "\(result.receivedAt)",
                result.problem,
            ]
        }
        return try show(["results": all], rows, arguments)
    }

    private static func warnings(_ arguments: Arguments) async throws -> ExitCode {
        guard case .warnings(let list) = try await access(arguments).perform(.warnings) else { throw unexpected() }
        return try show(
            ["warnings": list], list.map { ["\($0.last)", $0.appliance, "\($0.times)×", $0.kind, $0.detail] }, arguments
        )
    }

    private static func trust(_ arguments: Arguments) async throws -> ExitCode {
        let out = try arguments.required("out")
        guard case .trust(let keys) = try await access(arguments).perform(.trust) else { throw unexpected() }
        try AtomicFile.write(try JSONCoder.text(keys) + "\n", to: out, mode: 0o644)
        return .done
    }

    private static func receipts(_ arguments: Arguments) async throws -> ExitCode {
        let out = try arguments.required("out")
        let command = AdminCommand.receipts(appliance: arguments.value("appliance"))
        guard case .receipts(let list) = try await access(arguments).perform(command) else { throw unexpected() }
        guard !list.isEmpty else { throw Failure(.badData, "the center has received nothing yet") }
        try AtomicFile.write(list.map { $0 + "\n" }.joined(), to: out, mode: 0o644)
        return .done
    }

    private static func erase(_ arguments: Arguments) async throws -> ExitCode {
        let command = AdminCommand.erase(
            kind: try arguments.required("kind"), number: try arguments.required("number"),
            reason: try arguments.required("reason"), appliance: arguments.value("appliance"))
        guard case .erasing(let subjects) = try await access(arguments).perform(command) else { throw unexpected() }
        if arguments.has("json") {
            standardOutput("{\"bookings\":\(subjects)}\n")
        } else {
            standardError("\(subjects) bookings: the appliance is told to erase their keys\n")
        }
        return .done
    }

    /// One JSON document, or one line a row.
    private static func show(
        _ document: [String: some Encodable], _ rows: [[String]], _ arguments: Arguments
    ) throws -> ExitCode {
        if arguments.has("json") {
            standardOutput(try JSONCoder.text(document) + "\n")
        } else {
            for row in rows { standardOutput(row.joined(separator: "  ") + "\n") }
        }
        return .done
    }
}
