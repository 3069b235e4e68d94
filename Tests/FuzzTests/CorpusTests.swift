import FuzzEntries
import Platform
import Testing

/// What the fuzzer was given and what it found, tried again with everything that lies near it.
@Suite struct CorpusTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fuzz/corpus"

    @Test(arguments: FuzzTarget.allCases)
    func `every file of the corpus and its mutations are read or refused`(target: FuzzTarget) throws {
        let names = try listDirectory("\(Self.folder)/\(target.rawValue)")
        #expect(names.count >= 3)
        for name in names {
            let bytes = try readFile("\(Self.folder)/\(target.rawValue)/\(name)")
            target.run(bytes)
            for number in 1...40 { target.run(mutation(bytes, number: number)) }
        }
    }

    @Test func `mutations are the same each time and differ from each other`() {
        let bytes = Array("one { =two ~three }".utf8)
        let all = (1...40).map { mutation(bytes, number: $0) }
        #expect(all == (1...40).map { mutation(bytes, number: $0) })
        #expect(Set(all).count > 35)
        #expect((1...40).allSatisfy { mutation([], number: $0).count < 1000 })
    }
}
