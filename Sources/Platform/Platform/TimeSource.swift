public import CivilTime
import Glibc

/// A moment on CLOCK_BOOTTIME: microseconds since this machine started, suspended time included.
public struct Instant: Hashable, Comparable, Sendable, Codable {
    public var microseconds: Int

    public init(microseconds: Int) { self.microseconds = microseconds }

    public init(from decoder: any Decoder) throws {
        microseconds = try decoder.singleValueContainer().decode(Int.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microseconds)
    }

    public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
    public func adding(milliseconds: Int) -> Instant { Instant(microseconds: microseconds + milliseconds * 1000) }
    /// Whole milliseconds from an earlier moment to this one.
    public func milliseconds(since earlier: Instant) -> Int { (microseconds - earlier.microseconds) / 1000 }
}

/// The clocks of a machine; tests drive a `ManualTime`.
public protocol TimeSource: Sendable {
    /// The kernel's id of this boot: instants of different boots cannot be compared.
    var boot: String { get }
    func now() -> Instant
    func wall() -> Timestamp
    /// How much of `now` this machine has slept, microseconds.
    func slept() -> Int
}

extension TimeSource {
    /// A machine that never sleeps.
    public func slept() -> Int { 0 }
}

public struct SystemTime: TimeSource {
    public let boot: String
    private let asleep = Slept()

    public init() {
        let id =
            (try? readFile("/proc/sys/kernel/random/boot_id")).map { String(decoding: $0, as: UTF8.self) } ?? "unknown"
        boot = String(id.prefix { $0 != "\n" })
    }

    public func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
    }

    public func wall() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(millisecondsSinceEpoch: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }
}

extension SystemTime {
    public func slept() -> Int { asleep.microseconds() }

    /// CLOCK_BOOTTIME goes on in a suspend and CLOCK_MONOTONIC does not: what lies between them was slept.
    private final class Slept: Sendable {
        private let known = Guarded(0)

        func microseconds() -> Int {
            known.withLock { known in
                // Both clocks cannot be read at one instant: the difference lies between two bounds, and what was known is
                // true as long as it lies between them, too.
                let before = Self.read(CLOCK_MONOTONIC)
                let boot = Self.read(CLOCK_BOOTTIME)
                let after = Self.read(CLOCK_MONOTONIC)
                let (least, most) = (boot - after, boot - before)
                if known < least || known > most { known = max(least, 0) }
                return known
            }
        }

        private static func read(_ clock: clockid_t) -> Int {
            var time = timespec()
            clock_gettime(clock, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
    }
}

/// A clock that moves only when told to.
public final class ManualTime: TimeSource {
    public let boot: String
    private let state: Guarded<(now: Instant, wall: Timestamp, slept: Int)>

    public init(boot: String = "boot-1", now: Int = 1_000_000, wall: Timestamp = Timestamp("2026-11-22T02:00:00.000Z")!)
    {
        self.boot = boot
        state = Guarded((Instant(microseconds: now), wall, 0))
    }

    public func now() -> Instant { state.withLock { $0.now } }
    public func wall() -> Timestamp { state.withLock { $0.wall } }

    public func advance(milliseconds: Int) {
        state.withLock {
            $0.now = $0.now.adding(milliseconds: milliseconds)
            $0.wall.millisecondsSinceEpoch += milliseconds
        }
    }

    /// The machine sleeps for so long.
    public func sleep(milliseconds: Int) {
        state.withLock { $0.slept += milliseconds * 1000 }
        advance(milliseconds: milliseconds)
    }

    /// Time passes until the wall clock stands there.
    public func pass(until wall: Timestamp) {
        advance(milliseconds: wall.millisecondsSinceEpoch - self.wall().millisecondsSinceEpoch)
    }

    public func slept() -> Int { state.withLock { $0.slept } }

    /// Sets the wall clock alone, as a wrong battery or an administrator does.
    public func set(wall: Timestamp) { state.withLock { $0.wall = wall } }
}
