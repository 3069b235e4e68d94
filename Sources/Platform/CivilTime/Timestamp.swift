/// A moment of the wall clock: a label, never a basis for a decision about time spent.
public struct Timestamp: Hashable, Comparable, Sendable {
    public var millisecondsSinceEpoch: Int

    public init(millisecondsSinceEpoch: Int) { self.millisecondsSinceEpoch = millisecondsSinceEpoch }

    /// From RFC 3339 in UTC, as `description` writes it; fractions of a second may be absent.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes.last == UInt8(ascii: "Z"),
            let date = CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>) -> Int? { Int(String(decoding: bytes[range], as: UTF8.self)) }
        guard let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            hour < 24, minute < 60, second < 61
        else { return nil }
        var milliseconds = 0
        if bytes.count == 24, bytes[19] == UInt8(ascii: "."), let fraction = number(20..<23) {
            milliseconds = fraction
        } else if bytes.count != 20 {
            return nil
        }
        let seconds = ((date.daysSinceEpoch * 24 + hour) * 60 + minute) * 60 + second
        millisecondsSinceEpoch = seconds * 1000 + milliseconds
    }

    public static func < (a: Self, b: Self) -> Bool { a.millisecondsSinceEpoch < b.millisecondsSinceEpoch }

    /// The day at this moment in a zone that is so many minutes ahead of UTC (China: 480, the year round).
    public func date(minutesAheadOfUTC offset: Int = 480) -> CalendarDate {
        let minutes = floorDivide(millisecondsSinceEpoch, 60_000) + offset
        return CalendarDate(daysSinceEpoch: floorDivide(minutes, 1440))
    }

    /// Hours and minutes as `HH:MM` in such a zone.
    public func timeOfDay(minutesAheadOfUTC offset: Int = 480) -> String {
        let minutes = floorDivide(millisecondsSinceEpoch, 60_000) + offset
        let ofDay = minutes - floorDivide(minutes, 1440) * 1440
        return "\(padded(ofDay / 60, 2)):\(padded(ofDay % 60, 2))"
    }
}

extension Timestamp: CustomStringConvertible {
    /// RFC 3339, UTC, milliseconds.
    public var description: String {
        let days = floorDivide(millisecondsSinceEpoch, 86_400_000)
        let rest = millisecondsSinceEpoch - days * 86_400_000
        let seconds = rest / 1000
        return CalendarDate(daysSinceEpoch: days).description + "T"
            + "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(rest % 1000, 3))Z"
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let moment = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no RFC 3339 time in UTC")
        }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

private func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
