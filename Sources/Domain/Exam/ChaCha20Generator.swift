/// The recorded generator: the key stream of ChaCha20 (RFC 8439 §2.3) read as 32-bit numbers.
///
/// Key is the seed, the nonce is 12 zero bytes, the block counter starts at 0. A block's 64 bytes are read as 16
/// little-endian words, in order, which are the numbers; after them comes the next block. Whoever has the seed and this
/// paragraph draws the same paper.
public struct ChaCha20Generator: Sendable {
    private let key: [UInt32]
    private var counter: UInt32 = 0
    private var block: [UInt32] = []
    private var used = 16

    /// - Precondition: the seed has 32 bytes.
    public init(seed: [UInt8]) {
        precondition(seed.count == 32, "a seed has 32 bytes")
        key = Self.words(seed)
    }

    /// The next 32-bit number.
    public mutating func next() -> UInt32 {
        if used == 16 {
            precondition(counter < .max, "a seed gives no more than 256 GiB")
            block = Self.block(key: key, counter: counter, nonce: [0, 0, 0])
            counter += 1
            used = 0
        }
        defer { used += 1 }
        return block[used]
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
        let limit = (1 << 32) - (1 << 32) % bound
        while true {
            let word: UInt32 = next()
            if Int(word) < limit { return Int(word) % bound }
        }
    }

    /// Brings elements into random order (Fisher and Yates): for i from the last index down to 1 the element i changes
    /// places with the element `uniform(below: i + 1)`.
    public mutating func shuffle<Element>(_ elements: inout [Element]) {
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, uniform(below: index + 1))
        }
    }

    /// Takes some elements at random, in random order: for k from 0 the element k changes places with the element
    /// `k + uniform(below: count − k)`; the first ones are the choice.
    public mutating func choose<Element>(_ number: Int, of elements: [Element]) -> [Element] {
        var elements = elements
        for index in 0..<number { elements.swapAt(index, index + uniform(below: elements.count - index)) }
        return Array(elements[..<number])
    }

    /// One block of the key stream (RFC 8439 §2.3).
    static func block(key: [UInt32], counter: UInt32, nonce: [UInt32]) -> [UInt32] {
        // "expand 32-byte k"
        let start: [UInt32] = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574] + key + [counter] + nonce
        var state = start
        func quarter(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
            func mix(_ one: Int, _ two: Int, _ three: Int, by bits: UInt32) {
                state[one] &+= state[two]
                state[three] ^= state[one]
                state[three] = state[three] << bits | state[three] >> (32 - bits)
            }
            mix(a, b, d, by: 16)
            mix(c, d, b, by: 12)
            mix(a, b, d, by: 8)
            mix(c, d, b, by: 7)
        }
        for _ in 0..<10 {
            quarter(0, 4, 8, 12)
            quarter(1, 5, 9, 13)
            quarter(2, 6, 10, 14)
            quarter(3, 7, 11, 15)
            quarter(0, 5, 10, 15)
            quarter(1, 6, 11, 12)
            quarter(2, 7, 8, 13)
            quarter(3, 4, 9, 14)
        }
        return zip(state, start).map { $0 &+ $1 }
    }

    static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { at in
            (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) }
        }
    }
}
