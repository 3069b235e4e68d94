public import CanonicalJSON
public import CivilTime
public import Cryptography
public import Ledger
import Platform

/// The center's word to one appliance: the payload of an order, one link of the center's own chain for it.
public struct Order: Hashable, Sendable, Codable {
    public var appliance: String
    /// From 1 without a gap, an appliance's own count.
    public var sequence: Int
    /// SHA-256 of the JWS before, base64url; of nothing for the first: 32 zero bytes.
    public var previous: String
    public var at: Timestamp
    public var kind: OrderKind
    public var body: JSONValue

    public init(
        appliance: String, sequence: Int, previous: String, at: Timestamp, kind: OrderKind, body: JSONValue
    ) {
        self.appliance = appliance
        self.sequence = sequence
        self.previous = previous
        self.at = at
        self.kind = kind
        self.body = body
    }

    /// What `previous` of the first order says.
    public static let origin = base64url([UInt8](repeating: 0, count: 32))
    /// What `previous` of the order after this one says.
    public static func digest(of jws: String) -> String { base64url(sha256(Array(jws.utf8))) }
}

/// What an order is about; an appliance journals an order of a kind it does not know and goes on.
public struct OrderKind: RawRepresentable, Hashable, Sendable, Codable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Body: `Booking`; a later one with the same id takes the place of the earlier.
    public static let booking = OrderKind(rawValue: "booking")
    /// Body: `BankRelease`; the last one counts.
    public static let bankRelease = OrderKind(rawValue: "bankRelease")
    /// Body: `ClockStatement`; the last one counts.
    public static let clock = OrderKind(rawValue: "clock")
    /// Body: `Erasure`; who sits at that moment is erased after leaving.
    public static let erase = OrderKind(rawValue: "erase")
}

/// An order on its way, with the keys that open what it holds sealed.
public struct SignedOrder: Hashable, Sendable, Codable {
    /// JWS by the center, payload `Order`.
    public var jws: String
    public var subjects: [Subject]

    public init(jws: String, subjects: [Subject] = []) {
        self.jws = jws
        self.subjects = subjects
    }
}

/// The answer to a question for orders.
public struct OrderPage: Hashable, Sendable, Codable {
    public var orders: [SignedOrder]
    public init(orders: [SignedOrder]) { self.orders = orders }
}

/// How far an appliance has followed the center's chain; takes orders one after the other.
public struct OrderChain: Hashable, Sendable, Codable {
    public let appliance: String
    public private(set) var sequence: Int
    /// Digest of the last order.
    public private(set) var digest: String

    public init(appliance: String, sequence: Int = 0, digest: String = Order.origin) {
        self.appliance = appliance
        self.sequence = sequence
        self.digest = digest
    }

    /// Takes the next order.
    ///
    /// - Returns: nil for one that was taken before.
    /// - Throws: `CenterDocumentError` for one that is not the center's, not ours, or not the next; the chain stays.
    public mutating func take(_ signed: SignedOrder, center: JWKS) throws(CenterDocumentError) -> Order? {
        let order: Order = try readCenterDocument(signed.jws, center: center)
        guard order.appliance == appliance else { throw .foreign(order.appliance) }
        if order.sequence <= sequence { return nil }
        guard order.sequence == sequence + 1 else { throw .chain(expected: sequence + 1, got: order.sequence) }
        guard order.previous == digest else { throw .content("its \"previous\" is not the order before") }
        sequence = order.sequence
        digest = Order.digest(of: signed.jws)
        return order
    }
}
