import Glibc

/// Whether a question is harder in one language than in another for people who know as much: the Mantel–Haenszel
/// statistic over strata of equal score, on the delta scale of ETS, and the standardised difference of shares.
///
/// Formulas and their sources stand in Documentation/statistics.md.
struct MantelHaenszel: Sendable, Hashable {
    /// What ETS calls A, B and C (Zieky 1993).
    enum Grade: String, Sendable, Codable {
        case negligible = "A"
        case slight = "B"
        case large = "C"
    }

    /// −2.35 times the logarithm of the common odds ratio: below 0 the question is harder in the focal language.
    let delta: Double
    let standardError: Double
    /// With continuity correction, one degree of freedom.
    let chiSquare: Double
    /// The focal share of right answers less the reference's, weighted by the focal language's people of each score.
    let shareDifference: Double

    /// Nil when the strata that both languages have say nothing, as when everybody was right.
    init?(reference: Strata, focal: Strata) {
        var (r, s) = (0.0, 0.0)
        var (pr, crossed, qs) = (0.0, 0.0, 0.0)
        var (observed, expected, variance) = (0.0, 0.0, 0.0)
        var (weight, difference) = (0.0, 0.0)
        for score in reference.scores where reference[score].count > 0 && focal[score].count > 0 {
            let a = Double(reference[score].right)
            let b = Double(reference[score].wrong)
            let c = Double(focal[score].right)
            let d = Double(focal[score].wrong)
            let t = a + b + c + d
            let (rk, sk) = (a * d / t, b * c / t)
            let (pk, qk) = ((a + d) / t, (b + c) / t)
            r += rk
            s += sk
            pr += pk * rk
            crossed += pk * sk + qk * rk
            qs += qk * sk
            observed += a
            expected += (a + b) * (a + c) / t
            if t > 1 { variance += (a + b) * (c + d) * (a + c) * (b + d) / (t * t * (t - 1)) }
            weight += c + d
            difference += (c + d) * (c / (c + d) - a / (a + b))
        }
        guard r > 0, s > 0, variance > 0, weight > 0 else { return nil }
        delta = -2.35 * log(r / s)
        standardError = 2.35 * (pr / (2 * r * r) + crossed / (2 * r * s) + qs / (2 * s * s)).squareRoot()
        let distance = max(0, abs(observed - expected) - 0.5)
        chiSquare = distance * distance / variance
        shareDifference = difference / weight
    }

    var grade: Grade {
        // 3.84: chance gives more in one of twenty cases; 1.645: the same for a one-sided test of |delta| against 1.
        if abs(delta) < 1 || chiSquare < 3.84 { return .negligible }
        return abs(delta) >= 1.5 && abs(delta) - 1.645 * standardError > 1 ? .large : .slight
    }
}
