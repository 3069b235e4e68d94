/// Where an encoder leaves its value: containers fill it while the value encodes itself.
final class TreeSlot {
    var value: JSONValue?
    var members: [(String, TreeSlot)]?
    var elements: [TreeSlot]?

    var finished: JSONValue {
        if let members { return .object(Dictionary(members.map { ($0.0, $0.1.finished) }, uniquingKeysWith: { $1 })) }
        if let elements { return .array(elements.map(\.finished)) }
        return value ?? .null
    }
}

/// Builds a `JSONValue` from any `Encodable`; floating-point numbers are refused.
final class TreeEncoder: Encoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    let slot: TreeSlot

    init(codingPath: [any CodingKey], slot: TreeSlot = TreeSlot()) {
        self.codingPath = codingPath
        self.slot = slot
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if slot.members == nil { slot.members = [] }
        return KeyedEncodingContainer(KeyedTreeContainer<Key>(codingPath: codingPath, slot: slot))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if slot.elements == nil { slot.elements = [] }
        return UnkeyedTreeContainer(codingPath: codingPath, slot: slot)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleTreeContainer(codingPath: codingPath, slot: slot)
    }
}

/// The one place that turns a Swift value into a tree node.
private func store<Value: Encodable>(_ value: Value, in slot: TreeSlot, path: [any CodingKey]) throws {
    switch value {
    case let value as String: slot.value = .string(value)
    case let value as Bool: slot.value = .bool(value)
    case let value as Int: slot.value = .integer(value)
    case let value as JSONValue: slot.value = value
    case let value as any FixedWidthInteger:
        guard let exact = Int(exactly: value) else { throw refused(value, path) }
        slot.value = .integer(exact)
    case is Double, is Float: throw refused(value, path)
    default: try value.encode(to: TreeEncoder(codingPath: path, slot: slot))
    }
}

private func refused(_ value: Any, _ path: [any CodingKey]) -> EncodingError {
    EncodingError.invalidValue(
        value, .init(codingPath: path, debugDescription: "only integers below 2^53 stand in Kaotai's documents"))
}

private struct KeyedTreeContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let codingPath: [any CodingKey]
    let slot: TreeSlot

    private func member(_ key: Key) -> TreeSlot {
        let member = TreeSlot()
        slot.members?.append((key.stringValue, member))
        return member
    }

    func encodeNil(forKey key: Key) throws { member(key).value = .null }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try store(value, in: member(key), path: codingPath + [key])
    }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<
        Nested
    > {
        TreeEncoder(codingPath: codingPath + [key], slot: member(key)).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        TreeEncoder(codingPath: codingPath + [key], slot: member(key)).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { TreeEncoder(codingPath: codingPath, slot: slot) }
    func superEncoder(forKey key: Key) -> any Encoder {
        TreeEncoder(codingPath: codingPath + [key], slot: member(key))
    }
}

private struct UnkeyedTreeContainer: UnkeyedEncodingContainer {
    let codingPath: [any CodingKey]
    let slot: TreeSlot
    var count: Int { slot.elements?.count ?? 0 }

    private func element() -> TreeSlot {
        let element = TreeSlot()
        slot.elements?.append(element)
        return element
    }

    func encodeNil() throws { element().value = .null }
    func encode<Value: Encodable>(_ value: Value) throws { try store(value, in: element(), path: codingPath) }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        TreeEncoder(codingPath: codingPath, slot: element()).container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        TreeEncoder(codingPath: codingPath, slot: element()).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { TreeEncoder(codingPath: codingPath, slot: element()) }
}

private struct SingleTreeContainer: SingleValueEncodingContainer {
    let codingPath: [any CodingKey]
    let slot: TreeSlot

    func encodeNil() throws { slot.value = .null }
    func encode<Value: Encodable>(_ value: Value) throws { try store(value, in: slot, path: codingPath) }
}
