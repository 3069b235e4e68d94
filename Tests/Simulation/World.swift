import CardReaders
import CenterLink
import CivilTime
import Exam
import Hall
import Ledger
import Platform
import SimulatedDisk
import TerminalLink

/// A day in the hall from one seed: machine, people, center and everything that goes wrong. One thread lives it through.
public final class World: @unchecked Sendable {
    /// How many people come, and what goes wrong.
    public struct Plan: Sendable {
        public var people = 24
        /// Commits between two faults, at most.
        public var calm = 60
        /// Full papers instead of short ones.
        public var isLong = false
        /// Nothing goes wrong.
        public var isPeaceful = false
        public init() {}
    }

    let seed: UInt64
    let site: SimulatedSite
    let plan: Plan
    var random: SplitMix64
    /// Microseconds since 1970, as the world counts them.
    var now = 1_795_310_400_000_000
    var disk = SimulatedDisk(capacity: 64 << 20)
    var machine: Machine?
    private(set) var model: Model
    var audit: Audit
    var center: SimulatedCenter
    var people: [Person] = []
    /// Who stands at the check-in desk.
    var atDesk: Int?

    private var events: [(at: Int, order: Int, work: (World) -> Void)] = []
    private var eventsMade = 0
    var nextTick = 0
    private(set) var steps = 0
    /// The power is off in the middle of a disk operation.
    let isOff = Slot<DiskModel?>(nil)
    var boot = 0
    var bootedAt = 1_795_310_395_000_000
    var wallOffset = 0
    /// When the wall clock was last put right.
    var wallRightSince = 0
    /// The machine sleeps until then.
    var asleepUntil = 0
    /// The kernel says that it slept; else the process alone stood.
    var isSleep = false
    var isCalm = false
    /// Messages that are to go wrong, once each.
    var armed: [Fault: Int] = [:]
    var faults: [Fault: Int] = [:]
    var commitsBefore = 0
    var nextFault = 0
    var isCenterAway = false
    /// The disk is broken or full: a start may fail.
    var isDiskBad = false
    /// The hall came up at least once, and has its bank.
    var hasServed = false
    var ordersTaken = 0
    /// What terminals say is wrong with them.
    var panelFaults: [String: [String]] = [:]
    var violation: Violation?
    /// Looks on, and may break the disk.
    var observer: (any WorldObserver)?

    public init(seed: UInt64, site: SimulatedSite, plan: Plan = Plan()) {
        self.seed = seed
        self.site = site
        self.plan = plan
        random = SplitMix64(seed: seed)
        model = Model(site)
        audit = Audit(site)
        center = SimulatedCenter(site)
    }

    /// Takes over what another world's screens have said.
    func take(_ model: Model) { self.model = model }

    var wall: Timestamp { Timestamp(millisecondsSinceEpoch: now / 1000) }
    var today: CalendarDate { wall.date() }
    func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }
    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    func fail(_ invariant: Invariant, _ words: String) {
        if violation == nil { violation = Violation(invariant: invariant, words: words) }
    }

    /// Something happens later; moments are tenths of a second, so that things happen at once.
    func after(_ milliseconds: Int, _ work: @escaping (World) -> Void) {
        eventsMade += 1
        let at = (now / 1000 + milliseconds + 99) / 100 * 100 * 1000
        let event = (at: at, order: eventsMade, work: work)
        let place = events.firstIndex { ($0.at, $0.order) > (at, event.order) } ?? events.count
        events.insert(event, at: place)
    }

    /// Something happened in the world.
    func count(_ fault: Fault) { faults[fault, default: 0] += 1 }

    /// Whether a message of this kind goes wrong now.
    func misfires(_ fault: Fault) -> Bool {
        guard let left = armed[fault], left > 0, !isCalm else { return false }
        armed[fault] = left - 1
        count(fault)
        return true
    }

    var commits: Int { commitsBefore + (machine?.journal.health.commits ?? 0) }

    // MARK: The day

    /// Lives the day through to its end.
    ///
    /// - Parameter watch: told of each step, to look at a day that went wrong.
    public func run(_ watch: ((String) -> Void)? = nil) -> Day {
        self.watch = watch
        model.expected = { [unowned self] in self.expected($0) }
        do { try invite() } catch { fail(.restartServes, "people cannot be booked: \(error)") }
        switchOn(isNew: true)
        after(1500) { $0.carry() }
        after(1000) { $0.heartbeat() }
        var calmSince = 0
        while violation == nil {
            steps += 1
            if !isCalm, people.allSatisfy({ $0.isGone || $0.refused > 3 }) || now > start + 4 * 3_600_000_000 {
                calmDown()
                calmSince = now
            }
            if isCalm, people.allSatisfy(\.isGone) { break }
            if isCalm, now > calmSince + 3 * 3_600_000_000 {
                let stuck = people.filter { !$0.isGone }.map { "person \($0.citizen.number) \($0.place)" }
                fail(.nobodyIsStuck, stuck.joined(separator: ", "))
            }
            moment()
            look()
        }
        if violation == nil { close() }
        return Day(
            seed: seed, steps: steps, exams: model.sittings.count { $0.stage == .farewell },
            answers: audit.records.values.reduce(0) { $0 + $1.answers.count }, commits: commits,
            entries: audit.sequence,
            faults: faults, violation: violation, digest: audit.digests.last ?? [])
    }

    var watch: ((String) -> Void)?
    let start = 1_795_310_400_000_000

    /// The next thing that is due.
    private func moment() {
        let due = events.first?.at ?? .max
        if machine != nil, nextTick <= due {
            pass(to: nextTick)
            nextTick = now + 200_000
            machine?.begin { await $0.tick() }
        } else if due < .max {
            pass(to: due)
            let event = events.removeFirst()
            event.work(self)
        }
        observer?.note(self, isShown: false)
        // What is due at this same moment may come between the steps of what has begun.
        if let machine, now >= asleepUntil {
            let more = min(events.first?.at ?? .max, nextTick) <= now
            machine.stepper.settle(steps: more && chance(3) ? pick(0...6) : .max)
        }
        if let machine, let words = machine.fatal.value, isOff.value == nil {
            watch?("\(steps) \(clock) the daemon leaves: \(words)")
            restart(after: pick(500...3000))
        }
        if isOff.value != nil { cut() }
        provoke()
    }

    var clock: String { "\((now - start) / 1000)ms" }

    private func pass(to moment: Int) {
        guard moment > now else { return }
        now = moment
        guard let machine, now >= asleepUntil else { return }
        if asleepUntil > 0 {
            if isSleep { machine.stepper.sleep(until: asleepUntil) }
            asleepUntil = 0
        }
        machine.stepper.advance(to: moment)
    }

    private func look() {
        model.lookAtWatches(now, isServing: machine.map { $0.fatal.value == nil } ?? false)
        if let found = model.violation ?? audit.violation, violation == nil { violation = found }
    }
}

/// What became of a simulated day.
public struct Day: Sendable {
    public let seed: UInt64
    public let steps: Int
    public let exams: Int
    public let answers: Int
    public let commits: Int
    public let entries: Int
    public let faults: [Fault: Int]
    public let violation: Violation?
    /// Of the journal's last entry: two days with one seed have the same.
    public let digest: [UInt8]
}
