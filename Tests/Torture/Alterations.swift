import Cryptography
import Platform
import Tampering

/// Altered copies of journals of small exam days, judged by our verifier and by the one that has none of our code.
struct AlteredCopies: Chapter {
    let name = "alterations"
    let subject =
        "Altered copies of real journals are judged by kaotai journal verify and by Provisioning/audit/verify.py"
    /// Days with other answers, keys and heads; every fifth is of suite gm.
    private static let days = 10
    /// Of each of the seven kinds that change what a journal says, on each day.
    private static let perKind: UInt64 = 150
    /// Of tables, schema and bytes, on each day.
    private static let perOther: UInt64 = 100
    private static let soundPerDay: UInt64 = 50

    private struct Outcome: Sendable {
        var tallies: [AlterationKind: Tally] = [:]
        var sound = 0
        var falseAlarms = 0
        var unfoundWithoutTrust = 0
        var unfoundWithoutAnchor = 0
        var controls = 0
        var recounted = 0

        mutating func add(_ other: Outcome) {
            for (kind, tally) in other.tallies { tallies[kind, default: Tally()].add(tally) }
            sound += other.sound
            falseAlarms += other.falseAlarms
            unfoundWithoutTrust += other.unfoundWithoutTrust
            unfoundWithoutAnchor += other.unfoundWithoutAnchor
            controls += other.controls
            recounted += other.recounted
        }
    }

    func run(_ course: Course) async throws -> [Figure] {
        var all = Outcome()
        var first = course.firstSeed
        repeat {
            let seeds = (0..<UInt64(Self.days)).map { first &* 1000 &+ $0 }
            all.add(try await days(seeds, course))
            first += 1
        } while course.goesOn
        return figures(all)
    }

    private func days(_ seeds: [UInt64], _ course: Course) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for (place, seed) in seeds.enumerated() {
                group.addTask { try await day(seed, suite: place % 5 == 4 ? .gm : .intl) }
            }
            var all = Outcome()
            var done = 0
            for try await outcome in group {
                all.add(outcome)
                done += 1
                course.progress(
                    "\(done) of \(seeds.count) days, \(grouped(all.tallies.values.reduce(0) { $0 + $1.tried })) alterations"
                )
            }
            return all
        }
    }

    private func day(_ seed: UInt64, suite: CipherSuite) async throws -> Outcome {
        let folder = "\(isDirectory("/dev/shm") ? "/dev/shm" : "/tmp")/kaotai-torture-\(hexadecimal(systemEntropy(5)))"
        try makeDirectory(folder, mode: 0o700)
        defer { removeTree(folder) }
        let day = try await SmallDay.hold(folder: "\(folder)/day", seed: seed, suite: suite)
        let alterations = try Alterations(of: day, folder: folder)
        let outside = try OutsideVerifier(for: day, folder: folder)
        var outcome = Outcome()
        for kind in AlterationKind.allCases {
            let count = AlterationKind.ofEntries.contains(kind) ? Self.perKind : Self.perOther
            let begin = seed &* 100_000
            outcome.tallies[kind] = try alterations.run(kind, seeds: begin..<begin + count, outside: outside)
        }
        for number in 0..<Self.soundPerDay {
            let path = try alterations.makeSound(seed: seed &* 1000 &+ number)
            let theirs = try outside.verdict(on: path)
            outcome.sound += 1
            if !alterations.isGood(path) || !theirs.good { outcome.falseAlarms += 1 }
            outcome.recounted = max(outcome.recounted, theirs.recounted)
        }
        outcome.controls += 1
        let careful = try alterations.makeCarefulRewrite()
        if alterations.isGood(careful, trusting: false, anchored: false), !alterations.isGood(careful, anchored: false)
        {
            outcome.unfoundWithoutTrust += 1
        }
        let cut = try alterations.makeCleanCut()
        if alterations.isGood(cut, anchored: false), !alterations.isGood(cut) { outcome.unfoundWithoutAnchor += 1 }
        return outcome
    }

    private func figures(_ all: Outcome) -> [Figure] {
        let ofEntries = AlterationKind.ofEntries.compactMap { all.tallies[$0] }
        let missed = all.tallies.values.flatMap(\.missed)
        let disagreed = all.tallies.values.flatMap(\.disagreed)
        var figures = [
            Figure(
                "alterations of the seven kinds", ofEntries.reduce(0) { $0 + $1.tried }, .atLeast(10_000),
                remark: "edit, deletion, insertion, reordering, rewrite, cut tail, old copy")
        ]
        for kind in AlterationKind.allCases {
            guard let tally = all.tallies[kind] else { continue }
            let idle = tally.idle > 0 ? "; \(tally.idle) more changed bytes that stand for nothing" : ""
            figures.append(
                Figure(
                    "\(kind.rawValue): found", tally.found, .exactly(tally.tried), remark: "of \(tally.tried)\(idle)"))
        }
        figures += [
            Figure("missed", missed.count, .exactly(0), remark: missed.first ?? ""),
            Figure(
                "judged otherwise by the outside verifier", disagreed.count, .exactly(0), remark: disagreed.first ?? ""),
            Figure("sound copies", all.sound, .atLeast(500)),
            Figure("false alarms", all.falseAlarms, .exactly(0), remark: "of either verifier"),
            Figure("scores counted again by the outside verifier", all.recounted, .atLeast(1)),
            Figure(
                "control: a careful rewrite passes without keys to trust", all.unfoundWithoutTrust,
                .exactly(all.controls), remark: "and is found with them"),
            Figure(
                "control: a tail cut at a head passes without an anchor", all.unfoundWithoutAnchor,
                .exactly(all.controls), remark: "and is found with one"),
        ]
        return figures
    }
}
