/// The recorded generator: the key stream of ChaCha20 (RFC 8439 §2.3) read as 32-bit numbers.
///
/// Key is the seed, the nonce is 12 zero bytes, the block counter starts at 0. A block's 64 bytes are read as 16
/// little-endian words, in order, which are the numbers; after them comes the next block. Whoever has the seed and this
/// paragraph draws the same paper.
public struct ChaCha20Generator: Sendable {
    private let key: [UInt32]
    private var counter: UInt32 = 0
    private var block: [UInt32]
    private var used = 16

    /// - Precondition: the seed has 32 bytes.
    public init(seed: [UInt8]) {
        precondition(seed.count == 32, "a seed has 32 bytes")
        key = Self.words(seed)
        block = [UInt32](repeating: 0, count: 16)
    }

    /// The next 32-bit number.
    @inline(__always)
    public mutating func next() -> UInt32 {
        if used == 16 { refill() }
        defer { used += 1 }
        return block[used]
    }

    @inline(never)
    private mutating func refill() {
        precondition(counter < .max, "a seed gives no more than 256 GiB")
        Self.fill(&block, key: key, counter: counter, nonce: (0, 0, 0))
        counter += 1
        used = 0
    }

    /// The next 64-bit number: the lower half is drawn first.
    public mutating func next() -> UInt64 {
        let low: UInt32 = next()
        let high: UInt32 = next()
        return UInt64(high) << 32 | UInt64(low)
    }

    /// A number from 0 up to, but not with, the bound, every one equally probable.
    ///
    /// 32-bit numbers are drawn until one lies below the greatest multiple of the bound that 2^32 holds; it is then
    /// taken modulo the bound. What lies above would favour the small remainders.
    ///
    /// - Precondition: the bound is from 1 to 2^32.
    public mutating func uniform(below bound: Int) -> Int {
        precondition(bound >= 1 && bound <= 1 << 32, "a bound is from 1 to 2^32")
        guard let divisor = UInt32(exactly: bound) else {
            let word: UInt32 = next()
            return Int(word)
        }
        while true {
            let word: UInt32 = next()
            let remainder = word % divisor
            // The run of `bound` numbers that the word stands in ends within 2^32.
            if word &- remainder <= 0 &- divisor { return Int(remainder) }
        }
    }

    /// Brings elements into random order (Fisher and Yates): for i from the last index down to 1 the element i changes
    /// places with the element `uniform(below: i + 1)`.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, uniform(below: index + 1))
        }
    }

    /// One block of the key stream (RFC 8439 §2.3).
    static func block(key: [UInt32], counter: UInt32, nonce: (UInt32, UInt32, UInt32)) -> [UInt32] {
        var block = [UInt32](repeating: 0, count: 16)
        fill(&block, key: key, counter: counter, nonce: nonce)
        return block
    }

    private static func fill(
        _ block: inout [UInt32], key: [UInt32], counter: UInt32, nonce: (UInt32, UInt32, UInt32)
    ) {
        // "expand 32-byte k"
        let (c0, c1, c2, c3): (UInt32, UInt32, UInt32, UInt32) = (0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574)
        var (a0, a1, a2, a3) = (c0, c1, c2, c3)
        var (b0, b1, b2, b3) = (key[0], key[1], key[2], key[3])
        var (d0, d1, d2, d3) = (key[4], key[5], key[6], key[7])
        var (e0, e1, e2, e3) = (counter, nonce.0, nonce.1, nonce.2)
        for _ in 0..<10 {
            quarter(&a0, &b0, &d0, &e0)
            quarter(&a1, &b1, &d1, &e1)
            quarter(&a2, &b2, &d2, &e2)
            quarter(&a3, &b3, &d3, &e3)
            quarter(&a0, &b1, &d2, &e3)
            quarter(&a1, &b2, &d3, &e0)
            quarter(&a2, &b3, &d0, &e1)
            quarter(&a3, &b0, &d1, &e2)
        }
        block[0] = a0 &+ c0
        block[1] = a1 &+ c1
        block[2] = a2 &+ c2
        block[3] = a3 &+ c3
        block[4] = b0 &+ key[0]
        block[5] = b1 &+ key[1]
        block[6] = b2 &+ key[2]
        block[7] = b3 &+ key[3]
        block[8] = d0 &+ key[4]
        block[9] = d1 &+ key[5]
        block[10] = d2 &+ key[6]
        block[11] = d3 &+ key[7]
        block[12] = e0 &+ counter
        block[13] = e1 &+ nonce.0
        block[14] = e2 &+ nonce.1
        block[15] = e3 &+ nonce.2
    }

    /// The quarter round (RFC 8439 §2.1).
    @inline(__always)
    private static func quarter(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32, _ d: inout UInt32) {
        a = a &+ b
        d = d ^ a
        d = d &<< 16 | d &>> 16
        c = c &+ d
        b = b ^ c
        b = b &<< 12 | b &>> 20
        a = a &+ b
        d = d ^ a
        d = d &<< 8 | d &>> 24
        c = c &+ d
        b = b ^ c
        b = b &<< 7 | b &>> 25
    }

    static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            (0..<4).reduce(UInt32(0)) { word, byte in word | UInt32(bytes[at + byte]) << UInt32(8 * byte) }
        }
    }
}
