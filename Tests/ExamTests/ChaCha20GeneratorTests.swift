import Testing

@testable import Exam

@Suite struct ChaCha20GeneratorTests {
    @Test func `the block function gives RFC 8439 section 2_3_2`() {
        let key = ChaCha20Generator.words(Array(0...31))
        let nonce: (UInt32, UInt32, UInt32) = (0x0900_0000, 0x4a00_0000, 0)
        #expect(
            ChaCha20Generator.block(key: key, counter: 1, nonce: nonce) == [
                0xe4e7_f110, 0x1559_3bd1, 0x1fdd_0f50, 0xc471_20a3, 0xc7f4_d1c7, 0x0368_c033, 0x9aaa_2204, 0x4e6c_d4c3,
                0x4664_82d2, 0x09aa_9f07, 0x05d7_c214, 0xa202_8bd9, 0xd19c_12b5, 0xb94e_16de, 0xe883_d0cb, 0x4e3c_50a2,
            ])
    }

    @Test func `the generator is the key stream from counter 0, appendix A_1 vectors 1 and 2`() {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 0, count: 32))
        let words: [UInt32] = (0..<32).map { _ in generator.next() }
        #expect(
            words == [
                0xade0_b876, 0x903d_f1a0, 0xe56a_5d40, 0x28bd_8653, 0xb819_d2bd, 0x1aed_8da0, 0xccef_36a8, 0xc70d_778b,
                0x7c59_41da, 0x8d48_5751, 0x3fe0_2477, 0x374a_d8b8, 0xf4b8_436a, 0x1ca1_1815, 0x69b6_87c3, 0x8665_eeb2,
                0xbee7_079f, 0x7a38_5155, 0x7c97_ba98, 0x0d08_2d73, 0xa029_0fcb, 0x6965_e348, 0x3e53_c612, 0xed7a_ee32,
                0x7621_b729, 0x434e_e69c, 0xb033_71d5, 0xd539_d874, 0x281f_ed31, 0x45fb_0a51, 0x1f0a_e1ac, 0x6f4d_794b,
            ])
    }

    @Test func `a 64-bit number is two 32-bit numbers, the lower half first`() {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 0, count: 32))
        let number: UInt64 = generator.next()
        #expect(number == 0x903d_f1a0_ade0_b876)
    }

    /// The chi-square statistic of `degrees` degrees of freedom exceeds this about once in a million.
    private func bound(_ degrees: Int) -> Double {
        let k = Double(degrees)
        let z = 4.9
        let root = 1 - 2 / (9 * k) + z * (2 / (9 * k)).squareRoot()
        return k * root * root * root
    }

    private func chiSquare(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }

    @Test(arguments: [2, 3, 6, 7, 10, 40, 61])
    func `every number below a bound is equally probable`(bound: Int) {
        for seed in UInt8(1)...3 {
            var generator = ChaCha20Generator(seed: [UInt8](repeating: seed, count: 32))
            var counts = [Int](repeating: 0, count: bound)
            for _ in 0..<20_000 { counts[generator.uniform(below: bound)] += 1 }
            #expect(chiSquare(counts) < self.bound(bound - 1))
        }
    }

    @Test func `a bound that 2^32 does not hold evenly is not biased, plain modulo would be`() {
        // Of 2^32 numbers modulo 3·2^30 the lowest third comes twice as often: half of all instead of a third.
        let bound = 3 << 30
        var rejecting = ChaCha20Generator(seed: [UInt8](repeating: 9, count: 32))
        var plain = rejecting
        var counts = [0, 0, 0]
        var biased = [0, 0, 0]
        for _ in 0..<3_000 {
            counts[rejecting.uniform(below: bound) >> 30] += 1
            let word: UInt32 = plain.next()
            biased[(Int(word) % bound) >> 30] += 1
        }
        #expect(chiSquare(counts) < self.bound(2))
        #expect(chiSquare(biased) > self.bound(2))
    }

    @Test func `all orders of four are equally probable`() {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 5, count: 32))
        var counts: [[Int]: Int] = [:]
        for _ in 0..<24_000 {
            var order = [1, 2, 3, 4]
            generator.shuffle(&order)
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(chiSquare(Array(counts.values)) < bound(23))
    }
}
