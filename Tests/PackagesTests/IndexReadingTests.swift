import CanonicalJSON
import CivilTime
import Exam
import QuestionBank
import Testing

/// The index is read by a reader of its own, which must say what `Codable` says.
@Suite struct IndexReadingTests {
    private func index() throws -> BankIndex {
        let items = (1...12).map { number in
            ItemIndexEntry(
                id: ItemID("Q-\(number)"), version: number, kind: ItemKind.allCases[number % 3], area: "law",
                classes: number % 2 == 0 ? ["C1", "C2"] : ["A1"], options: number % 3 == 0 ? 2 : 4,
                languages: number % 5 == 0 ? [] : ["en", "zh-Hans"], regions: number % 7 == 0 ? ["33", "3301"] : [],
                validFrom: number % 4 == 0 ? CalendarDate("2026-01-01") : nil,
                validUntil: number % 6 == 0 ? CalendarDate("2027-12-31") : nil,
                enemies: number % 9 == 0 ? ["Q-1", "Q-\\\"é"] : [])
        }
        return BankIndex(
            id: "bank", version: 4, languages: ["en"], validFrom: CalendarDate("2026-02-03"), validUntil: nil,
            areas: ["law": ["en": "Law \"1\""]], programmes: [],
            blueprints: [try Blueprint(programme: "T", version: 1, kinds: [.judge: 2], areas: ["law": 2])],
            promises: [.init(programme: "T", times: 2)], items: items)
    }

    @Test func `it reads every member as Codable does`() throws {
        let index = try index()
        let bytes = try JSONCoder.encode(index)
        #expect(try JSONCoder.decode(BankIndex.self, from: bytes) == index)
        #expect(try BankIndex(json: bytes) == index)
    }

    @Test func `cut anywhere it is refused, never read half`() throws {
        let bytes = try JSONCoder.encode(index())
        for length in 0..<bytes.count {
            #expect(throws: (any Error).self) { try BankIndex(json: Array(bytes[..<length])) }
        }
    }

    @Test(arguments: [
        #"{"items":[{"id":"A"}]}"#, #"{"items":[{"id":1}]}"#, #"{"items":[{}]}"#, #"{"items":{}}"#,
        #"{"items":[],"items":[]}"#, #"{"items":[{"version":01}]}"#, #"{"items":[{"version":1.5}]}"#,
        #"{"items":[{"version":1234567890123456}]}"#, #"{"items":[{"id":"\x"}]}"#, #"{"items":[,]}"#, "[]", "",
        #"{"items":[]} {}"#, #"{"items":[{"validFrom":"2026-02-30"}]}"#, "{\"items\":[{\"id\":\"\u{1}\"}]}",
    ]) func `what is no index is refused with its place`(_ text: String) {
        #expect(throws: (any Error).self) { try BankIndex(json: Array(text.utf8)) }
    }
}
