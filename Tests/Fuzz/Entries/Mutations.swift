/// Bytes near those of a file of the corpus: the same ones for the same file and number.
public func mutation(_ bytes: [UInt8], number: Int) -> [UInt8] {
    // xorshift64*, Vigna 2016: good enough to spread changes over a file.
    var state = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(1, bound)
    }
    var bytes = bytes
    for _ in 0...next(4) {
        let place = next(bytes.count + 1)
        let end = min(bytes.count, place + 1 + next(12))
        switch next(6) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(next(8))
        case 1: bytes.removeSubrange(min(place, end)..<end)
        case 2: bytes.insert(contentsOf: bytes[min(place, end)..<end], at: next(bytes.count + 1))
        case 3: bytes.insert(contentsOf: Array("<>&;{}=~#\\\":%[]0\n\0\u{FF}".utf8).prefix(next(18)), at: place)
        case 4: bytes = Array(bytes.prefix(place))
        default: bytes.insert(UInt8(next(256)), at: place)
        }
    }
    return bytes
}
