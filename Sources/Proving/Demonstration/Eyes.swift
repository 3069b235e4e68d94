import CanonicalJSON
import Dispatch
import Platform
import TerminalLink

/// Watches one terminal's screen through its assistance socket, and finds it again when the terminal was restarted.
final class Eyes: Sendable {
    private struct State {
        var connection: FrameConnection?
        var seen: Presented?
        var count = 0
        /// The last screens, each with its number.
        var recent: [(number: Int, presented: Presented)] = []
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var tickets = 0
        var closed = false
    }

    private static let memory = 32

    private let socket: String
    private let queue: DispatchQueue
    private let state = Guarded(State())

    init(socket: String) {
        self.socket = socket
        queue = QueueExecutor(label: "eyes").queue
        connect()
    }

    private func connect() {
        guard !state.withLock({ $0.closed }) else { return }
        guard let descriptor = try? UnixSocket.connect(path: socket) else { return later() }
        let connection = FrameConnection(
            descriptor, on: queue,
            onFrame: { [weak self] in self?.take($0) },
            onEnd: { [weak self] _ in self?.later() })
        state.withLock { $0.connection = connection }
        connection.start()
    }

    private func later() {
        queue.asyncAfter(deadline: .now() + .milliseconds(20)) { [weak self] in self?.connect() }
    }

    private func take(_ frame: [UInt8]) {
        guard let presented = try? JSONCoder.decode(Presented.self, from: frame) else { return }
        let waiting = state.withLock { state in
            state.seen = presented
            state.count += 1
            state.recent.append((state.count, presented))
            if state.recent.count > Self.memory { state.recent.removeFirst() }
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// What is on the screen, with the number of screens seen so far.
    var now: (presented: Presented?, count: Int) { state.withLock { ($0.seen, $0.count) } }

    /// The screens after the one with this number, in order.
    func screens(after count: Int) -> [(number: Int, presented: Presented)] {
        state.withLock { $0.recent.filter { $0.number > count } }
    }

    /// Waits until another screen than the one with this number was seen, or the time is over.
    func change(after count: Int, milliseconds: Int) async {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withCheckedContinuation { continuation in
            let isNew = state.withLock { state in
                if state.count > count { return true }
                state.waiting[ticket] = continuation
                return false
            }
            if isNew { return continuation.resume() }
            // Only once it waits: an alarm before that would wake nobody.
            queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { [weak self] in
                self?.state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
            }
        }
    }

    func close() {
        let connection = state.withLock { state in
            state.closed = true
            return state.connection
        }
        connection?.close()
    }
}
