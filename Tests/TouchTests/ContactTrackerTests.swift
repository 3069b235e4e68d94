import Testing
import Touch

@Suite struct ContactTrackerTests {
    private static let ms = 1000
    private func tracker(minimumContactMs: Int = 30, calibration: [Double] = [1, 0, 0, 0, 1, 0]) -> ContactTracker {
        ContactTracker(
            x: AxisRange(minimum: 0, maximum: 4095), y: AxisRange(minimum: 0, maximum: 4095),
            rules: TouchRules(
                width: 1024, height: 768, calibration: calibration, minimumContactMs: minimumContactMs))
    }

    private func feed(_ tracker: inout ContactTracker, _ records: [InputRecord]) -> [ContactEvent] {
        records.flatMap { tracker.feed($0) }
    }

    private func phases(_ events: [ContactEvent]) -> [ContactEvent.Phase] { events.map(\.phase) }

    @Test func `a finger that lands, moves and lifts is down, move and up in pixels`() {
        var tracker = tracker()
        var events = feed(&tracker, InputRecord.down(x: 2048, y: 2048, tracking: 7, at: 0))
        events += feed(&tracker, InputRecord.move(x: 4095, y: 0, at: 20 * Self.ms))
        events += feed(&tracker, InputRecord.up(at: 40 * Self.ms))
        #expect(phases(events) == [.down, .move, .up])
        #expect(events.map(\.x) == [512, 1023, 1023])
        #expect(events.map(\.y) == [384, 0, 0])
        #expect(Set(events.map(\.contact)).count == 1)
    }

    @Test func `nothing comes before the end of a frame`() {
        var tracker = tracker()
        let records = InputRecord.down(x: 10, y: 10, tracking: 1, at: 0)
        #expect(feed(&tracker, records.dropLast()).isEmpty)
        #expect(phases(tracker.feed(records.last!)) == [.down])
    }

    @Test func `a contact shorter than the minimum is cancelled, one as long as the minimum is not`() {
        for (length, end) in [(29, ContactEvent.Phase.cancel), (30, .up)] {
            var tracker = tracker()
            _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
            #expect(phases(feed(&tracker, InputRecord.up(at: length * Self.ms))) == [end])
        }
    }

    @Test func `two fingers are two contacts`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        let second = feed(
            &tracker,
            [
                InputRecord(at: 0, type: InputCode.absolute, code: InputCode.slot, value: 1),
                InputRecord(at: 0, type: InputCode.absolute, code: InputCode.trackingID, value: 2),
                InputRecord(at: 0, type: InputCode.absolute, code: InputCode.slotX, value: 400),
                .report(at: 0),
            ])
        #expect(phases(second) == [.down])
        #expect(tracker.down == 2)
        #expect(second[0].contact == 2)
    }

    @Test func `a palm cancels its contact and stays silent until it lifts`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        let palm = InputRecord(at: 0, type: InputCode.absolute, code: InputCode.slotTool, value: InputCode.palm)
        #expect(phases(feed(&tracker, [palm, .report(at: 40 * Self.ms)])) == [.cancel])
        #expect(feed(&tracker, InputRecord.move(x: 900, y: 900, at: 50 * Self.ms)).isEmpty)
        #expect(feed(&tracker, InputRecord.up(at: 90 * Self.ms)).isEmpty)
        #expect(phases(feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 2, at: 100 * Self.ms))) == [.down])
    }

    @Test func `a finger that rested on the panel at the start makes no tap`() {
        var tracker = tracker()
        tracker.rest(slot: 0, tracking: 5)
        #expect(feed(&tracker, InputRecord.move(x: 900, y: 900, at: 0)).isEmpty)
        #expect(feed(&tracker, InputRecord.up(at: 100 * Self.ms)).isEmpty)
        #expect(phases(feed(&tracker, InputRecord.down(x: 1, y: 1, tracking: 6, at: 200 * Self.ms))) == [.down])
    }

    @Test func `records lost without a repetition cancel every contact`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        let lost = InputRecord(at: 0, type: InputCode.synchronize, code: InputCode.dropped, value: 0)
        let events = feed(&tracker, [lost] + InputRecord.up(at: 50 * Self.ms))
        #expect(phases(events) == [.cancel])
    }

    @Test func `a finger that left while records were lost is cancelled, one that came is ignored until it lifts`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        tracker.beginResynchronizing()
        var events = feed(&tracker, InputRecord.down(x: 500, y: 500, tracking: 9, at: 500 * Self.ms))
        events += tracker.endResynchronizing(at: 500 * Self.ms)
        #expect(phases(events) == [.cancel])
        #expect(feed(&tracker, InputRecord.up(at: 900 * Self.ms)).isEmpty)
        #expect(phases(feed(&tracker, InputRecord.down(x: 1, y: 1, tracking: 10, at: 1000 * Self.ms))) == [.down])
    }

    @Test func `another finger in the same frame ends the first`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        let events = feed(&tracker, InputRecord.down(x: 4000, y: 10, tracking: 2, at: 40 * Self.ms))
        #expect(phases(events) == [.up, .down])
    }

    @Test func `a contact that does not move for half a minute is no finger`() {
        var tracker = tracker()
        _ = feed(&tracker, InputRecord.down(x: 10, y: 10, tracking: 1, at: 0))
        #expect(tracker.expire(at: 29_000 * Self.ms).isEmpty)
        #expect(phases(tracker.expire(at: 30_001 * Self.ms)) == [.cancel])
        #expect(feed(&tracker, InputRecord.up(at: 31_000 * Self.ms)).isEmpty)
    }

    @Test func `a pointer with one position and a button taps`() {
        var tracker = ContactTracker(
            kind: .single, x: AxisRange(minimum: 0, maximum: 1023), y: AxisRange(minimum: 0, maximum: 767),
            rules: TouchRules(width: 1024, height: 768))
        func record(_ type: UInt16, _ code: UInt16, _ value: Int32, _ at: Int) -> InputRecord {
            InputRecord(at: at, type: type, code: code, value: value)
        }
        let events = feed(
            &tracker,
            [
                record(InputCode.absolute, InputCode.x, 300, 0), record(InputCode.absolute, InputCode.y, 200, 0),
                record(InputCode.key, InputCode.buttonLeft, 1, 0), .report(at: 0),
                record(InputCode.key, InputCode.buttonLeft, 0, 50 * Self.ms), .report(at: 50 * Self.ms),
            ])
        #expect(phases(events) == [.down, .up])
        #expect(events[1].x == 300 && events[1].y == 200)
    }

    @Test func `a panel mounted upside down is turned by its calibration`() {
        var tracker = tracker(calibration: [-1, 0, 1, 0, -1, 1])
        let events = feed(&tracker, InputRecord.down(x: 0, y: 0, tracking: 1, at: 0))
        #expect(events.first.map { [$0.x, $0.y] } == [1023, 767])
    }

    @Test func `records keep their bytes`() {
        let record = InputRecord(at: 1_234_567_890, type: 3, code: 57, value: -1)
        #expect(InputRecord(bytes: record.bytes[...]) == record)
        #expect(record.bytes.count == InputRecord.size)
    }
}
