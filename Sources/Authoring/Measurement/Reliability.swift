import Glibc

/// How far scores tell people apart: KR-20 and the standard error of measurement, for papers that are drawn anew for
/// everybody.
///
/// Formulas and their sources stand in Documentation/statistics.md.
struct Reliability: Sendable, Hashable {
    private(set) var count = 0
    private var sum = 0.0
    private var sumSquared = 0.0
    private var sumProducts = 0.0

    /// Takes a whole attempt in.
    ///
    /// - Parameters:
    ///   - right: right answers.
    ///   - expected: the sum of its questions' shares of right answers, p.
    ///   - products: the sum of p (1 − p) over its questions.
    mutating func add(right: Int, expected: Double, products: Double) {
        // What a paper was easier than another is taken away: with one paper for all it is the same for everybody.
        let score = Double(right) - expected
        count += 1
        sum += score
        sumSquared += score * score
        sumProducts += products
    }

    private var variance: Double {
        let n = Double(count)
        return max(0, sumSquared / n - (sum / n) * (sum / n))
    }

    /// Nil when nobody differs.
    func kr20(questions: Int) -> Double? {
        guard count > 1, questions > 1, variance > 1e-9 else { return nil }
        let k = Double(questions)
        return k / (k - 1) * (1 - sumProducts / Double(count) / variance)
    }

    /// In questions; times the points of one question it is in points.
    func standardError(questions: Int) -> Double? {
        kr20(questions: questions).map { (variance * (1 - min(1, max(0, $0)))).squareRoot() }
    }
}
