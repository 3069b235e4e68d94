public import CivilTime
public import Exam
internal import QuestionBank

/// What a package is, in a few words: what `kaotai bank` prints of it.
public struct BankSummary: Encodable, Hashable, Sendable {
    public var bank: String
    public var version: Int
    /// SHA-256 over the plain content, hexadecimal.
    public var digest: String
    public var items: Int
    public var languages: [LanguageTag]
    public var validFrom: CalendarDate?
    public var validUntil: CalendarDate?

    public init(_ package: QuestionPackage) {
        bank = package.index.id
        version = package.index.version
        digest = package.digest
        items = package.index.items.count
        languages = package.index.languages
        validFrom = package.index.validFrom
        validUntil = package.index.validUntil
    }

    private enum CodingKeys: String, CodingKey { case bank, version, digest, items, languages, validFrom, validUntil }

    /// A day without a bound is `null`, not absent.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bank, forKey: .bank)
        try container.encode(version, forKey: .version)
        try container.encode(digest, forKey: .digest)
        try container.encode(items, forKey: .items)
        try container.encode(languages, forKey: .languages)
        try container.encode(validFrom, forKey: .validFrom)
        try container.encode(validUntil, forKey: .validUntil)
    }
}
