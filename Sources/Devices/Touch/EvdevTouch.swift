import CEvdev
public import Dispatch
import Glibc
public import Platform

/// A touch panel read through libevdev: grabbed, on CLOCK_BOOTTIME, found again after it was unplugged.
public final class EvdevTouch: TouchSource {
    private struct State {
        var device: OpaquePointer?
        var descriptor: FileDescriptor?
        var tracker: ContactTracker?
        var watch: ReadWatch?
        var timer: IntervalTimer?
        var looking = false
        var said: String?
    }

    private let rules: TouchRules
    private let retryMs: Int
    private let open: @Sendable () throws(SystemError) -> FileDescriptor
    private let state = Guarded(State())

    /// A panel at a device path; a link that udev keeps by port (`/dev/input/by-path/…`) survives replugging.
    public convenience init(path: String, rules: TouchRules) {
        self.init(rules: rules) { () throws(SystemError) in
            try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK)
        }
    }

    /// A panel behind an opener: asked at the start and again after every loss.
    public init(
        rules: TouchRules, retryMs: Int = 500, open: @escaping @Sendable () throws(SystemError) -> FileDescriptor
    ) {
        self.rules = rules
        self.retryMs = retryMs
        self.open = open
    }

    public func start(on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void) {
        look(on: queue, handler)
        let timer = IntervalTimer(milliseconds: retryMs, on: queue) { [weak self] in
            guard let self else { return }
            if state.withLock({ $0.looking }) { look(on: queue, handler) } else { expire(handler) }
        }
        state.withLock { $0.timer = timer }
    }

    public func stop() {
        state.withLock { state in
            state.timer = nil
            state.looking = false
            Self.close(&state)
        }
    }

    private func look(on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void) {
        let outcome = state.withLock { state -> TouchEvent? in
            do throws(TouchFault) {
                let name = try open(&state)
                state.looking = false
                state.said = nil
                return .opened(name)
            } catch {
                state.looking = true
                // The same words every half second would hide what else is in the log.
                guard state.said != error.words else { return nil }
                state.said = error.words
                return .lost(error.words)
            }
        }
        guard let outcome else { return }
        handler(outcome)
        guard case .opened = outcome, let raw = state.withLock({ $0.descriptor?.raw }) else { return }
        let watch = ReadWatch(raw, on: queue) { [weak self] in self?.readAvailable(handler) }
        state.withLock { $0.watch = watch }
    }

    private struct TouchFault: Error { let words: String }

    private func open(_ state: inout State) throws(TouchFault) -> String {
        let descriptor: FileDescriptor
        do throws(SystemError) { descriptor = try open() } catch { throw TouchFault(words: "no touch panel: \(error)") }
        var device: OpaquePointer?
        guard libevdev_new_from_fd(descriptor.raw, &device) == 0, let device else {
            throw TouchFault(words: "the touch panel's path is no input device")
        }
        var kept = false
        defer { if !kept { libevdev_free(device) } }
        let name = libevdev_get_name(device).map { String(cString: $0) } ?? "unnamed"
        guard libevdev_grab(device, LIBEVDEV_GRAB) == 0 else {
            throw TouchFault(words: "touch panel \(name): another process reads it")
        }
        _ = libevdev_set_clock_id(device, CLOCK_BOOTTIME)
        let slots = libevdev_has_event_code(device, UInt32(EV_ABS), UInt32(InputCode.trackingID)) != 0
        let codes = slots ? (InputCode.slotX, InputCode.slotY) : (InputCode.x, InputCode.y)
        guard let x = Self.range(device, codes.0), let y = Self.range(device, codes.1) else {
            throw TouchFault(words: "touch panel \(name): it reports no range of positions")
        }
        var tracker = ContactTracker(kind: slots ? .slots : .single, x: x, y: y, rules: rules)
        if slots {
            for slot in 0..<max(0, libevdev_get_num_slots(device)) {
                let tracking = libevdev_get_slot_value(device, UInt32(slot), UInt32(InputCode.trackingID))
                if tracking >= 0 { tracker.rest(slot: Int(slot), tracking: tracking) }
            }
        }
        kept = true
        state.device = device
        state.descriptor = descriptor
        state.tracker = tracker
        return name
    }

    private static func range(_ device: OpaquePointer, _ code: UInt16) -> AxisRange? {
        guard let info = libevdev_get_abs_info(device, UInt32(code)), info.pointee.minimum < info.pointee.maximum else {
            return nil
        }
        return AxisRange(minimum: Int(info.pointee.minimum), maximum: Int(info.pointee.maximum))
    }

    /// Reads until nothing waits: in normal mode, and through libevdev's repetition after records were lost.
    private func readAvailable(_ handler: @Sendable (TouchEvent) -> Void) {
        let (events, gone) = state.withLock { state -> ([ContactEvent], Bool) in
            guard let device = state.device, var tracker = state.tracker else { return ([], false) }
            defer { state.tracker = tracker }
            var events: [ContactEvent] = []
            var mode = LIBEVDEV_READ_FLAG_NORMAL
            var last = 0
            while true {
                var raw = input_event()
                let result = libevdev_next_event(device, mode.rawValue, &raw)
                if result == LIBEVDEV_READ_STATUS_SUCCESS.rawValue || result == LIBEVDEV_READ_STATUS_SYNC.rawValue {
                    let record = InputRecord(
                        at: raw.time.tv_sec * 1_000_000 + raw.time.tv_usec, type: raw.type, code: raw.code,
                        value: raw.value)
                    last = record.at
                    if result == LIBEVDEV_READ_STATUS_SYNC.rawValue, mode == LIBEVDEV_READ_FLAG_NORMAL {
                        mode = LIBEVDEV_READ_FLAG_SYNC
                        tracker.beginResynchronizing()
                        // This record is SYN_DROPPED itself; what was lost comes next.
                        continue
                    }
                    events += tracker.feed(record)
                } else if result == -EAGAIN, mode == LIBEVDEV_READ_FLAG_SYNC {
                    events += tracker.endResynchronizing(at: last)
                    mode = LIBEVDEV_READ_FLAG_NORMAL
                } else if result == -EAGAIN || result == -EINTR {
                    return (events, false)
                } else {
                    events += tracker.cancelAll(at: last)
                    return (events, true)
                }
            }
        }
        if !events.isEmpty { handler(.contacts(events)) }
        guard gone else { return }
        let words = "the touch panel was unplugged"
        state.withLock { state in
            Self.close(&state)
            state.looking = true
            state.said = words
        }
        handler(.lost(words))
    }

    private func expire(_ handler: @Sendable (TouchEvent) -> Void) {
        let now = SystemTime().now().microseconds
        let events = state.withLock { $0.tracker?.expire(at: now) ?? [] }
        if !events.isEmpty { handler(.contacts(events)) }
    }

    private static func close(_ state: inout State) {
        if let watch = state.watch, let descriptor = state.descriptor {
            watch.cancel(then: { withExtendedLifetime(descriptor) {} })
        }
        if let device = state.device { libevdev_free(device) }
        state.watch = nil
        state.device = nil
        state.descriptor = nil
        state.tracker = nil
    }
}
