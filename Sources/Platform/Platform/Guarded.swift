internal import Glibc

/// A value that one thread at a time looks at.
///
/// The house's only mutex, over POSIX threads: the thread sanitizer sees it, and `Synchronization.Mutex` may not be inlined
/// into an async function: optimised for Linux (Swift 6.3.1), such a function keeps the thread's identity across a
/// suspension, and ends the process when it unlocks on another thread than it believes to be on.
public struct Guarded<Value>: ~Copyable, @unchecked Sendable {
    // Both have an address of their own, which a mutex must keep for its life.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let value: UnsafeMutablePointer<Value>

    public init(_ value: consuming sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "no mutex: error \(code)")
        self.value = .allocate(capacity: 1)
        self.value.initialize(to: value)
    }

    /// Runs `body` with the value, while nobody else has it.
    @inline(never)
    public borrowing func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        let code = pthread_mutex_lock(mutex)
        precondition(code == 0, "a mutex that cannot be locked: error \(code)")
        defer { pthread_mutex_unlock(mutex) }
        return body(&value.pointee)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }
}
