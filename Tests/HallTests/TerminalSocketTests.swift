import CanonicalJSON
import Exam
import Glibc
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

/// Bytes that a terminal's socket must not swallow.
struct BadBytes: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
    /// What the journal says of it.
    var words: String

    static let all = [
        BadBytes(testDescription: "no JSON", bytes: FrameDecoder.frame(Array("hello?".utf8)), words: "JSON"),
        BadBytes(
            testDescription: "announced longer than a mebibyte", bytes: [0, 0x10, 0, 1, 0x7B],
            words: "a frame of 1048577 bytes"),
        BadBytes(
            testDescription: "a member that no frame has", bytes: FrameDecoder.frame(Array(#"{"dance":{}}"#.utf8)),
            words: "a frame has one member"),
        BadBytes(
            testDescription: "a member is missing",
            bytes: FrameDecoder.frame(Array(#"{"intent":{"control":"next"}}"#.utf8)), words: "\"revision\" is missing"),
    ]
}

/// The terminals' sockets, with terminals at their other end.
@Suite struct TerminalSocketTests {
    /// A terminal at its real socket.
    private final class SocketTerminal {
        private let descriptor: FileDescriptor
        private let connection: FrameConnection
        private let scenes: AsyncStream<Scene>
        private let ends: AsyncStream<FrameConnection.End>
        private(set) var scene = Scene(revision: 0, language: "en", screen: .reading)

        init(_ path: String) throws {
            let (scenes, seen) = AsyncStream<Scene>.makeStream()
            let (ends, ended) = AsyncStream<FrameConnection.End>.makeStream()
            descriptor = try UnixSocket.connect(path: path)
            connection = FrameConnection(
                descriptor, on: QueueExecutor(label: "test.terminal").queue,
                onFrame: {
                    if case .scene(let scene)? = try? JSONCoder.decode(ToTerminal.self, from: $0) { seen.yield(scene) }
                },
                onEnd: {
                    ended.yield($0)
                    seen.finish()
                })
            self.scenes = scenes
            self.ends = ends
            connection.start()
        }

        func send(_ frame: FromTerminal) throws { connection.send(try JSONCoder.encode(frame)) }

        /// Puts bytes on the wire as they are.
        func write(_ bytes: [UInt8]) {
            _ = bytes.withUnsafeBytes {
                Glibc.send(descriptor.raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
            }
        }

        func greet() async throws {
            try send(.hello(.init(width: 1280, height: 800, environment: "e", faults: [])))
            try await see()
        }

        func touch(_ control: Control, revision: Int? = nil) throws {
            try send(.intent(.init(revision: revision ?? scene.revision, control: control)))
        }

        func see() async throws { scene = try #require(await scenes.first { _ in true }) }
        func end() async -> FrameConnection.End? { await ends.first { _ in true } }

        var chosen: [Int] {
            guard case .question(let question) = scene.screen else { return [] }
            return question.options.filter(\.chosen).map(\.number)
        }
    }

    /// Two seats at real sockets; at the first that is said an exam runs.
    private func hall() async throws -> (fixture: HallFixture, server: TerminalServer, seat: Int, other: Int) {
        let fixture = try await HallFixture(seats: 2)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let server = try TerminalServer(
            (1...2).map {
                .init(
                    name: "seat-\($0)", role: .seat, socket: "\(fixture.folder)/\($0).sock",
                    seat: SeatID(rawValue: $0))
            }, hall: fixture.hall, queue: fixture.queue)
        return (fixture, server, seat, 3 - seat)
    }

    private func badFrames(_ fixture: HallFixture, atLeast count: Int) async throws -> [Entry] {
        for _ in 0..<10_000 {
            let found = try await fixture.entries(HallEntryKind.badFrame.rawValue)
            if found.count >= count { return found }
            await Task.yield()
        }
        return []
    }

    @Test(.timeLimit(.minutes(1)), arguments: BadBytes.all)
    func `what is no frame ends that connection with one entry, and the other seat goes on`(_ bad: BadBytes)
        async throws
    {
        let (fixture, server, seat, other) = try await hall()
        let sitting = try SocketTerminal("\(fixture.folder)/\(seat).sock")
        try await sitting.greet()
        let broken = try SocketTerminal("\(fixture.folder)/\(other).sock")
        broken.write(bad.bytes)
        #expect(await broken.end() != nil)
        let entries = try await badFrames(fixture, atLeast: 1)
        #expect(entries.count == 1)
        let body = String(decoding: entries.first?.body ?? [], as: UTF8.self)
        let said = try JSONCoder.decode(HallEntry.BadFrame.self, from: Array(body.utf8))
        #expect(said.terminal == "seat-\(other)")
        #expect(said.problem.contains(bad.words))

        try sitting.touch(.option(1))
        while sitting.chosen.isEmpty { try await sitting.see() }
        #expect(sitting.chosen == [1])
        #expect(sitting.scene.header?.saved == .saved)
        #expect(await fixture.attempt(at: seat)?.answer(to: 1) == [1])
        withExtendedLifetime(server) {}
    }

    @Test(.timeLimit(.minutes(1))) func `a frame that is one leaves the connection open and no entry`() async throws {
        let (fixture, server, _, other) = try await hall()
        let good = try SocketTerminal("\(fixture.folder)/\(other).sock")
        good.write(FrameDecoder.frame(Array(#"{"health":{"faults":[]}}"#.utf8)))
        // Answered over the same connection.
        try await good.greet()
        #expect(good.scene.seat == other)
        #expect(try await fixture.entries(HallEntryKind.badFrame.rawValue).isEmpty)
        withExtendedLifetime(server) {}
    }

    @Test(.timeLimit(.minutes(1)))
    func `an answer to an old scene changes nothing, the same answer to the present one does`() async throws {
        let (fixture, server, seat, _) = try await hall()
        let sitting = try SocketTerminal("\(fixture.folder)/\(seat).sock")
        try await sitting.greet()
        try sitting.touch(.option(2), revision: sitting.scene.revision - 1)
        try sitting.touch(.option(1))
        while sitting.chosen.isEmpty { try await sitting.see() }
        #expect(sitting.chosen == [1])
        // One choice was made: the late one is in no entry, and its connection was not closed for it.
        #expect(try await fixture.entries(AttemptEntryKind.chose.rawValue).count == 1)
        #expect(try await fixture.entries(HallEntryKind.badFrame.rawValue).isEmpty)
        withExtendedLifetime(server) {}
    }
}
