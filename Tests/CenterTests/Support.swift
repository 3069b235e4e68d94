import CanonicalJSON
import CenterLink
import CivilTime
import Courier
import Dispatch
import Cryptography
import Glibc
import Ledger
import Platform

@testable import Center

/// Milliseconds that a request of a test may take: hundreds of tests share the processor, and none is about being quick.
let patience = 300_000

/// A folder of its own for one test.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/kaotai-center-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
        path = String(cString: made)
    }

    deinit { _ = try? ChildProcess("/bin/rm", ["-rf", path]).wait() }
}

/// A real center on a loopback port, in a folder of its own.
final class TestCenter: Sendable {
    let folder: TestFolder
    let configuration: CenterConfiguration
    let center: Center
    /// Begins at the real time: certificates are judged by the TLS libraries' own clock.
    let time = ManualTime(wall: SystemTime().wall())
    private let server = Guarded<HTTPServer?>(nil)
    private let work: Task<Void, Never>
    private let port = Guarded(0)

    var authority: String { configuration.tls.authority }
    var url: String { "https://127.0.0.1:\(port.withLock { $0 })" }
    var store: any CenterStore { center.store }

    init(suite: CipherSuite = .intl, limits change: (inout HTTPServerSettings) -> Void = { _ in }) throws {
        folder = try TestFolder()
        let path = try CenterConfiguration.initialize(
            folder: folder.path, names: ["localhost", "127.0.0.1"], address: "127.0.0.1", port: 0, suite: suite,
            time: time)
        configuration = try CenterConfiguration.load(path)
        let center = try Center(configuration, time: time)
        self.center = center
        work = Task { await center.run() }
        try start(change)
    }

    deinit { work.cancel() }

    /// Listens, at the same port as before.
    func start(_ change: (inout HTTPServerSettings) -> Void = { _ in }) throws {
        var settings = HTTPServerSettings(
            port: port.withLock { $0 }, certificate: try text(configuration.tls.certificate),
            key: try text(configuration.tls.key), clientAuthority: try text(configuration.tls.authority))
        change(&settings)
        let started = try HTTPServer(settings) { [center] in await center.answer($0) }
        port.withLock { $0 = started.port }
        server.withLock { $0 = started }
    }

    func stop() async {
        let running = server.withLock { server in
            defer { server = nil }
            return server
        }
        await running?.stop()
    }

    func token(for appliance: String) async throws -> String {
        try await center.makeToken(appliance: appliance, hours: 1).token
    }
}

/// Runs a program to its end without keeping a thread of the pool that the center's answers need.
func run(_ program: String, _ arguments: [String], output: String? = nil) async throws -> Int32 {
    let file = try output.map { try FileDescriptor(path: $0, flags: O_WRONLY | O_CREAT | O_TRUNC) }
    let child = try ChildProcess(program, arguments, standardOutput: file?.raw)
    return await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: child.wait()) }
    }
}

func text(_ path: String) throws -> String { String(decoding: try readFile(path), as: UTF8.self) }

/// An appliance with a real journal, and the port at which its courier asks.
final class TestHall: Sendable {
    let appliance: String
    let folder: TestFolder
    let keys: MemoryKeyStore
    let time = ManualTime()
    let journal: Journal
    let courier: CourierConfiguration
    private let port: CourierPort
    private let orderChain: Guarded<OrderChain>
    private let trust = Guarded(JWKS())
    /// What the courier brought, in the order of its coming.
    let receipts: AsyncStream<Receipt>
    let orders: AsyncStream<Order>

    init(_ appliance: String = "hall-1", center: TestCenter, suite: CipherSuite = .intl) throws {
        let keys = MemoryKeyStore(suite: suite)
        self.keys = keys
        let folder = try TestFolder()
        self.folder = folder
        self.appliance = appliance
        var options = Journal.Options()
        options.ballastMiB = 0
        let journal = try Journal(
            in: SystemStateFolder(folder.path + "/state"), time: time, appliance: appliance, key: keys,
            options: options)
        self.journal = journal
        let socket = folder.path + "/courier.socket"
        courier = CourierConfiguration(
            appliance: appliance, daemonSocket: socket, center: center.url,
            tls: .init(
                ca: folder.path + "/tls/ca.pem", certificate: folder.path + "/tls/certificate.pem",
                key: folder.path + "/tls/key.pem"))
        let (receipts, receiptsIn) = AsyncStream.makeStream(of: Receipt.self)
        let (orders, ordersIn) = AsyncStream.makeStream(of: Order.self)
        self.receipts = receipts
        self.orders = orders
        orderChain = Guarded(OrderChain(appliance: appliance))
        let late = LateHall()
        port = try CourierPort(
            path: socket,
            answers: .init(
                segment: { after in try? await Segment.next(of: journal, after: after) },
                receipt: { jws in
                    if let receipt = late.hall?.read(receipt: jws) { receiptsIn.yield(receipt) }
                },
                orders: { signed in
                    for order in late.hall?.take(signed) ?? [] { ordersIn.yield(order) }
                },
                lastOrder: { late.hall?.lastOrder ?? 0 }, bank: { late.hall?.wantedBank },
                bankPart: { late.hall?.take($0) }))
        late.set(self)
    }

    // MARK: Banks

    private struct Incoming {
        var release: BankRelease?
        var bytes: [UInt8] = []
        var parts = 0
    }

    private let incoming = Guarded(Incoming())
    var fetched: [UInt8] { incoming.withLock { $0.bytes } }
    var parts: Int { incoming.withLock { $0.parts } }

    /// Wants a bank from now on.
    func want(_ release: BankRelease) {
        incoming.withLock { $0.release = release }
        notify()
    }

    private var wantedBank: BankWanted? {
        incoming.withLock { state in
            guard let release = state.release, state.bytes.count < release.length else { return nil }
            return BankWanted(
                digest: release.digest, offset: state.bytes.count, length: release.length - state.bytes.count)
        }
    }

    private func take(_ part: BankPart) {
        incoming.withLock { state in
            guard part.offset == state.bytes.count, let bytes = bytes(base64url: part.data) else { return }
            state.bytes += bytes
            state.parts += 1
        }
    }

    private final class LateHall: Sendable {
        private struct Reference: Sendable { weak var hall: TestHall? }
        private let reference = Guarded(Reference())
        var hall: TestHall? { reference.withLock { $0.hall } }
        func set(_ hall: TestHall) { reference.withLock { $0.hall = hall } }
    }

    var lastOrder: Int { orderChain.withLock { $0.sequence } }

    private func read(receipt jws: String) -> Receipt? {
        try? Receipt.read(jws, center: trust.withLock { $0 }, appliance: appliance)
    }

    private func take(_ signed: [SignedOrder]) -> [Order] {
        let center = trust.withLock { $0 }
        return orderChain.withLock { chain in signed.compactMap { try? chain.take($0, center: center) } }
    }

    /// Enrols by the real program's way.
    @discardableResult
    func enrol(at center: TestCenter, token: String? = nil) async throws -> EnrolmentAnswer {
        let token = if let token { token } else { try await center.token(for: appliance) }
        let answer = try await Enrolment.run(
            courier, token: token, authority: center.authority,
            identity: try ApplianceIdentity.sign(appliance: appliance, keys: keys))
        trust.withLock { $0 = answer.center }
        return answer
    }

    var tls: ClientTLS {
        ClientTLS(authority: courier.tls.ca, certificate: courier.tls.certificate, key: courier.tls.key)
    }

    func client() -> CenterClient { CenterClient(center: courier.center, appliance: appliance, tls: tls) }

    /// A courier that comes back fast.
    func runCourier() -> Task<Void, Never> {
        var settings = courier.courier
        settings.backoff = Backoff(first: 5, longest: 40)
        settings.orderWaitSeconds = 20
        let courier = Courier(settings)
        return Task { await courier.run() }
    }

    func notify() { port.notify() }

    /// Appends so many entries of no meaning.
    func write(_ count: Int) async throws {
        let drafts = (0..<count).map { Draft(kind: "test.entry", stream: "hall", body: ["number": .integer($0)]) }
        try await journal.append(drafts, head: true)
        notify()
    }

    func segment(after: Int) async throws -> Segment {
        guard let segment = try await Segment.next(of: journal, after: after) else {
            throw Failure(.badData, "the journal has nothing after \(after)")
        }
        return segment
    }
}
