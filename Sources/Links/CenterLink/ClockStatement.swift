import CanonicalJSON
public import CivilTime

/// The center's word on what time it is: an appliance that takes it forgets what its clock said before.
///
/// When the order is taken, it is later than the order's `at` and not later than `notAfter`.
public struct ClockStatement: Hashable, Sendable, Codable {
    public var notAfter: Timestamp

    public init(notAfter: Timestamp) { self.notAfter = notAfter }
}

extension Order {
    /// The clock statement that this order brings; nil for an order of another kind.
    public func clockStatement() throws -> ClockStatement? {
        kind == .clock ? try JSONCoder.decode(ClockStatement.self, from: body.canonicalBytes) : nil
    }
}
