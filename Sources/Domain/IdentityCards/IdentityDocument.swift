public import CivilTime

/// What an identity card says, after every check that its record allows.
public struct IdentityDocument: Hashable, Sendable {
    public let kind: DocumentKind
    /// 18 characters; 15 on a permanent residence card of 2017.
    public let number: String
    /// The Chinese name; the Latin one where a foreigner's card has no Chinese name.
    public let name: String
    /// Foreigners' cards only.
    public let latinName: String?
    public let sex: Sex
    /// Resident cards only.
    public let nation: Nation?
    /// Three letters (GB/T 2659); foreigners' cards only.
    public let nationality: String?
    public let birthDate: CalendarDate
    /// Absent on foreigners' cards.
    public let address: String?
    /// Absent on foreigners' cards.
    public let issuer: String?
    public let validFrom: CalendarDate
    /// The last valid day; nil for 长期, a card without an end.
    public let validUntil: CalendarDate?
    /// The photo in its sealed form of 1024 bytes (WLT), not decoded.
    public let photo: [UInt8]

    public enum Validity: String, Codable, Sendable { case notYet, valid, expired }

    /// Whether the document may be used on a day; its last day still counts.
    public func validity(on day: CalendarDate) -> Validity {
        if day < validFrom { return .notYet }
        if let validUntil, validUntil < day { return .expired }
        return .valid
    }

    /// Reads and checks what a reader answered: lengths, text record, photo.
    ///
    /// - Throws: `RecordError` naming the first field that is wrong.
    public init(file: [UInt8]) throws(RecordError) {
        let file = try CardFile(decoding: file)
        try self.init(record: CardRecord(decoding: file.text), photo: file.photo)
    }

    /// Checks a record: codes, dates, the number's check character, and that number, date of birth, sex and validity
    /// do not contradict each other.
    ///
    /// - Throws: `RecordError` naming the first field that is wrong.
    public init(record: CardRecord, photo: [UInt8]) throws(RecordError) {
        guard photo.count == CardFile.photoSize else {
            throw RecordError(.photo, .length(found: photo.count, wanted: CardFile.photoSize))
        }
        let foreign = record.kind == .permanentResident2017 || record.kind == .permanentResident2023
        let latin = record.wholeLatinName
        if foreign, latin.isEmpty { throw RecordError(.latinName, .blank) }
        name = foreign && record[.name].isEmpty ? latin : try record.required(.name)
        latinName = foreign ? latin : nil

        guard let sex = Sex(code: record[.sex]) else { throw RecordError(.sex, .unknownCode) }
        self.sex = sex
        if record.kind == .resident {
            guard let nation = Nation(code: record[.nation]) else { throw RecordError(.nation, .unknownCode) }
            self.nation = nation
        } else {
            nation = nil
        }
        nationality = foreign ? try record.letters(.nationality, count: 3) : nil
        birthDate = try record.date(.birthDate)
        address = foreign ? nil : try record.required(.address)
        issuer = foreign ? nil : try record.required(.issuer)

        number = try record.required(.number)
        try record.checkNumber(birthDate: birthDate, sex: sex)

        validFrom = try record.date(.validFrom)
        if record[.validUntil] == Self.withoutEnd {
            validUntil = nil
        } else {
            let until = try record.date(.validUntil)
            if until < validFrom { throw RecordError(.validUntil, .contradicts(.validFrom)) }
            validUntil = until
        }
        if validFrom < birthDate { throw RecordError(.validFrom, .contradicts(.birthDate)) }
        kind = record.kind
        self.photo = photo
    }

    static let withoutEnd = "长期"
}

extension IdentityDocument {
    /// The record that a card with this document carries.
    public var record: CardRecord {
        var record = CardRecord(kind: kind)
        record[.name] = name == latinName ? "" : name
        if kind == .permanentResident2023 {
            let units = Array((latinName ?? "").utf16)
            record[.latinName] = String(decoding: units.prefix(CardRecord.latinUnits), as: UTF16.self)
            record[.latinNameEnd] = String(decoding: units.dropFirst(CardRecord.latinUnits), as: UTF16.self)
        } else {
            record[.latinName] = latinName ?? ""
        }
        record[.sex] = sex.code
        record[.nation] = nation?.code ?? ""
        record[.nationality] = nationality ?? ""
        record[.birthDate] = birthDate.digits
        record[.address] = address ?? ""
        record[.issuer] = issuer ?? ""
        record[.number] = number
        record[.validFrom] = validFrom.digits
        record[.validUntil] = validUntil?.digits ?? Self.withoutEnd
        return record
    }
}

extension CardRecord {
    /// Characters (UTF-16) of a Latin name before it goes on in its second field, on the card of 2023.
    fileprivate static let latinUnits = 35

    /// Blanks at the end of the first field belong to a name that goes on in the second.
    fileprivate var wholeLatinName: String {
        let (first, end) = (self[.latinName], self[.latinNameEnd])
        if end.isEmpty { return first }
        return first + String(repeating: " ", count: max(0, Self.latinUnits - first.utf16.count)) + end
    }

    fileprivate func required(_ field: RecordField) throws(RecordError) -> String {
        guard !self[field].isEmpty else { throw RecordError(field, .blank) }
        return self[field]
    }

    fileprivate func letters(_ field: RecordField, count: Int) throws(RecordError) -> String {
        let text = try required(field)
        guard text.utf8.count == count, text.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw RecordError(field, .form)
        }
        return text
    }

    fileprivate func date(_ field: RecordField) throws(RecordError) -> CalendarDate {
        let text = try required(field)
        guard text.utf8.count == 8, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw RecordError(field, .form)
        }
        guard let date = CalendarDate(text) else { throw RecordError(field, .impossibleDate) }
        return date
    }

    /// The number's own form and check character, and what it says about birth and sex.
    ///
    /// The inner fields of foreigners' numbers are known only in part, so only their known parts are judged: a real
    /// card must not be refused for a rule of ours.
    fileprivate func checkNumber(birthDate: CalendarDate, sex: Sex) throws(RecordError) {
        switch kind {
        case .resident, .hkMacaoTaiwan:
            let number = try IdentityNumber(self[.number])
            if kind == .hkMacaoTaiwan, !["810000", "820000", "830000"].contains(number.region) {
                throw RecordError(.number, .form)
            }
            if number.birthDate != birthDate { throw RecordError(.birthDate, .contradicts(.number)) }
            if sex == .male || sex == .female, number.sex != sex { throw RecordError(.sex, .contradicts(.number)) }
        case .permanentResident2017:
            let number = Array(self[.number].utf8)
            guard number.count == 15 else { throw RecordError(.number, .length(found: number.count, wanted: 15)) }
            guard number[..<3].allSatisfy({ (65...90).contains($0) }),
                number[3...].allSatisfy({ (48...57).contains($0) })
            else { throw RecordError(.number, .form) }
        case .permanentResident2023:
            let number = try IdentityNumber(self[.number])
            guard number.region.hasPrefix("9") else { throw RecordError(.number, .form) }
        }
    }
}

extension CalendarDate {
    fileprivate var digits: String { description.filter { $0 != "-" } }
}
