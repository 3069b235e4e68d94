/// How an exam behaves at the seat, where the law is silent and practice differs.
public struct Policies: Codable, Hashable, Sendable {
    /// What a candidate learns of an answer once it is final; the right key is never shown.
    public enum Feedback: String, Codable, CaseIterable, Sendable {
        case none
        /// Whether the answer was right.
        case verdict
    }

    /// What happens at the wrong answer that makes passing impossible.
    public enum EarlyFail: String, Codable, CaseIterable, Sendable {
        case off
        /// The candidate is told, and chooses to go on or to end.
        case prompt
        /// The exam ends.
        case stop
    }

    /// An answer is final when the candidate goes to the next question.
    public let commitOnNext: Bool
    public let feedback: Feedback
    public let earlyFail: EarlyFail
    /// The candidate may return to earlier questions and change answers until the end.
    public let goingBack: Bool

    /// What we ship, after the practice found in official halls.
    public static let shipped = Policies(
        unchecked: (commitOnNext: true, feedback: .verdict, earlyFail: .prompt, goingBack: false))

    /// - Throws: `PolicyConflict` when going back is joined with verdicts or early fail: whoever has seen that an answer
    ///   was wrong would go back and change it.
    public init(commitOnNext: Bool, feedback: Feedback, earlyFail: EarlyFail, goingBack: Bool) throws(PolicyConflict) {
        if goingBack && feedback == .verdict { throw .goingBackWithVerdicts }
        if goingBack && earlyFail != .off { throw .goingBackWithEarlyFail }
        self.init(unchecked: (commitOnNext, feedback, earlyFail, goingBack))
    }

    private init(unchecked all: (commitOnNext: Bool, feedback: Feedback, earlyFail: EarlyFail, goingBack: Bool)) {
        commitOnNext = all.commitOnNext
        feedback = all.feedback
        earlyFail = all.earlyFail
        goingBack = all.goingBack
    }

    private enum CodingKeys: String, CodingKey { case commitOnNext, feedback, earlyFail, goingBack }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let commitOnNext = try container.decode(Bool.self, forKey: .commitOnNext)
        let feedback = try container.decode(Feedback.self, forKey: .feedback)
        let earlyFail = try container.decode(EarlyFail.self, forKey: .earlyFail)
        let goingBack = try container.decode(Bool.self, forKey: .goingBack)
        do throws(PolicyConflict) {
            try self.init(commitOnNext: commitOnNext, feedback: feedback, earlyFail: earlyFail, goingBack: goingBack)
        } catch {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }
}

/// Two policies that cannot stand together.
public enum PolicyConflict: Error, Hashable, Sendable, CustomStringConvertible {
    case goingBackWithVerdicts
    case goingBackWithEarlyFail

    public var description: String {
        switch self {
        case .goingBackWithVerdicts:
            "goingBack excludes feedback \"verdict\": a candidate would go back to the wrong answers"
        case .goingBackWithEarlyFail: "goingBack excludes earlyFail: nothing is wrong before the end"
        }
    }
}
