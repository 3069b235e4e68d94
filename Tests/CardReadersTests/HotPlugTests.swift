import IdentityCards
import Platform
import Testing
import VirtualCards

@testable import CardReaders

/// Readers that come and go, and services that count late, played by a scripted service.
@Suite(.timeLimit(.minutes(1))) struct HotPlugTests {
    private let service = ScriptedService()
    private let source: PCSCCardReaders
    private let person = InventedPeople.resident(21)
    private let file: [UInt8]

    init() throws {
        let profile = ReaderProfile(name: "any", readers: ["*"], dialect: .virtualFile, basis: "a test")
        source = PCSCCardReaders(
            profiles: [profile], hangLimitMilliseconds: 10_000, time: SystemTime(), service: service)
        file = CardFile(text: try person.record.encoded(), photo: person.photo).encoded
    }

    private func lay(on name: String) {
        service.change(name) {
            $0.file = file
            $0.count += 1
        }
    }

    @Test func `a reader plugged in appears, reads, and vanishes with the card on it`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.plug("Reader 00 00", serial: "A")
        #expect(await feed.next(1, of: "A") == [.appeared])
        lay(on: "Reader 00 00")
        #expect(await feed.next(2, of: "A") == [.cardIn, .document(person.number)])
        service.unplug("Reader 00 00")
        #expect(await feed.next(1, of: "A") == [.vanished])
        #expect(source.readers().isEmpty)
    }

    @Test func `a reader that takes over another one's name is known by its serial number`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.plug("Reader 00 00", serial: "A")
        service.plug("Reader 01 00", serial: "B")
        await feed.awaitReaders(["A", "B"])
        service.unplug("Reader 00 00")
        #expect(await feed.next(1, of: "A") == [.vanished])
        service.plug("Reader 00 00", serial: "C")
        #expect(await feed.next(1, of: "C") == [.appeared])
        lay(on: "Reader 00 00")
        #expect(await feed.next(2, of: "C") == [.cardIn, .document(person.number)])
    }

    @Test func `a reader that goes between being listed and being waited for is only gone`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.plug("Reader 00 00", serial: "A")
        service.plug("Reader 01 00", serial: "B")
        await feed.awaitReaders(["A", "B"])
        service.unplugAfterNextList("Reader 00 00")
        #expect(await feed.next(1, of: "A") == [.vanished])
        lay(on: "Reader 01 00")
        #expect(await feed.next(2, of: "B") == [.cardIn, .document(person.number)])
    }

    @Test func `a card told before it is counted is one card`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.plug("Reader 00 00", serial: "A")
        #expect(await feed.next(1, of: "A") == [.appeared])
        for _ in 0..<3 {
            service.change("Reader 00 00") { $0.file = file }
            #expect(await feed.next(2, of: "A") == [.cardIn, .document(person.number)])
            service.change("Reader 00 00") { $0.count += 1 }
            service.change("Reader 00 00") {
                $0.file = nil
                $0.count += 1
            }
            #expect(await feed.next(1, of: "A") == [.cardOut])
        }
    }

    @Test func `a swap that only the count shows is two cards`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.plug("Reader 00 00", serial: "A")
        lay(on: "Reader 00 00")
        #expect(await feed.next(3, of: "A") == [.appeared, .cardIn, .document(person.number)])
        let next = InventedPeople.resident(22)
        let other = CardFile(text: try next.record.encoded(), photo: next.photo).encoded
        service.change("Reader 00 00") {
            $0.file = other
            $0.count += 2
        }
        #expect(await feed.next(3, of: "A") == [.cardOut, .cardIn, .document(next.number)])
    }

    @Test func `a reader that another program holds is told by its name, and renamed when it is free`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.change("Reader 00 00") {
            $0 = ScriptedService.Reader(serial: "A", file: file, count: 1, isHeldByOther: true)
        }
        // Without a serial number, so under "".
        #expect(await feed.next(3, of: "") == [.appeared, .cardIn, .unreadable(.busy)])
        service.change("Reader 00 00") { $0.isHeldByOther = false }
        let renamed: [Told] = [.vanished, .appeared, .cardIn, .document(person.number)]
        var told: [Told] = []
        while told.suffix(4) != renamed[...], let (_, next) = await feed.next() { told.append(next) }
        #expect(source.readers().map(\.reader) == [ReaderID(name: "Reader 00 00", serial: "A")])
    }

    @Test func `a card pulled while the reader says who it is costs the reader nothing`() async throws {
        defer { source.stop() }
        source.start()
        var feed = Feed(source)
        service.change("Reader 00 00") { $0 = ScriptedService.Reader(serial: "A", isMoving: true) }
        service.plug("Reader 01 00", serial: "B")
        #expect(await feed.next(1, of: "B") == [.appeared])
        service.change("Reader 00 00") { $0.isMoving = false }
        #expect(await feed.next(1, of: "A") == [.appeared])
    }

    @Test func `only what means so is taken for a reader without an attribute`() {
        // pcsc-lite's numbers: unsupported feature, not transacted, insufficient buffer.
        for code: UInt32 in [0x8010_001F, 0x8010_0016, 0x8010_0008] {
            #expect(PCSCCode(rawValue: code).meansAbsentAttribute)
        }
        // A card removed, a card reset, the service gone.
        for code: UInt32 in [0x8010_0069, 0x8010_0068, 0x8010_0013, 0x8010_001D] {
            #expect(!PCSCCode(rawValue: code).meansAbsentAttribute)
        }
    }
}
