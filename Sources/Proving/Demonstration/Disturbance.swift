import Dispatch
import Glibc
public import Hall
import Platform
import Synchronization
import VirtualCards

/// The means to break things while people sit their exams, and to see how far they are.
public final class Disturbance: Sendable {
    private let site: Site
    private let done = Mutex(0)

    init(_ site: Site) { self.site = site }

    /// How many times something was killed.
    public var kills: Int { done.withLock { $0 } }

    /// The terminals by name; the daemon is `kaotaid`, the others `courier` and `center`.
    public var terminals: [String] { site.terminals }

    /// The hall now; nil while no daemon answers.
    public func status() async -> HallStatus? {
        let site = site
        return await offPool { site.status() }
    }

    /// Kills a process with SIGKILL; it is started again at once, as a service manager does it.
    ///
    /// - Returns: false when it was not running.
    @discardableResult
    public func kill(_ name: String) -> Bool {
        guard site.supervisor.signal(name, SIGKILL) else { return false }
        done.withLock { $0 += 1 }
        return true
    }

    /// Kills the card service with SIGKILL and starts it again; returns when its readers are there.
    public func killCardService() async {
        let site = site
        await offPool {
            site.cards.kill()
            do { try site.cards.restart(readers: site.readers) } catch {
                Log.error("the card service cannot be started again: \(error)")
            }
        }
        done.withLock { $0 += 1 }
    }
}

/// Runs what blocks on a thread of its own instead of the shared pool.
func offPool<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
}
