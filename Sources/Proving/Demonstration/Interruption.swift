import Dispatch
import Glibc
import Platform
import Synchronization

/// Ctrl-C and its like: the day is over early, what exists is collected, and everything is stopped in order.
final class Interruption: Sendable {
    private struct State {
        var happened = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let watches = Mutex<[SignalWatch]>([])

    /// From now on these signals do not end the process.
    func watch() {
        let queue = DispatchQueue(label: "interruption")
        let all = [SIGINT, SIGTERM, SIGHUP].map { number in
            SignalWatch(number, on: queue) { [weak self] in self?.happen() }
        }
        watches.withLock { $0 = all }
    }

    var happened: Bool { state.withLock { $0.happened } }

    private func happen() {
        let cancel = state.withLock { state in
            state.happened = true
            return state.cancel
        }
        cancel?()
    }

    /// Does work that an interruption cancels.
    func cancelling<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = Task { try await work() }
        let late = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.happened
        }
        if late { task.cancel() }
        defer { state.withLock { $0.cancel = nil } }
        return try await task.value
    }
}
