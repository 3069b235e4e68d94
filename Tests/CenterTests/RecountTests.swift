import CanonicalJSON
import CenterLink
import CivilTime
import Courier
import Cryptography
import Exam
import Ledger
import Packages
import Platform
import QuestionBank
import Testing

@testable import Center

@Suite struct RecountTests {
    @Test func `a result is recounted from the answers and the bank's keys`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        #expect(try center.center.banks.add(bank.path) == bank.digest)
        try await hall.sit("a-1", bank, rightAnswers: 4)
        try await hall.sit("a-2", bank, rightAnswers: 2)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        try await center.center.projector.settle()

        let results = try await center.store.results(after: 0, limit: 10).map(\.result)
        #expect(results.map(\.attempt) == ["a-1", "a-2"])
        #expect(results.map(\.score) == [100, 50])
        #expect(results.map(\.passed) == [true, false])
        #expect(results.map(\.verified) == [true, true], "\(results.map(\.problem))")
        #expect(try await center.store.warnings().isEmpty)
        await center.stop()
    }

    /// What a faulty or a taken-over appliance might sign.
    enum Lie: CaseIterable {
        case score, passMark, responses, paper, candidate, journal, exposure, counters

        var words: String {
            switch self {
            case .score: "points, signed are"
            case .passMark: "pass mark"
            case .responses: "responses"
            case .paper, .counters: "the paper is not the one"
            case .exposure: "for its counters, which holds none"
            case .candidate: "candidate"
            case .journal: "journal.last"
            }
        }
    }

    @Test(arguments: Lie.allCases)
    func `a result that does not hold is listed as wrong, with a warning that says why`(_ lie: Lie) async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        _ = try center.center.banks.add(bank.path)
        try await hall.sit("a-1", bank, rightAnswers: 2, lie: lie)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        try await center.center.projector.settle()
        let result = try #require(try await center.store.results(after: 0, limit: 10).first?.result)
        #expect(result.verified == false)
        #expect(result.problem.contains(lie.words), "\(result.problem)")
        let warning = try await center.store.warnings().first
        #expect(warning?.kind == "result does not hold")
        #expect(warning?.detail.contains(lie.words) == true)
        await center.stop()
    }

    @Test func `a result waits for its bank and is looked at when it comes`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        try await hall.sit("a-1", bank, rightAnswers: 4)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        try await center.center.projector.settle()
        var result = try await center.store.results(after: 0, limit: 10).first?.result
        #expect(result != nil && result?.verified == nil)
        #expect(result?.problem.contains(bank.digest) == true)
        guard case .bank(bank.digest) = await center.center.perform(.addBank(path: bank.path)) else {
            Issue.record("the bank was not taken")
            return
        }
        result = try await center.store.results(after: 0, limit: 10).first?.result
        #expect(result?.verified == true)
        await center.stop()
    }

    @Test func `a bank is fetched in parts that make up the whole`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        _ = try center.center.banks.add(bank.path)
        let whole = try readFile(bank.path)
        let url = center.url + "/v1/banks/" + bank.digest
        let answer = try await HTTPClient(hall.tls, label: "test").send(url, milliseconds: patience)
        #expect(answer.status == 200)
        #expect(answer.body == whole)
        func curl(_ range: String) async throws -> (code: String, body: [UInt8]) {
            let (part, code) = (hall.folder.path + "/part", hall.folder.path + "/code")
            _ = try await run(
                "curl",
                [
                    "-s", "-o", part, "-w", "%{http_code}", "-r", range, "--cacert", center.authority, "--cert",
                    hall.tls.certificate ?? "", "--key", hall.tls.key ?? "", url,
                ], output: code)
            return (try text(code), try readFile(part))
        }
        let half = whole.count / 2
        let first = try await curl("0-\(half - 1)")
        let second = try await curl("\(half)-")
        #expect(first.code == "206" && second.code == "206")
        #expect(first.body + second.body == whole)
        #expect(try await curl("\(whole.count)-").code == "416")
        await center.stop()
    }

    @Test
    func `a bank that is released is ordered and fetched in parts, by a second courier where the first one ended`()
        async throws
    {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center, hall: hall, pictureBytes: 1_300_000)
        _ = try center.center.banks.add(bank.path)
        let whole = try readFile(bank.path)
        #expect(whole.count > 2 * BankPart.limit)
        #expect(try await center.center.release(bank.digest, appliance: nil, all: false) == ["hall-1"])

        let courier = hall.runCourier()
        var orders = hall.orders.makeAsyncIterator()
        let release = try #require(try await orders.next()?.bankRelease())
        #expect(release.length == whole.count)
        #expect(release.file == hexadecimal(sha256(whole)))
        hall.want(release)
        while hall.parts == 0 { await Task.yield() }
        courier.cancel()
        await courier.value
        let before = hall.parts
        let second = hall.runCourier()
        while hall.fetched.count < whole.count { await Task.yield() }
        #expect(hall.fetched == whole)
        #expect(hall.parts > before || before * BankPart.limit >= whole.count)
        second.cancel()
        await second.value
        await center.stop()
    }

    @Test func `a bank is released only to halls that can open it, and only when the center has it`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        func refusal() async -> String {
            do {
                _ = try await center.center.release(bank.digest, appliance: nil, all: true)
                return "released"
            } catch {
                return "\(error)"
            }
        }
        #expect(await refusal().contains("is not at this center"))
        _ = try center.center.banks.add(bank.path)
        #expect(await refusal().contains("is not sealed to hall-1"))
        #expect(try await center.center.orders("hall-1", after: 0, waitSeconds: 0).isEmpty)
        // Sealed to the hall as well it is the same bank in another file, which takes the first one's place.
        let wider = try SmallBank(folder: hall.folder, center: center, hall: hall)
        #expect(try center.center.banks.add(wider.path) == bank.digest)
        #expect(await refusal() == "released")
        await center.stop()
    }

    @Test func `a package of a signer whom nobody named, or that the center cannot recount by, is not shelved`()
        async throws
    {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        let bank = try SmallBank(folder: hall.folder, center: center)
        let stranger = try #require(throws: Failure.self) {
            try QuestionPackage.write(
                bank.contents, to: bank.path, signer: SigningKey.generate(),
                recipients: [.init(center.center.keys.store.publicSealingKey)])
            _ = try center.center.banks.add(bank.path)
        }
        #expect(stranger.message.contains("kaotai-center bank signer FILE"))
        let shut = try #require(throws: Failure.self) {
            try QuestionPackage.write(
                bank.contents, to: bank.path, signer: bank.author, recipients: [.init(hall.keys.publicSealingKey)])
            _ = try center.center.banks.add(bank.path)
        }
        #expect(shut.message.contains("not sealed to the key"))
        await center.stop()
    }

    @Test func `a file that is no package is not shelved`() async throws {
        let center = try TestCenter()
        let refused = #expect(throws: Failure.self) { try center.center.banks.add(center.authority) }
        #expect(refused?.code == .badData)
        #expect(refused?.message.hasPrefix(center.authority) == true)
        for name in ["../keys/keys", "..", "A", String(repeating: "g", count: 64)] {
            #expect(center.center.banks.file(name) == nil)
        }
        await center.stop()
    }
}

/// A bank of six questions, all answered by option 2.
struct SmallBank {
    let path: String
    let digest: String
    let package: QuestionPackage
    let programme: Programme
    let contents: BankContents
    let author: SigningKey

    /// A bank that the center takes: signed by a key that it trusts, sealed to its recount key and to a hall's.
    init(folder: TestFolder, center: TestCenter, hall: TestHall? = nil, pictureBytes: Int = 0) throws {
        author = SigningKey.generate()
        let signers = folder.path + "/author.jwks"
        try AtomicFile.write(try JSONCoder.encode(author.publicJWK), to: signers)
        try BankShelf.add(signers: signers, to: center.configuration.bankSigners)
        let programme = try JSONCoder.decode(
            Programme.self,
            from: Array(
                """
                {"code": "T", "names": {"en": "Test"}, "classes": ["C1"], "questions": 4, "pointsEach": 25, "full": 100,
                 "passMark": 75, "minutes": 10, "kinds": {"judge": 2, "single": 2}, "composition": {"law": 4},
                 "attemptsPerBooking": 2, "policies": {"commitOnNext": true, "feedback": "verdict",
                 "earlyFail": "prompt", "goingBack": false}, "legalBasis": [], "evidence": {}, "notes": ""}
                """.utf8))
        let png = [UInt8](repeating: 7, count: pictureBytes)
        let picture = Picture(digest: hexadecimal(sha256(png)), width: 4, height: 3, alternatives: [:])
        let items = (1...6).map { number in
            let kind: ItemKind = number <= 3 ? .judge : .single
            let options = kind == .judge ? [:] : [1: "one", 2: "two", 3: "three"]
            return Item(
                id: ItemID("Q-\(number)"), version: 1, kind: kind, area: "law", classes: ["C1"], basis: "Art. 1",
                picture: number == 1 && pictureBytes > 0 ? picture : nil,
                texts: ["en": ItemText(stem: "stem", options: options, explanation: "because")],
                written: "A 2026-01-01", reviewed: "B 2026-01-02")
        }
        contents = BankContents(
            index: BankIndex(
                id: "small", version: 1, languages: ["en"], validFrom: nil, validUntil: nil,
                areas: ["law": ["en": "Law"]], programmes: [programme],
                blueprints: [
                    try Blueprint(
                        programme: "T", version: 1, kinds: [.judge: 2, .single: 2], areas: ["law": 4], share: 700)
                ],
                promises: [], items: items.map(\.indexEntry)),
            items: Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0) }),
            keys: Dictionary(uniqueKeysWithValues: items.map { ($0.id, [2]) }), pictures: [picture.digest: png])
        path = folder.path + "/small.bank"
        let readers = [center.center.keys.store.publicSealingKey] + [hall?.keys.publicSealingKey].compactMap { $0 }
        try QuestionPackage.write(
            contents, to: path, signer: author, recipients: readers.map { QuestionPackage.Access($0) })
        package = try QuestionPackage(path: path, trust: .keys(JWKS(keys: [author.publicJWK])))
        digest = package.digest
        self.programme = programme
    }
}

extension TestHall {
    /// Journals one candidate's whole attempt and its signed result; `lie` is what the result says wrongly.
    func sit(_ attempt: AttemptID, _ bank: SmallBank, rightAnswers: Int, lie: RecountTests.Lie? = nil) async throws {
        let complete = try bank.programme.complete()
        let blueprint = try #require(bank.package.index.blueprint(for: "T", vehicleClass: "C1"))
        let seed = [UInt8](repeating: 7, count: 32)
        // Other halls asked some questions often: their counters came with an entry that the draw names.
        let used = ProgrammeExposure(papers: 40, items: ["Q-1": 30, "Q-4": 30, "Q-5": 10])
        try await journal.append([
            try Draft(
                kind: "exposure", stream: "exposure", encoding: ["counters": ExposureCounters(["hall-9": ["T": used]])])
        ])
        let draw = Draw(
            bank: bank.digest, programme: "T", blueprint: 1, vehicleClass: "C1", language: "en",
            day: try #require(CalendarDate("2026-11-22")),
            exposure: journal.tip.sequence + (lie == .exposure ? 1 : 0), seed: seed)
        var paper = try Paper.draw(
            draw, blueprint: blueprint, index: bank.package.index.items, exposure: lie == .counters ? .init() : used)
        if lie == .paper {
            paper = Paper(draw: paper.draw, items: paper.items.reversed())
        }
        let opened = AttemptEntry.Opened(
            booking: "b-1", candidate: "digest", programme: "T", vehicleClass: "C1", attemptNumber: 1, language: "en",
            reason: .first, seat: 3, subject: "s-1", sealed: "", extraTimePercent: 0)
        let passMark = lie == .passMark ? 50 : complete.passMark
        let started = AttemptEntry.Started(
            paper: paper, kinds: complete.kinds, paperDigest: base64url(sha256(paper.canonicalItems())),
            budgetMs: 600_000, full: complete.full, passMark: passMark, pointsEach: complete.pointsEach,
            policies: complete.policies)
        var entries: [AttemptEntry] = [
            .opened(opened), .verified(.init(by: .card, language: "en")), .rulesAcknowledged(.init(version: 1)),
            .started(started),
        ]
        for (index, item) in paper.items.enumerated() {
            entries.append(
                .chose(.init(number: index + 1, item: item.item, answer: [index < rightAnswers ? 2 : 1])))
            entries.append(.committed(.init(number: index + 1)))
        }
        // As at the end of the time: the last tick came a moment after the budget was spent.
        entries.append(.ended(.init(by: .timeUp, spentMs: 600_000)))
        var state = Attempt(id: attempt, opened: opened)
        for entry in entries.dropFirst() { try state.apply(entry) }
        state.spend(totalMs: 600_030)
        var scored = try Scorer.score(
            started, answers: state.answers, area: { _ in "law" }, key: { (_) throws -> Set<Int> in [2] })
        if lie == .score {
            scored = AttemptEntry.Scored(
                score: 100, full: 100, passMark: passMark, passed: true, wrong: [], areas: scored.areas)
        }
        entries += [.scored(scored), .signed(.init(sealed: ""))]
        try state.apply(.scored(scored))
        let first = journal.tip.sequence + 1
        let stream = "attempt/\(attempt)"
        let early = entries.prefix(4)
        try await journal.append(
            try early.map { try Draft(kind: $0.kind.rawValue, stream: stream, encoding: Wrapped($0.body)) })
        for spent: [String: Int] in [["other": 5, attempt.rawValue: 600_030], ["other": 6]] {
            try await journal.append([
                Draft(kind: "hall.tick", stream: "hall", body: ["spent": try JSONCoder.tree(spent)])
            ])
        }
        try await journal.append(
            try entries.dropFirst(4).map {
                try Draft(kind: $0.kind.rawValue, stream: stream, encoding: Wrapped($0.body))
            })
        let scoredState = state
        let (keys, time, appliance) = (keys, time, appliance)
        try await journal.append(head: true) { tip in
            var result = try #require(
                try scoredState.result(
                    appliance: appliance, startedAt: time.wall(), endedAt: time.wall(),
                    journal: .init(first: first, last: tip.sequence, digest: base64url(tip.digest)),
                    sha256: { base64url(sha256($0)) }))
            if lie == .responses { result.responses = base64url(sha256([])) }
            if lie == .candidate { result.candidate = "somebody else" }
            if lie == .journal { result.journal.last -= 1 }
            let issued = AttemptEntry.ResultIssued(jws: try JWS.sign(payload: result, key: keys))
            return [try Draft(kind: "attempt.result", stream: stream, encoding: issued)]
        }
    }

    private struct Wrapped: Encodable {
        let value: any Encodable
        init(_ value: any Encodable) { self.value = value }
        func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
    }
}
