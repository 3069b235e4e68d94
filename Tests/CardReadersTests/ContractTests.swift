import CardReaders
import IdentityCards
import Testing
import VirtualCards

/// What `CardReaderSource` promises, tried on fakes and on virtual readers in a real pcscd.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ContractTests {
    private let first = InventedPeople.resident(1)
    private let second = InventedPeople.resident(2)

    @Test(arguments: BenchKind.allCases)
    func `a card is announced, read, and announced again when it goes`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        try bench.lay(.document(first), on: "seat-3")
        #expect(await feed.next(2, of: "seat-3") == [.cardIn, .document(first.number)])
        #expect(source.readers().first { $0.reader.matches("seat-3") }?.card == .read)
        bench.lift(from: "seat-3")
        #expect(await feed.next(1, of: "seat-3") == [.cardOut])
        #expect(source.readers().first { $0.reader.matches("seat-3") }?.card == ReaderState.Card.none)
    }

    @Test(arguments: BenchKind.allCases)
    func `a card that lay there before the start is read`(kind: BenchKind) async throws {
        let bench = try kind.make()
        try bench.lay(.document(first), on: "seat-1")
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        #expect(await feed.next(3, of: "seat-1") == [.appeared, .cardIn, .document(first.number)])
        bench.lift(from: "seat-1")
    }

    @Test(arguments: BenchKind.allCases)
    func `six cards at once are six documents, each from its reader`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        for round in 0..<5 {
            let people = (1...6).map { InventedPeople.resident(round * 6 + $0) }
            for (seat, person) in zip(seats, people) { try bench.lay(.document(person), on: seat) }
            var documents: [String: [Told]] = [:]
            var open = Set(seats)
            while !open.isEmpty, let (reader, told) = await feed.next() {
                documents[reader, default: []].append(told)
                if case .document = told { open.remove(reader) }
            }
            for seat in seats { bench.lift(from: seat) }
            var lying = Set(seats)
            while !lying.isEmpty, let (reader, told) = await feed.next() {
                documents[reader, default: []].append(told)
                if told == .cardOut { lying.remove(reader) }
            }
            for (seat, person) in zip(seats, people) {
                #expect(documents[seat] == [.cardIn, .document(person.number), .cardOut])
            }
        }
    }

    @Test(arguments: BenchKind.allCases)
    func `a fast swap is two cards`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        try bench.lay(.document(first), on: "seat-2")
        #expect(await feed.next(2, of: "seat-2") == [.cardIn, .document(first.number)])
        try bench.lay(.document(second), on: "seat-2")
        #expect(await feed.next(3, of: "seat-2") == [.cardOut, .cardIn, .document(second.number)])
        bench.lift(from: "seat-2")
    }

    @Test(arguments: BenchKind.allCases)
    func `a mute card is unreadable and harms neither the next card nor the other readers`(kind: BenchKind) async throws
    {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        try bench.lay(.mute, on: "seat-4")
        #expect(await feed.next(2, of: "seat-4") == [.cardIn, .unreadable(.mute)])
        for number in 1...5 {
            let person = InventedPeople.resident(number)
            try bench.lay(.document(person), on: "seat-5")
            #expect(await feed.next(2, of: "seat-5") == [.cardIn, .document(person.number)])
            bench.lift(from: "seat-5")
            #expect(await feed.next(1, of: "seat-5") == [.cardOut])
        }
        bench.lift(from: "seat-4")
        #expect(await feed.next(1, of: "seat-4") == [.cardOut])
        try bench.lay(.document(first), on: "seat-4")
        #expect(await feed.next(2, of: "seat-4") == [.cardIn, .document(first.number)])
        bench.lift(from: "seat-4")
    }

    @Test(arguments: BenchKind.allCases)
    func `a wrong record is unreadable and says which field is wrong`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()

        var checksum = first.record
        let digit = checksum[.number].last == "0" ? "1" : "0"
        checksum[.number] = checksum[.number].dropLast() + digit
        var date = first.record
        date[.validUntil] = "20400230"
        let whole = CardFile(text: try first.record.encoded(), photo: first.photo).encoded
        let cases: [([UInt8], RecordError)] = [
            (CardFile(text: try checksum.encoded(), photo: first.photo).encoded, RecordError(.number, .checksum)),
            (CardFile(text: try date.encoded(), photo: first.photo).encoded, RecordError(.validUntil, .impossibleDate)),
            (Array(whole.prefix(200)), RecordError(.record, .length(found: 196, wanted: 256))),
            (Array(whole.prefix(1000)), RecordError(.photo, .length(found: 740, wanted: 1024))),
        ]
        for (file, error) in cases {
            try bench.lay(.file(file), on: "seat-1")
            #expect(await feed.next(2, of: "seat-1") == [.cardIn, .unreadable(.record(error))])
            bench.lift(from: "seat-1")
            #expect(await feed.next(1, of: "seat-1") == [.cardOut])
        }
        // The control: the same card with nothing changed.
        try bench.lay(.file(whole), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(first.number)])
        bench.lift(from: "seat-1")
    }

    @Test(arguments: BenchKind.allCases)
    func `a card of another kind is no identity card`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        try bench.lay(.foreign, on: "seat-6")
        #expect(await feed.next(2, of: "seat-6") == [.cardIn, .unreadable(.notAnIdentityCard)])
        bench.lift(from: "seat-6")
    }

    @Test(arguments: BenchKind.allCases)
    func `a dead card service is only a pause, and a lying card is read again`(kind: BenchKind) async throws {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        try bench.lay(.document(first), on: "seat-1")
        #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(first.number)])
        for _ in 0..<3 {
            bench.killService()
            #expect(await feed.next(1, of: "seat-1") == [.serviceLost])
            #expect(source.readers().isEmpty)
            try bench.returnService(without: [])
            #expect(await feed.next(2, of: "seat-1") == [.serviceBack, .appeared])
            #expect(await feed.next(2, of: "seat-1") == [.cardIn, .document(first.number)])
        }
        bench.lift(from: "seat-1")
        #expect(await feed.next(1, of: "seat-1") == [.cardOut])
    }

    @Test(arguments: BenchKind.allCases)
    func `a reader that is missing after a pause does not come back, and may come back later`(kind: BenchKind)
        async throws
    {
        let bench = try kind.make()
        let source = try bench.makeSource()
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        await feed.awaitReaders()
        bench.killService()
        try bench.returnService(without: ["seat-2"])
        await feed.awaitReaders(seats.filter { $0 != "seat-2" })
        #expect(source.readers().contains { $0.reader.matches("seat-2") } == false)
        #expect(source.readers().contains { $0.reader.matches("seat-3") })
    }

    @Test func `a fake reader can be unplugged and plugged in again with a card on it`() async throws {
        let bench = FakeBench()
        let source = FakeCardReaders(readers: [])
        defer { source.stop() }
        let reader = ReaderID(name: "Fake", serial: "seat-1")
        source.start()
        source.plug(reader)
        try source.insert(first, in: reader)
        source.unplug(reader)
        source.plug(reader)
        var feed = Feed(source)
        #expect(
            await feed.next(5, of: "seat-1") == [.appeared, .cardIn, .document(first.number), .cardOut, .vanished])
        #expect(await feed.next(1, of: "seat-1") == [.appeared])
        withExtendedLifetime(bench) {}
    }
}
