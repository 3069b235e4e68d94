import FoundationEssentials

/// The one JSON coder: everything Kaotai writes is in the RFC 8785 form, everything it reads is plain JSON.
public enum JSONCoder {
    /// The value as a JSON tree.
    ///
    /// - Throws: `EncodingError` for a floating-point number; nothing that Kaotai decides or records is one.
    public static func tree(_ value: some Encodable) throws -> JSONValue {
        if let tree = value as? JSONValue { return tree }
        let encoder = TreeEncoder(codingPath: [])
        try value.encode(to: encoder)
        return encoder.slot.finished
    }

    /// The value's canonical bytes.
    public static func encode(_ value: some Encodable) throws -> [UInt8] { try tree(value).canonicalBytes }

    /// The value's canonical text.
    public static func text(_ value: some Encodable) throws -> String { try tree(value).canonicalText }

    /// A value from JSON bytes; throws `DecodingError` with the path of what is wrong.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: some Collection<UInt8>) throws -> Value
    {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// What is wrong with a document, and where, in words for a person.
    public static func explain(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return String(describing: error) }
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "the document" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(place(context.codingPath)): \"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context): return "\(place(context.codingPath)): should be of type \(type)"
        case .valueNotFound(let type, let context): return "\(place(context.codingPath)): is null, should be \(type)"
        case .dataCorrupted(let context): return "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: return String(describing: error)
        }
    }
}
