/// A name that stands for one thing: in JSON a bare string, as a value or as a member's name.
///
/// Order is that of the text, which for the ASCII names in use is the order of their bytes.
public protocol TextIdentifier: RawRepresentable, Hashable, Comparable, Codable, CodingKeyRepresentable, Sendable,
    ExpressibleByStringLiteral, CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension TextIdentifier {
    public init(_ text: some StringProtocol) { self.init(rawValue: String(text)) }
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    public var description: String { rawValue }
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// One candidate's one sitting.
public struct AttemptID: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A question for ever, such as `LAW-001`: a changed question keeps it and counts its version up.
public struct ItemID: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A row of the table of programmes, such as `K1-CAR`.
public struct ProgrammeCode: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A part of the knowledge examined, such as `signals`; blueprints count questions by it.
public struct Area: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A class of vehicles by its letter, such as `C1` (Order 162, Art. 11).
public struct VehicleClass: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A language and script as BCP 47 writes them, such as `zh-Hans`.
public struct LanguageTag: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A booking that the center made.
public struct BookingID: TextIdentifier {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// A seat of the hall by its number, which counts from 1.
public struct SeatID: RawRepresentable, Hashable, Comparable, Codable, CodingKeyRepresentable, Sendable,
    ExpressibleByIntegerLiteral, CustomStringConvertible
{
    public let rawValue: Int

    public init?(rawValue: Int) {
        guard rawValue >= 1 else { return nil }
        self.rawValue = rawValue
    }

    public init(integerLiteral value: Int) {
        precondition(value >= 1, "seats count from 1")
        rawValue = value
    }

    public var number: Int { rawValue }
    public var description: String { String(rawValue) }
    public static func < (one: SeatID, other: SeatID) -> Bool { one.rawValue < other.rawValue }
}
