public import Exam
internal import QuestionBank

/// How far a bank is in a language that its questions may lack.
public struct TranslationProgress: Sendable {
    public let language: LanguageTag
    /// Complete, and read by somebody other than the translator.
    public let complete: [ItemID]
    /// Complete, and waiting for a reader.
    public let unread: [ItemID]
    /// Some texts are there, others are not.
    public let partial: [ItemID]
    public let missing: [ItemID]

    public var total: Int { complete.count + unread.count + partial.count + missing.count }

    /// For each language, in the order of `bank.json`; questions that are out of use do not count.
    public static func of(_ items: [AuthoredItem], translations: [LanguageTag]) -> [TranslationProgress] {
        translations.map { TranslationProgress(items.filter { $0.state != .retired }, in: $0) }
    }

    private init(_ items: [AuthoredItem], in language: LanguageTag) {
        var groups: [[ItemID]] = [[], [], [], []]
        for authored in items {
            let group =
                authored.item.texts[language] == nil
                ? 3 : !authored.missing(in: language).isEmpty ? 2 : authored.isReviewed(in: language) ? 0 : 1
            groups[group].append(authored.item.id)
        }
        self.language = language
        complete = groups[0]
        unread = groups[1]
        partial = groups[2]
        missing = groups[3]
    }
}
