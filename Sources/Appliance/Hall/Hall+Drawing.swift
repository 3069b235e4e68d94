import CenterLink
import CivilTime
import Exam
import Ledger
import Packages
import Platform
import QuestionBank

/// What the hall's pools of questions are made for.
struct PoolKey: Hashable, Sendable {
    let bank: String
    let programme: ProgrammeCode
    let vehicleClass: VehicleClass
    let language: LanguageTag
    let day: CalendarDate
}

extension Hall {
    /// Draws a candidate's paper by the journalled counters, without the questions of this person's earlier papers.
    ///
    /// - Returns: the paper, and the entry that counts it, for the transaction that makes the paper known.
    func drawPaper(for attempt: Attempt) async throws -> (paper: Paper, counted: Draft) {
        let earlier = try await earlierItems(of: attempt.opened.candidate)
        // From here to the count nothing waits: the counters are those of the entry that the draw names.
        let key = try preparePool(
            attempt.opened.programme, for: attempt.opened.vehicleClass, language: attempt.language)
        guard let pool = pools[key] else { preconditionFailure("the pool was prepared a line above") }
        let paper = try pool.draw(
            Draw(
                bank: key.bank, programme: key.programme, blueprint: pool.blueprint.version,
                vehicleClass: key.vehicleClass, language: key.language, region: pool.region, day: key.day,
                excluded: earlier, exposure: state.exposure.sequence, seed: parts.entropy(32)))
        for relaxed in paper.relaxed { Log.warning("\(attempt.id): the bank has too few questions: \(relaxed)") }
        let raised = counted.raised(by: paper, at: configuration.appliance)
        counted.merge(raised)
        return (paper, Draft(.exposure, stream: "exposure", HallEntry.Exposure(counters: raised)))
    }

    /// Why no paper can be drawn for a candidate today, in words; nil when one can.
    func obstacleToPaper(_ place: Candidacy) -> String? {
        let booking = place.booking
        if let reason = bank.package?.index.obstacle(
            to: place.programme, for: booking.vehicleClass, language: booking.language,
            region: configuration.region ?? "", on: today)
        {
            return reason
        }
        do {
            try preparePool(place.programme, for: booking.vehicleClass, language: booking.language)
            return nil
        } catch {
            return String(describing: error)
        }
    }

    /// Makes the pool for today's papers, unless it is there; pools of other days are forgotten.
    ///
    /// - Throws: `DrawError`, or `Failure` where there is no blueprint.
    @discardableResult
    func preparePool(_ programme: ProgrammeCode, for vehicleClass: VehicleClass, language: LanguageTag) throws
        -> PoolKey
    {
        let today = today
        let key = PoolKey(
            bank: bank.digest, programme: programme, vehicleClass: vehicleClass, language: language, day: today)
        if pools[key] != nil { return key }
        guard let blueprint = bank.blueprint(programme, for: vehicleClass) else {
            throw Failure(.badData, "the bank has no blueprint for \(programme) and class \(vehicleClass)")
        }
        var pool = try DrawingPool(
            blueprint: blueprint, index: bank.index, vehicleClass: vehicleClass, language: language,
            region: configuration.region ?? "", day: today)
        try pool.check()
        pool.take(state.exposure.counters.total(of: programme))
        pools = pools.filter { $0.key.day == today && $0.key.bank == key.bank }
        pools[key] = pool
        return key
    }

    /// Lets the pools know of counters that the journal took, our own as well as those that an order brought.
    func countExposure(_ entry: Entry) throws {
        guard let counters = try ExposureCounters(journal: entry) else { return }
        counted.merge(counters)
        for programme in counters.programmes {
            let total = state.exposure.counters.total(of: programme, items: counters.items(of: programme))
            for key in pools.keys where key.programme == programme { pools[key]?.take(total) }
        }
    }

    /// The questions of a person's earlier papers at this appliance.
    private func earlierItems(of candidate: String) async throws -> Set<ItemID> {
        var items: Set<ItemID> = []
        for sequence in state.earlierPapers[candidate] {
            for entry in try await journal.entries(after: sequence - 1, limit: 1) {
                guard case .started(let started) = try AttemptEntry(journal: entry) else { continue }
                items.formUnion(started.paper.items.map(\.item))
            }
        }
        return items
    }
}
