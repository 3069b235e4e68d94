import Platform
import SimulatedDisk

/// The power is cut at every operation of recorded days, in many ways; each disk that can be left is started from.
public struct CutSweep: Sendable {
    /// How much is tried.
    public struct Measure: Sendable {
        public var people = 3
        /// Disks with some of the unsynced sectors, at each operation, besides those with none, with all and with a prefix.
        public var random = 6
        /// Of how many distinct disks one is cut again while the hall comes up.
        public var secondCutEvery = 10
        /// Cuts of such a start.
        public var secondCuts = 4
        public var threads = 2
        public init() {}
    }

    /// What was tried and found.
    public struct Totals: Sendable {
        public var days = 0
        public var exams = 0
        public var answers = 0
        /// Operations of the disks, each cut before and after.
        public var operations = 0
        /// Disks that cuts could leave, of which many are the same.
        public var images = 0
        public var distinct = 0
        /// Distinct disks after a second cut, during a start.
        public var second = 0
        /// Those that lost something, or from which the hall did not start.
        public var losses = 0
        /// The first of them, in words.
        public var firstLoss: String?

        mutating func lost(_ words: String) {
            losses += 1
            firstLoss = firstLoss ?? words
        }
    }

    private let site: SimulatedSite
    private let measure: Measure

    public init(_ site: SimulatedSite, _ measure: Measure = Measure()) {
        self.site = site
        self.measure = measure
    }

    /// Sweeps days from a seed on, as long as it is wanted.
    ///
    /// - Parameters:
    ///   - control: what is done wrongly on purpose.
    ///   - goesOn: asked with the totals so far before each day and between operations.
    public func run(
        from first: UInt64, control: CutControl? = nil, goesOn: @escaping @Sendable (Totals) -> Bool
    ) async -> Totals {
        let totals = Slot(Totals())
        let seen = Guarded<Set<UInt64>>([])
        var seed = first
        while goesOn(totals.value) {
            let day = CutDay(seed: seed, site: site, people: measure.people, control: control)
            totals.change {
                $0.days += 1
                $0.exams += day.day.exams
                $0.answers += day.day.answers
                $0.operations += day.log.count
                if let violation = day.day.violation { $0.lost("seed \(day.seed), without a cut: \(violation)") }
            }
            await withTaskGroup(of: Void.self) { group in
                for thread in 0..<measure.threads {
                    let queue = QueueExecutor(label: "cuts \(thread)")
                    let measure = measure
                    let isNew: @Sendable (UInt64) -> Bool = { sum in seen.withLock { $0.insert(sum).inserted } }
                    group.addTask {
                        await withCheckedContinuation { done in
                            queue.run {
                                let walk = CutWalk(day, measure, totals, isNew: isNew)
                                walk.run(part: thread, goesOn: { goesOn(totals.value) })
                                done.resume()
                            }
                        }
                    }
                }
            }
            seed += 1
        }
        return totals.value
    }
}

/// One thread's share of the cuts of a day.
private struct CutWalk {
    private let day: CutDay
    private let measure: CutSweep.Measure
    private let totals: Slot<CutSweep.Totals>
    private let isNew: (UInt64) -> Bool

    init(_ day: CutDay, _ measure: CutSweep.Measure, _ totals: Slot<CutSweep.Totals>, isNew: @escaping (UInt64) -> Bool)
    {
        self.day = day
        self.measure = measure
        self.totals = totals
        self.isNew = isNew
    }

    /// Every operation has its turn with one of the threads.
    func run(part: Int, goesOn: () -> Bool) {
        var disk = DiskModel()
        for (done, operation) in day.log.enumerated() {
            if done % measure.threads == part {
                guard goesOn() else { return }
                cut(&disk, done)
            }
            disk.apply(operation)
        }
        if part == 0 { cut(&disk, day.log.count) }
    }

    private func cut(_ disk: inout DiskModel, _ done: Int) {
        disk.rememberSums()
        var ways: [Survivors] = [.all]
        if disk.hasPending {
            let seed = (day.seed << 32 | UInt64(done)) << 8
            ways += [.none, .prefix(seed: seed), .prefix(seed: seed + 1)]
            ways += (0..<measure.random).map { .random(seed: seed + 2 + UInt64($0)) }
        }
        for survivors in ways {
            var image = disk.afterCut(survivors)
            let isDistinct = isNew(image.sum())
            let number = totals.change { totals in
                totals.images += 1
                totals.distinct += isDistinct ? 1 : 0
                return totals.distinct
            }
            guard isDistinct else { continue }
            let cutsAgain = number % measure.secondCutEvery == 0
            let (lost, recovery) = day.judge(image, after: done, isRecording: cutsAgain)
            if let lost { report(lost, done, "\(survivors)") }
            if cutsAgain { cutAgain(image, recovery, done) }
        }
    }

    /// The power goes again while the hall comes up from an image.
    private func cutAgain(_ image: DiskModel, _ recovery: [DiskModel.Operation], _ done: Int) {
        var random = SplitMix64(seed: UInt64(done))
        let places = Set((0..<measure.secondCuts).map { _ in Int.random(in: 0...recovery.count, using: &random) })
        var disk = image
        for (place, operation) in (recovery + [.synchronizeNames(folder: "")]).enumerated() {
            if places.contains(place) {
                let survivors = Survivors.random(seed: random.next())
                var second = disk.afterCut(survivors)
                if isNew(second.sum()) {
                    totals.change { $0.second += 1 }
                    if let lost = day.judge(second, after: done, isRecording: false).lost {
                        report(lost, done, "\(survivors) of operation \(place) of the start after a cut")
                    }
                }
            }
            disk.apply(operation)
        }
    }

    private func report(_ lost: Violation, _ done: Int, _ how: String) {
        totals.change { $0.lost("seed \(day.seed), cut after operation \(done), \(how): \(lost)") }
    }
}
