import CardReaders
import Glibc
import IdentityCards
import Testing
import VirtualCards

/// What only the driver can go through: dialects, bad contacts, hung readers, other programs.
///
/// An extension, because all tests of one process share one card service and so go one after the other.
extension ContractTests {
    private var person: IdentityDocument { InventedPeople.resident(7) }

    private func started(hangLimitMilliseconds: Int = 10_000) async throws -> (RealBench, PCSCCardReaders, Feed) {
        let bench = try RealBench()
        let source = try bench.source(hangLimitMilliseconds: hangLimitMilliseconds)
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders(seats + ["desk"])
        return (bench, source, feed)
    }

    private func card(_ change: (inout VirtualCard.Faults) -> Void) throws -> VirtualCard {
        var faults = VirtualCard.Faults()
        change(&faults)
        return try VirtualCard(person, dialect: .sdtTunnel, faults: faults)
    }

    @Test func `a card is read through SDT frames`() async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        try bench.lay(card { _ in }, on: "desk")
        #expect(await feed.next(2, of: "desk") == [.cardIn, .document(person.number)])
        bench.lift(from: "desk")
    }

    @Test(arguments: [
        (SDTStatus.wrongCard, CardFault.notAnIdentityCard), (.moduleRefusesCard, .refused(status: 0x32)),
        (.notAuthorised, .readerOutOfService(status: 0x66)), (.readFailed, .badContact),
        (.unknownCommand, .unexpectedAnswer(status: 0x21)),
    ])
    func `each refusal of the module has its own fault`(status: SDTStatus, fault: CardFault) async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        try bench.lay(card { $0.moduleStatus = status }, on: "desk")
        #expect(await feed.next(2, of: "desk") == [.cardIn, .unreadable(fault)])
        bench.lift(from: "desk")
    }

    @Test func `garbled and truncated answers never become a document`() async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        try bench.lay(card { $0.garbled = true }, on: "desk")
        #expect(await feed.next(2, of: "desk") == [.cardIn, .unreadable(.badContact)])
        bench.lift(from: "desk")
        #expect(await feed.next(1, of: "desk") == [.cardOut])
        try bench.lay(card { $0.truncatedTo = 300 }, on: "desk")
        let error = RecordError(.photo, .length(found: 40, wanted: 1024))
        #expect(await feed.next(2, of: "desk") == [.cardIn, .unreadable(.record(error))])
        bench.lift(from: "desk")
    }

    @Test(arguments: 1...7)
    func `a card pulled in the middle of its reading gives no document`(exchange: Int) async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        var faults = VirtualCard.Faults()
        faults.pulledAt = exchange
        try bench.lay(VirtualCard(person, faults: faults), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .cardOut])
        let next = InventedPeople.resident(8)
        try bench.lay(.document(next), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(next.number)])
        bench.lift(from: "seat-1")
    }

    @Test func `a hung reader is reported while the others go on`() async throws {
        var (bench, source, feed) = try await started(hangLimitMilliseconds: 300)
        defer { source.stop() }
        var faults = VirtualCard.Faults()
        faults.silentFrom = 3
        let silent = try VirtualCard(person, faults: faults)
        try silent.insert(at: bench.service.readerSocket("seat-1"))
        #expect(await feed.next(1, of: "seat-1") == [.cardIn])
        let other = InventedPeople.resident(8)
        try bench.lay(.document(other), on: "seat-2")
        #expect(await feed.next(2, of: "seat-2") == [.cardIn, .document(other.number)])
        #expect(await feed.next(1, of: "seat-1") == [.unreadable(.readerHangs)])
        bench.lift(from: "seat-2")
        silent.remove()
        #expect(await feed.next(1, of: "seat-1") == [.cardOut])
        try bench.lay(.document(person), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(person.number)])
        bench.lift(from: "seat-1")
    }

    @Test func `a service killed in the middle of a reading costs a pause`() async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        var faults = VirtualCard.Faults()
        faults.delayMilliseconds = 50
        try bench.lay(VirtualCard(person, faults: faults), on: "seat-1")
        #expect(await feed.next(1, of: "seat-1") == [.cardIn])
        bench.killService()
        #expect(await feed.next(1, of: "seat-1") == [.serviceLost])
        try bench.returnService(without: [])
        #expect(
            await feed.next(4, of: "seat-1")
                == [.serviceBack, .appeared, .cardIn, .document(person.number)])
        bench.lift(from: "seat-1")
    }

    @Test func `a card that one program has read is busy for another until it goes`() async throws {
        var (bench, source, feed) = try await started()
        defer { source.stop() }
        try bench.lay(.document(person), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(person.number)])
        let other = try bench.source()
        other.start()
        var otherFeed = Feed(other)
        var told: [Told] = []
        while told.last != .unreadable(.busy), let (_, next) = await otherFeed.next() { told.append(next) }
        #expect(told.filter { $0 == .cardIn }.count == 1)
        source.stop()
        // The reader is free as soon as the first program lets go.
        while let (_, next) = await otherFeed.next() {
            told.append(next)
            if next == .document(person.number) { break }
        }
        #expect(told.last == .document(person.number))
        other.stop()
        bench.lift(from: "seat-1")
    }

    @Test func `a source without a service waits for it`() async throws {
        let bench = try RealBench()
        bench.killService()
        let source = try bench.source()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        #expect(await feed.next(1, of: "seat-1") == [.serviceLost])
        try bench.returnService(without: [])
        #expect(await feed.next(2, of: "seat-1") == [.serviceBack, .appeared])
    }
}
