import Exam
import Packages
import Platform
import QuestionBank
import TerminalLink

/// The bank as the hall uses it: texts by language with a fallback, names, and pictures ready to send.
final class BankTexts: Sendable {
    let package: QuestionPackage
    private let items = Guarded<[ItemID: Item]>([:])

    private let areas: [ItemID: Area]

    init(_ package: QuestionPackage) {
        self.package = package
        areas = Dictionary(package.index.items.map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
    }

    var digest: String { package.digest }
    var index: [ItemIndexEntry] { package.index.items }
    var languages: [LanguageTag] { package.index.languages }
    /// The days that are worked, as far as the bank states them.
    var calendar: WorkCalendar { package.index.calendar ?? WorkCalendar(years: []) }

    /// An item's texts; the few last ones are kept, so that redrawing a question opens nothing again.
    func item(_ id: ItemID) throws -> Item {
        if let item = items.withLock({ $0[id] }) { return item }
        let item = try package.item(id)
        items.withLock {
            if $0.count >= 64 { $0.removeAll(keepingCapacity: true) }
            $0[id] = item
        }
        return item
    }

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

    func programmeRow(_ code: ProgrammeCode) -> Programme? { package.index.programmes.first { $0.code == code } }

    func blueprint(_ code: ProgrammeCode, for vehicleClass: VehicleClass) -> Blueprint? {
        package.index.blueprint(for: code, vehicleClass: vehicleClass)
    }

    func programmeName(_ code: ProgrammeCode, _ language: LanguageTag) -> String {
        let names = programmeRow(code)?.names ?? [:]
        return name(in: names, language) ?? code.rawValue
    }

    func areaName(_ area: Area, _ language: LanguageTag) -> String {
        name(in: package.index.areas[area] ?? [:], language) ?? area.rawValue
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
        Media(digest: digest, data: base64url(try package.picture(digest: digest)))
    }
}
