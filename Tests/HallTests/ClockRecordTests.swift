import CivilTime
import Testing

@testable import Hall

/// Which labels of a journal are believed.
@Suite struct ClockRecordTests {
    private static let noon = Timestamp("2026-11-22T04:00:00.000Z")!

    private static func label(_ wall: String, boot: String = "a", second: Int) -> EntryLabel {
        EntryLabel(at: Timestamp(wall)!, boot: boot, monotonic: second * 1_000_000)
    }

    /// A record that has seen noon at second 100 of boot a.
    private static func atNoon() -> ClockRecord {
        var record = ClockRecord()
        _ = record.take(EntryLabel(at: noon, boot: "a", monotonic: 100_000_000))
        return record
    }

    @Test(arguments: [
        ("2026-11-22T04:00:10.000Z", "a", 110, nil),
        // Steps within the bounds, either way.
        ("2026-11-22T04:05:10.000Z", "a", 110, nil),
        ("2026-11-22T03:55:10.000Z", "a", 110, nil),
        ("2026-11-22T04:05:10.001Z", "a", 110, ClockFault.stepped(Timestamp("2026-11-22T04:00:10.000Z")!)),
        ("2026-11-22T03:55:09.999Z", "a", 110, .stepped(Timestamp("2026-11-22T04:00:10.000Z")!)),
        ("2038-01-19T03:14:08.000Z", "a", 110, .stepped(Timestamp("2026-11-22T04:00:10.000Z")!)),
        ("1970-01-01T00:00:01.000Z", "a", 110, .beforeBuild(Timestamp("2025-01-01T00:00:00.000Z")!)),
        // After a start only the order of labels is known, and how long a hall is switched off.
        ("2026-11-22T04:00:10.000Z", "b", 5, nil),
        ("2026-11-22T03:55:00.000Z", "b", 5, nil),
        ("2026-11-22T03:54:59.999Z", "b", 5, .beforeJournal(noon)),
        ("2026-12-22T04:00:00.000Z", "b", 5, nil),
        ("2026-12-22T04:00:00.001Z", "b", 5, .afterAbsence(noon, days: 30)),
        ("2038-01-19T03:14:08.000Z", "b", 5, .afterAbsence(noon, days: 30)),
        ("1970-01-01T00:00:01.000Z", "b", 5, .beforeBuild(Timestamp("2025-01-01T00:00:00.000Z")!)),
    ]) func `a label is believed that follows from one that was`(
        wall: String, boot: String, second: Int, fault: ClockFault?
    ) {
        let reading = Self.atNoon().reading(Self.label(wall, boot: boot, second: second))
        #expect(reading.fault == fault)
        #expect((reading.best == reading.wall) == (fault == nil))
    }

    @Test func `a clock that is not believed leaves no trace, and the uptime tells the time meanwhile`() {
        var record = Self.atNoon()
        #expect(
            record.take(Self.label("2041-01-01T00:00:00.000Z", second: 160)).description == "2026-11-22T04:01:00.000Z")
        #expect(record.seen == Self.noon)
        #expect(
            record.take(Self.label("2026-11-22T04:02:00.000Z", second: 220)).description == "2026-11-22T04:02:00.000Z")
        // The same after a start: what was believed last is the best that is known.
        #expect(
            record.take(Self.label("1970-01-01T00:00:05.000Z", boot: "b", second: 5)).description
                == "2026-11-22T04:02:00.000Z")
        #expect(record.reading(Self.label("2026-11-22T04:09:00.000Z", boot: "b", second: 9)).fault == nil)
    }

    @Test func `steps within one boot add up: small ones do not creep away`() {
        var record = Self.atNoon()
        for step in 1...5 {
            let wall = Timestamp(millisecondsSinceEpoch: Self.noon.millisecondsSinceEpoch + step * 60_000)
            _ = record.take(EntryLabel(at: wall, boot: "a", monotonic: 100_000_000))
        }
        let further = Timestamp(millisecondsSinceEpoch: Self.noon.millisecondsSinceEpoch + 300_001)
        let reading = record.reading(EntryLabel(at: further, boot: "a", monotonic: 100_000_000))
        #expect(reading.fault == .stepped(Self.noon))
        #expect(reading.steppedMs == 300_001)
    }

    @Test func `what the center signed is a lower bound, until it states the time anew`() {
        var record = Self.atNoon()
        record.take(signed: Timestamp("2027-05-01T00:00:00.000Z")!)
        let now = Self.label("2026-11-22T04:00:10.000Z", second: 110)
        #expect(record.reading(now).fault == .beforeCenter(Timestamp("2027-05-01T00:00:00.000Z")!))
        record.state(
            at: Timestamp("2026-11-22T03:59:50.000Z")!, until: Timestamp("2026-11-22T04:10:00.000Z")!, label: now,
            sequence: 7)
        #expect(record.reading(now).fault == nil)
        // Receipts that an older clock of the center signed count no more; newer ones do.
        let late = Timestamp("2027-04-30T00:00:00.000Z")!
        #expect(record.reading(now, receipt: (sequence: 6, at: late)).fault == nil)
        #expect(record.reading(now, receipt: (sequence: 7, at: late)).fault == .beforeCenter(late))
    }

    @Test func `a statement of the center that does not fit the clock says what time it is`() {
        var record = Self.atNoon()
        let wrong = Self.label("2030-01-01T00:00:00.000Z", second: 110)
        record.state(
            at: Timestamp("2026-11-22T04:00:05.000Z")!, until: Timestamp("2026-11-22T04:10:00.000Z")!, label: wrong,
            sequence: 7)
        #expect(record.reading(wrong).fault == .stepped(Timestamp("2026-11-22T04:00:05.000Z")!))
        #expect(record.reading(Self.label("2026-11-22T04:00:15.000Z", second: 120)).fault == nil)
    }
}
