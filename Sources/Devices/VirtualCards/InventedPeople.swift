public import CivilTime
public import IdentityCards

/// Documents of people who do not exist, for demos and tests; region 000000 does not exist either.
public enum InventedPeople {
    private static let familyNames = ["赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚", "卫"]
    private static let givenNames = ["测试", "样例", "虚构", "示范", "演练", "模拟", "试考"]

    /// The resident card of invented person number `number` (from 1): always the same one for the same number.
    ///
    /// - Parameters:
    ///   - number: up to 4999; above, numbers repeat.
    ///   - validUntil: nil for a card without an end.
    public static func resident(
        _ number: Int, validFrom: CalendarDate = CalendarDate("2020-01-01")!,
        validUntil: CalendarDate? = CalendarDate("2040-01-01")!
    ) -> IdentityDocument {
        let sex = number % 2 == 1 ? "1" : "2"
        let birth = CalendarDate("1960-01-01")!.adding(days: number * 1571 % 16_000)
        let birthDigits = birth.description.filter { $0 != "-" }
        // The sequence is odd for men and even for women, as the number's seventeenth digit is.
        let sequence = String(1000 + (number % 499) * 2 + number % 2).suffix(3)
        var record = CardRecord(kind: .resident)
        record[.name] = familyNames[number % familyNames.count] + givenNames[number % givenNames.count]
        record[.sex] = sex
        record[.nation] = "01"
        record[.birthDate] = birthDigits
        record[.address] = "测试省样例市虚构区\(number)号"
        record[.issuer] = "样例市公安局虚构分局"
        record[.validFrom] = validFrom.description.filter { $0 != "-" }
        record[.validUntil] = validUntil?.description.filter { $0 != "-" } ?? "长期"
        do {
            record[.number] = try IdentityNumber(digits: "000000" + birthDigits + sequence).text
            return try IdentityDocument(record: record, photo: photo(number))
        } catch {
            preconditionFailure("an invented record is wrong: \(error)")
        }
    }

    private static func photo(_ number: Int) -> [UInt8] {
        (0..<CardFile.photoSize).map { UInt8(truncatingIfNeeded: $0 * 7 + number) }
    }
}
