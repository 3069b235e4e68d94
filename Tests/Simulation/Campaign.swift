import Platform

/// Many days, each from its seed, on several threads.
public struct Campaign: Sendable {
    /// What all the days came to.
    public struct Totals: Sendable {
        public var days = 0
        public var exams = 0
        public var answers = 0
        public var commits = 0
        public var entries = 0
        public var faults: [Fault: Int] = [:]
        /// Days on which something did not hold.
        public var broken: [Day] = []

        mutating func add(_ day: Day) {
            days += 1
            exams += day.exams
            answers += day.answers
            commits += day.commits
            entries += day.entries
            faults.merge(day.faults, uniquingKeysWith: +)
            if day.violation != nil { broken.append(day) }
        }

        public var faultsInAll: Int { faults.values.reduce(0, +) }
    }

    private let site: SimulatedSite

    public init(_ site: SimulatedSite) { self.site = site }

    /// What the daemon would log is written only when a day is looked at.
    public static func silenceLog() { Log.written.withLock { $0 = nil } }

    /// Every so many seeds a day has full papers.
    static let longEvery: UInt64 = 50

    public static func plan(_ seed: UInt64) -> World.Plan {
        var plan = World.Plan()
        if seed % longEvery == 0 {
            plan.isLong = true
            plan.people = 6
        }
        return plan
    }

    public func day(_ seed: UInt64, watch: ((String) -> Void)? = nil) -> Day {
        World(seed: seed, site: site, plan: Self.plan(seed)).run(watch)
    }

    /// Lives through days from a seed on, as long as it is wanted; the first broken day ends it.
    ///
    /// - Parameter goesOn: asked with the totals so far before each day.
    public func run(
        from first: UInt64, threads: Int, goesOn: @escaping @Sendable (Totals) -> Bool
    ) async -> Totals {
        let state = Slot((next: first, totals: Totals()))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<threads {
                let queue = QueueExecutor(label: "world \(number)")
                group.addTask {
                    await withCheckedContinuation { done in
                        queue.run {
                            while let seed = state.change({ state -> UInt64? in
                                guard state.totals.broken.isEmpty, goesOn(state.totals) else { return nil }
                                defer { state.next += 1 }
                                return state.next
                            }) {
                                let day = self.day(seed)
                                state.change { $0.totals.add(day) }
                            }
                            done.resume()
                        }
                    }
                }
            }
        }
        return state.value.totals
    }
}
