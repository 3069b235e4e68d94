public import CivilTime
public import Platform
import SimulatedDisk

/// Everything that waits to be done on one simulated machine, and its clocks: one thread takes the jobs one by one.
///
/// Jobs of one executor keep their order, as on a serial queue; which executor's turn it is, the seed decides.
public final class Stepper: Sendable {
    enum Work: Sendable {
        case task(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    /// Holds its executor while it waits; the stepper itself holds none, so that a machine that is off goes away.
    struct Job: Sendable {
        let work: Work
        let executor: SteppedExecutor
    }

    private struct Timer: Sendable {
        let due: Int
        let order: Int
        let job: Job
    }

    private struct State: Sendable {
        /// By executor; the first is the shared pool's.
        var ready: [[Job]] = [[]]
        /// By due time, then by the order of their making.
        var timers: [Timer] = []
        var timersMade = 0
        var random: SplitMix64
        var running: Int?
        /// Microseconds of the world's own time; no clock of the machine jumps it.
        var now: Int
        /// Microseconds of it that the machine slept.
        var slept = 0
    }

    private let state: Guarded<State>

    /// - Parameter now: the world's time in microseconds.
    public init(seed: UInt64, now: Int) { state = Guarded(State(random: SplitMix64(seed: seed), now: now)) }

    /// Another serial executor on this machine.
    public func executor() -> SteppedExecutor {
        state.withLock { state in
            state.ready.append([])
            return SteppedExecutor(stepper: self, number: state.ready.count - 1)
        }
    }

    var now: Int { state.withLock { $0.now } }
    /// The executor whose job is running, if one is.
    var running: Int? { state.withLock { $0.running } }

    func add(_ job: Job) { state.withLock { $0.ready[job.executor.number].append(job) } }

    /// A job that asks for no executor.
    func addToPool(_ job: UnownedJob) {
        add(Job(work: .task(job), executor: SteppedExecutor(stepper: self, number: 0)))
    }

    func add(_ job: Job, after milliseconds: Int) {
        state.withLock { state in
            state.timersMade += 1
            let timer = Timer(due: state.now + milliseconds * 1000, order: state.timersMade, job: job)
            let place = state.timers.firstIndex { ($0.due, $0.order) > (timer.due, timer.order) }
            state.timers.insert(timer, at: place ?? state.timers.count)
        }
    }

    /// Runs one job; false when none is ready.
    public func step() -> Bool {
        let next: Job? = state.withLock { state in
            let waiting = state.ready.indices.filter { !state.ready[$0].isEmpty }
            guard let executor = waiting.count > 1 ? waiting.randomElement(using: &state.random) : waiting.first
            else { return nil }
            state.running = executor
            return state.ready[executor].removeFirst()
        }
        guard let next else { return false }
        SharedPool.run(of: self) {
            switch next.work {
            case .task(let job): job.runSynchronously(on: next.executor.asUnownedSerialExecutor())
            case .closure(let work): work()
            }
        }
        state.withLock { $0.running = nil }
        return true
    }

    /// Runs jobs until none is ready, or so many.
    public func settle(steps: Int = .max) {
        var left = steps
        while left > 0, step() { left -= 1 }
    }

    /// Lets time pass; timers that fall due run at their own moment, and what they began before the next one.
    public func advance(to moment: Int) {
        settle()
        while true {
            let due: Timer? = state.withLock { state in
                guard let first = state.timers.first, first.due <= moment else {
                    state.now = max(state.now, moment)
                    return nil
                }
                state.timers.removeFirst()
                state.now = max(state.now, first.due)
                return first
            }
            guard let due else { return }
            add(due.job)
            settle()
        }
    }

    /// The machine slept: time passed, and nothing was done in it.
    func sleep(until moment: Int) {
        state.withLock { state in
            state.slept += max(0, moment - state.now)
            state.now = max(state.now, moment)
        }
    }

    var slept: Int { state.withLock { $0.slept } }

    /// Forgets what was to happen later: the machine is off.
    public func forgetTimers() { state.withLock { $0.timers = [] } }
}

/// One serial executor of a simulated machine.
public final class SteppedExecutor: ActorExecutor {
    private let stepper: Stepper
    let number: Int

    init(stepper: Stepper, number: Int) {
        self.stepper = stepper
        self.number = number
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        stepper.add(Stepper.Job(work: .task(UnownedJob(job)), executor: self))
    }

    public func run(_ work: @escaping @Sendable () -> Void) {
        stepper.add(Stepper.Job(work: .closure(work), executor: self))
    }

    public func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        stepper.add(Stepper.Job(work: .closure(work), executor: self), after: milliseconds)
    }

    public func checkIsolated() {
        precondition(stepper.running == number, "a job of another executor calls in")
    }
}

/// The clocks of a simulated machine: the one since its start follows the world's time, the wall clock says what it is set to.
public final class SimulatedTime: TimeSource {
    public let boot: String
    private let stepper: Stepper
    private let start: Int
    private let state: Guarded<Int>

    /// - Parameters:
    ///   - start: the world's time at which the machine was switched on, in microseconds.
    ///   - wallOffset: what its wall clock says beyond the world's time, in milliseconds.
    public init(boot: String, stepper: Stepper, start: Int, wallOffset: Int) {
        self.boot = boot
        self.stepper = stepper
        self.start = start
        state = Guarded(wallOffset)
    }

    public func now() -> Instant { Instant(microseconds: stepper.now - start) }

    public func slept() -> Int { stepper.slept }

    public func wall() -> Timestamp {
        Timestamp(millisecondsSinceEpoch: stepper.now / 1000 + state.withLock { $0 })
    }

    func setWall(offset: Int) { state.withLock { $0 = offset } }
}

/// A value that callbacks leave for the driver.
final class Slot<Value: Sendable>: Sendable {
    private let state: Guarded<Value>

    init(_ value: Value) { state = Guarded(value) }

    var value: Value {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { state.withLock { body(&$0) } }
}
