import CanonicalJSON
import CenterLink
import Courier
import Cryptography
import Ledger
import Platform
import Testing

@Suite struct CourierPortTests {
    /// A port whose closures answer from what the test puts into it.
    private final class Hall: Sendable {
        let path = "/tmp/kaotai-port-\(hexadecimal(systemEntropy(8)))"
        let next = Guarded<Segment?>(nil)
        let brought = Guarded<[String]>([])
        let asked = AsyncStream.makeStream(of: Int.self)
        let last = Guarded(0)

        func port() throws -> CourierPort {
            try CourierPort(
                path: path,
                answers: .init(
                    segment: { after in
                        self.asked.continuation.yield(after)
                        return self.next.withLock { $0 }
                    },
                    receipt: { receipt in self.brought.withLock { $0.append(receipt) } },
                    orders: { orders in self.last.withLock { $0 += orders.count } },
                    lastOrder: { self.last.withLock { $0 } }, bank: { nil }, bankPart: { _ in }))
        }

        deinit { _ = try? ChildProcess("/bin/rm", ["-f", path]).wait() }
    }

    private let segment = Segment(
        appliance: "hall-1", from: 1, to: 2, lines: ["{\"a\":\"\\\"\"}"], head: "h", subjects: [])

    @Test func `a request for a segment waits until there is one, and other requests go on meanwhile`() async throws {
        let hall = Hall()
        let port = try hall.port()
        let connection = try HallConnection(path: hall.path)
        var asked = hall.asked.stream.makeAsyncIterator()
        let waiting = Task { try await connection.segment(after: 7) }
        #expect(await asked.next() == 7)
        #expect(try await connection.lastOrder() == 0)
        try await connection.hand(orders: [SignedOrder(jws: "x"), SignedOrder(jws: "y")])
        #expect(try await connection.lastOrder() == 2)
        // News without a segment asks again and goes on waiting.
        port.notify()
        #expect(await asked.next() == 7)
        hall.next.withLock { $0 = segment }
        port.notify()
        #expect(try await waiting.value == segment)
        #expect(port.status.connected)
        port.close()
    }

    @Test func `a receipt is handed over and noted`() async throws {
        let hall = Hall()
        let port = try hall.port()
        let connection = try HallConnection(path: hall.path)
        let key = SigningKey.generate()
        let receipt = try JWS.sign(
            payload: Receipt(appliance: "hall-1", sequence: 12, digest: "", at: ManualTime().wall()), key: key)
        try await connection.hand(receipt: receipt)
        #expect(hall.brought.withLock { $0 } == [receipt])
        #expect(port.status.receiptedSequence == 12)
        port.close()
    }

    @Test func `a frame that is none ends that connection and harms no other`() async throws {
        let hall = Hall()
        let port = try hall.port()
        let sound = try HallConnection(path: hall.path)
        for frame in ["nonsense", "{}", "{\"segment\":{}}", "{\"lastOrder\":{\"request\":1},\"receipt\":{}}"] {
            let broken = try BlockingFrames(path: hall.path)
            try broken.send(Array(frame.utf8))
            let end = #expect(throws: SystemError.self) { try broken.receive(milliseconds: 5000) }
            #expect(end?.operation == "receive", "\(frame)")
        }
        #expect(try await sound.lastOrder() == 0)
        port.close()
    }

    @Test func `when the port closes every open question ends`() async throws {
        let hall = Hall()
        let port = try hall.port()
        let connection = try HallConnection(path: hall.path)
        var asked = hall.asked.stream.makeAsyncIterator()
        let waiting = Task { try await connection.segment(after: 0) }
        _ = await asked.next()
        port.close()
        await #expect(throws: HallConnection.Closed.self) { try await waiting.value }
        await #expect(throws: (any Error).self) { try await connection.lastOrder() }
    }

    @Test func `many orders go over in frames that fit`() async throws {
        let hall = Hall()
        let port = try hall.port()
        let connection = try HallConnection(path: hall.path)
        let long = String(repeating: "x", count: 50_000)
        try await connection.hand(orders: (0..<100).map { SignedOrder(jws: "\($0)" + long) })
        #expect(try await connection.lastOrder() == 100)
        port.close()
    }

    @Test func `frames come back as they went`() throws {
        let requests: [FromCourier] = [
            .segment(.init(request: 1, after: 2)), .receipt(.init(request: 2, receipt: "a.b.c")),
            .lastOrder(.init(request: 3)), .orders(.init(request: 4, orders: [SignedOrder(jws: "j")])),
        ]
        for request in requests {
            #expect(try JSONCoder.decode(FromCourier.self, from: JSONCoder.encode(request)) == request)
        }
        let answers: [ToCourier] = [
            .segment(.init(request: 1, segment: segment)), .taken(.init(request: 2)),
            .lastOrder(.init(request: 3, sequence: 4)),
        ]
        for answer in answers {
            #expect(try JSONCoder.decode(ToCourier.self, from: JSONCoder.encode(answer)) == answer)
        }
    }
}

@Suite struct BackoffTests {
    @Test func `waits double from a fifth of a second to half a minute, half of each by chance`() {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        var ceiling = 200
        for _ in 0..<40 {
            let wait = backoff.failed(using: &generator)
            #expect((ceiling / 2...ceiling).contains(wait))
            ceiling = min(ceiling * 2, 30_000)
        }
        backoff.succeeded()
        #expect((100...200).contains(backoff.failed(using: &generator)))
    }
}

@Suite struct SealedNameTests {
    @Test func `a sealed name opens under its own subject alone`() throws {
        let person = BookedPerson(name: "王小明", number: "110***4514", sex: nil)
        let key = ContentKey.random(.intl)
        let sealed = try person.sealed(key: key, subject: "s-1")
        #expect(try BookedPerson(sealed: sealed, key: key, subject: "s-1") == person)
        #expect(throws: CryptographyError.self) { try BookedPerson(sealed: sealed, key: key, subject: "s-2") }
    }

    @Test(arguments: [
        ("110101199003074514", "110***********4514"), ("CHN123456789012", "CHN********9012"), ("E1234567", "******67"),
        ("7", "*"), ("", ""),
    ])
    func `numbers are masked`(_ number: String, _ masked: String) { #expect(maskedNumber(number) == masked) }

    @Test func `a journal goes over in segments that join without a gap`() async throws {
        let folder = "/tmp/kaotai-link-\(hexadecimal(systemEntropy(8)))"
        defer { _ = try? ChildProcess("/bin/rm", ["-rf", folder]).wait() }
        var options = Journal.Options()
        options.ballastMiB = 0
        let journal = try Journal(
            in: SystemStateFolder(folder), time: ManualTime(), appliance: "hall-1", key: SigningKey.generate(),
            options: options)
        // Quotes cost most in a frame: each stands escaped twice.
        let quotes = String(repeating: "\"", count: 20_000)
        try await journal.append((0..<60).map { _ in Draft(kind: "t", stream: "s", body: ["q": .string(quotes)]) })
        var after = 0
        while let segment = try await Segment.next(of: journal, after: after) {
            #expect(segment.from == after + 1)
            let frame = try JSONCoder.encode(ToCourier.segment(.init(request: 1, segment: segment)))
            #expect(frame.count <= FrameDecoder.limit)
            after = segment.to
        }
        #expect(after == journal.tip.sequence)
    }
}
