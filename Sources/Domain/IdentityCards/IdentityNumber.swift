public import CivilTime

/// A citizen identification number of 18 characters (GB 11643): region, date of birth, sequence, check character.
public struct IdentityNumber: Hashable, Sendable {
    public let text: String
    private let digits: [Int]

    /// Reads a number.
    ///
    /// - Throws: `RecordError` on `number`: its length, its form, or its check character.
    public init(_ text: String) throws(RecordError) {
        let characters = Array(text.utf8)
        guard characters.count == 18 else {
            throw RecordError(.number, .length(found: characters.count, wanted: 18))
        }
        let digits = characters[..<17].map { Int($0) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { throw RecordError(.number, .form) }
        guard Self.checkCharacter(digits) == Character(UnicodeScalar(characters[17])) else {
            throw RecordError(.number, .checksum)
        }
        self.text = text
        self.digits = digits
    }

    /// A number from its first 17 digits.
    ///
    /// - Throws: `RecordError` on `number` when these are no 17 digits.
    public init(digits text: String) throws(RecordError) {
        let digits = text.utf8.map { Int($0) - 48 }
        guard digits.count == 17, digits.allSatisfy({ (0...9).contains($0) }) else {
            throw RecordError(.number, .form)
        }
        try self.init(text + String(Self.checkCharacter(digits)))
    }

    /// ISO 7064, MOD 11-2.
    private static func checkCharacter(_ digits: [Int]) -> Character {
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return Array("10X98765432")[sum % 11]
    }

    /// The six digits of the region that first gave the number.
    public var region: String { String(text.prefix(6)) }

    /// Digits 7 to 14; nil when they are no day of the calendar.
    public var birthDate: CalendarDate? { CalendarDate(text.dropFirst(6).prefix(8)) }

    /// Digit 17 is odd for men, even for women.
    public var sex: Sex { digits[16] % 2 == 1 ? .male : .female }
}
