import Dispatch
import Glibc
import Platform
import SeatViewer
import Testing
import Touch

/// A seat over VNC, as a viewer and the terminal's touch panel see it.
@Suite struct SeatViewerTests {
    private static let width = 64
    private static let height = 48
    /// Longer than a row of pixels, as panels have it.
    private static let stride = 64 * 4 + 32

    /// A framebuffer file with a different colour in each pixel, and a viewer's server on it.
    private final class Seat: Sendable {
        let folder: String
        let viewer: SeatViewer
        let file: FileDescriptor
        var touchSocket: String { "\(folder)/touch" }

        init(firstPort: Int = Int.random(in: 20_000..<32_000)) throws {
            folder = "/tmp/kaotai-viewer-\(hexadecimal(systemEntropy(6)))"
            try makeDirectory(folder)
            file = try FileDescriptor(path: "\(folder)/seat.fb", flags: O_RDWR | O_CREAT)
            var bytes = [UInt8](repeating: 0xEE, count: SeatViewerTests.stride * SeatViewerTests.height)
            for y in 0..<SeatViewerTests.height {
                for x in 0..<SeatViewerTests.width {
                    let pixel = y * SeatViewerTests.stride + x * 4
                    bytes.replaceSubrange(pixel..<pixel + 4, with: [UInt8(x), UInt8(y), UInt8(x ^ y), 0])
                }
            }
            try file.write(bytes)
            viewer = try SeatViewer(
                .init(
                    name: "seat-1", framebuffer: "\(folder)/seat.fb", width: SeatViewerTests.width,
                    height: SeatViewerTests.height, stride: SeatViewerTests.stride, touchSocket: "\(folder)/touch"),
                firstPort: firstPort)
        }

        /// The file's picture, rows without gaps.
        func pixels() throws -> [UInt8] {
            let bytes = try readFile("\(folder)/seat.fb")
            return (0..<SeatViewerTests.height).flatMap { row in
                bytes[row * SeatViewerTests.stride..<row * SeatViewerTests.stride + SeatViewerTests.width * 4]
            }
        }

        deinit {
            viewer.stop()
            unlink("\(folder)/seat.fb")
            rmdir(folder)
        }
    }

    private let blank = [UInt8](repeating: 0, count: Self.width * Self.height * 4)

    @Test func `a viewer is let in without a password and told size, name and the order of colours`() async throws {
        let seat = try Seat()
        let client = try RFBClient(port: seat.viewer.port)
        // 32 bits, depth 24, little-endian, true colour, 255 of each, red at 16, green at 8, blue at 0.
        let format: [UInt8] = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0]
        let told = try await client.begin()
        #expect(told == .init(width: Self.width, height: Self.height, pixelFormat: format, name: "Kaotai seat-1"))
    }

    @Test func `the whole picture is the file's, and later only rows that changed come`() async throws {
        let seat = try Seat()
        let client = try RFBClient(port: seat.viewer.port)
        _ = try await client.begin()
        var picture = blank
        let first = try await update(&picture, client, incremental: false)
        #expect(first == [0..<Self.height])
        #expect(picture == (try seat.pixels()))

        let line = [UInt8](repeating: 0x5A, count: Self.width * 4)
        for row in 10..<13 {
            try line.withUnsafeBytes { try seat.file.write($0, at: row * Self.stride) }
        }
        var rows: Set<Int> = []
        // The three rows may be seen one by one.
        while picture != (try seat.pixels()) {
            for range in try await update(&picture, client, incremental: true) { rows.formUnion(range) }
        }
        #expect(rows == [10, 11, 12])
    }

    @Test func `two look at once, and each is sent the change`() async throws {
        let seat = try Seat()
        let clients = [try RFBClient(port: seat.viewer.port), try RFBClient(port: seat.viewer.port)]
        var pictures = [blank, blank]
        for index in 0..<2 {
            _ = try await clients[index].begin()
            _ = try await update(&pictures[index], clients[index], incremental: false)
        }
        let pixel: [UInt8] = [1, 2, 3, 4]
        try pixel.withUnsafeBytes { try seat.file.write($0, at: 20 * Self.stride + 40) }
        for index in 0..<2 {
            _ = try await update(&pictures[index], clients[index], incremental: true)
            #expect(pictures[index] == (try seat.pixels()))
        }
    }

    @Test func `the pointer's left button is a finger, however short the click`() async throws {
        let seat = try Seat()
        let (source, events) = panel(seat)
        #expect(await next(events) == .opened("socket \(seat.touchSocket)"))
        let client = try RFBClient(port: seat.viewer.port)
        _ = try await client.begin()
        try await client.pointer(0, x: 3, y: 4)
        try await client.pointer(2, x: 3, y: 4)
        try await client.pointer(1, x: 5, y: 6)
        try await client.pointer(1, x: 30, y: 6)
        try await client.pointer(1, x: 900, y: 900)
        try await client.pointer(0, x: 900, y: 900)
        try await client.pointer(1, x: 8, y: 9)
        try await client.pointer(0, x: 8, y: 9)
        // Hovering and the other buttons are no touch; beyond the edge is the edge.
        let corner = [Self.width - 1, Self.height - 1]
        let got = await contacts(events, until: { $0.count { $0.phase == .up } == 2 })
        #expect(got.map(\.phase) == [.down, .move, .move, .up, .down, .up])
        #expect(got.map { [$0.x, $0.y] } == [[5, 6], [30, 6], corner, corner, [8, 9], [8, 9]])
        source.stop()
    }

    @Test func `a viewer that goes away with the button down takes its finger off`() async throws {
        let seat = try Seat()
        let (source, events) = panel(seat)
        _ = await next(events)
        let client = try RFBClient(port: seat.viewer.port)
        _ = try await client.begin()
        try await client.pointer(1, x: 5, y: 6)
        #expect(await contacts(events, until: { !$0.isEmpty }).map(\.phase) == [.down])
        await client.close()
        let end = await contacts(events, until: { !$0.isEmpty })
        #expect(end.map { [$0.x, $0.y] } == [[5, 6]])
        #expect(end[0].phase == .up || end[0].phase == .cancel)
        source.stop()
    }

    @Test func `a panel that was away is found at the next press`() async throws {
        let seat = try Seat()
        let client = try RFBClient(port: seat.viewer.port)
        _ = try await client.begin()
        try await client.pointer(1, x: 5, y: 6)
        try await client.pointer(0, x: 5, y: 6)
        var picture = blank
        // An answer to what was asked later: the press was handled, with nobody to take it.
        _ = try await update(&picture, client, incremental: false)
        let (source, events) = panel(seat)
        _ = await next(events)
        try await client.pointer(1, x: 7, y: 8)
        #expect(await contacts(events, until: { !$0.isEmpty }).map { [$0.x, $0.y] } == [[7, 8]])
        source.stop()
    }

    @Test func `a taken port is passed over, and stopping closes port and connections`() async throws {
        let one = try Seat()
        let two = try Seat(firstPort: one.viewer.port)
        #expect(two.viewer.port > one.viewer.port)
        #expect(two.viewer.address == "vnc://127.0.0.1:\(two.viewer.port)")
        let client = try RFBClient(port: two.viewer.port)
        _ = try await client.begin()
        two.viewer.stop()
        #expect(await client.isClosed())
        #expect(throws: SystemError.self) { try RFBClient(port: two.viewer.port) }
        // The other one goes on.
        let still = try RFBClient(port: one.viewer.port)
        #expect(try await still.begin().name == "Kaotai seat-1")
    }

    @Test func `only the loopback is listened at`() throws {
        let seat = try Seat()
        let port = String(seat.viewer.port, radix: 16, uppercase: true)
        // Local addresses in state 0A, which is listening.
        func listeners(_ table: String) throws -> [String] {
            let text = String(decoding: try readFile("/proc/self/net/\(table)"), as: UTF8.self)
            let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            let listening = lines.filter { $0.count > 3 && $0[3] == "0A" }.map { $0[1] }
            return listening.filter { $0.hasSuffix(":\(port)") }
        }
        #expect(try listeners("tcp") == ["0100007F:\(port)"])
        #expect(try listeners("tcp6") == [])
    }

    @Test func `a picture that is missing or too small is refused in words`() throws {
        let seat = try Seat()
        func start(_ path: String, height: Int) throws {
            _ = try SeatViewer(
                .init(name: "seat-1", framebuffer: path, width: 64, height: height, touchSocket: ""), firstPort: 20_000)
        }
        let path = "\(seat.folder)/seat.fb"
        let missing = try #require(throws: Failure.self) { try start("\(path).not", height: 48) }
        #expect("\(missing)".contains("there is no screen to look at: open \(path).not"))
        let short = try #require(throws: Failure.self) { try start(path, height: 100) }
        #expect("\(short)".contains("\(path) holds 13824 bytes, a picture of 64x100 takes 25600"))
    }

    private func update(_ picture: inout [UInt8], _ client: RFBClient, incremental: Bool) async throws -> [Range<Int>] {
        try await client.update(&picture, width: Self.width, height: Self.height, incremental: incremental)
    }

    private func panel(_ seat: Seat) -> (SocketTouch, AsyncStream<TouchEvent>) {
        let source = SocketTouch(
            path: seat.touchSocket, rules: TouchRules(width: Self.width, height: Self.height))
        let (stream, continuation) = AsyncStream.makeStream(of: TouchEvent.self)
        source.start(on: DispatchQueue(label: "touch")) { continuation.yield($0) }
        return (source, stream)
    }

    private func next(_ events: AsyncStream<TouchEvent>) async -> TouchEvent? {
        for await event in events { return event }
        return nil
    }

    private func contacts(
        _ events: AsyncStream<TouchEvent>, until isEnough: ([ContactEvent]) -> Bool
    ) async -> [ContactEvent] {
        var contacts: [ContactEvent] = []
        while !isEnough(contacts), let event = await next(events) {
            if case .contacts(let more) = event { contacts += more }
        }
        return contacts
    }
}
