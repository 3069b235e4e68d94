import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Ledger
import Packages
import Platform
import QuestionBank
import TerminalLink
import Testing
import Workshop

@testable import Hall

/// Eight questions whose right answer is always the first option.
private func practiceContents(
    purpose: BankPurpose? = .practice, ids: String = "PRA", stem: @escaping (Int) -> String = { "Practice \($0)?" }
) throws -> BankContents {
    var items: [ItemID: Item] = [:]
    var keys: [ItemID: Set<Int>] = [:]
    for number in 1...8 {
        let kind: ItemKind = number <= 4 ? .judge : number <= 6 ? .single : .multi
        let id = ItemID("\(ids)-0\(number)")
        func text(_ language: String) -> ItemText {
            ItemText(
                stem: stem(number), options: kind == .judge ? [:] : [1: "a", 2: "b", 3: "c"],
                explanation: "because \(number) in \(language)")
        }
        items[id] = Item(
            id: id, version: 1, kind: kind, area: "law", classes: ["C1"], basis: "x", picture: nil,
            texts: ["zh-Hans": text("zh"), "en": text("en")], written: "", reviewed: "")
        keys[id] = kind == .multi ? [1, 2] : [1]
    }
    let blueprint = try Blueprint(
        programme: "MOCK", version: 1, kinds: [.judge: 1, .single: 1, .multi: 1], areas: ["law": 3])
    return BankContents(
        index: BankIndex(
            id: "practice", purpose: purpose, version: 1, languages: ["zh-Hans", "en"], validFrom: nil,
            validUntil: nil, areas: [:], programmes: [], blueprints: [blueprint], promises: [],
            items: items.values.map(\.indexEntry)),
        items: items, keys: keys, pictures: [:])
}

private func practiceBank(
    purpose: BankPurpose? = .practice, ids: String = "PRA", stem: @escaping (Int) -> String = { "Practice \($0)?" }
) throws -> PracticeBank {
    try PracticeBank(try practiceContents(purpose: purpose, ids: ids, stem: stem))
}

private func trial(_ screen: Screen) -> Screen.Trial? { if case .trial(let value) = screen { value } else { nil } }
private func offers(_ screen: Screen) -> Bool? { if case .idle(let idle) = screen { idle.practice } else { nil } }

@Suite struct PracticeTests {
    @Test func `somebody practises at a free seat, is told what was right and why, and leaves a count behind`()
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        #expect(offers(fixture.screen(1)) == false)
        try await fixture.restart(practice: try practiceBank())
        #expect(offers(fixture.screen(1)) == true)
        await fixture.touch(.practise, at: 1)
        guard case .practiceStart(let start) = fixture.screen(1) else {
            Issue.record("the seat shows \(fixture.screen(1))")
            return
        }
        #expect(start.questions == 3)
        await fixture.touch(.language("en"), at: 1)
        await fixture.touch(.confirm, at: 1)
        var kinds: [Screen.QuestionKind] = []
        while let shown = trial(fixture.screen(1)) {
            #expect(shown.purpose == .practice && shown.explanation == nil && shown.right.isEmpty)
            kinds.append(shown.question.kind)
            await fixture.touch(.next, at: 1)
            #expect(trial(fixture.screen(1))?.question.committed == false, "nothing is chosen yet")
            // The multiple one is answered by half.
            await fixture.touch(.option(1), at: 1)
            await fixture.touch(.next, at: 1)
            let told = try #require(trial(fixture.screen(1)))
            #expect(told.question.verdict == (shown.question.kind == .multi ? .wrong : .right))
            #expect(told.explanation?.hasSuffix("in en") == true)
            #expect(told.right == (shown.question.kind == .multi ? [1, 2] : [1]))
            await fixture.touch(.next, at: 1)
        }
        #expect(kinds == [.judge, .single, .multi])
        #expect(fixture.screen(1) == .practiceEnd(.init(right: 2, total: 3)))
        await fixture.touch(.back, at: 1)
        #expect(offers(fixture.screen(1)) == true)
        #expect(fixture.terminals["seat-1"]?.scenes.last?.language == "zh-Hans")
        let entries = try await fixture.journal.entries(after: 0, limit: 10_000)
        #expect(entries.allSatisfy { !$0.stream.hasPrefix("attempt/") })
        let counted = try #require(entries.first { $0.kind == "seat.practised" }).decode(HallEntry.Practised.self)
        #expect(counted.answered == 3 && counted.right == 2)
        // Nothing that was asked or answered stands in the journal.
        #expect(entries.allSatisfy { !String(decoding: $0.body, as: UTF8.self).contains("PRA-") })
    }

    @Test func `practice ends when the seat is given to a candidate`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.restart(practice: try practiceBank())
        try await fixture.book(1)
        await fixture.touch(.practise, at: 1)
        await fixture.touch(.confirm, at: 1)
        await fixture.touch(.option(1), at: 1)
        await fixture.touch(.next, at: 1)
        let seat = try await fixture.checkIn(1)
        guard case .greeting = fixture.screen(seat) else {
            Issue.record("the seat shows \(fixture.screen(seat))")
            return
        }
        #expect(try await fixture.entries("seat.practised").count == 1)
        await fixture.touch(.practise, at: seat)
        #expect(trial(fixture.screen(seat)) == nil)
    }

    @Test func `a practice that nobody goes on with ends by itself`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.restart(practice: try practiceBank())
        await fixture.touch(.practise, at: 1)
        await fixture.touch(.confirm, at: 1)
        await fixture.advance(seconds: 100)
        #expect(trial(fixture.screen(1)) != nil)
        await fixture.touch(.option(1), at: 1)
        await fixture.advance(seconds: 100)
        #expect(trial(fixture.screen(1)) != nil)
        await fixture.advance(seconds: 20)
        #expect(offers(fixture.screen(1)) == true)
        #expect(try await fixture.entries("seat.practised").isEmpty)
    }

    @Test func `no practice while it shares a question with the exam bank, by id or by words`() async throws {
        let exam = try #require(BankSource(folder: HallFixture.bankFolder).contents)
        let stem = try #require(exam.items["TEST-01"]?.texts["en"]?.stem)
        let sameID = try practiceBank(ids: "TEST")
        // Other spaces, punctuation and case do not make another question.
        let sameWords = try practiceBank {
            $0 == 3 ? stem.uppercased().replacing(" ", with: "  ") + "!" : "Practice \($0)?"
        }
        let (ids, fingerprints) = (Set(exam.index.items.map(\.id)), exam.fingerprints(sha256: sha256))
        func shared(_ practice: PracticeBank) -> [ItemID] {
            practice.sharedItems(ids: ids, fingerprints: fingerprints, sha256: sha256)
        }
        #expect(shared(sameID).count == 8)
        #expect(shared(sameWords) == ["PRA-03"])
        #expect(shared(try practiceBank()) == [])
        for shared in [sameID, sameWords] {
            let fixture = try await HallFixture(seats: 1)
            try await fixture.restart(practice: shared)
            #expect(offers(fixture.screen(1)) == false)
            await fixture.touch(.practise, at: 1)
            #expect(offers(fixture.screen(1)) == false)
            #expect(await fixture.hall.practiceState?.hasPrefix("off: the exam bank asks") == true)
        }
    }

    @Test func `exam questions cannot be practised on, and practice questions cannot be examined`() async throws {
        for purpose in [nil, BankPurpose.exam] {
            #expect(throws: PracticeRefusal.examBank("practice")) { try practiceBank(purpose: purpose) }
        }
        let exam = try #require(BankSource(folder: HallFixture.bankFolder).contents)
        #expect(throws: PracticeRefusal.examBank("test-bank")) { try PracticeBank(exam) }
    }

    @Test
    func `a package of the other kind is refused: as practice before it is opened, as exam bank at its installation`()
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        let trust = QuestionPackage.Trust.keys(JWKS(keys: [fixture.author.publicJWK]))
        // Sealed to somebody else, it could not even be opened: its purpose alone is what is told.
        let exam = try fixture.pack(fixture.bank, to: [SealingKey.generate().publicSealingKey])
        #expect(throws: PracticeRefusal.examBank("test-bank")) {
            try PracticeBank(QuestionPackage(path: exam, trust: trust), with: fixture.keys)
        }
        let bank = try practiceContents()
        let package = try fixture.pack(bank)
        let opened = try PracticeBank(QuestionPackage(path: package, trust: trust), with: fixture.keys)
        #expect(opened.questions == 3)
        let refused = await #expect(throws: Failure.self) { try await fixture.hall.install(file: package) }
        #expect(refused?.message.contains("bank practice is for practice; no exam is held by it") == true)
    }

    @Test func `practice is drawn from its own bank: other questions and other orders, again and again`() throws {
        let bank = try practiceBank()
        var seen: Set<ItemID> = []
        for seed in 0..<60 {
            let drawn = bank.draw(seed: [UInt8](repeating: UInt8(seed), count: 32))
            #expect(drawn.map(\.item.kind) == [.judge, .single, .multi])
            #expect(Set(drawn.map(\.item.id)).count == 3)
            #expect(drawn[0].options == [1, 2] && drawn[1].options.sorted() == [1, 2, 3])
            seen.formUnion(drawn.map(\.item.id))
        }
        #expect(seen.count == 8)
    }
}
