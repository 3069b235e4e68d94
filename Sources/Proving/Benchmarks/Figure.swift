/// One measured figure beside its floor: what the same work costs with nothing around it, in the same run.
public struct Figure: Sendable {
    public var name: String
    public var unit: String
    public var values: [Int]
    public var floor: [Int]
    /// What the ratio of the medians must not exceed, in thousandths; nil where an issue names none.
    public var limit: Int?
    /// The same for our p99 over the floor's own p99.
    public var tailLimit: Int?
    /// What the ratio of the medians must reach, in thousandths, for peers that are to be slower.
    public var least: Int?

    public init(
        _ name: String, unit: String, values: [Int], floor: [Int] = [], limit: Int? = nil, tailLimit: Int? = nil,
        least: Int? = nil
    ) {
        self.name = name
        self.unit = unit
        self.values = values.sorted()
        self.floor = floor.sorted()
        self.limit = limit
        self.tailLimit = tailLimit
        self.least = least
    }

    public var median: Int { Self.share(values, 50) }
    public var p99: Int { Self.share(values, 99) }
    public var floorMedian: Int? { floor.isEmpty ? nil : Self.share(floor, 50) }
    public var floorP99: Int? { floor.isEmpty ? nil : Self.share(floor, 99) }
    /// Thousandths: 1000 is the floor itself.
    public var ratio: Int? { floorMedian.map { median * 1000 / max(1, $0) } }
    public var tailRatio: Int? { floorP99.map { p99 * 1000 / max(1, $0) } }

    private static func share(_ sorted: [Int], _ percent: Int) -> Int {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }

    /// For a person.
    public var line: String {
        var text = "\(name): p50 \(median) \(unit)"
        if values.count > 1 { text += ", p99 \(p99), max \(values.last ?? 0)" }
        if let floorMedian, let floorP99, let ratio, let tailRatio {
            text += "; floor p50 \(floorMedian), p99 \(floorP99); ratio \(decimal(ratio)), p99 \(decimal(tailRatio))"
        }
        if let limit {
            let value = ratio ?? median
            text +=
                value <= limit
                ? "  (within \(ratio == nil ? "\(limit) \(unit)" : decimal(limit)))"
                : "  (OVER \(ratio == nil ? "\(limit) \(unit)" : decimal(limit)))"
        }
        if let tailLimit, let tailRatio { text += tailRatio <= tailLimit ? "" : "  (p99 OVER \(decimal(tailLimit)))" }
        if let least, let ratio {
            text += ratio >= least ? "  (reaches \(decimal(least)))" : "  (BELOW \(decimal(least)))"
        }
        return text
    }

    /// For a program. A ratio is the one number of ours with a fraction, so it is written here and not by the JSON coder.
    public var json: String {
        var members = [
            "\"figure\":\"\(name)\"", "\"unit\":\"\(unit)\"", "\"min\":\(values.first ?? 0)", "\"median\":\(median)",
            "\"p99\":\(p99)", "\"max\":\(values.last ?? 0)",
        ]
        if let floorMedian, let floorP99, let ratio, let tailRatio {
            members += [
                "\"floor\":\(floorMedian)", "\"floorP99\":\(floorP99)", "\"ratio\":\(decimal(ratio))",
                "\"ratioP99\":\(decimal(tailRatio))",
            ]
        }
        return "{\(members.joined(separator: ","))}"
    }
}

private func decimal(_ thousandths: Int) -> String {
    "\(thousandths / 1000).\(String(1000 + thousandths % 1000).dropFirst())"
}
