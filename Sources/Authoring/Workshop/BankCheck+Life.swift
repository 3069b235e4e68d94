internal import CivilTime
internal import Exam
internal import QuestionBank

/// Who wrote, read and translated what and when, and whether that fits the state a question is in.
extension BankCheck {
    mutating func checkLife(of authored: AuthoredItem) {
        let item = authored.item
        switch authored.state {
        case .draft, .review:
            if !item.reviewed.isEmpty {
                report(
                    authored, .state,
                    "its state is \(authored.state.rawValue), but \(name(item.reviewed)) has read it: "
                        + "make it approved, or take reviewed out", weight: .error)
            }
        case .approved, .active:
            if item.reviewed.isEmpty {
                report(
                    authored, .notReviewed,
                    "its state is \(authored.state.rawValue), but nobody has read it a second time; "
                        + "the reader adds reviewed: NAME DATE")
            }
        case .retired: break
        }
        checkPair("written", item.written, "reviewed", item.reviewed, of: authored)
        if let from = item.validFrom, let until = item.validUntil, until < from {
            report(authored, .date, "it is asked until \(until), which is before \(from)", weight: .error)
        }
        if authored.state == .active, let until = item.validUntil, let today, until < today {
            report(authored, .date, "its last day was \(until); retire it, or give it another", weight: .warning)
        }
    }

    /// The maker and the reader of one text: two people, one after the other, neither tomorrow.
    func name(_ text: String) -> Substring { NameAndDay(text)?.name ?? text[...] }

    mutating func checkPair(
        _ made: String, _ maker: String, _ read: String, _ reader: String, of authored: AuthoredItem
    ) {
        for (field, text) in [(made, maker), (read, reader)] {
            if let today, let day = NameAndDay(text)?.day, day > today {
                report(authored, .date, "\(field): \(day) has not come yet", weight: .error)
            }
        }
        guard !maker.isEmpty, !reader.isEmpty else { return }
        if name(maker) == name(reader) {
            report(
                authored, .ownReview, "\(name(maker)) stands at \(made) and cannot be the second reader (\(read))",
                weight: .error)
        }
        if let first = NameAndDay(maker)?.day, let second = NameAndDay(reader)?.day, second < first {
            report(
                authored, .date, "\(read) \(second) is before \(made) \(first): it was changed after it was read",
                weight: .error)
        }
    }

    /// The languages that may be missing in a question: all of its texts or none, made by one person, read by another.
    mutating func checkTranslations(of authored: AuthoredItem) {
        let item = authored.item
        for language in contents.index.languages + contents.index.translations {
            let own = item.translations[language]
            checkPair(
                "translated.\(language)", own?.translated ?? "", "reviewed.\(language)", own?.reviewed ?? "",
                of: authored)
            guard contents.index.translations.contains(language), item.texts[language] != nil else { continue }
            guard let own, !own.translated.isEmpty else {
                report(
                    authored, .missingField,
                    "translated.\(language) is missing: who put the question into this language, and when",
                    weight: .error)
                continue
            }
            // A translation that nobody has read is not packed.
            check(authored, in: language, weight: authored.isReviewed(in: language) ? nil : .warning)
            if let written = NameAndDay(item.written)?.day, let translated = NameAndDay(own.translated)?.day,
                translated < written
            {
                report(
                    authored, .date,
                    "translated.\(language) \(translated) is before written \(written): "
                        + "compare the translation with the changed question", weight: .warning)
            }
        }
    }

    /// Numbers that the languages do not agree on.
    mutating func checkFigures(of authored: AuthoredItem) {
        guard let first = contents.index.languages.first, let original = authored.item.texts[first] else { return }
        let fields: [(name: String, option: Int?, figures: Figures)] =
            (original.stem.isEmpty ? [] : [("stem", nil, Figures(original.stem))])
            + original.options.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }
            .map { ("\($0)", $0, Figures($1)) }
        for (language, text) in authored.item.texts.sorted(by: { $0.key < $1.key }) where language != first {
            for (field, option, figures) in fields {
                let words = option.map { text.options[$0] ?? "" } ?? text.stem
                guard !words.isEmpty else { continue }
                let missing = Figures.missing(figures, Figures(words))
                for (figures, here, there) in [
                    (missing.inOther, first, language), (missing.inOne, language, first),
                ] where !figures.isEmpty {
                    report(
                        authored, .figures,
                        "\(field).\(here) has \(figures.joined(separator: ", ")), \(field).\(there) has not",
                        weight: .warning)
                }
            }
        }
    }
}
