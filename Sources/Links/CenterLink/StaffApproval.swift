import CanonicalJSON
public import CivilTime
public import Cryptography
public import Exam
import Platform

/// An act for which two different people have to answer (`architecture.md`, rule 7), as it waits for them.
public struct StaffAct: Hashable, Sendable, Codable {
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// The exam goes on at a seat that people chose.
        case assignSeat
        /// An interruption above the cap is credited, or time is granted that nobody measured.
        case credit
        /// The exam is cancelled; the sitting is not used up.
        case void
        /// An end that is not signed yet is taken back.
        case reopen
    }

    public var act: Kind
    public var appliance: String
    public var attempt: AttemptID
    /// When it was asked for, a label that makes each act another one.
    public var at: Timestamp
    public var reason: String
    /// For `assignSeat`.
    public var seat: SeatID?
    /// For `credit`: the length of the interruption, or the time granted, in milliseconds.
    public var milliseconds: Int?

    public init(
        _ act: Kind, appliance: String, attempt: AttemptID, at: Timestamp, reason: String, seat: SeatID? = nil,
        milliseconds: Int? = nil
    ) {
        self.act = act
        self.appliance = appliance
        self.attempt = attempt
        self.at = at
        self.reason = reason
        self.seat = seat
        self.milliseconds = milliseconds
    }

    /// SHA-256 of the canonical form, base64url: what an approval is bound to.
    public var digest: String {
        do { return base64url(sha256(try JSONCoder.encode(self))) } catch {
            preconditionFailure("an act of ours is no document: \(error)")
        }
    }
}

/// Why an approval does not count.
public enum ApprovalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The certificate or the approval is not what its key signed.
    case uncertified(String)
    case foreign(String)
    case expired(String, CalendarDate)

    public var description: String {
        switch self {
        case .uncertified(let why): "it is not by an approver whom this site's staff authority certified: \(why)"
        case .foreign(let appliance): "it is meant for appliance \(appliance)"
        case .expired(let name, let day): "the certificate of \(name) was valid until \(day)"
        }
    }
}

/// What a site's staff authority says of an approver: payload of a JWS by the authority's key.
public struct StaffCertificate: Hashable, Sendable, Codable {
    /// By whom one approver is told from another: a name or number of the office's own.
    public var approver: String
    /// The approver's public signing key.
    public var key: JWK
    public var validUntil: CalendarDate

    public init(approver: String, key: JWK, validUntil: CalendarDate) {
        self.approver = approver
        self.key = key
        self.validUntil = validUntil
    }
}

/// One person's yes to one act: payload of a JWS by that person's key.
public struct StaffApproval: Hashable, Sendable, Codable {
    /// Digest of the act.
    public var act: String
    public var appliance: String
    /// JWS of `StaffCertificate`.
    public var certificate: String

    /// The signed approval of an act.
    public static func sign(_ act: StaffAct, key: some Signer, certificate: String) throws -> String {
        try JWS.sign(
            payload: StaffApproval(act: act.digest, appliance: act.appliance, certificate: certificate), key: key)
    }

    /// Reads an approval whose signer the authority certified.
    ///
    /// - Parameter today: nil while no clock says which day it is: staff are not locked out by a clock.
    public static func read(_ jws: String, authority: JWKS, appliance: String, today: CalendarDate?)
        throws(ApprovalError) -> (approval: StaffApproval, certificate: StaffCertificate)
    {
        func document<Value: Decodable>(_ type: Value.Type, _ jws: String, _ keys: JWKS) throws(ApprovalError) -> Value
        {
            do {
                return try JSONCoder.decode(type, from: try JWS.verify(jws, keys: keys))
            } catch {
                throw .uncertified(String(describing: error))
            }
        }
        guard let bytes = try? JWS.unverifiedPayload(jws),
            let claimed = try? JSONCoder.decode(StaffApproval.self, from: bytes)
        else { throw .uncertified("it is no approval") }
        let certificate = try document(StaffCertificate.self, claimed.certificate, authority)
        let approval = try document(StaffApproval.self, jws, JWKS(keys: [certificate.key]))
        guard approval.appliance == appliance else { throw .foreign(approval.appliance) }
        if let today, today > certificate.validUntil {
            throw .expired(certificate.approver, certificate.validUntil)
        }
        return (approval, certificate)
    }
}
