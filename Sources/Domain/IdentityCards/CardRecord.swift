/// The 256 bytes of text on a card: fields of UTF-16, little-endian, padded with blanks.
///
/// A record is only well formed; whether what it says can be true is for `IdentityDocument` to judge.
public struct CardRecord: Hashable, Sendable {
    public let kind: DocumentKind
    private var texts: [RecordField: String] = [:]

    /// A record without any text yet, to be written on a virtual card.
    public init(kind: DocumentKind) { self.kind = kind }

    /// Reads a record.
    ///
    /// - Throws: `RecordError` for another length, an unknown letter or a field that is no text.
    public init(decoding bytes: some Collection<UInt8>) throws(RecordError) {
        let bytes = Array(bytes)
        guard bytes.count == RecordLayout.size else {
            throw RecordError(.record, .length(found: bytes.count, wanted: RecordLayout.size))
        }
        func unit(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
        guard let kind = DocumentKind(letter: unit(RecordLayout.kindOffset)) else {
            throw RecordError(.kind, .unknownCode)
        }
        self.kind = kind
        for place in RecordLayout.places(of: kind) {
            let units = stride(from: place.offset, to: place.offset + place.width, by: 2).map(unit)
            guard let text = String(validating: units, as: UTF16.self), text.unicodeScalars.allSatisfy(isPrintable)
            else { throw RecordError(place.field, .encoding) }
            texts[place.field] = trimmed(text)
        }
    }

    /// A field's text without the blanks that pad it; empty when the field is blank or this kind has none.
    public subscript(field: RecordField) -> String {
        get { texts[field] ?? "" }
        set { texts[field] = trimmed(newValue) }
    }

    /// The record's bytes.
    ///
    /// - Throws: `RecordError` for a text that is longer than its field, or a field that this kind does not have.
    public func encoded() throws(RecordError) -> [UInt8] {
        let places = RecordLayout.places(of: kind)
        var units = [UInt16](repeating: 0x20, count: RecordLayout.size / 2)
        for (field, text) in texts where !text.isEmpty {
            let text = Array(text.utf16)
            guard let place = places.first(where: { $0.field == field }) else {
                throw RecordError(field, .length(found: text.count, wanted: 0))
            }
            guard text.count <= place.width / 2 else {
                throw RecordError(field, .length(found: text.count, wanted: place.width / 2))
            }
            units.replaceSubrange(place.offset / 2..<place.offset / 2 + text.count, with: text)
        }
        units.replaceSubrange(RecordLayout.kindOffset / 2..<RecordLayout.kindOffset / 2 + 1, with: kind.letter.utf16)
        return units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    }
}

/// No control characters. Private use is allowed: rare characters of names were put on older cards so.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: !scalar.properties.isNoncharacterCodePoint
    }
}

private func trimmed(_ text: String) -> String {
    let end = text.unicodeScalars.lastIndex { $0 != " " }
    return end.map { String(text.unicodeScalars[...$0]) } ?? ""
}
