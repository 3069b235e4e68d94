import Glibc

/// How one question was answered by whole attempts, by their scores: all that its statistics need.
///
/// A score is the number of right answers of the attempt, this question counted. Formulas and their sources stand in
/// Documentation/statistics.md.
struct Strata: Sendable, Hashable {
    struct Stratum: Sendable, Hashable {
        var count = 0
        var right = 0
        var wrong: Int { count - right }
    }

    /// By score, from 0.
    private(set) var strata: [Stratum] = []

    mutating func add(score: Int, isRight: Bool) {
        if score >= strata.count { strata += Array(repeating: Stratum(), count: score + 1 - strata.count) }
        strata[score].count += 1
        if isRight { strata[score].right += 1 }
    }

    mutating func add(_ other: Strata) {
        for (score, stratum) in other.strata.enumerated() where stratum.count > 0 {
            if score >= strata.count { strata += Array(repeating: Stratum(), count: score + 1 - strata.count) }
            strata[score].count += stratum.count
            strata[score].right += stratum.right
        }
    }

    subscript(score: Int) -> Stratum { score < strata.count ? strata[score] : Stratum() }

    var scores: Range<Int> { strata.indices }
    var count: Int { strata.reduce(0) { $0 + $1.count } }
    var right: Int { strata.reduce(0) { $0 + $1.right } }

    /// The share of right answers, from 0 to 1; nil when nobody answered.
    var share: Double? { count > 0 ? Double(right) / Double(count) : nil }

    /// The corrected point-biserial correlation: between this answer (1 right, 0 wrong) and the number of the attempt's
    /// other right answers. Nil when one of the two does not vary.
    var pointBiserial: Double? {
        let n = Double(count)
        guard n > 1 else { return nil }
        var sumRest = 0.0
        var sumRestSquared = 0.0
        var sumRestRight = 0.0
        for (score, stratum) in strata.enumerated() where stratum.count > 0 {
            let (whenRight, whenWrong) = (Double(score - 1), Double(score))
            sumRest += whenRight * Double(stratum.right) + whenWrong * Double(stratum.wrong)
            sumRestSquared +=
                whenRight * whenRight * Double(stratum.right) + whenWrong * whenWrong * Double(stratum.wrong)
            sumRestRight += whenRight * Double(stratum.right)
        }
        let p = Double(right) / n
        let variance = sumRestSquared / n - (sumRest / n) * (sumRest / n)
        guard p > 0, p < 1, variance > 1e-9 else { return nil }
        return (sumRestRight / n - p * sumRest / n) / (variance * p * (1 - p)).squareRoot()
    }

    /// D: the share of right answers among the best 27 % less that among the worst 27 %. Of those whose scores are equal at the
    /// border, so large a share is taken that 27 % are full. Nil below ten attempts.
    var upperLower: Double? {
        guard count >= 10 else { return nil }
        let wanted = 0.27 * Double(count)
        return (tail(strata.reversed(), wanted) - tail(strata, wanted)) / wanted
    }

    /// How many right answers the first so many attempts have.
    private func tail(_ strata: some Sequence<Stratum>, _ wanted: Double) -> Double {
        var left = wanted
        var right = 0.0
        for stratum in strata where stratum.count > 0 {
            let taken = min(left, Double(stratum.count))
            right += Double(stratum.right) * taken / Double(stratum.count)
            left -= taken
            if left <= 0 { break }
        }
        return right
    }

    /// The share of right answers in groups of about equal size, from the lowest scores to the highest.
    func shares(groups: Int) -> [(meanScore: Double, share: Double, count: Int)] {
        var found: [(meanScore: Double, share: Double, count: Int)] = []
        var current = (count: 0, right: 0, scores: 0)
        var done = 0
        for (score, stratum) in strata.enumerated() where stratum.count > 0 {
            current.count += stratum.count
            current.right += stratum.right
            current.scores += score * stratum.count
            done += stratum.count
            if done * groups >= (found.count + 1) * count {
                let n = Double(current.count)
                found.append((Double(current.scores) / n, Double(current.right) / n, current.count))
                current = (0, 0, 0)
            }
        }
        return found
    }
}
