@preconcurrency public import Dispatch

/// Where an actor's jobs run, one after the other. Shipped programs run on a queue of Dispatch; a simulation steps
/// through the jobs in an order of its own.
public protocol ActorExecutor: SerialExecutor {
    /// Runs a closure after the jobs that wait already.
    func run(_ work: @escaping @Sendable () -> Void)
    /// Runs a closure once so much time has passed.
    func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void)
}

/// A serial executor on a Dispatch queue: an actor on it may block in a C library without starving the shared pool,
/// and handlers of the queue's sources run on the actor.
public final class QueueExecutor: ActorExecutor {
    public let queue: DispatchQueue

    public init(label: String, quality: DispatchQoS = .userInitiated) {
        queue = DispatchQueue(label: label, qos: quality)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    public func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    public func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: work)
    }

    public func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}

/// Calls back while a descriptor is readable, on the given queue; the only place that makes Dispatch sources,
/// so that a handler that is not `@Sendable` does not compile.
///
/// A handler must read until there is nothing left: when the other end hangs up, it is called for that once, together with
/// the last bytes, and then never again.
public final class ReadWatch: Sendable {
    private let source: any DispatchSourceRead

    public init(_ descriptor: Int32, on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.activate()
    }

    /// Ends the watch; `then` runs once no handler will run any more: the place to close the descriptor.
    public func cancel(then: (@Sendable () -> Void)? = nil) {
        if let then { source.setCancelHandler(handler: then) }
        source.cancel()
    }
}

/// Calls back while a descriptor takes bytes.
public final class WriteWatch: Sendable {
    private let source: any DispatchSourceWrite

    public init(_ descriptor: Int32, on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.activate()
    }

    public func cancel() { source.cancel() }
}

/// Calls back at an interval; missed ticks are coalesced, so never count them: look at the clock.
public final class IntervalTimer: Sendable {
    private let source: any DispatchSourceTimer

    public init(milliseconds: Int, on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeTimerSource(flags: .strict, queue: queue)
        source.schedule(
            deadline: .now() + .milliseconds(milliseconds), repeating: .milliseconds(milliseconds),
            leeway: .milliseconds(1))
        source.setEventHandler(handler: handler)
        source.activate()
    }

    public func cancel() { source.cancel() }
    deinit { source.cancel() }
}

/// Calls back when the process gets a signal.
public final class SignalWatch: Sendable {
    private let source: any DispatchSourceSignal

    public init(_ number: Int32, on queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void) {
        ignoreSignal(number)
        source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler(handler: handler)
        source.activate()
    }

    deinit { source.cancel() }
}
