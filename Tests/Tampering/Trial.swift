import Hall
import Ledger
import Platform

/// How alterations of one kind fared.
public struct Tally: Sendable, Hashable {
    public var tried = 0
    public var found = 0
    /// Altered bytes that stood for nothing: the file says what it said.
    public var idle = 0
    /// What was not found, in words.
    public var missed: [String] = []
    /// What our verifier and the outside one judged differently.
    public var disagreed: [String] = []

    public init() {}

    public mutating func add(_ other: Tally) {
        tried += other.tried
        found += other.found
        idle += other.idle
        missed += other.missed
        disagreed += other.disagreed
    }
}

extension Alterations {
    /// Whether our verifier finds nothing wrong with a file.
    public func isGood(_ path: String, trusting: Bool = true, anchored: Bool = true) -> Bool {
        do throws(JournalError) {
            return try JournalAudit.verify(
                path: path, trust: trusting ? day.trust : nil, anchors: anchored ? day.anchors : []
            ).isGood
        } catch {
            return false
        }
    }

    /// Makes alterations of a kind from seeds that follow each other, and has them judged.
    ///
    /// - Parameter outside: the verifier that has none of our code; nil to ask only ours.
    public func run(_ kind: AlterationKind, seeds: Range<UInt64>, outside: OutsideVerifier? = nil) throws -> Tally {
        var tally = Tally()
        for seed in seeds {
            let altered = try make(kind, seed: seed)
            let good = isGood(altered.path)
            let words = "\(kind) with seed \(seed): \(altered.words)"
            if altered.saysTheSame && good {
                tally.idle += 1
            } else {
                tally.tried += 1
                if good { tally.missed.append(words) } else { tally.found += 1 }
            }
            if let outside, try outside.isGood(altered.path) != good {
                tally.disagreed.append(words + (good ? ": ours finds nothing" : ": the outside one finds nothing"))
            }
        }
        return tally
    }
}
