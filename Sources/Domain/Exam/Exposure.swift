/// How often questions stood in the papers of one programme.
public struct ProgrammeExposure: Hashable, Sendable, Codable {
    /// Papers drawn.
    public var papers: Int
    /// In how many of them each question stood; one that is not named stood in none.
    public var items: [ItemID: Int]

    public init(papers: Int = 0, items: [ItemID: Int] = [:]) {
        self.papers = papers
        self.items = items
    }

    private enum CodingKeys: String, CodingKey { case papers, items }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        papers = try container.decode(Int.self, forKey: .papers)
        items = try container.decode([ItemID: Int].self, forKey: .items)
        guard papers >= 0, items.values.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a count is negative"))
        }
    }
}

/// The exposure counters of many appliances, which merge without a network between them.
///
/// Each appliance counts only its own papers, and its counts only grow. Of two states of one count the greater is the
/// later, so merging takes the greater: in any order, any number of times, with the same outcome (a grow-only counter,
/// G-Counter, of Shapiro, Preguiça, Baquero and Zawirski, 2011). In JSON:
/// `{appliance: {programme: {"papers": n, "items": {item: n}}}}`.
///
/// Every `exposure` entry of the journal holds counters, mostly those that one paper raised; the state at an entry is
/// the merge of all up to it.
public struct ExposureCounters: Hashable, Sendable {
    public private(set) var counts: [String: [ProgrammeCode: ProgrammeExposure]]

    public init(_ counts: [String: [ProgrammeCode: ProgrammeExposure]] = [:]) { self.counts = counts }

    /// Takes the greater of each two counts.
    public mutating func merge(_ other: ExposureCounters) {
        for (appliance, programmes) in other.counts {
            for (programme, theirs) in programmes {
                var ours = counts[appliance, default: [:]].removeValue(forKey: programme) ?? ProgrammeExposure()
                ours.papers = max(ours.papers, theirs.papers)
                for (item, uses) in theirs.items { ours.items[item] = max(ours.items[item] ?? 0, uses) }
                counts[appliance, default: [:]][programme] = ours
            }
        }
    }

    /// The counts that one more paper at an appliance raises, as they stand after it; to be merged and journalled.
    public func raised(by paper: Paper, at appliance: String) -> ExposureCounters {
        let programme = paper.draw.programme
        let own = counts[appliance]?[programme] ?? ProgrammeExposure()
        var raised = ProgrammeExposure(papers: own.papers + 1)
        for item in paper.items { raised.items[item.item] = (own.items[item.item] ?? 0) + 1 }
        return ExposureCounters([appliance: [programme: raised]])
    }

    /// A programme's counts, all appliances together.
    public func total(of programme: ProgrammeCode) -> ProgrammeExposure {
        var total = ProgrammeExposure()
        for count in counts.values.compactMap({ $0[programme] }) {
            total.papers += count.papers
            total.items.merge(count.items, uniquingKeysWith: +)
        }
        return total
    }

    /// The same for some questions only.
    public func total(of programme: ProgrammeCode, items: some Sequence<ItemID>) -> ProgrammeExposure {
        let all = counts.values.compactMap { $0[programme] }
        var total = ProgrammeExposure(papers: all.reduce(0) { $0 + $1.papers })
        for item in items { total.items[item] = all.reduce(0) { $0 + ($1.items[item] ?? 0) } }
        return total
    }

    public var programmes: Set<ProgrammeCode> { Set(counts.values.flatMap(\.keys)) }

    /// The questions that are counted in a programme.
    public func items(of programme: ProgrammeCode) -> Set<ItemID> {
        Set(counts.values.flatMap { $0[programme].map { Array($0.items.keys) } ?? [] })
    }
}

extension ExposureCounters: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        counts = try container.decode([String: [ProgrammeCode: ProgrammeExposure]].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(counts)
    }
}
