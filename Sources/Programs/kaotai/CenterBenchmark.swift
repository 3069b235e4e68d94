import Benchmarks
import Center
import CenterLink
import CivilTime
import Courier
import Cryptography
import Ledger
import Platform
import SQLite

/// `kaotai bench center`: segments of one entry from many appliances at once, each verified, durable and receipted.
///
/// - Parameter folder: where the store goes; it must be on a disk, for on a RAM disk a sync costs nothing.
func centerBenchmark(folder: String = "/var/tmp", appliances: Int = 16, rounds: Int = 5) async throws -> [Figure] {
    let work = folder + "/kaotai-bench-\(hexadecimal(systemEntropy(6)))"
    try makeDirectory(work)
    defer { removeTree(work) }
    let path = try CenterConfiguration.initialize(
        folder: work + "/center", names: ["127.0.0.1"], address: "127.0.0.1", port: 0, time: SystemTime())
    let configuration = try CenterConfiguration.load(path)
    let center = try Center(configuration)
    let server = try HTTPServer(try HTTPServerSettings(configuration)) { await center.answer($0) }
    let url = "https://127.0.0.1:\(server.port)"
    var senders: [SegmentSender] = []
    for number in 1...appliances {
        senders.append(try await SegmentSender("bench-\(number)", center, configuration, url: url, folder: work))
    }
    let bare = try BareIngest(path: work + "/bare.sqlite")

    var overTLS: [Int] = []
    var within: [Int] = []
    var floors: [Int] = []
    for _ in 0..<rounds {
        let batches = senders.map { $0.next(40) }
        floors.append(try await rate(of: batches.joined().count) { try await bare.take(batches, senders.map(\.keys)) })
        overTLS.append(
            try await rate(of: batches.joined().count) {
                try await withThrowingTaskGroup { group in
                    for (sender, batch) in zip(senders, batches) {
                        group.addTask { for segment in batch { _ = try await sender.client.post(segment.segment) } }
                    }
                    try await group.waitForAll()
                }
            })
        let more = senders.map { $0.next(40) }
        within.append(
            try await rate(of: more.joined().count) {
                try await withThrowingTaskGroup { group in
                    for (sender, batch) in zip(senders, more) {
                        group.addTask {
                            for segment in batch {
                                let request = HTTPRequest(
                                    method: "POST", path: sender.path, body: try segment.segment.jsonLines,
                                    peer: sender.peer)
                                let answer = await center.answer(request)
                                guard answer.status == 200 else { throw Failure(.foundWrong, "\(answer.status)") }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            })
    }
    await server.stop()
    return [
        Figure(
            "ingest within the process, \(appliances) appliances at once", unit: "segments/s", values: within,
            floor: floors),
        Figure("ingest over mutual TLS, both ends on this machine", unit: "segments/s", values: overTLS, floor: floors),
    ]
}

private func rate(of count: Int, _ work: () async throws -> Void) async rethrows -> Int {
    let time = SystemTime()
    let begin = time.now()
    try await work()
    return count * 1_000_000 / max(1, time.now().microseconds - begin.microseconds)
}

/// An enrolled appliance that makes segments of one entry.
private final class SegmentSender: Sendable {
    struct Made: Sendable {
        let segment: Segment
        let head: Head
    }

    let client: CenterClient
    let peer: TLSPeer
    let path: String
    let keys = MemoryKeyStore()
    private let appliance: String
    private let tip = Guarded(Tip.origin)

    init(
        _ appliance: String, _ center: Center, _ configuration: CenterConfiguration, url: String, folder: String
    ) async throws {
        self.appliance = appliance
        guard case .token(let token, _) = await center.perform(.token(appliance: appliance, hours: 1)) else {
            throw Failure(.unavailable, "the center gives no token")
        }
        let own = folder + "/" + appliance
        let courier = CourierConfiguration(
            appliance: appliance, daemonSocket: "", center: url,
            tls: .init(ca: own + "/ca.pem", certificate: own + "/certificate.pem", key: own + "/key.pem"))
        let answer = try await Enrolment.run(
            courier, token: token, authority: configuration.tls.authority,
            identity: try ApplianceIdentity.sign(appliance: appliance, keys: keys))
        client = CenterClient(center: url, appliance: appliance, tls: courier.courier.tls)
        let fingerprint = try Certificate(pem: answer.certificate).fingerprint
        peer = TLSPeer(name: appliance, fingerprint: bytes(hexadecimal: fingerprint) ?? [])
        path = "/v1/appliances/\(appliance)/segments"
    }

    /// The next so many segments of this appliance's journal.
    func next(_ count: Int) -> [Made] {
        tip.withLock { tip in
            (0..<count).map { _ in
                let sequence = tip.sequence + 1
                let body = Array(
                    "{\"at\":\"2026-11-22T02:00:00.000Z\",\"boot\":\"b\",\"jws\":\"\(String(repeating: "x", count: 1200))\",\"monotonic\":1}"
                        .utf8)
                let stream = "attempt/\(sequence)"
                let entry = Entry(
                    sequence: sequence, kind: "bench.result", stream: stream, body: body, previous: tip.digest,
                    digest: Entry.digest(
                        previous: tip.digest, sequence: sequence, kind: "bench.result", stream: stream, body: body))
                tip = entry.tip
                let head = Head(appliance: appliance, tip: tip, at: "2026-11-22T02:00:00.000Z")
                let jws = (try? JWS.sign(payload: head, key: keys)) ?? ""
                return Made(
                    segment: Segment(
                        appliance: appliance, from: sequence, to: sequence, lines: [entry.line], head: jws, subjects: []
                    ),
                    head: head)
            }
        }
    }
}

/// What no center can leave out: a signature checked, a receipt signed, and a durable commit that all who wait share.
private final class BareIngest {
    private let connection: Connection
    private let key = SigningKey.generate()

    init(path: String) throws {
        connection = try Connection(path: path)
        try connection.execute(
            """
            PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE t(id INTEGER PRIMARY KEY, line TEXT, receipt TEXT) STRICT
            """)
    }

    func take(_ batches: [[SegmentSender.Made]], _ keys: [MemoryKeyStore]) async throws {
        for index in batches.first?.indices ?? 0..<0 {
            let rows = try await withThrowingTaskGroup(of: (line: String, receipt: String).self) { [key] group in
                for (batch, keys) in zip(batches, keys) {
                    let made = batch[index]
                    group.addTask {
                        _ = try JWS.verify(made.segment.head, keys: keys.publicKeys())
                        return (made.segment.lines[0], try JWS.sign(payload: made.head, key: key))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try connection.transaction {
                for row in rows {
                    try connection.run("INSERT INTO t(line, receipt) VALUES (?, ?)", row.line, row.receipt)
                }
            }
        }
    }
}
