import CanonicalJSON
import Cryptography
import Demonstration
import Exam
import Ledger
import Platform
import Testing

/// A seat's terminal dies for good on real processes, and its candidate sits the exam to its end at another.
@Suite(.serialized) struct SeatFailureTests {
    @Test func `a candidate whose terminal dies goes on at another seat, and the center agrees with the result`()
        async throws
    {
        let folder = "/tmp/kaotai-fail-\(hexadecimal(systemEntropy(4)))"
        defer { removeTree(folder) }
        var options = DemonstrationOptions(
            out: folder, share: ExamDay.repository, programs: executableFolder())
        options.bank = "\(ExamDay.repository)/Tests/Fixtures/bank"
        options.programme = "TEST-SHORT"
        options.seats = 3
        options.candidates = 2
        options.failingSeat = 2
        options.pictures = false
        options.width = 1280
        options.height = 800
        let report = try await Demonstration(options).run()

        let move = try #require(report.moves.first)
        #expect(report.moves.count == 1 && move.from == 2 && move.to != 2)
        #expect(report.restarts == 0)
        #expect(report.candidates.count == 2)
        #expect(report.candidates.filter { !$0.verified }.map(\.problem) == [])
        let trust = try JWKS(json: try readFile("\(folder)/trust.jwks"))
        let jws = String(decoding: try readFile("\(folder)/results/\(move.attempt).jws"), as: UTF8.self)
        let result = try JSONCoder.decode(
            ExamResult.self, from: try JWS.verify(jws.filter { !$0.isWhitespace }, keys: trust))
        #expect(result.seat.number == move.to)
        #expect(result.interruptions.cuts == 1)
        #expect(
            result.interruptions.moves == [.init(from: 2, to: result.seat, cause: .terminal)])
        // What the dead terminal's clock ran on is given back, and that is no more than a second.
        #expect((0...1000).contains(result.creditedMs))
        let journal = try JournalVerifier.verify(path: "\(folder)/journal.sqlite", trust: trust)
        #expect(journal.problems.isEmpty)
    }
}
