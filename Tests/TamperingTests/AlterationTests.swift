import Cryptography
import Glibc
import Platform
import Tampering
import Testing

/// A folder in memory that goes with the object.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = "\(isDirectory("/dev/shm") ? "/dev/shm" : "/tmp")/kaotai-tamper-\(hexadecimal(systemEntropy(5)))"
        try makeDirectory(path, mode: 0o700)
    }

    deinit { removeTree(path) }
}

/// The short form of the chapter "alterations" of `make torture`.
@Suite struct AlterationTests {
    private let scratch: Scratch
    private let alterations: Alterations

    init() async throws {
        scratch = try Scratch()
        alterations = try Alterations(of: try await SmallDay.hold(folder: "\(scratch.path)/day"), folder: scratch.path)
    }

    @Test(arguments: AlterationKind.allCases)
    func `every alteration is found, by our verifier and by the outside one`(kind: AlterationKind) throws {
        let outside = try OutsideVerifier(for: alterations.day, folder: scratch.path)
        let tally = try alterations.run(kind, seeds: 1..<25, outside: outside)
        #expect(tally.missed == [])
        #expect(tally.disagreed == [])
        // Most alterations alter something.
        #expect(tally.tried > 5 && tally.found == tally.tried)
        #expect(tally.idle == 0 || kind == .damage)
    }

    @Test func `a sound copy is found good, however it was written`() throws {
        let outside = try OutsideVerifier(for: alterations.day, folder: scratch.path)
        for seed in 1...8 {
            let path = try alterations.makeSound(seed: UInt64(seed))
            #expect(alterations.isGood(path), "seed \(seed)")
            let verdict = try outside.verdict(on: path)
            #expect(verdict.good && verdict.recounted == 3, "seed \(seed)")
            #expect(alterations.isGood(path, trusting: false, anchored: false))
        }
    }

    @Test func `without anybody to trust, a chain computed anew with care is not found`() throws {
        let path = try alterations.makeCarefulRewrite()
        #expect(alterations.isGood(path, trusting: false, anchored: false))
        #expect(!alterations.isGood(path, anchored: false))
    }

    @Test func `without an anchor, a tail cut off at a head is not found`() throws {
        let path = try alterations.makeCleanCut()
        #expect(alterations.isGood(path, anchored: false))
        #expect(!alterations.isGood(path))
    }
}
