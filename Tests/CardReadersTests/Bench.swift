import CardReaders
import Glibc
import IdentityCards
import Platform
import Testing
import VirtualCards

/// What lies on a reader in a contract test.
enum BenchCard: Sendable {
    case document(IdentityDocument)
    /// Base data that need not make sense.
    case file([UInt8])
    case mute
    case foreign
}

/// Readers to try the contract on: fakes, or virtual readers in a real pcscd.
protocol Bench: AnyObject, Sendable {
    func makeSource() throws -> any CardReaderSource
    func lay(_ card: BenchCard, on reader: String) throws
    func lift(from reader: String)
    /// Cards stay where they are.
    func killService()
    func returnService(without missing: Set<String>) throws
}

enum BenchKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case fake, pcscd

    var testDescription: String { rawValue }

    func make() throws -> any Bench {
        switch self {
        case .fake: FakeBench()
        case .pcscd: try RealBench()
        }
    }
}

let seats = (1...6).map { "seat-\($0)" }

final class FakeBench: Bench {
    private let source = FakeCardReaders(readers: seats.map { ReaderID(name: "Fake \($0)", serial: $0) })

    func makeSource() -> any CardReaderSource { source }

    func lay(_ card: BenchCard, on reader: String) throws {
        let card: FakeCardReaders.Card =
            switch card {
            case .document(let document):
                .file(CardFile(text: try document.record.encoded(), photo: document.photo).encoded)
            case .file(let file): .file(file)
            case .mute: .faulty(.mute)
            case .foreign: .faulty(.notAnIdentityCard)
            }
        source.insert(card, in: id(reader))
    }

    func lift(from reader: String) { source.remove(from: id(reader)) }
    func killService() { source.loseService() }

    func returnService(without missing: Set<String>) {
        for reader in missing { source.unplug(id(reader)) }
        source.returnService()
    }

    private func id(_ serial: String) -> ReaderID { ReaderID(name: "Fake \(serial)", serial: serial) }
}

/// Six readers in the virtual-file dialect and one, "desk", in the SDT dialect, in one pcscd for the whole test process:
/// libpcsclite keeps the path of the first service it found.
final class RealBench: Bench {
    private static let folder = "/tmp/kaotai-readers-\(getpid())"
    static let readers = seats.map { PrivateCardService.Reader($0) } + [.init("desk", dialect: .sdtTunnel)]

    private static let shared = Result {
        let service = try PrivateCardService(folder: folder, readers: readers, exchangeTimeoutMilliseconds: 2000)
        service.adopt()
        atexit { removeFolder(RealBench.folder) }
        return service
    }

    let service: PrivateCardService
    private let cards = Guarded<[String: VirtualCard]>([:])

    init() throws {
        service = try Self.shared.get()
        try service.restart(readers: Self.readers)
    }

    func makeSource() throws -> any CardReaderSource { try source() }

    func source(hangLimitMilliseconds: Int = 10_000) throws -> PCSCCardReaders {
        PCSCCardReaders(
            profiles: try ReaderProfile.load(folder: profileFolder), hangLimitMilliseconds: hangLimitMilliseconds)
    }

    func lay(_ card: BenchCard, on reader: String) throws {
        var faults = VirtualCard.Faults()
        switch card {
        case .document(let document): try lay(VirtualCard(document), on: reader)
        case .file(let file): try lay(VirtualCard(file: file), on: reader)
        case .mute:
            faults.mute = true
            try lay(VirtualCard(InventedPeople.resident(99), faults: faults), on: reader)
        case .foreign:
            faults.foreign = true
            try lay(VirtualCard(InventedPeople.resident(99), faults: faults), on: reader)
        }
    }

    func lay(_ card: VirtualCard, on reader: String) throws {
        lift(from: reader)
        try card.insert(at: service.readerSocket(reader), lasting: true)
        cards.withLock { $0[reader] = card }
    }

    func lift(from reader: String) { cards.withLock { $0.removeValue(forKey: reader) }?.remove() }
    func killService() { service.kill() }

    func returnService(without missing: Set<String>) throws {
        try service.restart(readers: Self.readers.filter { !missing.contains($0.name) })
    }
}

let profileFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Provisioning/readers"

func removeFolder(_ path: String) { _ = try? ChildProcess("rm", ["-rf", path]).wait() }

/// What was told about one reader, in a form that tests compare.
enum Told: Hashable {
    case appeared, vanished, cardIn, cardOut, serviceLost, serviceBack
    case document(String)
    case unreadable(CardFault)
}

/// Follows a source's events; those of readers that a test does not ask about are passed over.
struct Feed {
    private var iterator: AsyncStream<ReaderEvent>.Iterator

    init(_ source: any CardReaderSource) { iterator = source.events.makeAsyncIterator() }

    mutating func next() async -> (reader: String, told: Told)? {
        guard let event = await iterator.next(isolation: #isolation) else { return nil }
        return switch event {
        case .appeared(let id): (id.serial ?? "", .appeared)
        case .vanished(let id): (id.serial ?? "", .vanished)
        case .cardIn(let id): (id.serial ?? "", .cardIn)
        case .document(let id, let document): (id.serial ?? "", .document(document.number))
        case .unreadable(let id, let fault): (id.serial ?? "", .unreadable(fault))
        case .cardOut(let id): (id.serial ?? "", .cardOut)
        case .serviceLost: ("", .serviceLost)
        case .serviceBack: ("", .serviceBack)
        }
    }

    /// The next so many events of one reader or of the service.
    mutating func next(_ count: Int, of reader: String) async -> [Told] {
        var found: [Told] = []
        while found.count < count, let (name, told) = await next() {
            if name == reader || name.isEmpty { found.append(told) }
        }
        return found
    }

    /// Passes over all events until these readers have appeared.
    mutating func awaitReaders(_ readers: [String] = seats) async {
        var missing = Set(readers)
        while !missing.isEmpty, let (name, told) = await next() {
            if told == .appeared { missing.remove(name) }
        }
    }
}
