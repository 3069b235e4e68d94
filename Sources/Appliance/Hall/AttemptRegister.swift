public import Exam
public import Ledger

/// All attempts of a journal, folded entry by entry, as an auditor counts them again.
public struct AttemptRegister: Sendable {
    public private(set) var attempts: [AttemptID: Attempt] = [:]
    /// In the order in which they were opened.
    public private(set) var order: [AttemptID] = []

    public init() {}

    /// Takes the next entry of the journal; entries that belong to no attempt change nothing, but for the seconds' ticks.
    ///
    /// - Throws: `Attempt.Contradiction` for an entry that cannot follow what came before, `DecodingError` for a body
    ///   that is not what its kind says.
    public mutating func take(_ entry: Entry) throws {
        if entry.kind == HallEntryKind.tick.rawValue {
            for (id, spent) in try entry.decode(HallEntry.Tick.self).spent { attempts[id]?.spend(totalMs: spent) }
            return
        }
        guard let id = AttemptID(stream: entry.stream), let value = try AttemptEntry(journal: entry) else { return }
        if case .opened(let opened) = value {
            attempts[id] = Attempt(id: id, opened: opened)
            order.append(id)
        } else {
            try attempts[id]?.apply(value)
        }
    }

    /// Lets go of an attempt that is over, for whoever only wants to see that each goes well.
    mutating func forget(_ id: AttemptID) {
        attempts[id] = nil
        order.removeAll { $0 == id }
    }
}
