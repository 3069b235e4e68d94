import CanonicalJSON
import Cryptography
import Demonstration
import Exam
import Ledger
import Platform
import Testing

/// The whole house on real processes, some of which are killed at twenty moments of three exam days.
@Suite(.serialized) struct KillTests {
    @Test(arguments: ExamDay.all)
    func `whatever is killed, every result arrives whole and every answer shown as saved is in it`(_ day: ExamDay)
        async throws
    {
        let folder = "/tmp/kaotai-kill-\(hexadecimal(systemEntropy(4)))"
        defer { removeTree(folder) }
        let storm = Storm(day)
        let report = try await Demonstration(day.options(out: folder)).run(disturber: storm)

        #expect(storm.missed.isEmpty)
        // What ended was killed by us; nothing ended by itself.
        #expect(report.restarts == day.blows.count { $0.target != .cardService })
        #expect(report.candidates.count == day.candidates)
        #expect(report.candidates.filter { !$0.verified }.map(\.problem) == [])
        #expect(report.candidates.allSatisfy { $0.acknowledged > 0 && $0.recorded >= $0.acknowledged })

        let trust = try JWKS(json: try readFile("\(folder)/trust.jwks"))
        let journal = try JournalVerifier.verify(path: "\(folder)/journal.sqlite", trust: trust)
        #expect(journal.problems.isEmpty)
        var results: [String: Int] = [:]
        try JournalVerifier.forEach(path: "\(folder)/journal.sqlite") { entry in
            if entry.kind == AttemptEntryKind.result.rawValue { results[entry.stream, default: 0] += 1 }
        }
        #expect(results.count == day.candidates)
        #expect(results.values.allSatisfy { $0 == 1 })
    }

    @Test func `the days have twenty blows between them`() {
        #expect(ExamDay.all.reduce(0) { $0 + $1.blows.count } == 20)
    }
}
