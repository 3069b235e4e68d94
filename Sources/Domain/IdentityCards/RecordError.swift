/// What is wrong with a card's record, and in which field.
///
/// Neither the error nor its words repeat what the field holds: they go into logs, and a record is personal data.
public struct RecordError: Error, Hashable, Sendable {
    public let field: RecordField
    public let problem: Problem

    public enum Problem: Hashable, Sendable {
        /// So many bytes (characters in a field) where others are wanted.
        case length(found: Int, wanted: Int)
        /// No text in UTF-16, or characters that no card carries.
        case encoding
        /// Empty, though every card of this kind has it.
        case blank
        /// A code that its standard does not know.
        case unknownCode
        /// Other characters than the field's form allows.
        case form
        /// The check character does not fit the digits before it (GB 11643).
        case checksum
        /// No day of the calendar.
        case impossibleDate
        /// Cannot be true together with another field.
        case contradicts(RecordField)
    }

    public init(_ field: RecordField, _ problem: Problem) {
        self.field = field
        self.problem = problem
    }
}

extension RecordError: CustomStringConvertible {
    public var description: String {
        switch problem {
        case .length(let found, let wanted): "\(field.words): \(found) where \(wanted) are wanted"
        case .encoding: "\(field.words): not readable as text"
        case .blank: "\(field.words): empty"
        case .unknownCode: "\(field.words): a code that is not in the standard"
        case .form: "\(field.words): not of the form it must have"
        case .checksum: "\(field.words): its check character is wrong"
        case .impossibleDate: "\(field.words): no day of the calendar"
        case .contradicts(let other): "\(field.words): contradicts \(other.words)"
        }
    }
}

/// A field of a record; which of them a document has is its kind's layout.
public enum RecordField: String, CaseIterable, Codable, Sendable {
    /// The record as a whole.
    case record
    case photo
    case kind
    case name, latinName
    /// Characters 36 to 46 of a Latin name (form of 2023).
    case latinNameEnd
    case sex, nation, nationality, birthDate, address, number, issuer, validFrom, validUntil
    /// The pass number and the count of issues of a residence permit.
    case passNumber, issueCount
    /// The version and the code of the accepting authority (form of 2017).
    case version, authority
    /// How often a card of 2023 was renewed, and its link to the number of 2017.
    case renewals, earlierNumber

    /// The field's name in a sentence.
    public var words: String {
        switch self {
        case .record: "the record's length in bytes"
        case .photo: "the photo's length in bytes"
        case .kind: "the kind of document"
        case .name: "the name"
        case .latinName, .latinNameEnd: "the Latin name"
        case .sex: "the sex"
        case .nation: "the nation"
        case .nationality: "the nationality"
        case .birthDate: "the date of birth"
        case .address: "the address"
        case .number: "the number"
        case .issuer: "the issuer"
        case .validFrom: "the first day of validity"
        case .validUntil: "the last day of validity"
        case .passNumber: "the pass number"
        case .issueCount: "the count of issues"
        case .version: "the version"
        case .authority: "the accepting authority"
        case .renewals: "the count of renewals"
        case .earlierNumber: "the link to the earlier number"
        }
    }
}
