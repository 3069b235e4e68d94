import Exam
import Testing

@testable import Measurement

/// Figures against values that other programs computed from the same data.
@Suite struct StatisticsTests {
    /// Twenty people by eight questions, 1 for a right answer.
    static let matrix = [
        "11111111", "11111110", "11111101", "11111011", "11110111", "11101110", "11011101", "11110010", "11100101",
        "11010110", "01111000", "10110100", "11001001", "10101010", "11000100", "01100010", "10010000", "01000001",
        "10000010", "00000100",
    ]

    static func statistics(_ attempts: [AnsweredAttempt], minimum: Int = 100) throws -> BankStatistics {
        try BankStatistics(archive(attempts), name: "a", banks: [sampleBank()], bands: .init(minimum: minimum))
    }

    static let attempts = matrix.enumerated().map { number, row in
        sampleAttempt(
            AttemptID("A-\(number)"), row.map { $0 == "1" ? [1] : [2] }, passMark: 60,
            tenths: [number, nil, 5, 5, 5, 5, 5, 5])
    }

    @Test func `shares, correlations and D are those that numpy computes`() throws {
        let items = try Self.statistics(Self.attempts).items.filter { $0.language == "zh-Hans" }
        #expect(items.map(\.item) == ["Q-1", "Q-2", "Q-3", "Q-4", "Q-5", "Q-6", "Q-7", "Q-8"])
        #expect(items.map(\.share) == [800, 750, 600, 550, 450, 550, 500, 400])
        // numpy.corrcoef of each column with the sum of the others.
        #expect(items.map(\.pointBiserial) == [360, 408, 412, 371, 384, 190, 163, 249])
        #expect(items.map(\.upperLower) == [500, 556, 833, 778, 815, 500, 463, 593])
        #expect(items[0].chosen == [16, 4, 0, 0])
        #expect(items[0].medianMs == 950)
        #expect(items[1].medianMs == nil)
        #expect(items[0].key == [1])
    }

    @Test func `reliability with one paper for all is KR-20 as numpy computes it`() throws {
        let programme = try #require(try Self.statistics(Self.attempts).programmes.last)
        #expect(programme.language == "zh-Hans")
        #expect(programme.kr20 == 615)
        // 1.231724 questions of ten points.
        #expect(programme.standardError == 12317)
        #expect(programme.attempts == 20 && programme.passed == 7)
        #expect(programme.meanScore == 46000)
    }

    @Test func `Mantel and Haenszel's figures are those of statsmodels`() throws {
        // By score: right and wrong in the reference, right and wrong in the focal language; the last two strata have only one.
        let table = [
            3: (4, 16, 1, 12), 4: (9, 15, 3, 11), 5: (18, 14, 8, 15), 6: (25, 9, 10, 9), 7: (30, 4, 14, 5),
            8: (0, 0, 3, 1), 9: (5, 2, 0, 0),
        ]
        var (reference, focal) = (Strata(), Strata())
        for (score, (a, b, c, d)) in table {
            for _ in 0..<a { reference.add(score: score, isRight: true) }
            for _ in 0..<b { reference.add(score: score, isRight: false) }
            for _ in 0..<c { focal.add(score: score, isRight: true) }
            for _ in 0..<d { focal.add(score: score, isRight: false) }
        }
        let found = try #require(MantelHaenszel(reference: reference, focal: focal))
        // StratifiedTable: oddsratio_pooled, logodds_pooled_se, test_null_odds(correction=True).
        #expect(thousandths(found.delta) == -2138)
        #expect(thousandths(found.standardError) == 741)
        #expect(thousandths(found.chiSquare) == 7542)
        #expect(thousandths(found.shareDifference) == -176)
        #expect(found.grade == .slight)
    }

    @Test func `what nobody reached is not counted as wrong, what was passed over is`() throws {
        let items = try Self.statistics([
            sampleAttempt("A-1", [[1], [], [1], []], endedBy: .timeUp),
            sampleAttempt("A-2", [[1], [], [1], []]),
            sampleAttempt("A-3", [[], [], [], []], endedBy: .voided),
        ]).items.filter { $0.language == nil }
        #expect(items.map(\.count) == [2, 2, 2, 1])
        #expect(items.map(\.notReached) == [0, 0, 0, 1])
        #expect(items.map(\.omitted) == [0, 2, 0, 1])
        // Only the second attempt is whole.
        #expect(items.map(\.whole) == [1, 1, 1, 1])
    }

    @Test func `too few answers flag nothing, enough of the same do`() throws {
        // Q-1 is right for those alone who know nothing else.
        func people(_ count: Int) -> [AnsweredAttempt] {
            (0..<count).map { number in
                let good = number % 2 == 0
                return sampleAttempt(
                    AttemptID("A-\(number)"),
                    [good ? [2] : [1]] + (0..<7).map { [good || $0 == number % 7 ? 1 : 3] })
            }
        }
        #expect(try Self.statistics(people(90)).flagged.isEmpty)
        let flagged = try Self.statistics(people(110)).flagged
        #expect(flagged.map(\.item) == ["Q-1", "Q-1"])
        #expect(flagged.allSatisfy { $0.flags == [.keyCheck] })
    }

    @Test func `the same version of a question in two banks is one question`() throws {
        let other = String(repeating: "cd", count: 32)
        let packed = try archive(
            sampleAttempt("A-1", [[1]]), sampleAttempt("A-2", [[2]], bank: other),
            sampleAttempt("A-3", [[1]], bank: "x"))
        let found = try BankStatistics(
            packed, name: "a", banks: [sampleBank(), sampleBank(digest: other, version: 4)])
        #expect(found.items.filter { $0.language == nil }.map(\.count) == [2])
        #expect(found.otherBanks == ["x": 1])
    }
}
