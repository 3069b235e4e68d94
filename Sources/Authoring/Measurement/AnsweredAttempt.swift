public import Exam

/// What counting again and measuring need to know of one attempt: its signed result and the answers it was signed over.
public struct AnsweredAttempt: Hashable, Sendable {
    public let attempt: AttemptID
    /// SHA-256 of the result as it was signed, a JWS in compact form.
    public let result: [UInt8]
    /// The bank that the paper was drawn from, by its digest.
    public let bank: String
    public let programme: ProgrammeCode
    public let language: LanguageTag
    public let endedBy: AttemptEntry.EndReason
    public let score: Int
    public let full: Int
    public let passMark: Int
    /// In paper order.
    public let responses: [Response]
    /// How long each question was on the screen while the clock ran, in tenths of a second, in paper order; nil for one
    /// that was interrupted or never shown. Empty when nobody recorded it.
    public let tenths: [Int?]

    public init(
        attempt: AttemptID, result: [UInt8], bank: String, programme: ProgrammeCode, language: LanguageTag,
        endedBy: AttemptEntry.EndReason, score: Int, full: Int, passMark: Int, responses: [Response],
        tenths: [Int?] = []
    ) {
        self.attempt = attempt
        self.result = result
        self.bank = bank
        self.programme = programme
        self.language = language
        self.endedBy = endedBy
        self.score = score
        self.full = full
        self.passMark = passMark
        self.responses = responses
        self.tenths = tenths
    }

    /// From a result whose signature was looked at, and its digest.
    init(_ payload: ExamResult, result: [UInt8], responses: [Response], tenths: [Int?] = []) {
        self.init(
            attempt: payload.attempt, result: result, bank: payload.paper.bank, programme: payload.programme,
            language: payload.language, endedBy: payload.endedBy, score: payload.score, full: payload.full,
            passMark: payload.passMark, responses: responses, tenths: tenths)
    }
}
