import CanonicalJSON
import Dispatch
import Glibc
import Platform
import TerminalLink
import Testing
import Touch

@testable import Terminal

/// A terminal with everything real: its sockets, its display (a file), touches as `input_event` records.
@Suite struct RuntimeTests {
    /// The hall's end of the terminal's socket.
    private final class Hall: Sendable {
        let folder: String
        let received: AsyncStream<FromTerminal>
        private let continuation: AsyncStream<FromTerminal>.Continuation
        private let listener = Guarded<FrameListener?>(nil)
        private let connection = Guarded<FrameConnection?>(nil)

        init() throws {
            folder = "/tmp/kaotai-terminal-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            try makeDirectory(folder)
            (received, continuation) = AsyncStream.makeStream(of: FromTerminal.self)
        }

        deinit {
            for name in (try? listDirectory(folder)) ?? [] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }

        func open() throws {
            let queue = DispatchQueue(label: "hall")
            let listener = try FrameListener(path: "\(folder)/hall", on: queue) { [continuation] descriptor, _ in
                let connection = FrameConnection(
                    descriptor, on: queue,
                    onFrame: { frame in
                        if let message = try? JSONCoder.decode(FromTerminal.self, from: frame) {
                            continuation.yield(message)
                        }
                    }, onEnd: { _ in })
                self.connection.withLock { $0 = connection }
                connection.start()
            }
            self.listener.withLock { $0 = listener }
        }

        func close() {
            listener.withLock { $0 = nil }
            connection.withLock { connection in
                connection?.close()
                connection = nil
            }
            unlink("\(folder)/hall")
        }

        func send(_ message: ToTerminal) throws { send(bytes: try JSONCoder.encode(message)) }
        func send(bytes: [UInt8]) { connection.withLock { $0?.send(bytes) } }

        /// The next message that the filter makes something of.
        func next<Value>(_ filter: (FromTerminal) -> Value?) async -> Value? {
            for await message in received { if let value = filter(message) { return value } }
            return nil
        }

        func hello() async -> Hello? { await next { if case .hello(let hello) = $0 { hello } else { nil } } }
        func intent() async -> Intent? { await next { if case .intent(let intent) = $0 { intent } else { nil } } }
    }

    private static let width = 640
    private static let height = 480

    private func terminal(_ hall: Hall) throws -> TerminalRuntime {
        let text = """
            {"socket": "\(hall.folder)/hall", "kiosk": "\(kioskFolder)", "minimumContactMs": 0, "deadTimeMs": 0,
             "display": {"file": "\(hall.folder)/display", "width": \(Self.width), "height": \(Self.height)},
             "panel": {"widthMM": 304, "heightMM": 228},
             "touch": {"socket": "\(hall.folder)/touch"}, "assistance": "\(hall.folder)/assistance"}
            """
        return try TerminalRuntime(try JSONCoder.decode(TerminalConfiguration.self, from: Array(text.utf8)))
    }

    private func presented(_ assistance: BlockingFrames, revision: Int) throws -> Presented {
        while true {
            let presented = try JSONCoder.decode(Presented.self, from: try assistance.receive())
            if presented.scene.revision == revision { return presented }
        }
    }

    private func tap(_ place: Presented.Place, _ hall: Hall, _ tracking: Int) throws {
        let at = SystemTime().now().microseconds
        let (x, y) = (place.x + place.width / 2, place.y + place.height / 2)
        let finger = try UnixSocket.connect(path: "\(hall.folder)/touch")
        try finger.write(
            (InputRecord.down(x: x, y: y, tracking: tracking, at: at) + InputRecord.up(at: at + 50)).flatMap(\.bytes))
    }

    @Test func `a touch on a shown control becomes an intent on that scene's revision`() async throws {
        let hall = try Hall()
        try hall.open()
        let terminal = try terminal(hall)
        try await terminal.start()
        let hello = await hall.hello()
        #expect(hello?.width == Self.width && hello?.faults == [])
        #expect(hello?.environment.count == 64)
        let assistance = try BlockingFrames(path: "\(hall.folder)/assistance")
        try hall.send(.scene(questionScene(revision: 7)))
        let shown = try presented(assistance, revision: 7)
        #expect(shown.presentedAt >= shown.receivedAt)
        let place = try #require(shown.places.first { $0.control == "option/3" })
        try tap(place, hall, 1)
        #expect(await hall.intent() == Intent(revision: 7, control: .option(3)))
        try hall.send(.scene(questionScene(revision: 8, chosen: 3, saved: .saved)))
        let next = try #require(try presented(assistance, revision: 8).places.first { $0.control == "next" })
        try tap(next, hall, 2)
        #expect(await hall.intent() == Intent(revision: 8, control: .next))
        await terminal.stop()
    }

    @Test func `what the display file shows is what a capture shows, and its digest follows in peace`() async throws {
        let hall = try Hall()
        try hall.open()
        let terminal = try terminal(hall)
        try await terminal.start()
        _ = await hall.hello()
        let assistance = try BlockingFrames(path: "\(hall.folder)/assistance")
        try hall.send(.scene(questionScene(revision: 3)))
        _ = try presented(assistance, revision: 3)
        try hall.send(.capture(11))
        let capture = await hall.next { if case .capture(let capture) = $0 { capture } else { nil } }
        #expect(capture?.request == 11)
        let png = bytes(base64url: capture?.data ?? "") ?? []
        #expect(png.prefix(8) == [137, 80, 78, 71, 13, 10, 26, 10])
        let shown = await hall.next { if case .shown(let shown) = $0 { shown } else { nil } }
        #expect(shown?.revision == 3)
        #expect(shown?.digest.count == 64)
        let pixels = try readFile("\(hall.folder)/display")
        #expect(pixels.count == Self.width * Self.height * 4)
        #expect(Set(pixels).count > 10)
        await terminal.stop()
    }

    @Test func `when the hall goes away the candidate is told, and when it is back the scene stands again`()
        async throws
    {
        let hall = try Hall()
        let terminal = try terminal(hall)
        try await terminal.start()
        // The hall comes later than the terminal.
        try hall.open()
        _ = await hall.hello()
        let assistance = try BlockingFrames(path: "\(hall.folder)/assistance")
        try hall.send(.scene(questionScene(revision: 5)))
        _ = try presented(assistance, revision: 5)
        let before = try readFile("\(hall.folder)/display")
        hall.close()
        while try readFile("\(hall.folder)/display") == before { await Task.yield() }
        try hall.open()
        _ = await hall.hello()
        try hall.send(.scene(questionScene(revision: 5)))
        _ = try presented(assistance, revision: 5)
        await terminal.stop()
    }

    @Test(arguments: ["not JSON", "{\"scene\": 1}", "{}", "{\"capture\":1,\"scene\":2}"])
    func `a frame that cannot be read closes the connection and harms nothing else`(_ frame: String) async throws {
        let hall = try Hall()
        try hall.open()
        let terminal = try terminal(hall)
        try await terminal.start()
        _ = await hall.hello()
        hall.send(bytes: Array(frame.utf8))
        #expect(await hall.hello()?.width == Self.width)
        let assistance = try BlockingFrames(path: "\(hall.folder)/assistance")
        try hall.send(.scene(questionScene(revision: 2)))
        #expect(try presented(assistance, revision: 2).scene == questionScene(revision: 2))
        await terminal.stop()
    }

    @Test func `a signature drawn with a finger comes with its intent`() async throws {
        let hall = try Hall()
        try hall.open()
        let terminal = try terminal(hall)
        try await terminal.start()
        _ = await hall.hello()
        let assistance = try BlockingFrames(path: "\(hall.folder)/assistance")
        let screen = Screen.signature(.init(statement: Message("signature.statement", ["score": "93", "full": "100"])))
        try hall.send(.scene(Scene(revision: 4, language: "en", screen: screen)))
        let shown = try presented(assistance, revision: 4)
        let pad = try #require(shown.places.first { $0.control == "pad" })
        let finger = try UnixSocket.connect(path: "\(hall.folder)/touch")
        let at = SystemTime().now().microseconds
        func point(_ thousandths: Int) -> Int { pad.x + thousandths * pad.width / 1000 }
        var records = InputRecord.down(x: point(100), y: pad.y + 40, tracking: 1, at: at)
        for step in 2...6 { records += InputRecord.move(x: point(step * 100), y: pad.y + 60, at: at + step) }
        try finger.write((records + InputRecord.up(at: at + 100)).flatMap(\.bytes))
        _ = await hall.next { if case .touch(let touch) = $0, touch.phase == .up { touch } else { nil } }
        // The button to sign with came with the strokes: it stands where primary acts stand.
        try tap(.init(control: "sign", x: Self.width - 60, y: Self.height - 40, width: 10, height: 10), hall, 2)
        let intent = await hall.intent()
        #expect(intent?.control == .sign)
        let stroke = intent?.value?.first ?? []
        #expect(intent?.value?.count == 1 && stroke.count == 12)
        #expect(abs((stroke.first ?? 0) - 100) <= 2)
        await terminal.stop()
    }

    @Test func `a slip is drawn and sent back`() async throws {
        let hall = try Hall()
        try hall.open()
        let terminal = try terminal(hall)
        try await terminal.start()
        _ = await hall.hello()
        try hall.send(
            .drawSlip(
                Slip(
                    attempt: "attempt/1", language: "en", lines: [], passed: false, signature: [], examiner: "waived",
                    jws: "a.b.c")))
        let part = await hall.next { if case .slip(let part) = $0 { part } else { nil } }
        #expect(part?.attempt == "attempt/1" && part?.parts == 1)
        await terminal.stop()
    }

    @Test func `a configuration that makes no terminal says what is wrong`() throws {
        for (text, words) in [
            ("{\"display\": {}, \"kiosk\": \"/\"}", "\"socket\" is missing"),
            ("{\"socket\": \"s\", \"display\": {}, \"kiosk\": \"\(kioskFolder)\"}", "either a device or a file"),
            (
                "{\"socket\": \"s\", \"display\": {\"file\": \"/tmp/x\", \"width\": 9}, \"kiosk\": \"\(kioskFolder)\"}",
                "width and height"
            ),
        ] {
            let path = "/tmp/kaotai-terminal-config-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            try AtomicFile.write(text, to: path)
            defer { unlink(path) }
            let failure = #expect(throws: Failure.self) {
                try TerminalRuntime(try TerminalConfiguration.load(path))
            }
            let message = failure?.message ?? ""
            #expect(message.contains(words))
        }
    }
}
