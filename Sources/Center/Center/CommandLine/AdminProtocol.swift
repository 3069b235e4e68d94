public import CivilTime
public import Cryptography

/// What the command line asks of a center: over its socket while it runs, of an opened store while it does not.
public enum AdminCommand: Sendable, Codable {
    case token(appliance: String, hours: Int)
    case appliances
    /// At most a few hundred at a time; `nil` names the only appliance.
    case book(appliance: String?, bookings: [BookingEntry])
    case results(after: Int)
    case warnings
    case trust
    /// The receipts that an auditor holds against a journal; `nil` names the only appliance.
    case receipts(appliance: String?)
    /// Orders that a person's data are erased, wherever that person was booked; `nil` names the only appliance.
    case erase(kind: String, number: String, reason: String, appliance: String?)
    /// Verifies a package at a path that the center can read, shelves it, and recounts what waited for it.
    case addBank(path: String)
    /// Orders one appliance, or all, to examine by a bank; `nil` names the only appliance.
    case releaseBank(digest: String, appliance: String?, all: Bool)
    /// States the time to one appliance, or to all; `nil` names the only appliance.
    case stateClock(minutes: Int, appliance: String?, all: Bool)
}

public enum AdminAnswer: Sendable, Codable {
    case token(token: String, expires: Timestamp)
    case appliances(list: [ApplianceSummary])
    case booked(appliance: String, new: Int, changed: Int, same: Int)
    /// `last` is what to ask after for the next page; no results: the end.
    case results(list: [ResultRecord], last: Int)
    case warnings(list: [WarningRecord])
    case trust(keys: JWKS)
    case receipts(list: [String])
    case erasing(subjects: Int)
    case bank(digest: String)
    case released(appliances: [String])
    case stated(appliances: [String])
    /// A sysexits code and words.
    case failed(code: Int32, message: String)
}

public struct ApplianceSummary: Sendable, Codable {
    public var id: String
    public var enrolledAt: Timestamp
    /// The last entry that the center has.
    public var sequence: Int
    public var fingerprint: String
}
