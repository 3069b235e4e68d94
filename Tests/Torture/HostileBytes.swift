import FuzzEntries
import Platform

/// Every reader of foreign bytes, on bytes near those of the fuzzer's corpus.
struct HostileBytes: Chapter {
    let name = "bytes"
    let subject = "Mutations of the fuzzer's corpus are read or refused in words by every reader of foreign bytes"
    /// Mutations of each file; more by seeds that follow.
    private static let mutations = 400

    func run(_ course: Course) async throws -> [Figure] {
        var tried = 0
        var seed = Int(course.firstSeed)
        repeat {
            for target in FuzzTarget.allCases {
                let folder = "Tests/Fuzz/corpus/\(target.rawValue)"
                for file in try listDirectory(folder) {
                    let bytes = try readFile("\(folder)/\(file)")
                    for number in 0..<Self.mutations {
                        target.run(mutation(bytes, number: seed &* Self.mutations &+ number))
                        tried += 1
                    }
                }
                course.progress("\(target.rawValue): \(grouped(tried)) inputs so far")
            }
            seed += 1
        } while course.goesOn
        return [
            Figure("readers", FuzzTarget.allCases.count, .atLeast(8)),
            Figure("inputs tried", tried, .atLeast(20_000), remark: "a crash would have ended the program"),
        ]
    }
}
