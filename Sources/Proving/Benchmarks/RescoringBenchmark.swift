import CRescoringFloor
import Measurement
import Platform

/// A million attempts of 100 answers over 100,000 questions counted again under a corrected key, on one core, beside a bare
/// C loop that only counts the same packed answers.
public enum RescoringBenchmark {
    /// - Parameter folder: where the archive goes that is read.
    public static func run(rounds: Int, folder: String = "/var/tmp") throws -> [Figure] {
        let (attempts, each) = (1_000_000, 100)
        standardError("kaotai: making \(attempts) attempts of \(each) answers from a seed…\n")
        let (archive, bank) = AnswerArchive.synthetic(
            attempts: attempts, answersEach: each, questions: 100_000, seed: 7)
        let keys = archive.packedKeys(of: bank)
        let old = keys[42].trailingZeroBitCount + 1
        let correction = try KeyCorrection(
            json: Array(
                """
                {"bank": "\(bank.digest)", "item": "SYN-42", "version": 1, "oldKey": [\(old)], "newKey": [\(old % 4 + 1)],
                 "reason": "benchmark", "decidedBy": ["one", "two"], "day": "2026-12-01"}
                """.utf8), name: "benchmark")
        let rescoring = try Rescoring(archive, name: "synthetic", banks: [bank], corrections: [correction])
        let answers = archive.packedAnswers
        let shortKeys = keys.map { UInt16($0) }
        var counts = [UInt16](repeating: 0, count: attempts)
        let time = SystemTime()
        /// Microseconds for each million answers.
        func measure(_ work: () throws -> Void) rethrows -> Int {
            let begin = time.now()
            try work()
            return (time.now().microseconds - begin.microseconds) * 1_000_000 / (attempts * each)
        }
        var ours: [Int] = []
        var bare: [Int] = []
        var changed = 0
        for round in 0...rounds {
            let one = measure { changed = rescoring.run().changes.count }
            let floor = measure { kaotai_floor_count(answers, attempts, each, shortKeys, &counts) }
            // The first round warms the caches up.
            guard round > 0 else { continue }
            ours.append(one)
            bare.append(floor)
        }
        precondition(changed > 0 && counts.contains { $0 > 0 }, "the benchmark counted nothing")

        let work = "\(folder)/kaotai-bench-\(hexadecimal(systemEntropy(6)))"
        try makeDirectory(work)
        defer { removeTree(work) }
        let path = work + "/synthetic.archive"
        _ = try archive.write(to: path)
        var fromFile: [Int] = []
        for _ in 0..<min(rounds, 3) {
            fromFile.append(
                try measure {
                    let read = try AnswerArchive.read(path, withTimes: false).archive
                    changed = try Rescoring(read, name: path, banks: [bank], corrections: [correction]).run().changes
                        .count
                })
        }
        return [
            Figure(
                "counting a million archived attempts again, one core, against bare C (20 million answers/s are 50000)",
                unit: "µs a million answers", values: ours, floor: bare),
            Figure("the same without its floor", unit: "µs a million answers", values: ours, limit: 50_000),
            Figure(
                "archive read, held against its digests, and counted", unit: "µs a million answers", values: fromFile,
                limit: 50_000),
        ]
    }
}
