import CenterLink
import Cryptography
import Exam
import Ledger
import Packages
import Platform
import QuestionBank
import TerminalLink
import Testing

@testable import Hall

/// Every scene that a seat was sent comes again from the journal, the bank and the name's key.
@Suite struct SceneReplayTests {
    /// What a copy of the hall's journal gives.
    private static func replay(
        of attempt: AttemptID, in fixture: HallFixture, bank: String? = nil, with key: MemoryKeyStore? = nil
    ) async throws -> (history: AttemptHistory, replay: SceneReplay) {
        await fixture.advance(seconds: 1)
        let copy = "\(fixture.folder)/copy-\(hexadecimal(systemEntropy(4))).sqlite"
        try await fixture.journal.copy(to: copy)
        let history = try AttemptHistory(attempt, journal: copy)
        let package = try QuestionPackage(path: bank ?? fixture.pack(fixture.bank), trust: .anyone)
        return (history, try SceneReplay(history, journal: copy, package: package, with: key ?? fixture.keys))
    }

    /// A scene but for the microseconds of its clock, which are the terminal's to draw.
    private static func clockless(_ scene: Scene) -> Scene {
        var scene = scene
        if case .running(let until) = scene.header?.clock {
            scene.header?.clock = .running(until: (until + 500_000) / 1_000_000)
        }
        return scene
    }

    private static func scenes(of replay: SceneReplay) throws -> [Scene] {
        var scenes: [Scene] = []
        try replay.forEach { _, _, made in if let made { scenes.append(clockless(made.scene)) } }
        return scenes
    }

    private static func sent(to seat: Int, of fixture: HallFixture) -> [Scene] {
        (fixture.terminals["seat-\(seat)"]?.scenes ?? []).filter { $0.header != nil }.map(clockless)
    }

    @Test func `every screen of a visit is made again as it was, whatever was looked at`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.checkIn(1)
        await fixture.touch(.language("en"), at: seat)
        await fixture.touch(.textSize(.largest), at: seat)
        try await fixture.tapCard(of: 2, at: "R1")
        try await fixture.tapCard(of: 1, at: "R1")
        let id = try #require(await fixture.attempt(at: seat)?.id)
        await fixture.touch(.tryScreen, at: seat)
        await fixture.touch(.option(2), at: seat)
        await fixture.touch(.next, at: seat)
        await fixture.touch(.back, at: seat)
        await fixture.touch(.theme(.contrast), at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.advance(seconds: 3)
        await fixture.touch(.languages, at: seat)
        await fixture.touch(.language("zh-Hans"), at: seat)
        await fixture.touch(.overview, at: seat)
        await fixture.touch(.back, at: seat)
        _ = try await fixture.hall.perform(.pause, at: seat)
        await fixture.advance(seconds: 2)
        _ = try await fixture.hall.perform(.resume, at: seat)
        await fixture.advance(seconds: 1)
        try await fixture.finish(at: seat, wrong: 1)
        try await fixture.deliverSlip(at: seat)
        await fixture.touch(.confirm, at: seat)

        let sent = Self.sent(to: seat, of: fixture)
        let (history, replay) = try await Self.replay(of: id, in: fixture)
        #expect(replay.showsName)
        #expect(try Self.scenes(of: replay) == sent)
        #expect(history.seats.map(\.number) == [seat])
        // What this visit was about was on the screen.
        let kinds = Set(sent.map { String(describing: $0.screen).prefix { $0 != "(" } })
        #expect(
            kinds.isSuperset(of: [
                "greeting", "rules", "trial", "question", "languages", "overview", "paused", "submit", "result",
                "signature", "farewell",
            ]), "\(kinds.sorted())")
    }

    @Test func `screens after a restart, and of the exam that follows at the same seat, are told apart`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        await fixture.touch(.option(1), at: seat)
        await fixture.advance(seconds: 1)
        let before = Self.sent(to: seat, of: fixture)
        try await fixture.restart()
        await fixture.touch(.option(2), at: seat)
        let after = Self.sent(to: seat, of: fixture)
        #expect(try Self.scenes(of: try await Self.replay(of: id, in: fixture).replay) == before + after)
        try await fixture.finish(at: seat)
        await fixture.touch(.confirm, at: seat)
        try await fixture.book(2)
        _ = try await fixture.begin(2)
        let next = try #require(await fixture.attempt(at: seat)?.id)
        let all = Self.sent(to: seat, of: fixture)
        let first = try Self.scenes(of: try await Self.replay(of: id, in: fixture).replay)
        let second = try Self.scenes(of: try await Self.replay(of: next, in: fixture).replay)
        #expect(first + second == before + all)
        #expect(second.count > 2)
    }

    @Test func `a touch and a digest stand by the scene that they were of`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        let revision = try #require(fixture.terminals["seat-1"]?.revision)
        await fixture.hall.receive(
            .touch(.init(at: 5, contact: 1, phase: .down, x: 10, y: 20, revision: revision)), from: "seat-1")
        await fixture.hall.receive(
            .shown(.init(revision: revision, digest: "d", environment: "e")), from: "seat-1")
        let (history, _) = try await Self.replay(of: id, in: fixture)
        let shown = try #require(history.shown.first { $0.revision == revision })
        #expect(shown.touches.map(\.x) == [10])
        #expect(shown.digest == .init(digest: "d", environment: "e"))
        #expect(history.shown.filter { $0.digest != nil }.count == 1)
        #expect(shown.display == .init(terminal: "seat-1", width: 1280, height: 800, panel: nil))
    }

    @Test func `without the name's key stars stand in its place, and nobody else's bank is taken`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        let auditor = MemoryKeyStore()
        let package = try fixture.pack(fixture.bank, to: [auditor.publicSealingKey])
        let (_, starred) = try await Self.replay(of: id, in: fixture, bank: package, with: auditor)
        #expect(!starred.showsName)
        #expect(try Self.scenes(of: starred).allSatisfy { $0.header?.candidate == "＊" })
        #expect(try await Self.replay(of: id, in: fixture).replay.showsName)

        await #expect(throws: PackageError.self) {
            _ = try await Self.replay(of: id, in: fixture, with: MemoryKeyStore())
        }
        await #expect { _ = try await Self.replay(of: "nobody", in: fixture) } throws: {
            "\($0)".contains("there is no attempt nobody")
        }
        var keys = fixture.bank.keys
        let changed = try #require(keys.first { $0.value == [1] })
        keys[changed.key] = [2]
        let foreign = try fixture.pack(
            BankContents(
                index: fixture.bank.index, items: fixture.bank.items, keys: keys, pictures: fixture.bank.pictures))
        await #expect { _ = try await Self.replay(of: id, in: fixture, bank: foreign) } throws: {
            "\($0)".contains("was sat with bank")
        }
    }

    @Test func `an erased name is stars`() async throws {
        let fixture = try await HallFixture(seats: 1)
        let booking = try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let id = try #require(await fixture.attempt(at: seat)?.id)
        #expect(try await Self.replay(of: id, in: fixture).replay.showsName)
        try await fixture.journal.erase(subjects: [booking.subject], reason: "test")
        #expect(try await !Self.replay(of: id, in: fixture).replay.showsName)
    }
}
