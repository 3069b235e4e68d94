public import CanonicalJSON
public import CenterLink
public import CivilTime
public import Cryptography
public import Ledger

/// An appliance that enrolled.
public struct ApplianceRecord: Hashable, Sendable {
    public let id: String
    /// Its signing and its sealing key as of the last enrolment.
    public let keys: JWKS
    /// SHA-256 of the courier's certificate (DER): only its holder speaks for the appliance.
    public let fingerprint: [UInt8]
    public let enrolledAt: Timestamp

    public init(id: String, keys: JWKS, fingerprint: [UInt8], enrolledAt: Timestamp) {
        self.id = id
        self.keys = keys
        self.fingerprint = fingerprint
        self.enrolledAt = enrolledAt
    }
}

/// A one-time token as it is kept: nobody can read the token off it.
public struct TokenRecord: Hashable, Sendable {
    /// SHA-256 of the token.
    public let digest: [UInt8]
    public let appliance: String
    public let expires: Timestamp

    public init(digest: [UInt8], appliance: String, expires: Timestamp) {
        self.digest = digest
        self.appliance = appliance
        self.expires = expires
    }
}

/// Why a token does not enrol anybody.
public enum TokenRefusal: String, Error, Hashable, Sendable {
    case unknown, expired, used
}

/// A segment whose signature and inner chain were verified, with the receipt that it gets if it fits.
public struct VerifiedSegment: Sendable {
    public let segment: Segment
    public let entries: [Entry]
    public let receipt: String
    public let at: Timestamp

    public init(segment: Segment, entries: [Entry], receipt: String, at: Timestamp) {
        self.segment = segment
        self.entries = entries
        self.receipt = receipt
        self.at = at
    }
}

public enum IngestOutcome: Hashable, Sendable {
    /// Durable now, or durable already; the receipt to give. `new` counts entries that were not there before.
    case accepted(receipt: String, new: Int)
    /// Entries before these are missing.
    case gap(wanted: Int)
    /// It does not continue what the center has: another history.
    case fork(at: Int)
}

/// Something that a person should look at.
public struct WarningRecord: Hashable, Sendable, Codable {
    public var appliance: String
    public var kind: String
    public var detail: String
    public var first: Timestamp
    public var last: Timestamp
    public var times: Int
}

/// A result as the center holds it.
public struct ResultRecord: Hashable, Sendable, Codable {
    public var attempt: String
    public var appliance: String
    public var seat: Int
    public var programme: String
    public var language: String
    public var score: Int
    public var full: Int
    public var passed: Bool
    /// Whether the center came to the same score from the answers; absent while it lacks the bank.
    public var verified: Bool?
    /// What did not hold, in words; empty when all did.
    public var problem: String
    public var receivedAt: Timestamp
    /// The entry that brought it.
    public var sequence: Int
    /// The result itself: JWS by the appliance.
    public var jws: String
}

/// What stands for a booking in the store: content, so that an import repeated changes nothing.
public struct BookingRecord: Hashable, Sendable {
    public let id: String
    public let contentDigest: [UInt8]
    /// Makes the order's body, once it is clear that one is needed.
    public let booking: Booking
    public let keys: Subject

    public init(id: String, contentDigest: [UInt8], booking: Booking, keys: Subject) {
        self.id = id
        self.contentDigest = contentDigest
        self.booking = booking
        self.keys = keys
    }
}

/// Where the center keeps everything; each call is one transaction, durable when it returns.
public protocol CenterStore: Sendable {
    func add(_ token: TokenRecord) async throws
    /// Uses a token up. A request repeated byte for byte after a lost answer gets the answer of the first time.
    func enrol(
        token: [UInt8], request: [UInt8], at: Timestamp,
        make: @Sendable (TokenRecord) throws -> (appliance: ApplianceRecord, answer: String)
    ) async throws -> String
    func appliance(_ id: String) async throws -> ApplianceRecord?
    func appliances() async throws -> [ApplianceRecord]
    /// Every key that ever spoke for an appliance.
    func allKeys() async throws -> JWKS

    func accept(_ segment: VerifiedSegment) async throws -> IngestOutcome
    func lastReceipt(_ appliance: String) async throws -> String?
    /// The last receipt of every day, oldest first.
    func anchors(_ appliance: String) async throws -> [String]
    /// The last entry that the center has of an appliance.
    func tip(_ appliance: String) async throws -> Tip
    func entries(_ appliance: String, stream: String, upTo sequence: Int) async throws -> [Entry]
    /// An appliance's entries of kind `exposure` after one entry and up to another, in order.
    func exposureEntries(_ appliance: String, after: Int, upTo sequence: Int) async throws -> [Entry]
    func entry(_ appliance: String, _ sequence: Int) async throws -> Entry?

    /// Keeps what cannot be taken, with a warning; the same bytes again only count up.
    func keepEvidence(_ body: [UInt8], appliance: String, reason: String, at: Timestamp) async throws
    func warn(_ appliance: String, kind: String, detail: String, at: Timestamp) async throws
    func warnings() async throws -> [WarningRecord]

    /// Entries of kind `attempt.result` that were not looked at yet, oldest first.
    func unprojectedResults(limit: Int) async throws -> [(appliance: String, entry: Entry, receivedAt: Timestamp)]
    func save(_ result: ResultRecord) async throws
    /// Results after a row in the order of their coming, with the row's number.
    func results(after row: Int, limit: Int) async throws -> [(row: Int, result: ResultRecord)]
    func unverifiedResults() async throws -> [ResultRecord]

    /// Adds orders for those bookings that are new or changed; the numbers of new, changed and unchanged ones.
    func book(
        _ bookings: [BookingRecord], appliance: String, at: Timestamp, sign: @Sendable (Order) throws -> String
    ) async throws -> (new: Int, changed: Int, same: Int)
    /// Adds an order that brings nothing sealed.
    func order(
        _ kind: OrderKind, body: JSONValue, appliance: String, at: Timestamp, sign: @Sendable (Order) throws -> String
    ) async throws
    func orders(_ appliance: String, after: Int, limit: Int) async throws -> [SignedOrder]
}
