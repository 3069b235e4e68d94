internal import CivilTime
internal import Exam
internal import QuestionBank

/// What differs between the questions of two banks.
extension BankComparison {
    mutating func compareItems(_ old: [AuthoredItem], _ new: [AuthoredItem]) {
        let a = Dictionary(old.map { ($0.item.id, $0) }) { first, _ in first }
        let b = Dictionary(new.map { ($0.item.id, $0) }) { first, _ in first }
        for id in Set(a.keys).union(b.keys).sorted() {
            guard let before = a[id] else {
                if let after = b[id] { add(.init(.added, item: id, "is new, \(after.state.rawValue)")) }
                continue
            }
            guard let after = b[id] else {
                add(.init(.removed, item: id, "is gone, was \(before.state.rawValue); its id stays taken"))
                continue
            }
            compare(before, after)
        }
    }

    private mutating func compare(_ old: AuthoredItem, _ new: AuthoredItem) {
        let (a, b) = (old.item, new.item)
        let id = a.id
        if old.state != new.state {
            let again = old.state == .retired ? ": a retired question is not asked again, a new one gets a new id" : ""
            add(
                .init(
                    .state, item: id, "is \(new.state.rawValue), was \(old.state.rawValue)\(again)",
                    before: old.state.rawValue, after: new.state.rawValue))
        }
        compare(.classification, "kind", a.kind.rawValue, b.kind.rawValue, item: id)
        compare(.classification, "area", a.area.rawValue, b.area.rawValue, item: id)
        compare(.classification, "classes", words(a.classes), words(b.classes), item: id)
        compare(.classification, "regions", words(a.regions), words(b.regions), item: id)
        compare(
            .classification, "from", a.validFrom?.description ?? "", b.validFrom?.description ?? "", item: id)
        compare(
            .classification, "until", a.validUntil?.description ?? "", b.validUntil?.description ?? "", item: id)
        compare(.classification, "enemies", words(a.enemies), words(b.enemies), item: id)
        compare(.classification, "basis", a.basis, b.basis, item: id)
        let noticed = differences.count
        compareTexts(a, b)
        if old.key != new.key {
            add(.init(.key, item: id, "key: \(key(old)) → \(key(new))", before: key(old), after: key(new)))
        }
        comparePictures(a, b)
        let isChanged =
            differences[noticed...].contains { ![.translation, .reading].contains($0.kind) } || a.kind != b.kind
        compare(.version, "version", "\(a.version)", "\(b.version)", item: id)
        if isChanged, a.version == b.version {
            add(.init(.version, item: id, "a candidate can notice the change, but it is still version \(b.version)"))
        }
        compare(.reading, "written", a.written, b.written, item: id)
        compare(.reading, "reviewed", a.reviewed, b.reviewed, item: id)
    }

    private mutating func compareTexts(_ a: Item, _ b: Item) {
        for language in Set(a.texts.keys).union(b.texts.keys).sorted() {
            guard let before = a.texts[language], let after = b.texts[language] else {
                let maker = (b.translations[language] ?? a.translations[language])?.translated ?? ""
                let words = a.texts[language] == nil ? "is now in \(language)" : "is no longer in \(language)"
                add(
                    .init(
                        .translation, item: a.id, language: language,
                        words + (maker.isEmpty ? "" : " (\(maker))")))
                continue
            }
            compare(.stem, "stem.\(language)", before.stem, after.stem, item: a.id, language: language)
            for number in Set(before.options.keys).union(after.options.keys).sorted() {
                compare(
                    .option, "\(number).\(language)", before.options[number] ?? "", after.options[number] ?? "",
                    item: a.id, language: language)
            }
            compare(
                .explanation, "explain.\(language)", before.explanation, after.explanation, item: a.id,
                language: language)
            let (old, new) = (a.translations[language], b.translations[language])
            compare(
                .reading, "translated.\(language)", old?.translated ?? "", new?.translated ?? "", item: a.id,
                language: language)
            compare(
                .reading, "reviewed.\(language)", old?.reviewed ?? "", new?.reviewed ?? "", item: a.id,
                language: language)
        }
    }

    private mutating func comparePictures(_ a: Item, _ b: Item) {
        if a.picture?.digest != b.picture?.digest {
            let words =
                a.picture == nil
                ? "has a picture now" : b.picture == nil ? "has no picture any more" : "has another picture"
            add(.init(.picture, item: a.id, words, before: a.picture?.digest, after: b.picture?.digest))
        }
        let (old, new) = (a.picture?.alternatives ?? [:], b.picture?.alternatives ?? [:])
        for language in Set(old.keys).union(new.keys).sorted()
        where a.texts[language] != nil && b.texts[language] != nil {
            compare(
                .picture, "picture.\(language)", old[language] ?? "", new[language] ?? "", item: a.id,
                language: language)
        }
    }

    private func words(_ values: some Sequence<some CustomStringConvertible>) -> String {
        values.map(\.description).joined(separator: " ")
    }

    private func key(_ authored: AuthoredItem) -> String {
        if authored.item.kind == .judge { return authored.key == [1] ? "true" : "false" }
        return words(authored.key.sorted())
    }
}
