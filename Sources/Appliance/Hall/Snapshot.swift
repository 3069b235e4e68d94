import CanonicalJSON
import Cryptography
import Ledger
import Platform

/// The state that a journal leads to at one entry.
struct Snapshot: Sendable {
    var tip: Tip
    var state: HallState

    /// Before the first entry.
    static func origin(of appliance: String) -> Snapshot {
        Snapshot(tip: .origin, state: HallState(appliance: appliance))
    }

    /// Takes the next entry.
    ///
    /// - Throws: `JournalError.damaged` for one that is not the next, and what the state throws.
    mutating func take(_ entry: Entry, center: JWKS) throws {
        guard entry.sequence == tip.sequence + 1 else {
            throw JournalError.damaged(firstBad: tip.sequence + 1, problems: ["entry \(tip.sequence + 1) is missing"])
        }
        try state.take(entry, center: center)
        tip = entry.tip
    }
}

/// The last snapshot, a file beside the journal: what spares a start the reading of years.
///
/// It is a cache. Whatever is doubtful about it, and the state is folded from the journal's first entry; no verification
/// looks at it, and no copy carries it. It stands beside the journal and not in it, so that every byte of the journal's file
/// is proven by its chain. Like the journal it holds personal data only sealed.
///
///     JWS of the seal ⏎
///     the state, canonical JSON
struct SnapshotFile: Sendable {
    static let name = "journal.snapshot"

    let folder: any StateFolder
    let appliance: String
    /// The appliance's own key, which signs heads too.
    let key: any Signer

    /// What is signed.
    private struct Seal: Codable {
        var appliance: String
        var format: String
        var sequence: Int
        /// Of that entry, base64url.
        var digest: String
        /// SHA-256 of the state's bytes, base64url.
        var state: String
    }

    /// Replaces the file.
    func write(_ snapshot: Snapshot) throws {
        let body = try JSONCoder.encode(snapshot.state)
        let seal = Seal(
            appliance: appliance, format: HallState.format, sequence: snapshot.tip.sequence,
            digest: base64url(snapshot.tip.digest), state: base64url(sha256(body)))
        let head = Array(try JWS.sign(payload: seal, key: key).utf8) + [UInt8(ascii: "\n")]
        try AtomicFile.write(head + body, to: Self.name, in: folder)
    }

    /// Why the file is not used.
    struct Doubt: Error, CustomStringConvertible { let description: String }

    /// The snapshot, if this journal has the entry that it was taken at; nil when there is none.
    ///
    /// - Throws: `Doubt` in words; `JournalError` when the journal cannot be read.
    func read(for journal: Journal) async throws -> Snapshot? {
        guard folder.exists(Self.name) else { return nil }
        let (seal, state) = try decode()
        let entry = try await journal.entries(after: seal.sequence - 1, limit: 1).first
        guard let entry, entry.sequence == seal.sequence, base64url(entry.digest) == seal.digest else {
            throw Doubt(description: "the journal's entry \(seal.sequence) is not the one that it was taken at")
        }
        return Snapshot(tip: entry.tip, state: state)
    }

    private func decode() throws(Doubt) -> (Seal, HallState) {
        do {
            let bytes = try folder.read(Self.name)
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { throw Doubt(description: "it has no seal") }
            let jws = String(decoding: bytes[..<end], as: UTF8.self)
            let payload = try JWS.verify(jws, keys: JWKS(keys: [key.verifyingKey.jwk]))
            let seal = try JSONCoder.decode(Seal.self, from: payload)
            guard seal.appliance == appliance else { throw Doubt(description: "it is of appliance \(seal.appliance)") }
            guard seal.format == HallState.format else { throw Doubt(description: "another version made it") }
            let body = Array(bytes[(end + 1)...])
            guard base64url(sha256(body)) == seal.state else {
                throw Doubt(description: "it is not what the seal was put on")
            }
            return (seal, try JSONCoder.decode(HallState.self, from: body))
        } catch let doubt as Doubt {
            throw doubt
        } catch {
            throw Doubt(description: JSONCoder.explain(error))
        }
    }

    /// Takes the file away; a start then folds every entry.
    func remove() {
        guard folder.exists(Self.name) else { return }
        do {
            try folder.remove(Self.name)
        } catch {
            Log.error("\(folder.path)/\(Self.name) must not be used and cannot be removed: \(error)")
        }
    }
}
