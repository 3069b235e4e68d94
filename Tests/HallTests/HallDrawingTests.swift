import CanonicalJSON
import Exam
import Ledger
import Platform
import QuestionBank
import Testing

@testable import Hall

/// How papers are drawn in the hall: by journalled counters, without what a candidate saw before, to be repeated.
@Suite struct HallDrawingTests {
    private func started(_ fixture: HallFixture) async throws -> [AttemptEntry.Started] {
        try await fixture.entries(AttemptEntryKind.started.rawValue).map {
            try $0.decode(AttemptEntry.Started.self)
        }
    }

    /// The counters that the journal holds up to an entry.
    private func counters(_ fixture: HallFixture, upTo sequence: Int) async throws -> ExposureCounters {
        var counters = ExposureCounters()
        for entry in try await fixture.entries(HallEntryKind.exposure.rawValue) where entry.sequence <= sequence {
            counters.merge(try #require(try ExposureCounters(journal: entry)))
        }
        return counters
    }

    @Test func `each paper is counted with its start, also over a restart, and can be drawn again from the journal`()
        async throws
    {
        let fixture = try await HallFixture(seats: 3)
        for person in 1...3 { try await fixture.book(person) }
        _ = try await fixture.begin(1)
        _ = try await fixture.begin(2)
        try await fixture.restart()
        _ = try await fixture.begin(3)

        let papers = try await started(fixture).map(\.paper)
        #expect(papers.count == 3)
        let all = try await counters(fixture, upTo: .max).total(of: "TEST-SHORT")
        #expect(all.papers == 3)
        #expect(all.items.values.reduce(0, +) == papers.reduce(0) { $0 + $1.items.count })
        let entries = try await fixture.entries(HallEntryKind.exposure.rawValue)
        #expect(papers.map(\.draw.exposure) == [0] + entries.prefix(2).map(\.sequence))
        let index = fixture.bankIndex
        let blueprint = try #require(index.blueprint(for: "TEST-SHORT", vehicleClass: "C1"))
        for paper in papers {
            let exposure = try await counters(fixture, upTo: paper.draw.exposure).total(of: "TEST-SHORT")
            #expect(try Paper.draw(paper.draw, blueprint: blueprint, index: index.items, exposure: exposure) == paper)
        }
        // The control: by other counters another paper comes out for one of them at least.
        let others = try papers.filter {
            try Paper.draw(
                $0.draw, blueprint: blueprint, index: index.items,
                exposure: ProgrammeExposure(papers: 9, items: $0.items.reduce(into: [:]) { $0[$1.item] = 9 })) != $0
        }
        #expect(!others.isEmpty)
    }

    @Test func `a make-up exam excludes the questions of the first sitting, also after a restart`() async throws {
        let fixture = try await HallFixture()
        try await fixture.book(1)
        try await fixture.sit(1, wrong: 5)
        let first = try #require(try await started(fixture).first?.paper)
        try await fixture.restart()
        let again = try await fixture.begin(1)
        let second = try #require(await fixture.attempt(at: again)?.paper)
        #expect(second.draw.excluded == first.items.map(\.item).sorted())
        #expect(first.draw.excluded == [])
        let repeated = second.items.count { item in first.items.contains { $0.item == item.item } }
        #expect(repeated == second.relaxed.reduce(0) { $0 + $1.repeated })
    }
}
