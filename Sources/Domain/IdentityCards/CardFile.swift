/// A card's base data as readers hand it over: two lengths, the text record, the photo.
public struct CardFile: Hashable, Sendable {
    public static let size = 4 + RecordLayout.size + photoSize
    /// The photo's size: 1024 bytes in a form (WLT) that only its makers' decoders open, so it is kept as bytes.
    public static let photoSize = 1024
    private static let header: [UInt8] = [0x01, 0x00, 0x04, 0x00]

    public var text: [UInt8]
    public var photo: [UInt8]

    public init(text: [UInt8], photo: [UInt8]) {
        self.text = text
        self.photo = photo
    }

    /// Splits what a reader answered.
    ///
    /// - Throws: `RecordError` naming the record or the photo when lengths differ from those of a card.
    public init(decoding bytes: [UInt8]) throws(RecordError) {
        guard bytes.count >= 4 else {
            throw RecordError(.record, .length(found: max(0, bytes.count - 4), wanted: RecordLayout.size))
        }
        let textSize = Int(bytes[0]) << 8 | Int(bytes[1])
        let photoSize = Int(bytes[2]) << 8 | Int(bytes[3])
        let rest = bytes.count - 4
        guard textSize == RecordLayout.size, rest >= textSize else {
            throw RecordError(.record, .length(found: min(textSize, rest), wanted: RecordLayout.size))
        }
        guard photoSize == Self.photoSize, rest == textSize + photoSize else {
            throw RecordError(.photo, .length(found: rest - textSize, wanted: Self.photoSize))
        }
        text = Array(bytes[4..<4 + textSize])
        photo = Array(bytes[(4 + textSize)...])
    }

    public var encoded: [UInt8] { Self.header + text + photo }
}
