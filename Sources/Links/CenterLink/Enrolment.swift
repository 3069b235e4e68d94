import CanonicalJSON
public import CivilTime
public import Cryptography
import Platform

/// What an appliance says of itself: its public keys, signed by its own signing key.
public struct ApplianceIdentity: Hashable, Sendable, Codable {
    public var appliance: String
    /// Signing and sealing.
    public var keys: JWKS

    public init(appliance: String, keys: JWKS) {
        self.appliance = appliance
        self.keys = keys
    }

    /// The signed statement for the enrolment.
    public static func sign(appliance: String, keys: some KeyStore) throws -> String {
        try JWS.sign(
            payload: ApplianceIdentity(appliance: appliance, keys: keys.publicKeys(appliance: appliance)),
            key: keys)
    }

    /// Reads a statement that proves itself: it must be signed by the one signing key that it names.
    ///
    /// - Throws: `CenterDocumentError` otherwise.
    public static func read(_ jws: String) throws(CenterDocumentError) -> ApplianceIdentity {
        let parts = jws.split(separator: ".")
        guard parts.count == 3, let payload = bytes(base64url: parts[1]),
            let claimed = try? JSONCoder.decode(ApplianceIdentity.self, from: payload)
        else { throw .content("the appliance's statement of its keys is none") }
        let identity: ApplianceIdentity = try readCenterDocument(jws, center: claimed.keys)
        guard identity.keys.keys.count(where: { (try? VerifyingKey(jwk: $0)) != nil }) == 1,
            identity.keys.sealingKeys.count == 1,
            identity.keys.keys.allSatisfy({ $0.appliance == identity.appliance })
        else { throw .content("an appliance has one signing and one sealing key, both under its own id") }
        return identity
    }
}

/// What the courier posts to enrol an appliance.
public struct EnrolmentRequest: Hashable, Sendable, Codable {
    /// The one-time token.
    public var token: String
    /// The courier's certificate request, PEM.
    public var request: String
    /// `ApplianceIdentity` as JWS.
    public var identity: String

    public init(token: String, request: String, identity: String) {
        self.token = token
        self.request = request
        self.identity = identity
    }
}

/// What it gets.
public struct EnrolmentAnswer: Hashable, Sendable, Codable {
    public var appliance: String
    /// The courier's certificate, PEM.
    public var certificate: String
    /// The authority's certificate, PEM.
    public var authority: String
    /// The center's signing and sealing keys.
    public var center: JWKS
    /// `CandidateKeyGrant` as JWS.
    public var grant: String

    public init(appliance: String, certificate: String, authority: String, center: JWKS, grant: String) {
        self.appliance = appliance
        self.certificate = certificate
        self.authority = authority
        self.center = center
        self.grant = grant
    }
}

/// The key of keyed digests, sealed to one appliance and signed by the center.
public struct CandidateKeyGrant: Hashable, Sendable, Codable {
    public var appliance: String
    /// The key, sealed to the appliance, base64url.
    public var candidateKey: String
    public var at: Timestamp

    private static let purpose = "kaotai candidate key"

    /// A grant for an appliance, of the key's bytes.
    public init(appliance: String, sealing candidateKey: [UInt8], to recipient: PublicSealingKey, at: Timestamp)
        throws(CryptographyError)
    {
        self.appliance = appliance
        self.candidateKey = base64url(try recipient.seal(candidateKey, purpose: Self.purpose))
        self.at = at
    }

    /// The candidate key that a grant holds for this appliance.
    ///
    /// - Throws: `CenterDocumentError` when the center did not sign it or it is not for us; `CryptographyError` when
    ///   it was sealed to another key.
    public static func open(_ jws: String, center: JWKS, appliance: String, with keys: any Recipient) throws
        -> [UInt8]
    {
        let grant: CandidateKeyGrant = try readCenterDocument(jws, center: center)
        guard grant.appliance == appliance else { throw CenterDocumentError.foreign(grant.appliance) }
        guard let sealed = bytes(base64url: grant.candidateKey) else {
            throw CenterDocumentError.content("the candidate key is not base64url")
        }
        return try keys.open(sealed, purpose: purpose)
    }
}

/// The center's error bodies (RFC 9457).
public struct Problem: Hashable, Sendable, Codable {
    public var status: Int
    public var title: String
    public var detail: String
    /// With 409: the sequence that the next segment must begin with.
    public var wanted: Int?

    public init(status: Int, title: String, detail: String, wanted: Int? = nil) {
        self.status = status
        self.title = title
        self.detail = detail
        self.wanted = wanted
    }
}

/// The answer to a segment.
public struct ReceiptAnswer: Hashable, Sendable, Codable {
    /// `Receipt` as JWS.
    public var receipt: String
    public init(receipt: String) { self.receipt = receipt }
}
