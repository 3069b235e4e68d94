/// The documents whose records we read; the letter at offset 248 of a record tells them apart.
public enum DocumentKind: String, CaseIterable, Codable, Sendable {
    /// 居民身份证, the resident identity card (GA/T 490).
    case resident
    /// 港澳台居民居住证, the residence permit for residents of Hong Kong, Macao and Taiwan (2018).
    case hkMacaoTaiwan
    /// 外国人永久居留身份证, the foreigner's permanent residence card in its form of 2017.
    case permanentResident2017
    /// The same in its form of 2023.
    case permanentResident2023

    /// The letter in the record.
    public var letter: String {
        switch self {
        case .resident: " "
        case .hkMacaoTaiwan: "J"
        case .permanentResident2017: "I"
        case .permanentResident2023: "Y"
        }
    }

    init?(letter: UInt16) {
        guard let kind = Self.allCases.first(where: { Array($0.letter.utf16) == [letter] }) else { return nil }
        self = kind
    }
}
