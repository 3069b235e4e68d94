public import CanonicalJSON
public import CivilTime
import Cryptography
public import Exam
import Ledger
import Platform

/// What an archive about one attempt holds, signed by whom it comes from: nothing can be changed, left out or put in.
public struct DisputeManifest: Codable, Hashable, Sendable {
    public static let purpose = "dispute"

    public var appliance: String
    public var at: Timestamp
    public var attempt: AttemptID
    /// SHA-256 of each file's bytes by its name, lower-case hexadecimal.
    public var files: [String: String]
    /// Always `dispute`: no other document of ours can be taken for one.
    public var purpose = Self.purpose

    public init(appliance: String, at: Timestamp, attempt: AttemptID, files: [String: String]) {
        self.appliance = appliance
        self.at = at
        self.attempt = attempt
        self.files = files
    }
}

/// What the daemon adds to an archive about an attempt.
public struct DisputeParts: Codable, Sendable {
    public var appliance: String
    /// The keys by which the archive's documents are signed: the appliance's and the center's (JWKS).
    public var trust: JSONValue
    /// The center's newest receipt, a JWS.
    public var receipt: String?
    /// The slip's PDF, base64url.
    public var slip: String?
}

extension Hall {
    /// The longest slip that is handed out: it travels in one frame.
    private static let longestSlip = 700_000

    /// What belongs to an attempt beside its journal entries.
    ///
    /// - Throws: `Failure` when the journal has no such attempt.
    func disputeParts(of attempt: AttemptID, receipt: String?) async throws -> DisputeParts {
        guard try await !journal.entries(stream: attempt.stream).isEmpty else {
            throw Failure(.badData, "there is no attempt \(attempt) in this journal")
        }
        let own = parts.keys.publicKeys(appliance: configuration.appliance).keys
        let slip = try? await slip(of: attempt)
        return DisputeParts(
            appliance: configuration.appliance, trust: try JSONCoder.tree(JWKS(keys: parts.trust.keys + own)),
            receipt: receipt, slip: slip.flatMap { $0.count <= Self.longestSlip ? base64url($0) : nil })
    }

    /// Signs an archive's manifest, and says in the journal that the archive was made.
    ///
    /// Only what a manifest is can be signed so: the daemon makes the document itself.
    func signDispute(of attempt: AttemptID, files: [String: String]) async throws -> String {
        guard files.count <= 1000, files.values.allSatisfy({ bytes(hexadecimal: $0)?.count == 32 }),
            files.keys.allSatisfy({ (1...200).contains($0.utf8.count) })
        else { throw Failure(.badData, "a manifest names up to 1000 files, each with its SHA-256") }
        guard try await !journal.entries(stream: attempt.stream).isEmpty else {
            throw Failure(.badData, "there is no attempt \(attempt) in this journal")
        }
        let manifest = DisputeManifest(
            appliance: configuration.appliance, at: clock.wall, attempt: attempt, files: files)
        let jws = try JWS.sign(payload: manifest, key: parts.keys)
        let recorded = await append([
            Draft(
                .disputeExported, stream: "hall",
                HallEntry.DisputeExported(attempt: attempt, manifest: base64url(sha256(Array(jws.utf8)))))
        ])
        guard recorded else { throw Failure(.inputOutput, "the journal takes no entry; nothing is signed") }
        return jws
    }
}
