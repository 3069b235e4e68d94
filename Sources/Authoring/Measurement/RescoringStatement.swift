internal import CanonicalJSON
public import CivilTime
internal import Cryptography
public import Exam
internal import Platform

/// What a corrected key changes, to be signed: the payload of one JWS.
///
/// It holds digests of corrections and results, not their content; who has those finds them by it. `results.digest` is
/// SHA-256 over the 32-byte digests of all results that were counted, one after the other in order of their bytes.
public struct RescoringStatement: Codable, Hashable, Sendable {
    public struct Changed: Codable, Hashable, Sendable {
        public let attempt: AttemptID
        /// SHA-256 of the result as it was signed, base64url.
        public let result: String
        public let before: Rescoring.Standing
        public let after: Rescoring.Standing
        public let stoppedEarly: Bool
    }

    public struct Results: Codable, Hashable, Sendable {
        public let count: Int
        /// base64url.
        public let digest: String
    }

    /// Always `rescoring`.
    public let kind: String
    /// Digests of the corrections, base64url, in the order in which they were given.
    public let corrections: [String]
    /// Digests of the banks whose keys were read.
    public let banks: [String]
    public let results: Results
    /// In order of the attempts.
    public let changed: [Changed]
    public let at: Timestamp

    public init(
        _ outcome: Rescoring.Outcome, of archive: AnswerArchive, banks: [MeasuredBank], corrections: [KeyCorrection],
        at: Timestamp
    ) {
        kind = "rescoring"
        self.corrections = corrections.map(\.digest)
        self.banks = banks.map(\.digest)
        let known = archive.banks(among: banks).map { $0 != nil }
        let counted = archive.rows.filter { known[Int($0.bank)] }.map { AnswerArchive.bytes(of: $0.result) }
        var hash = SHA256()
        for digest in counted.sorted(by: { $0.lexicographicallyPrecedes($1) }) { hash.update(digest) }
        results = Results(count: counted.count, digest: base64url(hash.finish()))
        changed = outcome.changes.map {
            Changed(
                attempt: $0.attempt, result: base64url($0.result), before: $0.before, after: $0.after,
                stoppedEarly: $0.stoppedEarly)
        }.sorted { $0.attempt < $1.attempt }
        self.at = at
    }
}
