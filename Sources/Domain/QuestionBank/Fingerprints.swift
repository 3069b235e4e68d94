public import Exam

extension Item {
    /// By what a question is known again whatever its id: for each language eight bytes over stem and picture.
    ///
    /// Letters and digits of the stem count, in lower case; spaces and punctuation do not.
    public func fingerprints(sha256: ([UInt8]) -> [UInt8], in languages: [LanguageTag]? = nil) -> [UInt64] {
        texts.filter { languages?.contains($0.key) ?? true }.map { _, text in
            let stem = text.stem.lowercased().filter { $0.isLetter || $0.isNumber }
            let bytes = sha256(Array((stem + "|" + (picture?.digest ?? "")).utf8))
            return bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}

/// What is known of questions' words without opening them: enough to know a question again, too little to read one.
///
/// Whoever has a question's words can find it here, so a package seals them with its texts.
///
/// In JSON one text of sixteen hexadecimal digits for each, in order.
public struct Fingerprints: Hashable, Sendable {
    public let values: [UInt64]
    public init(_ values: some Sequence<UInt64>) { self.values = Set(values).sorted() }

    public func contains(_ value: UInt64) -> Bool {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < values.count && values[low] == value
    }
}

extension BankContents {
    /// Of all questions, in the languages that every question is complete in.
    public func fingerprints(sha256: ([UInt8]) -> [UInt8]) -> Fingerprints {
        Fingerprints(items.values.flatMap { $0.fingerprints(sha256: sha256, in: index.languages) })
    }
}

extension Fingerprints: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let digits = Array(try container.decode(String.self).utf8)
        var values: [UInt64] = []
        values.reserveCapacity(digits.count / 16)
        for start in stride(from: 0, to: digits.count, by: 16) {
            let piece = digits[start..<min(start + 16, digits.count)]
            guard piece.count == 16, let value = UInt64(String(decoding: piece, as: UTF8.self), radix: 16),
                values.last.map({ $0 < value }) ?? true
            else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "no sixteen hexadecimal digits each, in order")
            }
            values.append(value)
        }
        self.values = values
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            values.map { value in
                let digits = String(value, radix: 16)
                return String(repeating: "0", count: 16 - digits.count) + digits
            }.joined())
    }
}
