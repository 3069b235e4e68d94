import CanonicalJSON
public import CivilTime
public import Cryptography
import Platform

/// What the center has of an appliance's journal, signed by the center: the anchor that shows a journal which was
/// turned back.
public struct Receipt: Hashable, Sendable, Codable {
    public var appliance: String
    public var sequence: Int
    /// Digest of that entry, base64url.
    public var digest: String
    public var at: Timestamp

    public init(appliance: String, sequence: Int, digest: String, at: Timestamp) {
        self.appliance = appliance
        self.sequence = sequence
        self.digest = digest
        self.at = at
    }

    /// The receipt in a JWS of the center's.
    ///
    /// - Throws: `CenterDocumentError` when the center did not sign it, it is none, or it is another appliance's.
    public static func read(_ jws: String, center: JWKS, appliance: String) throws(CenterDocumentError) -> Receipt {
        let receipt: Receipt = try readCenterDocument(jws, center: center)
        guard receipt.appliance == appliance else { throw .foreign(receipt.appliance) }
        return receipt
    }

    /// What a carrier needs to know to go on: the number, unverified.
    public static func unverifiedSequence(_ jws: String) -> Int? {
        struct Number: Decodable { let sequence: Int }
        let parts = jws.split(separator: ".")
        guard parts.count == 3, let payload = bytes(base64url: parts[1]) else { return nil }
        return (try? JSONCoder.decode(Number.self, from: payload))?.sequence
    }
}

/// Why a document that should come from the center does not count.
public enum CenterDocumentError: Error, Hashable, Sendable, CustomStringConvertible {
    case signature(JWSError)
    /// Signed by the center, but something else.
    case content(String)
    /// For another appliance.
    case foreign(String)
    /// An order that does not follow the last one.
    case chain(expected: Int, got: Int)

    public var description: String {
        switch self {
        case .signature(let error): "not signed by the center: \(error)"
        case .content(let what): "signed by the center, but not what was expected: \(what)"
        case .foreign(let appliance): "made for appliance \(appliance), not for this one"
        case .chain(let expected, let got): "order \(got) does not follow: \(expected) was expected"
        }
    }
}

func readCenterDocument<Document: Decodable>(_ jws: String, center: JWKS) throws(CenterDocumentError) -> Document {
    let payload: [UInt8]
    do throws(JWSError) { payload = try JWS.verify(jws, keys: center) } catch { throw .signature(error) }
    do {
        return try JSONCoder.decode(Document.self, from: payload)
    } catch {
        throw .content(JSONCoder.explain(error))
    }
}
