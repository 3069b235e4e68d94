/// Where a text stops being JSON (RFC 8259): what the decoder does not tell.
public struct JSONSyntaxFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public let line: Int
    /// Bytes, from 1.
    public let column: Int
    public let reason: String

    public var description: String { "line \(line), column \(column): \(reason)" }

    /// The first fault of a document; nil for sound JSON. Nesting deeper than 512 is a fault, as it is for the decoder.
    public static func first(in bytes: [UInt8]) -> JSONSyntaxFault? {
        var scanner = Scanner(bytes: bytes)
        do throws(Stop) {
            try scanner.value(depth: 0)
            scanner.skipSpace()
            if scanner.position < bytes.count { throw Stop(reason: "something follows the document") }
            return nil
        } catch {
            let before = bytes[..<min(scanner.position, bytes.count)]
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            return JSONSyntaxFault(line: line, column: scanner.position - start + 1, reason: error.reason)
        }
    }

    private struct Stop: Error { let reason: String }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D { position += 1 }
        }

        mutating func take(_ character: Character) -> Bool {
            guard next == character.asciiValue else { return false }
            position += 1
            return true
        }

        mutating func value(depth: Int) throws(Stop) {
            guard depth < 512 else { throw Stop(reason: "nested too deeply") }
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): try list(until: "}", depth: depth, named: true)
            case UInt8(ascii: "["): try list(until: "]", depth: depth, named: false)
            case UInt8(ascii: "\""): try string()
            case UInt8(ascii: "-"), .some(48...57): try number()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            case nil: throw Stop(reason: "the document ends too early")
            default: throw Stop(reason: "no value begins so")
            }
        }

        private mutating func list(until end: Character, depth: Int, named: Bool) throws(Stop) {
            position += 1
            skipSpace()
            if take(end) { return }
            while true {
                skipSpace()
                if named {
                    guard next == UInt8(ascii: "\"") else { throw Stop(reason: "a member's name in quotes is wanted") }
                    try string()
                    skipSpace()
                    guard take(":") else { throw Stop(reason: "a colon is wanted") }
                }
                try value(depth: depth + 1)
                skipSpace()
                if take(end) { return }
                guard take(",") else {
                    throw Stop(reason: next == nil ? "the document ends too early" : "a comma or \(end) is wanted")
                }
            }
        }

        private mutating func string() throws(Stop) {
            position += 1
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""):
                    position += 1
                    return
                case UInt8(ascii: "\\"):
                    position += 1
                    guard let escape = next, "\"\\/bfnrtu".utf8.contains(escape) else {
                        throw Stop(reason: "an escape that is none")
                    }
                    position += 1
                    if escape == UInt8(ascii: "u") {
                        for _ in 0..<4 {
                            guard let digit = next, Character(UnicodeScalar(digit)).isHexDigit else {
                                throw Stop(reason: "four hexadecimal digits are wanted")
                            }
                            position += 1
                        }
                    }
                case ..<0x20: throw Stop(reason: "a control character in a text")
                default: position += 1
                }
            }
            throw Stop(reason: "a text without its closing quote")
        }

        private mutating func digits() throws(Stop) {
            guard let first = next, (48...57).contains(first) else { throw Stop(reason: "a digit is wanted") }
            while let byte = next, (48...57).contains(byte) { position += 1 }
        }

        private mutating func number() throws(Stop) {
            _ = take("-")
            if !take("0") { try digits() }
            if take(".") { try digits() }
            if take("e") || take("E") {
                if !take("+") { _ = take("-") }
                try digits()
            }
        }

        private mutating func word(_ word: String) throws(Stop) {
            for byte in word.utf8 {
                guard next == byte else { throw Stop(reason: "no value begins so") }
                position += 1
            }
        }
    }
}
