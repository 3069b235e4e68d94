/// Lower-case hexadecimal.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// Bytes of a hexadecimal text; nil when it is none.
public func bytes(hexadecimal text: some StringProtocol) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for pair in stride(from: 0, to: digits.count, by: 2) {
        guard let high = Character(UnicodeScalar(digits[pair])).hexDigitValue,
            let low = Character(UnicodeScalar(digits[pair + 1])).hexDigitValue
        else { return nil }
        bytes.append(UInt8(high << 4 | low))
    }
    return bytes
}

private let base64urlDigits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// Base64url without padding (RFC 4648 §5), as JWS writes it.
public func base64url(_ bytes: some Collection<UInt8>) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count * 4 / 3 + 3)
    var bits = 0
    var count = 0
    for byte in bytes {
        bits = bits << 8 | Int(byte)
        count += 8
        while count >= 6 {
            count -= 6
            out.append(base64urlDigits[bits >> count & 63])
        }
        bits &= (1 << count) - 1
    }
    if count > 0 { out.append(base64urlDigits[bits << (6 - count) & 63]) }
    return String(decoding: out, as: UTF8.self)
}

/// Bytes of a base64url text; nil for padding, foreign characters and loose bits.
public func bytes(base64url text: some StringProtocol) -> [UInt8]? {
    var out: [UInt8] = []
    var bits = 0
    var count = 0
    for digit in text.utf8 {
        let value: Int
        switch digit {
        case 65...90: value = Int(digit) - 65
        case 97...122: value = Int(digit) - 71
        case 48...57: value = Int(digit) + 4
        case UInt8(ascii: "-"): value = 62
        case UInt8(ascii: "_"): value = 63
        default: return nil
        }
        bits = bits << 6 | value
        count += 6
        if count >= 8 {
            count -= 8
            out.append(UInt8(bits >> count))
            bits &= (1 << count) - 1
        }
    }
    return count < 6 && bits == 0 ? out : nil
}
