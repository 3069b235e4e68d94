import Glibc

/// The runtime's shared pool of threads, of which a simulation knows nothing: a task that wakes from a continuation passes
/// through it on its way back to its actor, whatever that actor's executor. On a thread that steps a machine its jobs are
/// that machine's, and wait in a queue like all others; on every other thread they go where they always go.
enum SharedPool {
    private typealias Original = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    /// The thread's stepper, for as long as it runs a job.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        guard pthread_key_create(&key, nil) == 0 else { preconditionFailure("no key for a thread's own value") }
        return key
    }()

    /// Takes the pool's jobs over for stepped threads; once for the process.
    static let isTakenOver: Bool = {
        guard let symbol = dlsym(dlopen(nil, RTLD_LAZY), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("this runtime has no hook for its pool: days would not be the same twice")
        }
        let hook: Hook = { job, original in
            guard let current = pthread_getspecific(SharedPool.key) else { return original(job) }
            Unmanaged<Stepper>.fromOpaque(current).takeUnretainedValue().addToPool(job)
        }
        symbol.assumingMemoryBound(to: Hook?.self).pointee = hook
        return true
    }()

    /// Runs a job of this stepper's machine.
    static func run(of stepper: Stepper, _ body: () -> Void) {
        precondition(isTakenOver)
        pthread_setspecific(key, Unmanaged.passUnretained(stepper).toOpaque())
        body()
        pthread_setspecific(key, nil)
    }
}
