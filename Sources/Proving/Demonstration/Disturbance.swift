import Dispatch
import Glibc
public import Hall
import Platform
public import TerminalLink
import VirtualCards

/// Whoever breaks things while people sit their exams.
public protocol Disturber: Sendable {
    /// Called once the hall is open; runs beside the exams, and its task is cancelled when they are over.
    func disturb(_ disturbance: Disturbance) async

    /// Called before a person at a seat touches a screen; the person waits until it returns.
    func reached(_ terminal: String, _ screen: Screen) async
}

/// The means to break things while people sit their exams, and to see how far they are.
public final class Disturbance: Sendable {
    private let site: Site

    init(_ site: Site) { self.site = site }

    /// The hall now; nil while no daemon answers.
    public func status() async -> HallStatus? {
        let site = site
        return await offPool { site.status() }
    }

    /// A process by its name, for whoever looks into it; nil when it is not running.
    public func process(_ name: String) -> Int32? { site.supervisor.process(name) }

    /// Folder of everything that the appliance keeps: journal, banks, keys, slips.
    public var applianceFolder: String { "\(site.folder)/appliance" }

    /// Kills a process with SIGKILL; it is started again at once, as a service manager does it.
    ///
    /// - Parameter name: a terminal's, `kaotaid`, `courier` or `center`.
    /// - Returns: false when it was not running.
    @discardableResult
    public func kill(_ name: String) -> Bool {
        site.supervisor.signal(name, SIGKILL)
    }

    /// Kills the card service with SIGKILL and starts it again; returns when its readers are there.
    ///
    /// - Returns: false when it could not be started again.
    public func killCardService() async -> Bool {
        let site = site
        return await offPool {
            site.cards.kill()
            do {
                try site.cards.restart(readers: site.readers)
                return true
            } catch {
                Log.error("the card service cannot be started again: \(error)")
                return false
            }
        }
    }
}

/// Runs what blocks on a thread of its own instead of the shared pool.
func offPool<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async { continuation.resume(returning: work()) }
    }
}
