/// Counts points; the only rule that sees answer keys.
public enum Scorer {
    /// The score of answers to a paper.
    ///
    /// An answer is right when it is exactly the key: no points for a part (Order 162 Art. 38 counts whole items).
    /// - Parameters:
    ///   - answers: by question number, from 1; an absent or empty one is wrong.
    ///   - key: the right options of an item.
    public static func score<Failed: Error>(
        _ started: AttemptEntry.Started, answers: [Int: [Int]], area: (ItemID) -> Area?,
        key: (ItemID) throws(Failed) -> Set<Int>
    ) throws(Failed) -> AttemptEntry.Scored {
        var wrong: [Int] = []
        var areas: [Area: AreaScore] = [:]
        for (index, item) in started.paper.items.enumerated() {
            let number = index + 1
            let right = Set(answers[number] ?? []) == (try key(item.item))
            if !right { wrong.append(number) }
            let name = area(item.item) ?? Area(rawValue: "unknown")
            areas[name, default: AreaScore(area: name, wrong: 0, total: 0)].total += 1
            if !right { areas[name]?.wrong += 1 }
        }
        let score = (started.paper.items.count - wrong.count) * started.pointsEach
        return AttemptEntry.Scored(
            score: score, full: started.full, passMark: started.passMark, passed: score >= started.passMark,
            wrong: wrong, areas: areas.values.sorted { $0.area < $1.area })
    }
}
