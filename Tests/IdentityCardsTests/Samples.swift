import CivilTime
import IdentityCards

/// Records of invented people; region 000000 does not exist.
func sampleRecord(_ kind: DocumentKind) -> CardRecord {
    var record = CardRecord(kind: kind)
    record[.sex] = "1"
    record[.birthDate] = "19900101"
    record[.validFrom] = "20200101"
    record[.validUntil] = "20400101"
    switch kind {
    case .resident:
        record[.name] = "测试甲"
        record[.nation] = "01"
        record[.address] = "测试省样例市虚构区一号"
        record[.number] = try! IdentityNumber(digits: "00000019900101001").text
        record[.issuer] = "样例市公安局虚构分局"
    case .hkMacaoTaiwan:
        record[.name] = "虚构港"
        record[.sex] = "2"
        record[.address] = "测试省样例市虚构区二号"
        record[.number] = try! IdentityNumber(digits: "81000019900101002").text
        record[.issuer] = "样例市公安局"
        record[.passNumber] = "H00000000"
        record[.issueCount] = "01"
    case .permanentResident2017:
        record[.latinName] = "SAMPLE, TESTPERSON"
        record[.name] = "测试人"
        record[.number] = "ZZZ000190010101"
        record[.nationality] = "ZZZ"
        record[.version] = "01"
        record[.authority] = "0000"
    case .permanentResident2023:
        record[.latinName] = "SAMPLE, TESTPERSON LONGNAME FOR THE"
        record[.latinNameEnd] = " SECOND END"
        record[.number] = try! IdentityNumber(digits: "91100019900101001").text
        record[.nationality] = "ZZZ"
        record[.renewals] = "00"
    }
    return record
}

let samplePhoto = (0..<1024).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }

/// The error that a changed sample is refused with.
func refusal(_ kind: DocumentKind = .resident, _ change: (inout CardRecord) -> Void) -> RecordError? {
    var record = sampleRecord(kind)
    change(&record)
    do throws(RecordError) {
        _ = try IdentityDocument(record: record, photo: samplePhoto)
        return nil
    } catch {
        return error
    }
}
