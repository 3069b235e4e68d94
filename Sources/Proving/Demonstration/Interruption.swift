import Dispatch
import Glibc
import Platform

/// Ctrl-C and its like: the day is over early, what exists is collected, and everything is stopped in order.
final class Interruption: Sendable {
    private struct State {
        var happened = false
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Guarded(State())
    private let watches = Guarded<[SignalWatch]>([])

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
        arm { task.cancel() }
        let result = await task.result
        arm(nil)
        return try result.get()
    }

    /// What an interruption cancels from now on; one that has happened already cancels at once.
    private func arm(_ cancel: (@Sendable () -> Void)?) {
        let late = state.withLock { state in
            state.cancel = cancel
            return state.happened
        }
        if late { cancel?() }
    }
}
