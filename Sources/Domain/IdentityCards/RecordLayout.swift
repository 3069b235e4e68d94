/// Where the fields of a record stand; offsets and widths in bytes, two of them a character.
///
/// Sources: GA/T 490 for the resident card; for the other three the field tables that makers of readers publish. The
/// four agree in nothing but the place of the kind's letter, so that is looked at first.
enum RecordLayout {
    static let size = 256
    static let kindOffset = 248

    struct Place: Sendable {
        let field: RecordField
        let offset: Int
        let width: Int
    }

    static func places(of kind: DocumentKind) -> [Place] {
        switch kind {
        case .resident: common + [Place(field: .nation, offset: 32, width: 4)]
        case .hkMacaoTaiwan: permit
        case .permanentResident2017: cardOf2017
        case .permanentResident2023: cardOf2023
        }
    }

    private static let common = [
        Place(field: .name, offset: 0, width: 30),
        Place(field: .sex, offset: 30, width: 2),
        Place(field: .birthDate, offset: 36, width: 16),
        Place(field: .address, offset: 52, width: 70),
        Place(field: .number, offset: 122, width: 36),
        Place(field: .issuer, offset: 158, width: 30),
        Place(field: .validFrom, offset: 188, width: 16),
        Place(field: .validUntil, offset: 204, width: 16),
    ]

    private static let permit =
        common + [
            Place(field: .passNumber, offset: 220, width: 18),
            Place(field: .issueCount, offset: 238, width: 4),
        ]

    private static let cardOf2017 = [
        Place(field: .latinName, offset: 0, width: 120),
        Place(field: .sex, offset: 120, width: 2),
        Place(field: .number, offset: 122, width: 30),
        Place(field: .nationality, offset: 152, width: 6),
        Place(field: .name, offset: 158, width: 30),
        Place(field: .validFrom, offset: 188, width: 16),
        Place(field: .validUntil, offset: 204, width: 16),
        Place(field: .birthDate, offset: 220, width: 16),
        Place(field: .version, offset: 236, width: 4),
        Place(field: .authority, offset: 240, width: 8),
    ]

    private static let cardOf2023 = [
        Place(field: .name, offset: 0, width: 30),
        Place(field: .sex, offset: 30, width: 2),
        Place(field: .renewals, offset: 32, width: 4),
        Place(field: .birthDate, offset: 36, width: 16),
        Place(field: .latinName, offset: 52, width: 70),
        Place(field: .number, offset: 122, width: 36),
        Place(field: .validFrom, offset: 188, width: 16),
        Place(field: .validUntil, offset: 204, width: 16),
        Place(field: .latinNameEnd, offset: 220, width: 22),
        Place(field: .nationality, offset: 242, width: 6),
        Place(field: .earlierNumber, offset: 250, width: 6),
    ]
}
