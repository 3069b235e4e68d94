internal import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Ledger
import Platform

/// The center's receipts beside the journal, a JWS a line: the newest one, and of every day before it the last.
///
/// The newest shows whether the end was cut off or an old copy put back; those of earlier days tell from which day on a
/// journal is another one. `kaotai journal verify --anchor` takes the file as it is; a copy of it belongs elsewhere, for
/// who can put an old journal back can put an old one of these beside it.
struct Anchors: Sendable {
    static let file = "anchors.jws"

    private var lines: [(receipt: Receipt, jws: String)] = []

    /// Reads what is there; a line that the center did not sign is left out.
    init(in state: some StateFolder, center: JWKS, appliance: String) {
        guard let bytes = try? state.read(Self.file) else { return }
        for jws in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init) {
            do throws(CenterDocumentError) {
                lines.append((try Receipt.read(jws, center: center, appliance: appliance), jws))
            } catch {
                Log.warning("a line of \(Self.file) is no anchor: \(error)")
            }
        }
    }

    var newest: String? { lines.last?.jws }

    /// The last line as it stands in the file.
    static func newest(in state: some StateFolder) -> String? {
        guard let bytes = try? state.read(file) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).last.map(String.init)
    }

    /// Takes the newest receipt, in place of one of the same day, and writes the file.
    mutating func take(_ jws: String, center: JWKS, appliance: String, in state: some StateFolder) throws {
        let receipt = try Receipt.read(jws, center: center, appliance: appliance)
        if lines.last?.receipt.at.date() == receipt.at.date() { lines.removeLast() }
        lines.append((receipt, jws))
        try AtomicFile.write(Array(lines.map { $0.jws + "\n" }.joined().utf8), to: Self.file, in: state)
    }

    /// That the journal still holds what the center saw.
    ///
    /// - Throws: `Failure` with the first entry that is not the one that the center has.
    func check(_ journal: Journal) async throws {
        for (receipt, _) in lines {
            let entry = try await journal.entries(after: receipt.sequence - 1, limit: 1).first
            guard let entry, entry.sequence == receipt.sequence, base64url(entry.digest) == receipt.digest else {
                throw Failure(
                    .badData,
                    "\(journal.path): entry \(receipt.sequence), which the center received on \(receipt.at.date()), is "
                        + (entry == nil ? "not there" : "another one")
                        + ": the journal was turned back or replaced; keep the file as evidence and call the center")
            }
        }
    }
}
