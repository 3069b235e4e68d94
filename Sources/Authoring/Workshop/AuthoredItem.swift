public import Exam
public import QuestionBank

/// Where a question is in its life; only an active one is packed.
public enum ItemState: String, CaseIterable, Codable, Hashable, Sendable {
    /// Its author works on it.
    case draft
    /// It waits for its second reader.
    case review
    /// It was read and found right, and waits to be used.
    case approved
    /// It is packed and asked.
    case active
    /// It is not asked any more; its id stays taken.
    case retired
}

/// A question as the authors' folder holds it, in any state, with everything that is written there.
public struct AuthoredItem: Sendable {
    /// With all texts, whether somebody has read them or not.
    public let item: Item
    /// The authored numbers of the right options; 1 is "true" and 2 "false" in a judge question.
    public let key: Set<Int>
    public let state: ItemState
    /// The file in which the author finds it.
    public let file: String
    /// Counts from 1; nil in a package, which has no lines.
    public let line: Int?

    /// The questions of an opened package, all of which are active.
    public static func all(of contents: BankContents, file: String) -> [AuthoredItem] {
        contents.index.items.compactMap { entry in
            contents.items[entry.id].map {
                AuthoredItem(item: $0, key: contents.keys[entry.id] ?? [], state: .active, file: file, line: nil)
            }
        }
    }

    /// The question as it is packed: with the languages that are complete and were read.
    ///
    /// - Parameter translations: the languages in which a question may be missing.
    func packed(translations: [LanguageTag], enemies: [ItemID]) -> Item {
        let texts = item.texts.filter { language, _ in
            !translations.contains(language) || (missing(in: language).isEmpty && isReviewed(in: language))
        }
        let picture = item.picture.map { picture in
            Picture(
                digest: picture.digest, width: picture.width, height: picture.height,
                alternatives: picture.alternatives.filter { texts[$0.key] != nil })
        }
        return item.with(texts: texts, picture: picture, enemies: enemies)
    }

    /// How much a fault in a language's texts weighs: what is not packed stands in nobody's way.
    ///
    /// - Parameter translations: the languages in which a question may be missing.
    public func weight(in language: LanguageTag, translations: [LanguageTag]) -> Finding.Weight {
        let isRead = !translations.contains(language) || isReviewed(in: language)
        return weight == .error && isRead ? .error : .warning
    }

    /// How much a fault weighs that touches all languages.
    var weight: Finding.Weight { state == .draft || state == .review ? .warning : .error }

    /// Whether somebody other than the translator has read the texts of a language.
    func isReviewed(in language: LanguageTag) -> Bool {
        item.translations[language].map { !$0.reviewed.isEmpty } ?? false
    }

    /// The names of the texts that a language lacks.
    func missing(in language: LanguageTag) -> [String] {
        let text = item.texts[language]
        var missing = text?.stem.isEmpty ?? true ? ["stem.\(language)"] : []
        missing += optionNumbers.filter { text?.options[$0, default: ""].isEmpty ?? true }.map { "\($0).\(language)" }
        if text?.explanation.isEmpty ?? true { missing.append("explain.\(language)") }
        return missing
    }

    /// Whether a picture lacks its words in a language.
    func lacksPictureWords(in language: LanguageTag) -> Bool {
        item.picture.map { $0.alternatives[language, default: ""].isEmpty } ?? false
    }

    /// The numbers that options have in any language.
    var optionNumbers: [Int] { Set(item.texts.values.flatMap(\.options.keys)).sorted() }
}

extension Item {
    /// The same question with other words, picture or enemies.
    func with(texts: [LanguageTag: ItemText]? = nil, picture: Picture?, enemies: [ItemID]? = nil) -> Item {
        let texts = texts ?? self.texts
        return Item(
            id: id, version: version, kind: kind, area: area, classes: classes, regions: regions,
            validFrom: validFrom, validUntil: validUntil, enemies: enemies ?? self.enemies, basis: basis,
            picture: picture, texts: texts, written: written, reviewed: reviewed,
            translations: translations.filter { texts[$0.key] != nil })
    }
}
