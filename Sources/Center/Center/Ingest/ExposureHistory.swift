import CanonicalJSON
import Exam
import Ledger

/// What a journal's entry of kind `exposure` holds, as the center reads it.
private struct ExposureBody: Decodable { let counters: ExposureCounters }

/// The counters of appliances as they stood at any of their `exposure` entries, for papers that are drawn again.
///
/// Results come roughly in the order in which their papers were drawn, so the last few hundred entries are kept apart;
/// an older one is read from the store again.
actor ExposureHistory {
    private struct History {
        /// The state at `sequence`.
        var base = ExposureCounters()
        var sequence = 0
        /// What came after it.
        var later: [(sequence: Int, counters: ExposureCounters)] = []
    }

    private static let kept = 256
    private let store: any CenterStore
    private var histories: [String: History] = [:]

    init(store: any CenterStore) { self.store = store }

    /// A programme's counters at an appliance's entry, which 0 stands before.
    ///
    /// - Returns: nil when there is no such `exposure` entry.
    func counters(
        of programme: ProgrammeCode, at sequence: Int, _ appliance: String
    ) async throws -> ProgrammeExposure? {
        if sequence == 0 { return ProgrammeExposure() }
        var history = histories[appliance] ?? History()
        if sequence < history.sequence { history = History() }
        let last = history.later.last?.sequence ?? history.sequence
        if last < sequence {
            for entry in try await store.exposureEntries(appliance, after: last, upTo: sequence) {
                history.later.append(
                    (entry.sequence, try JSONCoder.decode(ExposureBody.self, from: entry.body).counters))
            }
        }
        let known = history.sequence == sequence || history.later.contains { $0.sequence == sequence }
        var counters = history.base
        for delta in history.later where delta.sequence <= sequence { counters.merge(delta.counters) }
        if history.later.count > 2 * Self.kept {
            for delta in history.later.prefix(history.later.count - Self.kept) {
                history.base.merge(delta.counters)
                history.sequence = delta.sequence
            }
            history.later.removeFirst(history.later.count - Self.kept)
        }
        histories[appliance] = history
        return known ? counters.total(of: programme) : nil
    }
}
