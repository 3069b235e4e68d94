internal import CanonicalJSON
public import CivilTime

/// The payload of a signed result (`interfaces.md`, "A result").
public struct ExamResult: Hashable, Sendable, Codable {
    public struct PaperReference: Hashable, Sendable, Codable {
        public var bank: String
        public var blueprint: Int
        public var seed: String
        /// SHA-256 of the RFC 8785 form of `[{item, version, options}]`, base64url.
        public var digest: String
        public init(bank: String, blueprint: Int, seed: String, digest: String) {
            self.bank = bank
            self.blueprint = blueprint
            self.seed = seed
            self.digest = digest
        }
    }

    public struct JournalReference: Hashable, Sendable, Codable {
        public var first: Int
        /// The entry before the result.
        public var last: Int
        /// Digest of that entry, base64url.
        public var digest: String
        public init(first: Int, last: Int, digest: String) {
            self.first = first
            self.last = last
            self.digest = digest
        }
    }

    public var appliance: String
    public var attempt: AttemptID
    public var programme: ProgrammeCode
    public var attemptNumber: Int
    public var candidate: String
    /// Where the exam ended; `interruptions` tell where it was before.
    public var seat: SeatID
    public var language: LanguageTag
    public var startedAt: Timestamp
    public var endedAt: Timestamp
    public var spentMs: Int
    public var creditedMs: Int
    public var endedBy: AttemptEntry.EndReason
    public var score: Int
    public var full: Int
    public var passMark: Int
    public var passed: Bool
    public var paper: PaperReference
    /// SHA-256 of the RFC 8785 form of `[{item, version, answer}]`, base64url.
    public var responses: String
    public var interruptions: Interruptions
    public var journal: JournalReference
}

/// One line of the answers file beside a result.
public struct Response: Hashable, Sendable, Codable {
    public var item: ItemID
    public var version: Int
    /// Authored option numbers, sorted; empty when unanswered.
    public var answer: [Int]
    public init(item: ItemID, version: Int, answer: [Int]) {
        self.item = item
        self.version = version
        self.answer = answer
    }
}

extension Attempt {
    /// The answers in paper order, as the result's digest covers them.
    public var responses: [Response] {
        (paper?.items ?? []).enumerated().map { index, item in
            Response(item: item.item, version: item.version, answer: answer(to: index + 1))
        }
    }

    /// The payload of this attempt's result; nil before it was scored.
    ///
    /// - Parameter sha256: of bytes, base64url.
    public func result(
        appliance: String, startedAt: Timestamp, endedAt: Timestamp, journal: ExamResult.JournalReference,
        sha256: ([UInt8]) -> String
    ) throws -> ExamResult? {
        guard let started, let ended, let scored else { return nil }
        return ExamResult(
            appliance: appliance, attempt: id, programme: opened.programme, attemptNumber: opened.attemptNumber,
            candidate: opened.candidate, seat: seat, language: language, startedAt: startedAt, endedAt: endedAt,
            spentMs: spentMs, creditedMs: creditedMs, endedBy: ended.by, score: scored.score, full: scored.full,
            passMark: scored.passMark, passed: scored.passed,
            paper: .init(
                bank: started.paper.bank, blueprint: started.paper.blueprint, seed: started.paper.seed,
                digest: started.paperDigest),
            responses: sha256(try JSONCoder.encode(responses)), interruptions: interruptions, journal: journal)
    }
}
