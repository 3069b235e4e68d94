import CanonicalJSON
import CivilTime
import Exam

extension BankIndex {
    /// From its JSON, however many questions it lists: `Codable` would take a second for ten thousand.
    ///
    /// - Throws: `JSONSyntaxFault` with the place in `items`, `DecodingError` for anything else.
    public init(json: [UInt8]) throws {
        var reader = JSONReader(json)
        var place: Range<Int>?
        var items: [ItemIndexEntry] = []
        try reader.object { (name, reader) throws(JSONSyntaxFault) in
            guard name == "items" else {
                _ = try reader.skip()
                return
            }
            guard place == nil else { throw reader.fault("items stand twice") }
            let start = reader.position
            var entries = EntryReader()
            try reader.array { (reader) throws(JSONSyntaxFault) in items.append(try entries.read(&reader)) }
            place = start..<reader.position
        }
        try reader.end()
        var rest = json
        if let place { rest.replaceSubrange(place, with: "[]".utf8) }
        self = try JSONCoder.decode(BankIndex.self, from: rest)
        self.items = items.sorted { $0.id < $1.id }
    }
}

/// Reads the questions of an index one after the other; neighbours mostly have the same lists, which are then shared.
private struct EntryReader {
    private var classes: (place: Range<Int>, value: [VehicleClass]) = (0..<0, [])
    private var languages: (place: Range<Int>, value: [LanguageTag]) = (0..<0, [])

    mutating func read(_ reader: inout JSONReader) throws(JSONSyntaxFault) -> ItemIndexEntry {
        var id: ItemID?
        var version: Int?
        var kind: ItemKind?
        var area: Area?
        var options: Int?
        var classes: [VehicleClass]?
        var languages: [LanguageTag] = []
        var regions: [String] = []
        var validFrom: CalendarDate?
        var validUntil: CalendarDate?
        var enemies: [ItemID] = []
        try reader.object { (name, reader) throws(JSONSyntaxFault) in
            switch name {
            case "id": id = ItemID(rawValue: try reader.string())
            case "version": version = try reader.integer()
            case "kind": kind = ItemKind(rawValue: try reader.string())
            case "area": area = Area(rawValue: try reader.string())
            case "options": options = try reader.integer()
            case "classes": classes = try Self.list(&reader, &self.classes)
            case "languages": languages = try Self.list(&reader, &self.languages)
            case "regions": regions = try reader.strings()
            case "validFrom": validFrom = try Self.day(&reader)
            case "validUntil": validUntil = try Self.day(&reader)
            case "enemies": enemies = try reader.strings().map { ItemID(rawValue: $0) }
            default: _ = try reader.skip()
            }
        }
        guard let id, let version, let kind, let area, let options, let classes else {
            throw reader.fault("a question before this place lacks id, version, kind, area, options or classes")
        }
        return ItemIndexEntry(
            id: id, version: version, kind: kind, area: area, classes: classes, options: options, languages: languages,
            regions: regions, validFrom: validFrom, validUntil: validUntil, enemies: enemies)
    }

    private static func day(_ reader: inout JSONReader) throws(JSONSyntaxFault) -> CalendarDate {
        guard let day = CalendarDate(try reader.string()) else { throw reader.fault("a day is wanted: YYYY-MM-DD") }
        return day
    }

    private static func list<Name: TextIdentifier>(
        _ reader: inout JSONReader, _ last: inout (place: Range<Int>, value: [Name])
    ) throws(JSONSyntaxFault) -> [Name] {
        if reader.passSame(as: last.place) { return last.value }
        let start = reader.position
        let value = try reader.strings().map { Name(rawValue: $0) }
        last = (start..<reader.position, value)
        return value
    }
}
