import Platform
import Dispatch
import IdentityCards

@testable import CardReaders

/// A card service that does what a test says, in the order it says: readers that come and go while the service lives,
/// and moments that a real service passes through too fast to be met on purpose.
final class ScriptedService: CardService {
    struct Reader {
        var serial: String?
        var file: [UInt8]?
        /// How many movements the service has counted, which may be fewer than there were.
        var count = 0
        var isHeldByOther = false
        /// Its card is being pulled at every moment that it is asked for an attribute.
        var isMoving = false
    }

    private struct State {
        var readers: [String: Reader] = [:]
        var vanishingAfterList: String?
        var waits = 0
    }

    private let state = Guarded(State())
    private let changed = DispatchSemaphore(value: 0)

    func makeContext() -> any CardServiceContext { ScriptedContext(service: self) }

    func change(_ name: String, _ body: (inout Reader) -> Void) {
        state.withLock { body(&$0.readers[name, default: Reader()]) }
        changed.signal()
    }

    func plug(_ name: String, serial: String?) { change(name) { $0 = Reader(serial: serial) } }

    func unplug(_ name: String) {
        state.withLock { $0.readers[name] = nil }
        changed.signal()
    }

    /// The reader goes at the very moment between being listed and being waited for.
    func unplugAfterNextList(_ name: String) {
        state.withLock { $0.vanishingAfterList = name }
        changed.signal()
    }

    fileprivate func list() -> [String] {
        state.withLock { state in
            let names = state.readers.keys.sorted()
            if let name = state.vanishingAfterList.take() { state.readers[name] = nil }
            return names
        }
    }

    fileprivate func reader(_ name: String) throws(PCSCError) -> Reader {
        guard let reader = state.withLock({ $0.readers[name] }) else {
            throw PCSCError(code: .unknownReader, call: "script")
        }
        return reader
    }

    fileprivate func wait(
        for readers: [(name: String, state: PCSCState)], milliseconds: Int
    ) throws(PCSCError) -> [PCSCState]? {
        let deadline = DispatchTime.now() + .milliseconds(milliseconds)
        let known = list()
        while true {
            var states: [PCSCState] = []
            for (name, current) in readers {
                let reader = try reader(name)
                // SCARD_STATE_PRESENT, SCARD_STATE_EMPTY.
                let now = PCSCState(rawValue: UInt(reader.count) << 16 | (reader.file != nil ? 0x20 : 0x10))
                states.append(current == .ignore ? .ignore : now)
            }
            let isNews = zip(readers, states).contains { $0.state != $1 }
            if isNews || list() != known { return states }
            if changed.wait(timeout: deadline) == .timedOut { return nil }
        }
    }
}

private final class ScriptedContext: CardServiceContext {
    let service: ScriptedService

    init(service: ScriptedService) { self.service = service }

    func readers() -> [String] { service.list() }

    func wait(for readers: [(name: String, state: PCSCState)], milliseconds: Int) throws(PCSCError) -> [PCSCState]? {
        try service.wait(for: readers, milliseconds: milliseconds)
    }

    func connect(to name: String) throws(PCSCError) -> any CardConnection {
        let reader = try service.reader(name)
        if reader.isHeldByOther { throw PCSCError(code: .sharingViolation, call: "script") }
        guard reader.file != nil else { throw PCSCError(code: .noCard, call: "script") }
        return ScriptedConnection(reader)
    }

    func connectDirectly(to name: String) throws(PCSCError) -> any CardConnection {
        let reader = try service.reader(name)
        if reader.isHeldByOther { throw PCSCError(code: .sharingViolation, call: "script") }
        return ScriptedConnection(reader)
    }
}

private final class ScriptedConnection: CardConnection {
    let reader: ScriptedService.Reader

    init(_ reader: ScriptedService.Reader) { self.reader = reader }

    func transmit(_ command: [UInt8]) -> [UInt8] {
        guard let file = reader.file, command.count == 5, command[0] == 0xFF, command[1] == 0xB0 else {
            return [0x6D, 0]
        }
        let offset = Int(command[2]) << 8 | Int(command[3])
        // Short answers, as readers with small buffers give them.
        return offset < file.count ? file[offset...].prefix(100) + [0x90, 0] : [0x6B, 0]
    }

    func attribute(_ attribute: ReaderAttribute) throws(PCSCError) -> [UInt8]? {
        if reader.isMoving { throw PCSCError(code: .removed, call: "script") }
        return attribute == .serialNumber ? reader.serial.map { Array($0.utf8) + [0] } : nil
    }
}
