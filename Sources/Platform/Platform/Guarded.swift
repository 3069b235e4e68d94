internal import Synchronization

/// A value that one thread at a time looks at.
///
/// The house's only mutex, since `Synchronization.Mutex` may not be inlined into an async function: optimised for Linux
/// (Swift 6.3.1), such a function keeps the thread's identity across a suspension, and ends the process when it
/// unlocks on another thread than it believes to be on.
public struct Guarded<Value>: ~Copyable, Sendable {
    private let mutex: Mutex<Value>

    public init(_ value: consuming sending Value) { mutex = Mutex(value) }

    /// Runs `body` with the value, while nobody else has it.
    @inline(never)
    public borrowing func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        mutex.withLock(body)
    }
}
