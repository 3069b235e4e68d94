import CanonicalJSON
import Testing

@testable import Exam

/// The counters of many appliances: merging is what makes them agree without a network.
@Suite struct ExposureTests {
    /// Counters as random as they come: few names, so that they meet.
    private func counters(_ generator: inout ChaCha20Generator) -> ExposureCounters {
        var counts: [String: [ProgrammeCode: ProgrammeExposure]] = [:]
        for _ in 0..<generator.uniform(below: 5) {
            var exposure = ProgrammeExposure(papers: generator.uniform(below: 20))
            for _ in 0..<generator.uniform(below: 6) {
                exposure.items[ItemID("Q\(generator.uniform(below: 8))")] = generator.uniform(below: 20)
            }
            counts["appliance-\(generator.uniform(below: 3))", default: [:]][
                ProgrammeCode("P\(generator.uniform(below: 2))")] = exposure
        }
        return ExposureCounters(counts)
    }

    private func merged(_ one: ExposureCounters, _ other: ExposureCounters) -> ExposureCounters {
        var result = one
        result.merge(other)
        return result
    }

    @Test func `merging is commutative, associative and idempotent`() {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 8, count: 32))
        var differed = 0
        for _ in 0..<2_000 {
            let (a, b, c) = (counters(&generator), counters(&generator), counters(&generator))
            #expect(merged(a, b) == merged(b, a))
            #expect(merged(merged(a, b), c) == merged(a, merged(b, c)))
            #expect(merged(a, a) == a)
            #expect(merged(merged(a, b), b) == merged(a, b))
            if merged(a, b) != a && merged(a, b) != b { differed += 1 }
        }
        #expect(differed > 500)
    }

    @Test func `appliances that hear each other's counters in any order, twice or late agree in the end`() throws {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 9, count: 32))
        let pool = try DrawingPool(
            blueprint: SampleBank.blueprint, index: SampleBank.index, vehicleClass: "C1", language: "en",
            day: SampleBank.day)
        var states = [ExposureCounters](repeating: ExposureCounters(), count: 3)
        var told: [ExposureCounters] = []
        for round in 0..<60 {
            let at = generator.uniform(below: 3)
            let paper = try pool.draw(
                SampleBank.draw(seed: [UInt8(round)] + [UInt8](repeating: 1, count: 31)))
            let raised = states[at].raised(by: paper, at: "appliance-\(at)")
            states[at].merge(raised)
            told.append(raised)
            // Now and then somebody hears something.
            states[generator.uniform(below: 3)].merge(told[generator.uniform(below: told.count)])
        }
        generator.shuffle(&told)
        for at in states.indices { for raised in told + told.reversed() { states[at].merge(raised) } }
        #expect(states[0] == states[1] && states[1] == states[2])
        let total = states[0].total(of: "TEST")
        #expect(total.papers == 60)
        #expect(total.items.values.reduce(0, +) == 60 * 12)
        let some = states[0].total(of: "TEST", items: ["LAW-01", "LAW-02"])
        #expect(some.papers == 60 && some.items["LAW-01"] == total.items["LAW-01"])
    }

    @Test func `counters are read back as they were written, a negative count is refused`() throws {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 10, count: 32))
        for _ in 0..<50 {
            let counters = counters(&generator)
            #expect(try JSONCoder.decode(ExposureCounters.self, from: try JSONCoder.encode(counters)) == counters)
        }
        #expect(throws: DecodingError.self) {
            try JSONCoder.decode(
                ExposureCounters.self, from: Array(#"{"a":{"P":{"items":{"Q":-1},"papers":1}}}"#.utf8))
        }
    }
}
