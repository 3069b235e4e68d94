import CivilTime
import Exam
import Packages
import Platform
import QuestionBank
import TerminalLink

/// The bank as the hall's screens use it: texts by language with a fallback, names, and pictures ready to send.
///
/// It holds no answer key. Questions are opened when a screen shows them, never ahead.
final class BankTexts: Sendable {
    /// Nil while no bank is installed.
    let package: QuestionPackage?
    private let texts: QuestionTexts?
    private let items = Guarded<[ItemID: Item]>([:])
    private let areas: [ItemID: Area]
    /// The languages in which questions are complete, beside those that all of them are.
    private let translations: [ItemID: [LanguageTag]]

    init(_ texts: QuestionTexts?) {
        self.texts = texts
        package = texts?.package
        areas = Dictionary(
            (texts?.package.index.items ?? []).map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
        let shared = texts?.package.index.languages ?? []
        translations = Dictionary(
            (texts?.package.index.items ?? []).map { ($0.id, $0.languages.filter { !shared.contains($0) }) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A hall without a bank.
    static let none = BankTexts(nil)

    var digest: String { package?.digest ?? "" }
    var index: [ItemIndexEntry] { package?.index.items ?? [] }
    var languages: [LanguageTag] { package?.index.languages ?? [] }

    /// The languages in which a candidate may begin: those that fill the blueprint.
    func languages(of opened: AttemptEntry.Opened) -> [LanguageTag] {
        package?.index.languages(of: opened.programme, for: opened.vehicleClass) ?? []
    }

    /// The languages that every question of a paper has: those that a candidate may change between.
    func languages(ofPaperOf attempt: Attempt) -> [LanguageTag] {
        let items = attempt.started?.paper.items ?? []
        return languages
            + (package?.index.translations ?? []).filter { tag in
                !items.isEmpty && items.allSatisfy { translations[$0.item]?.contains(tag) == true }
            }
    }

    /// Whether there are several; what the whole bank has is enough, and spares each question's scene the look at all.
    func offersLanguages(forPaperOf attempt: Attempt) -> Bool {
        languages.count > 1 || languages(ofPaperOf: attempt).count > 1
    }

    /// The days that are worked, as far as the bank states them.
    var calendar: WorkCalendar { package?.index.calendar ?? WorkCalendar(years: []) }

    /// The texts of a question that a screen shows; the few last ones are kept, so that redrawing opens nothing again.
    func item(_ id: ItemID) throws -> Item {
        if let item = items.withLock({ $0[id] }) { return item }
        guard let texts else { throw Failure(.unavailable, "its question bank is not on this appliance") }
        let item = try texts.item(id)
        items.withLock {
            if $0.count >= 16 { $0.removeAll(keepingCapacity: true) }
            $0[id] = item
        }
        return item
    }

    /// By what the questions are known again; nil while no bank is installed.
    var fingerprints: Fingerprints? { texts?.fingerprints }

    /// The picture of a question, known without opening its texts.
    func picture(of id: ItemID) -> String? { texts?.picture(of: id) }

    /// The text in a language, or in the first of the bank's own that the item has.
    func text(of item: Item, _ language: LanguageTag) throws -> ItemText {
        for tag in [language] + languages {
            if let text = item.texts[tag] { return text }
        }
        throw Failure(.badData, "item \(item.id) has no text in any of the bank's languages")
    }

    func programme(_ code: ProgrammeCode) throws -> CompleteProgramme {
        guard let programme = programmeRow(code) else {
            throw Failure(.badData, "the bank has no programme \(code)")
        }
        return try programme.complete()
    }

    func programmeRow(_ code: ProgrammeCode) -> Programme? { package?.index.programmes.first { $0.code == code } }

    func blueprint(_ code: ProgrammeCode, for vehicleClass: VehicleClass) -> Blueprint? {
        package?.index.blueprint(for: code, vehicleClass: vehicleClass)
    }

    func programmeName(_ code: ProgrammeCode, _ language: LanguageTag) -> String {
        let names = programmeRow(code)?.names ?? [:]
        return name(in: names, language) ?? code.rawValue
    }

    func areaName(_ area: Area, _ language: LanguageTag) -> String {
        name(in: package?.index.areas[area] ?? [:], language) ?? area.rawValue
    }

    func area(of item: ItemID) -> Area? { areas[item] }

    private func name(in names: [LanguageTag: String], _ language: LanguageTag) -> String? {
        ([language] + languages).lazy.compactMap { names[$0] }.first
    }

    func reference(to picture: Picture, _ language: LanguageTag) -> PictureReference {
        PictureReference(digest: picture.digest, alternative: name(in: picture.alternatives, language) ?? "")
    }

    /// The frame that brings a picture to a terminal.
    func media(_ digest: String) throws -> Media {
        guard let texts else { throw Failure(.unavailable, "its question bank is not on this appliance") }
        return Media(digest: digest, data: base64url(try texts.picture(digest: digest)))
    }
}
