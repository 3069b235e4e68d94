import CivilTime
import IdentityCards
import Testing

@Suite struct CheckTests {
    @Test func `the check character is that of the standard's example`() throws {
        // GB 11643-1999, appendix: 11010519491231002X and 440524188001010014.
        #expect(try IdentityNumber("11010519491231002X").birthDate == CalendarDate(year: 1949, month: 12, day: 31))
        #expect(try IdentityNumber("440524188001010014").sex == .male)
        #expect(try IdentityNumber(digits: "11010519491231002").text == "11010519491231002X")
    }

    @Test func `every single wrong digit and every swap of neighbours is found`() throws {
        let right = Array("11010519491231002X")
        var tried = 0
        for place in 0..<17 {
            for digit in "0123456789" where digit != right[place] {
                var wrong = right
                wrong[place] = digit
                tried += 1
                #expect(throws: RecordError(.number, .checksum)) { try IdentityNumber(String(wrong)) }
            }
        }
        for place in 0..<16 where right[place] != right[place + 1] {
            var wrong = right
            wrong.swapAt(place, place + 1)
            #expect(throws: RecordError(.number, .checksum)) { try IdentityNumber(String(wrong)) }
        }
        #expect(tried == 153)
    }

    @Test func `a number of another length or with letters is refused`() {
        #expect(throws: RecordError(.number, .length(found: 17, wanted: 18))) {
            try IdentityNumber("11010519491231002")
        }
        #expect(throws: RecordError(.number, .form)) { try IdentityNumber("1101051949123100XX") }
        #expect(throws: RecordError(.number, .checksum)) { try IdentityNumber("11010519491231002x") }
    }

    @Test func `a record with a wrong check character names the number`() {
        #expect(refusal { $0[.number] = "000000199001010019" } == RecordError(.number, .checksum))
        #expect(refusal { _ in } == nil)
    }

    @Test(arguments: ["19900230", "19901301", "19900100", "20230229", "00000101"])
    func `an impossible date is refused`(date: String) {
        #expect(refusal { $0[.birthDate] = date } == RecordError(.birthDate, .impossibleDate))
        #expect(refusal { $0[.validFrom] = date } == RecordError(.validFrom, .impossibleDate))
        #expect(refusal { $0[.validUntil] = date } == RecordError(.validUntil, .impossibleDate))
    }

    @Test(arguments: ["1990010", "1990-1-1", "199001O1", "长期"])
    func `a date of another form is refused`(date: String) {
        #expect(refusal { $0[.birthDate] = date } == RecordError(.birthDate, .form))
    }

    @Test func `fields that contradict each other are refused`() {
        #expect(refusal { $0[.birthDate] = "19900102" } == RecordError(.birthDate, .contradicts(.number)))
        #expect(refusal { $0[.sex] = "2" } == RecordError(.sex, .contradicts(.number)))
        #expect(refusal { $0[.validUntil] = "20191231" } == RecordError(.validUntil, .contradicts(.validFrom)))
        #expect(refusal { $0[.validFrom] = "19891231" } == RecordError(.validFrom, .contradicts(.birthDate)))
    }

    @Test func `an unstated sex contradicts no number`() {
        #expect(refusal { $0[.sex] = "9" } == nil)
        #expect(refusal { $0[.sex] = "3" } == RecordError(.sex, .unknownCode))
    }

    @Test(arguments: ["00", "59", "97", "1", "", "AB", "０1"])
    func `a nation that is not in the table is refused`(code: String) {
        #expect(refusal { $0[.nation] = code } == RecordError(.nation, .unknownCode))
    }

    @Test func `all 58 nations have a code and a name of their own`() {
        let nations = (1...58).compactMap { Nation(code: $0 < 10 ? "0\($0)" : "\($0)") }
        #expect(nations.count == 58)
        #expect(Set(nations.map(\.name)).count == 58)
        #expect(nations[4].name == "维吾尔")
        #expect(nations[28].name == "柯尔克孜")
        #expect(nations[55].name == "基诺")
    }

    @Test(arguments: [RecordField.name, .address, .issuer, .number, .birthDate, .validFrom, .validUntil])
    func `an empty field is named`(field: RecordField) {
        #expect(refusal { $0[field] = "" } == RecordError(field, .blank))
    }

    @Test func `a permit's number begins with one of its three regions`() throws {
        let elsewhere = try IdentityNumber(digits: "84000019900101002").text
        #expect(refusal(.hkMacaoTaiwan) { $0[.number] = elsewhere } == RecordError(.number, .form))
        let taiwan = try IdentityNumber(digits: "83000019900101002").text
        #expect(refusal(.hkMacaoTaiwan) { $0[.number] = taiwan } == nil)
    }

    @Test func `foreigners' numbers are checked by the form of their year`() throws {
        #expect(
            refusal(.permanentResident2017) { $0[.number] = "ZZ0000190010101" } == RecordError(.number, .form))
        #expect(
            refusal(.permanentResident2017) { $0[.number] = "ZZZ00019001010" }
                == RecordError(.number, .length(found: 14, wanted: 15)))
        let eight = try IdentityNumber(digits: "81000019900101002").text
        #expect(refusal(.permanentResident2023) { $0[.number] = eight } == RecordError(.number, .form))
        #expect(refusal(.permanentResident2023) { $0[.nationality] = "zz" } == RecordError(.nationality, .form))
    }

    @Test func `no error repeats what the field holds`() {
        let error = refusal { $0[.birthDate] = "19900230" }
        #expect(error?.description == "the date of birth: no day of the calendar")
    }
}
