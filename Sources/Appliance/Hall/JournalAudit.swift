import CanonicalJSON
import CivilTime
public import Cryptography
import Exam
public import Ledger
import Platform

/// Everything that `kaotai journal verify` looks at: the file as `JournalVerifier` does, and that what the entries say of
/// each attempt can be, up to the result that it was given.
public enum JournalAudit {
    /// - Parameters:
    ///   - trust: the keys that may have signed heads and results; without them signatures are not checked.
    ///   - anchors: see `JournalVerifier.verify`.
    public static func verify(path: String, trust: JWKS? = nil, anchors: [String] = []) throws(JournalError)
        -> JournalReport
    {
        var story = Story(trust: trust)
        return try JournalVerifier.verify(path: path, trust: trust, anchors: anchors) { entry, body in
            try story.take(entry, body)
        }
    }

    /// Why an entry cannot be, though its chain holds.
    struct Contradiction: Error, CustomStringConvertible { let description: String }

    /// The attempts so far, and where they began.
    private struct Story {
        let trust: JWKS?
        var register = AttemptRegister()
        var moments: [AttemptID: AttemptMoments] = [:]

        mutating func take(_ entry: Entry, _ body: JSONValue) throws {
            try register.take(entry)
            guard let id = AttemptID(stream: entry.stream), let kind = AttemptEntryKind(rawValue: entry.kind) else {
                return
            }
            switch kind {
            case .opened: moments[id] = AttemptMoments(first: entry.sequence)
            case .started: moments[id]?.startedAt = body["at"]?.stringValue.flatMap(Timestamp.init)
            case .ended: moments[id]?.endedAt = body["at"]?.stringValue.flatMap(Timestamp.init)
            case .result: try compare(entry, of: id)
            case .left:
                moments[id] = nil
                register.forget(id)
            default: break
            }
        }

        /// The signed result against the one that the entries before it give.
        private func compare(_ entry: Entry, of id: AttemptID) throws {
            guard let attempt = register.attempts[id], let jws = attempt.result, let place = moments[id],
                let startedAt = place.startedAt, let endedAt = place.endedAt
            else { throw Contradiction(description: "a result of an attempt that did not start and end") }
            let payload =
                if let trust { try JWS.verify(jws, keys: trust) } else { try JWS.unverifiedPayload(jws) }
            let signed = try JSONCoder.decode(ExamResult.self, from: payload)
            let counted = try attempt.result(
                appliance: signed.appliance, startedAt: startedAt, endedAt: endedAt,
                journal: .init(first: place.first, last: entry.sequence - 1, digest: base64url(entry.previous)),
                sha256: { base64url(sha256($0)) })
            guard signed == counted else {
                throw Contradiction(description: "the signed result of \(id) is not what the entries before it say")
            }
        }
    }
}
