import CivilTime
import IdentityCards
import Testing

@Suite struct RecordTests {
    @Test(arguments: DocumentKind.allCases)
    func `a document survives the way onto a card and back`(kind: DocumentKind) throws {
        let document = try IdentityDocument(record: sampleRecord(kind), photo: samplePhoto)
        let text = try document.record.encoded()
        #expect(text.count == 256)
        let again = try IdentityDocument(file: CardFile(text: text, photo: samplePhoto).encoded)
        #expect(again == document)
        #expect(again.kind == kind)
        #expect(again.photo == samplePhoto)
    }

    @Test func `a resident record has its fields where GA T 490 puts them`() throws {
        let text = try sampleRecord(.resident).encoded()
        func field(_ offset: Int, _ count: Int) -> String {
            let units = stride(from: offset, to: offset + count, by: 2)
                .map { UInt16(text[$0]) | UInt16(text[$0 + 1]) << 8 }
            return String(decoding: units, as: UTF16.self)
        }
        #expect(field(0, 30) == "测试甲            ")
        #expect(field(30, 2) == "1")
        #expect(field(32, 4) == "01")
        #expect(field(36, 16) == "19900101")
        #expect(field(52, 22) == "测试省样例市虚构区一号")
        #expect(field(122, 34) == "00000019900101001")
        #expect(field(158, 20) == "样例市公安局虚构分局")
        #expect(field(188, 32) == "2020010120400101")
        #expect(field(248, 2) == " ")
    }

    @Test func `what a resident card says is read into types`() throws {
        let document = try IdentityDocument(record: sampleRecord(.resident), photo: samplePhoto)
        #expect(document.name == "测试甲")
        #expect(document.sex == .male)
        #expect(document.sex.name == "男")
        #expect(document.nation?.name == "汉")
        #expect(document.birthDate == CalendarDate(year: 1990, month: 1, day: 1))
        #expect(document.validUntil == CalendarDate(year: 2040, month: 1, day: 1))
        #expect(document.latinName == nil)
        #expect(document.nationality == nil)
    }

    @Test func `a foreigner's name goes on over both fields and stands in for a missing Chinese one`() throws {
        var record = sampleRecord(.permanentResident2023)
        let full = "SAMPLE, TESTPERSON LONGNAME FOR THE SECOND END"
        #expect(try IdentityDocument(record: record, photo: samplePhoto).latinName == full)
        record[.name] = ""
        #expect(try IdentityDocument(record: record, photo: samplePhoto).name == full)
    }

    @Test func `a blank where a name goes on in the next field is not lost`() throws {
        var record = sampleRecord(.permanentResident2023)
        let full = "SAMPLE, TESTPERSON WITH LONG NAMES X SECOND"
        record[.latinName] = String(full.prefix(35))
        record[.latinNameEnd] = String(full.dropFirst(35))
        #expect(full.prefix(36).last != " " && full.prefix(35).last == " ")
        let document = try IdentityDocument(record: record, photo: samplePhoto)
        #expect(document.latinName == full)
        #expect(try IdentityDocument(record: document.record, photo: samplePhoto) == document)
    }

    @Test func `长期 on a card means no end`() throws {
        var record = sampleRecord(.resident)
        record[.validUntil] = "长期"
        let document = try IdentityDocument(record: record, photo: samplePhoto)
        #expect(document.validUntil == nil)
        #expect(document.validity(on: CalendarDate(year: 9999, month: 12, day: 31)!) == .valid)
    }

    @Test func `a card counts on its first and its last day and not outside them`() throws {
        let document = try IdentityDocument(record: sampleRecord(.resident), photo: samplePhoto)
        #expect(document.validity(on: CalendarDate("2019-12-31")!) == .notYet)
        #expect(document.validity(on: CalendarDate("2020-01-01")!) == .valid)
        #expect(document.validity(on: CalendarDate("2040-01-01")!) == .valid)
        #expect(document.validity(on: CalendarDate("2040-01-02")!) == .expired)
    }

    @Test(arguments: [0, 1, 3, 4, 100, 259, 260, 261, 1283, 1285])
    func `a file cut short or too long is refused with the part that is wrong`(size: Int) throws {
        let whole = CardFile(text: try sampleRecord(.resident).encoded(), photo: samplePhoto).encoded
        let file = Array((whole + [0]).prefix(size))
        let error = #expect(throws: RecordError.self) { try IdentityDocument(file: file) }
        #expect(error?.field == (size < 260 ? .record : .photo))
        // The control: the same file uncut.
        #expect(throws: Never.self) { try IdentityDocument(file: whole) }
    }

    @Test func `a text record of another length is refused`() throws {
        let text = try sampleRecord(.resident).encoded()
        #expect(throws: RecordError(.record, .length(found: 255, wanted: 256))) {
            try CardRecord(decoding: text.dropLast())
        }
    }

    @Test func `an unknown letter is refused`() throws {
        var text = try sampleRecord(.resident).encoded()
        text[248] = UInt8(ascii: "Q")
        #expect(throws: RecordError(.kind, .unknownCode)) { try CardRecord(decoding: text) }
    }

    @Test func `half a surrogate pair and control characters are no text`() throws {
        let good = try sampleRecord(.resident).encoded()
        for unit: UInt16 in [0xD800, 0xDC00, 0x0000, 0x001B, 0x202E, 0xFFFF] {
            var text = good
            text[2] = UInt8(unit & 0xFF)
            text[3] = UInt8(unit >> 8)
            #expect(throws: RecordError(.name, .encoding)) { try CardRecord(decoding: text) }
        }
    }

    @Test func `a rare name of private characters or of a supplementary plane is read`() throws {
        var record = sampleRecord(.resident)
        record[.name] = "测\u{E123}\u{20BB7}"
        let file = CardFile(text: try record.encoded(), photo: samplePhoto).encoded
        #expect(try IdentityDocument(file: file).name == "测\u{E123}\u{20BB7}")
    }

    @Test func `a field too long for its place is not written`() {
        var record = sampleRecord(.resident)
        record[.name] = String(repeating: "长", count: 16)
        #expect(throws: RecordError(.name, .length(found: 16, wanted: 15))) { try record.encoded() }
    }
}
