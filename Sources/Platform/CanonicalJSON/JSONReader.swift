/// Reads a document value by value: for long ones, where `Codable` costs a hundred times what reading the bytes does.
///
/// The caller asks for what should come next; anything else is a fault with its place. Numbers are integers.
public struct JSONReader {
    private let bytes: [UInt8]
    /// Where the next value begins, or the white space before it.
    public private(set) var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads an object: `member` is called for each name and must read its value.
    public mutating func object(
        _ member: (_ name: String, _ reader: inout JSONReader) throws(JSONSyntaxFault) -> Void
    ) throws(JSONSyntaxFault) {
        try list(from: UInt8(ascii: "{"), to: UInt8(ascii: "}")) { (reader) throws(JSONSyntaxFault) in
            let name = try reader.string()
            reader.skipSpace()
            guard reader.take(UInt8(ascii: ":")) else { throw reader.fault("a colon is wanted") }
            try member(name, &reader)
        }
    }

    /// Reads an array: `element` is called for each element and must read it.
    public mutating func array(
        _ element: (_ reader: inout JSONReader) throws(JSONSyntaxFault) -> Void
    ) throws(JSONSyntaxFault) {
        try list(from: UInt8(ascii: "["), to: UInt8(ascii: "]"), element)
    }

    /// Reads an array of texts.
    public mutating func strings() throws(JSONSyntaxFault) -> [String] {
        var found: [String] = []
        try array { (reader) throws(JSONSyntaxFault) in found.append(try reader.string()) }
        return found
    }

    public mutating func string() throws(JSONSyntaxFault) -> String {
        let range = try text()
        let content = bytes[range.lowerBound + 1..<range.upperBound - 1]
        if content.contains(UInt8(ascii: "\\")) {
            guard let value = try? JSONCoder.decode(String.self, from: bytes[range]) else {
                throw fault("an escape that is none", at: range.lowerBound)
            }
            return value
        }
        guard let value = String(validating: content, as: UTF8.self) else {
            throw fault("a text that is not UTF-8", at: range.lowerBound)
        }
        return value
    }

    /// Reads a whole number of at most 16 digits, as the largest that JSON carries exactly has.
    public mutating func integer() throws(JSONSyntaxFault) -> Int {
        skipSpace()
        let negative = take(UInt8(ascii: "-"))
        let first = position
        var value = 0
        while position < bytes.count, (48...57).contains(bytes[position]), position - first < 16 {
            value = value * 10 + Int(bytes[position]) - 48
            position += 1
        }
        let ends = position == bytes.count || !"0123456789.eE".utf8.contains(bytes[position])
        guard position > first, ends, position == first + 1 || bytes[first] != 48 else {
            throw fault("a whole number is wanted", at: first)
        }
        return negative ? -value : value
    }

    /// Passes over a value of any kind and says where it stands; a number in it may be of any form.
    public mutating func skip() throws(JSONSyntaxFault) -> Range<Int> {
        skipSpace()
        let start = position
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): _ = try text()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= 512 else { throw fault("nested too deeply") }
                position += 1
                continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard depth > 0 else { throw fault("a value is wanted") }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
                guard depth > 0 else { throw fault("a value is wanted") }
                position += 1
                continue
            default:
                let word = position
                while position < bytes.count, !",:]}[{\" \n\r\t".utf8.contains(bytes[position]) { position += 1 }
                if word == position { throw fault("a value is wanted") }
            }
            if depth == 0 { return start..<position }
        }
        throw fault("the document ends too early")
    }

    /// That nothing but white space follows.
    public mutating func end() throws(JSONSyntaxFault) {
        skipSpace()
        if position < bytes.count { throw fault("something follows the document") }
    }

    /// Passes over a value that stands here byte for byte as one did before; false when another stands here.
    ///
    /// - Parameter place: of an array or an object, which end where their bytes end.
    public mutating func passSame(as place: Range<Int>) -> Bool {
        guard !place.isEmpty, place.count <= bytes.count - position else { return false }
        let distance = position - place.lowerBound
        for index in place where bytes[index] != bytes[index + distance] { return false }
        position += place.count
        return true
    }

    /// What is wrong, where reading stands.
    public func fault(_ reason: String) -> JSONSyntaxFault { fault(reason, at: position) }

    private func fault(_ reason: String, at place: Int) -> JSONSyntaxFault {
        let before = bytes[..<min(place, bytes.count)]
        let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return JSONSyntaxFault(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: place - start + 1, reason: reason)
    }

    private mutating func list(
        from: UInt8, to: UInt8, _ element: (inout JSONReader) throws(JSONSyntaxFault) -> Void
    ) throws(JSONSyntaxFault) {
        skipSpace()
        guard take(from) else { throw fault("a \(Character(UnicodeScalar(from))) is wanted") }
        skipSpace()
        if take(to) { return }
        while true {
            try element(&self)
            skipSpace()
            if take(to) { return }
            guard take(UInt8(ascii: ",")) else { throw fault("a comma or a \(Character(UnicodeScalar(to))) is wanted") }
        }
    }

    /// Passes over a text, quotes included.
    private mutating func text() throws(JSONSyntaxFault) -> Range<Int> {
        skipSpace()
        let start = position
        guard take(UInt8(ascii: "\"")) else { throw fault("a text in quotes is wanted") }
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return start..<position
            case UInt8(ascii: "\\"): position += 2
            case ..<0x20: throw fault("a control character in a text")
            default: position += 1
            }
        }
        throw fault("a text without its closing quote", at: start)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}
