import CanonicalJSON

/// The center's word that the personal data of people are to be deleted.
public struct Erasure: Hashable, Sendable, Codable {
    /// Names of their keys, as bookings state them.
    public var subjects: [String]
    /// In a word, for auditors; it stands in the journal in the clear.
    public var reason: String

    public init(subjects: [String], reason: String) {
        self.subjects = subjects
        self.reason = reason
    }
}

extension Order {
    /// What is to be erased; nil for an order of another kind.
    public func erasure() throws -> Erasure? {
        kind == .erase ? try JSONCoder.decode(Erasure.self, from: body.canonicalBytes) : nil
    }
}
