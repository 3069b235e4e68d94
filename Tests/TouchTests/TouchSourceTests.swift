import DeviceFakes
import Dispatch
import Glibc
import Platform
import Testing
import Touch

/// The panels as the terminal sees them: libevdev over a fake kernel, and the socket.
@Suite struct TouchSourceTests {
    private final class Panel: Sendable {
        let ours: FileDescriptor
        let fake: Int32
        let theirs: FileDescriptor

        init() throws {
            (ours, theirs) = try UnixSocket.pair()
            fake = fake_touch_register(theirs.raw, 0, 1023, 767)
        }
        deinit { fake_unregister(fake) }

        func send(_ records: [InputRecord]) throws { try ours.write(records.flatMap(\.bytes)) }
    }

    private let rules = TouchRules(width: 1024, height: 768)

    /// The events of a source, one after another.
    private struct Events: Sendable {
        let stream: AsyncStream<TouchEvent>

        func next() async -> TouchEvent? {
            for await event in stream { return event }
            return nil
        }

        /// Contact events until so many came.
        func contacts(_ count: Int) async -> [ContactEvent] {
            var events: [ContactEvent] = []
            while events.count < count, let event = await next() {
                if case .contacts(let more) = event { events += more }
            }
            return events
        }
    }

    private func start(_ source: some TouchSource) -> Events {
        let (stream, continuation) = AsyncStream.makeStream(of: TouchEvent.self)
        source.start(on: DispatchQueue(label: "touch")) { continuation.yield($0) }
        return Events(stream: stream)
    }

    @Test func `a panel is grabbed, set to the boot clock and read`() async throws {
        let panel = try Panel()
        let source = EvdevTouch(rules: rules) { [theirs = panel.theirs] in theirs }
        let events = start(source)
        #expect(await events.next() == .opened("Fake panel"))
        #expect(fake_touch_grabs(panel.fake) == 1)
        #expect(fake_touch_clock(panel.fake) == CLOCK_BOOTTIME)
        try panel.send(InputRecord.down(x: 5, y: 6, tracking: 1, at: 1000) + InputRecord.up(at: 90_000))
        let got = await events.contacts(2)
        #expect(got.map(\.phase) == [.down, .up])
        #expect(got.map { [$0.x, $0.y, $0.at] } == [[5, 6, 1000], [5, 6, 90_000]])
        source.stop()
    }

    @Test func `a finger on the glass while the panel is opened makes no tap`() async throws {
        let panel = try Panel()
        fake_touch_set_slot(panel.fake, 0, 77, 10, 10)
        let source = EvdevTouch(rules: rules) { [theirs = panel.theirs] in theirs }
        let events = start(source)
        _ = await events.next()
        try panel.send(InputRecord.up(at: 50_000) + InputRecord.down(x: 9, y: 9, tracking: 78, at: 90_000))
        #expect(await events.contacts(1).map(\.phase) == [.down])
        source.stop()
    }

    @Test func `after lost records the panel's real state counts`() async throws {
        let panel = try Panel()
        let source = EvdevTouch(rules: rules) { [theirs = panel.theirs] in theirs }
        let events = start(source)
        _ = await events.next()
        try panel.send(InputRecord.down(x: 5, y: 6, tracking: 1, at: 1000))
        #expect(await events.contacts(1).map(\.phase) == [.down])
        // The finger has lifted meanwhile: the panel's own state says so.
        fake_touch_set_slot(panel.fake, 0, -1, 0, 0)
        let lost = InputRecord(at: 60_000, type: InputCode.synchronize, code: InputCode.dropped, value: 0)
        try panel.send([lost, .report(at: 60_000)])
        #expect(await events.contacts(1).map(\.phase) == [.cancel])
        source.stop()
    }

    @Test func `an unplugged panel is told, and taken again when it is back`() async throws {
        let first = try Panel()
        let second = try Panel()
        let opened = Guarded(0)
        let source = EvdevTouch(rules: rules, retryMs: 5) { () throws(SystemError) in
            switch opened.withLock({ count in
                count += 1; return count
            }) {
            case 1: return first.theirs
            case 2: throw SystemError(code: ENOENT, "open the panel")
            default: return second.theirs
            }
        }
        let events = start(source)
        _ = await events.next()
        try first.send(InputRecord.down(x: 5, y: 6, tracking: 1, at: 1000))
        #expect(await events.contacts(1).map(\.phase) == [.down])
        fake_touch_unplug(first.fake)
        try first.send([.report(at: 2000)])
        #expect(await events.contacts(1).map(\.phase) == [.cancel])
        #expect(await events.next() == .lost("the touch panel was unplugged"))
        #expect(await events.next() == .lost("no touch panel: open the panel: No such file or directory"))
        #expect(await events.next() == .opened("Fake panel"))
        try second.send(InputRecord.down(x: 5, y: 6, tracking: 1, at: 3000))
        #expect(await events.contacts(1).map(\.phase) == [.down])
        source.stop()
    }

    @Test func `a panel that somebody else reads is refused in words`() async throws {
        let panel = try Panel()
        fake_touch_refuse_grab(panel.fake, 1)
        let source = EvdevTouch(rules: rules) { [theirs = panel.theirs] in theirs }
        let events = start(source)
        #expect(await events.next() == .lost("touch panel Fake panel: another process reads it"))
        source.stop()
    }

    @Test func `records over a socket become contacts, and a sender that goes away cancels its finger`() async throws {
        let path = "/tmp/kaotai-touch-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let source = SocketTouch(path: path, rules: rules)
        let events = start(source)
        #expect(await events.next() == .opened("socket \(path)"))
        var sender: FileDescriptor? = try UnixSocket.connect(path: path)
        let records = InputRecord.down(x: 100, y: 200, tracking: 1, at: 1000) + InputRecord.up(at: 50_000)
        for byte in records.flatMap(\.bytes) { try sender?.write([byte]) }
        let tap = await events.contacts(2)
        #expect(tap.map(\.phase) == [.down, .up])
        #expect(tap.map { [$0.x, $0.y] } == [[100, 200], [100, 200]])
        try sender?.write(InputRecord.down(x: 1, y: 1, tracking: 2, at: 60_000).flatMap(\.bytes))
        #expect(await events.contacts(1).map(\.phase) == [.down])
        sender = nil
        #expect(await events.contacts(1).map(\.phase) == [.cancel])
        source.stop()
        #expect(!fileExists(path))
    }

    @Test func `the fake follows the same contacts as the drivers`() async throws {
        let source = FakeTouch(rules: rules)
        let events = start(source)
        #expect(await events.next() == .opened("fake"))
        source.feed(InputRecord.down(x: 5, y: 6, tracking: 1, at: 1000) + InputRecord.up(at: 90_000))
        let got = await events.contacts(2)
        #expect(got.map { [$0.phase.rawValue, $0.x, $0.y, $0.at] } == [[0, 5, 6, 1000], [2, 5, 6, 90_000]])
        source.feed(InputRecord.down(x: 5, y: 6, tracking: 2, at: 91_000))
        source.unplug(at: 92_000)
        #expect(await events.contacts(2).map(\.phase) == [.down, .cancel])
        #expect(await events.next() == .lost("the touch panel was unplugged"))
    }
}
