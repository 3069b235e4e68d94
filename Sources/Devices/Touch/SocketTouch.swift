public import Dispatch
import Glibc
import Platform

/// A touch panel that is a Unix socket: whoever connects sends `input_event` records (24 bytes each) of protocol B,
/// in pixels of the screen.
///
/// For machines without uinput, for the demo and for a pointer seen over VNC; the contact tracking is the panels' own.
public final class SocketTouch: TouchSource {
    private struct Peer {
        var descriptor: FileDescriptor
        var watch: ReadWatch?
        var tracker: ContactTracker
        var rest: [UInt8] = []
    }

    private struct State {
        var listener: FileDescriptor?
        var accepting: ReadWatch?
        var peers: [Int32: Peer] = [:]
        var timer: IntervalTimer?
    }

    private let path: String
    private let rules: TouchRules
    private let state = Guarded(State())

    public init(path: String, rules: TouchRules) {
        self.path = path
        self.rules = rules
    }

    public func start(on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void) {
        let listener: FileDescriptor
        do throws(SystemError) { listener = try UnixSocket.listen(path: path) } catch {
            handler(.lost("no socket for touches: \(error)"))
            return
        }
        let accepting = ReadWatch(listener.raw, on: queue) { [weak self] in
            while let (descriptor, _) = UnixSocket.accept(listener) { self?.add(descriptor, on: queue, handler) }
        }
        let timer = IntervalTimer(milliseconds: 1000, on: queue) { [weak self] in self?.expire(handler) }
        state.withLock { state in
            state.listener = listener
            state.accepting = accepting
            state.timer = timer
        }
        handler(.opened("socket \(path)"))
    }

    public func stop() {
        state.withLock { state in
            if let listener = state.listener {
                state.accepting?.cancel(then: { withExtendedLifetime(listener) {} })
                unlink(path)
            }
            for peer in state.peers.values { Self.end(peer) }
            state = State()
        }
    }

    private func add(
        _ descriptor: FileDescriptor, on queue: DispatchQueue, _ handler: @escaping @Sendable (TouchEvent) -> Void
    ) {
        let raw = descriptor.raw
        state.withLock { state in
            state.peers[raw] = Peer(
                descriptor: descriptor, watch: nil,
                tracker: ContactTracker(
                    x: AxisRange(minimum: 0, maximum: rules.width - 1),
                    y: AxisRange(minimum: 0, maximum: rules.height - 1), rules: rules))
        }
        let watch = ReadWatch(raw, on: queue) { [weak self] in self?.readAvailable(raw, handler) }
        state.withLock { $0.peers[raw]?.watch = watch }
    }

    private func readAvailable(_ raw: Int32, _ handler: @Sendable (TouchEvent) -> Void) {
        let events = state.withLock { state -> [ContactEvent] in
            guard var peer = state.peers[raw] else { return [] }
            var events: [ContactEvent] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            // Until nothing is left: a last touch and the end behind it may come in one call.
            while true {
                let count = retrying { read(raw, &chunk, chunk.count) }
                if count < 0, errno == EAGAIN { break }
                if count <= 0 {
                    events += peer.tracker.cancelAll(at: SystemTime().now().microseconds)
                    Self.end(peer)
                    state.peers[raw] = nil
                    return events
                }
                peer.rest += chunk[..<count]
                while peer.rest.count >= InputRecord.size {
                    var record = InputRecord(bytes: peer.rest.prefix(InputRecord.size))
                    if record.at <= 0 { record.at = SystemTime().now().microseconds }
                    events += peer.tracker.feed(record)
                    peer.rest.removeFirst(InputRecord.size)
                }
            }
            state.peers[raw] = peer
            return events
        }
        if !events.isEmpty { handler(.contacts(events)) }
    }

    private func expire(_ handler: @Sendable (TouchEvent) -> Void) {
        let now = SystemTime().now().microseconds
        let events = state.withLock { state in
            state.peers.keys.sorted().flatMap { state.peers[$0]?.tracker.expire(at: now) ?? [] }
        }
        if !events.isEmpty { handler(.contacts(events)) }
    }

    private static func end(_ peer: Peer) {
        let descriptor = peer.descriptor
        peer.watch?.cancel(then: { withExtendedLifetime(descriptor) {} })
    }
}
