import Cryptography
import Platform
import SimulatedDisk
import TerminalLink

/// What is done wrongly on purpose, so that the cuts must find losses.
public enum CutControl: String, CaseIterable, Sendable {
    /// As `PRAGMA synchronous = NORMAL`: a commit does not sync the log, a checkpoint does.
    case normal
    /// Files are renamed into their place before their bytes are durable.
    case renameWithoutSync
    /// A screen's words count from the touch on, not from the commit.
    case earlyAcknowledgement
    /// A drive that reports each sync as done and does none.
    case lyingDrive

    /// The rule of a disk on which this is done; nil when the disk does nothing wrong.
    func rule() -> (@Sendable (SimulatedDisk.Request) -> SimulatedDisk.Outcome)? {
        switch self {
        case .earlyAcknowledgement: return nil
        case .lyingDrive: return { $0.kind == .synchronize || $0.kind == .synchronizeNames ? .claimed : .passes }
        case .renameWithoutSync:
            return { $0.kind == .synchronize && $0.path.hasSuffix(".new") ? .claimed : .passes }
        case .normal:
            // A commit's sync follows its frames. That of a checkpoint follows another sync, and that of a new log its header.
            let hasFrames = Slot(false)
            return { request in
                guard request.path.hasSuffix("-wal") else { return .passes }
                if request.kind == .write, request.offset > 0 { hasFrames.value = true }
                guard request.kind == .synchronize, hasFrames.value else { return .passes }
                hasFrames.value = false
                return .claimed
            }
        }
    }
}

/// Looks on at a day, from the world's own thread.
protocol WorldObserver: AnyObject {
    /// The machine is about to be switched on.
    func starts(_ world: World)
    /// The hall came up; the world has taken away all rules of the disk.
    func served(_ world: World)
    /// Something happened; `isShown` when a screen said something just now.
    func note(_ world: World, isShown: Bool)
}

/// Writes down during a day what screens had acknowledged at which operation of the disk.
final class CutRecorder: WorldObserver {
    /// All that the screens had said when so many operations of the disk were done.
    struct Moment {
        let operations: Int
        let now: Int
        let model: Model
    }

    private let control: CutControl?
    private(set) var moments: [Moment] = []
    /// Operations done when something was last asked of the hall.
    private var asked = 0

    init(_ control: CutControl?) { self.control = control }

    func starts(_ world: World) {}
    func served(_ world: World) { world.disk.setRule(control?.rule()) }

    func note(_ world: World, isShown: Bool) {
        let done = world.disk.recorded
        if !isShown { asked = done }
        let operations = isShown && control == .earlyAcknowledgement ? asked : done
        let moment = Moment(operations: operations, now: world.now, model: Model(world.model))
        if moments.last?.operations == operations { moments.removeLast() }
        moments.append(moment)
    }

    /// For each count of operations the newest moment that a cut there comes after.
    func byOperations(upTo count: Int) -> [Int?] {
        var newest = [Int?](repeating: nil, count: count + 1)
        for (index, moment) in moments.enumerated() where moment.operations <= count {
            newest[moment.operations] = index
        }
        for place in newest.indices.dropFirst() {
            newest[place] = [newest[place - 1], newest[place]].compactMap { $0 }.max()
        }
        return newest
    }
}

/// A peaceful day with every operation of its disk and what was acknowledged at each.
final class CutDay: @unchecked Sendable {
    let site: SimulatedSite
    let seed: UInt64
    let plan: World.Plan
    let people: [Person]
    let log: [DiskModel.Operation]
    let moments: [CutRecorder.Moment]
    /// By the number of operations done: the moment that counts for a cut there.
    let counts: [Int?]
    let day: Day

    init(seed: UInt64, site: SimulatedSite, people count: Int, control: CutControl? = nil) {
        self.site = site
        self.seed = seed
        var plan = World.Plan()
        plan.people = count
        plan.isPeaceful = true
        self.plan = plan
        let world = World(seed: seed, site: site, plan: plan)
        world.disk = SimulatedDisk(capacity: 64 << 20, isRecording: true)
        let recorder = CutRecorder(control)
        world.observer = recorder
        day = world.run()
        log = world.disk.log
        people = world.people
        moments = recorder.moments
        counts = recorder.byOperations(upTo: log.count)
    }

    /// Starts the hall on a disk as a cut left it, and says what is not as screens had said.
    ///
    /// - Returns: what is lost, nil for nothing; and what the start did to the disk.
    func judge(_ image: DiskModel, after operations: Int, isRecording: Bool) -> (
        lost: Violation?, recovery: [DiskModel.Operation]
    ) {
        let world = World(seed: seed &+ UInt64(operations), site: site, plan: plan)
        world.people = people
        let moment = counts[operations].map { moments[$0] }
        if let moment { world.resume(at: moment) }
        world.disk = SimulatedDisk(image, capacity: 64 << 20, isRecording: isRecording)
        world.boot = 1
        world.hasServed = true
        world.bootedAt = world.now
        world.switchOn()
        let recovery = world.disk.log
        world.lookAtSlips()
        world.lookAtScreens()
        let lost = world.violation ?? world.model.violation ?? world.audit.violation
        world.machine?.die()
        return (lost, recovery)
    }
}

extension World {
    /// The candidates of a hall that was cut off expect what screens had told them until then.
    func resume(at moment: CutRecorder.Moment) {
        now = moment.now
        take(Model(moment.model))
        model.expected = { [unowned self] in self.expected($0) }
        model.interrupted(at: now)
    }

    /// Every slip that an entry promises is there.
    func lookAtSlips() {
        for (id, record) in audit.records {
            guard let digest = record.slip else { continue }
            let file = try? disk.folder("state").read("slips/\(id).pdf")
            if file.map({ base64url(sha256($0)) }) != digest { fail(.progressStays, "the slip of \(id) is not there") }
        }
    }

    /// All terminals come back; what they show is held against what they showed before.
    func lookAtScreens() {
        guard violation == nil, machine != nil else { return }
        for seat in 1...Machine.seats { connect(Machine.seatName(seat)) }
        machine?.stepper.settle()
        for (seat, sitting) in model.open where machine?.terminals[Machine.seatName(seat)]?.scene?.header == nil {
            fail(.progressStays, "seat \(seat) shows nothing of person \(sitting.person)'s exam")
        }
    }
}
