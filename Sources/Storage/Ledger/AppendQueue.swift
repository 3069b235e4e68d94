internal import Platform

/// An append that waits for its commit.
struct AppendRequest: Sendable {
    let head: Bool
    let subjects: [Subject]
    /// Names of keys that go with this commit.
    let erasing: [String]
    /// Makes the drafts once the entries before them are known.
    let make: @Sendable (Tip) throws -> [Draft]
    let done: CheckedContinuation<Result<[Entry], JournalError>, Never>
}

/// Appends from any thread, taken by the journal as many as there are.
final class AppendQueue: Sendable {
    private struct State {
        var requests: [AppendRequest] = []
        /// Whether a drain is on its way and will see what is queued now.
        var isScheduled = false
    }

    private let state = Guarded(State())

    /// True when the caller must schedule a drain.
    func add(_ request: AppendRequest) -> Bool {
        state.withLock { state in
            state.requests.append(request)
            if state.isScheduled { return false }
            state.isScheduled = true
            return true
        }
    }

    /// Appends that no transaction has taken yet.
    var count: Int { state.withLock { $0.requests.count } }

    func takeAll() -> [AppendRequest] {
        state.withLock { state in
            let all = state.requests
            state.requests = []
            return all
        }
    }

    /// After a drain: true when more came meanwhile and another drain must follow.
    func continues() -> Bool {
        state.withLock { state in
            state.isScheduled = !state.requests.isEmpty
            return state.isScheduled
        }
    }
}
