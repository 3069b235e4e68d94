import Platform
public import Dispatch

/// What a touch panel tells.
public enum TouchEvent: Hashable, Sendable {
    case contacts([ContactEvent])
    /// The panel is there and ours alone.
    case opened(String)
    /// The panel is gone or refused, in words for a technician; it is looked for until it comes back.
    case lost(String)
}

/// A touch panel, or what stands for one.
public protocol TouchSource: Sendable {
    /// Begins to read; the handler runs on the queue, the first event says whether the panel is there.
    func start(on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void)
    func stop()
}

/// A panel that tests touch: the fake beside the drivers.
public final class FakeTouch: TouchSource {
    private struct State {
        var tracker: ContactTracker
        var queue: DispatchQueue?
        var handler: (@Sendable (TouchEvent) -> Void)?
    }

    private let state: Guarded<State>

    /// A panel whose positions are the screen's pixels.
    public init(rules: TouchRules) {
        state = Guarded(
            State(
                tracker: ContactTracker(
                    x: AxisRange(minimum: 0, maximum: rules.width - 1),
                    y: AxisRange(minimum: 0, maximum: rules.height - 1), rules: rules)))
    }

    public func start(on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void) {
        state.withLock { state in
            state.queue = queue
            state.handler = handler
        }
        queue.async { handler(.opened("fake")) }
    }

    public func stop() { state.withLock { $0.handler = nil } }

    public func feed(_ records: [InputRecord]) {
        send { tracker in
            records.flatMap { tracker.feed($0) }
        }
    }

    /// Pulls the panel's plug.
    public func unplug(at: Int) {
        send { $0.cancelAll(at: at) }
        let (queue, handler) = state.withLock { ($0.queue, $0.handler) }
        queue?.async { handler?(.lost("the touch panel was unplugged")) }
    }

    private func send(_ step: (inout ContactTracker) -> [ContactEvent]) {
        let (events, queue, handler) = state.withLock { state in
            (step(&state.tracker), state.queue, state.handler)
        }
        if !events.isEmpty { queue?.async { handler?(.contacts(events)) } }
    }
}
