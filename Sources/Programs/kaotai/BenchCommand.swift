import Benchmarks
import Demonstration
import Platform

private let benchHelp = """
    kaotai bench: figures beside their floors, measured in the same run

      kaotai bench [NAME] [--rounds N] [--json]

      touch       tap to saved to pixels, six seats at once, with the programs as they ship; memory; first frame
      center      segments verified, durable and receipted, beside signatures and one commit alone
      journal     appends beside bare SQLite commits
      drawing     a paper of 100 questions from 100,000, beside a bare C loop and SQLite's ORDER BY random()
      package     a bank of 10,000 questions opened and packed, beside the digest of its bytes
      recovery    the daemon's start with 10,000 finished attempts in its journal, from its snapshot and without one
      rescore     a million archived attempts counted again, beside a bare C loop over the same answers
      signatures  Ed25519 and SM2 verified, beside libcrypto's own calls

    A floor is the same work with nothing around it. Absolute times are this machine's; ratios carry over.

    """

private let benchmarks: [(name: String, run: @Sendable (Int?) async throws -> [Figure])] = [
    (
        "touch",
        { rounds in
            let options = DemonstrationOptions(
                out: "/tmp", share: try sharedFolder(nil), programs: executableFolder())
            return try await TouchBenchmark.run(options, rounds: rounds ?? 150)
        }
    ),
    ("center", { rounds in try await centerBenchmark(rounds: rounds ?? 5) }),
    ("journal", { rounds in try await journalBenchmark(rounds: rounds ?? 2000) }),
    ("drawing", { rounds in try DrawingBenchmark.run(rounds: rounds ?? 300) }),
    ("package", { rounds in try packageBenchmark(rounds: rounds ?? 10) }),
    ("recovery", { rounds in try await recoveryBenchmark(rounds: rounds ?? 5) }),
    ("rescore", { rounds in try RescoringBenchmark.run(rounds: rounds ?? 7) }),
    ("signatures", { rounds in try signatureBenchmark(rounds: rounds ?? 100) }),
]

/// `kaotai bench …`
func benchCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["rounds"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(benchHelp)
        return .done
    }
    let rounds = try options.integer("rounds")
    let chosen = options.words.isEmpty ? benchmarks : benchmarks.filter { options.words.contains($0.name) }
    guard !chosen.isEmpty, options.words.isEmpty || chosen.count == options.words.count else {
        throw Failure(.usage, "there is no such benchmark; `kaotai bench --help` lists them")
    }
    var figures: [Figure] = []
    for benchmark in chosen {
        let measured = try await benchmark.run(rounds)
        figures += measured
        if !options.has("json") { for figure in measured { standardOutput(figure.line + "\n") } }
    }
    if options.has("json") { standardOutput("[\(figures.map(\.json).joined(separator: ","))]\n") }
    return .done
}
