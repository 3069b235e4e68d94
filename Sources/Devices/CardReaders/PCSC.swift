import CPCSC
import Glibc

/// An answer of libpcsclite other than success, and the call that got it.
struct PCSCError: Error, Hashable, CustomStringConvertible {
    let code: PCSCCode
    let call: String

    var description: String { "\(call): \(code)" }
}

/// Answers of libpcsclite. This file is the only one that calls the library and knows its numbers.
struct PCSCCode: RawRepresentable, Hashable, CustomStringConvertible {
    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }
    fileprivate init(_ value: some BinaryInteger) { rawValue = UInt32(truncatingIfNeeded: value) }

    static let timeout = PCSCCode(SCARD_E_TIMEOUT)
    static let noReaders = PCSCCode(SCARD_E_NO_READERS_AVAILABLE)
    static let unknownReader = PCSCCode(SCARD_E_UNKNOWN_READER)
    static let readerUnavailable = PCSCCode(SCARD_E_READER_UNAVAILABLE)
    static let sharingViolation = PCSCCode(SCARD_E_SHARING_VIOLATION)
    static let noCard = PCSCCode(SCARD_E_NO_SMARTCARD)
    static let removed = PCSCCode(SCARD_W_REMOVED_CARD)
    static let unpowered = PCSCCode(SCARD_W_UNPOWERED_CARD)
    static let unresponsive = PCSCCode(SCARD_W_UNRESPONSIVE_CARD)

    /// The service is gone, or this context with it: nothing helps but a new one.
    ///
    /// A killed service is a communication error, one that removed its socket is none, and a handle of the service
    /// before is invalid for the new one. `SCardIsValidContext` does not notice any of it.
    var isServiceLost: Bool {
        [
            SCARD_F_COMM_ERROR, SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED, SCARD_E_INVALID_HANDLE,
            SCARD_F_INTERNAL_ERROR,
        ]
        .contains { PCSCCode($0) == self }
    }

    /// The ways in which readers say that they do not have an attribute. A card that moves at that moment is none of them.
    var meansAbsentAttribute: Bool {
        [SCARD_E_UNSUPPORTED_FEATURE, SCARD_E_NOT_TRANSACTED, SCARD_E_INSUFFICIENT_BUFFER, SCARD_E_INVALID_PARAMETER]
            .contains { PCSCCode($0) == self }
    }

    var description: String {
        "\(String(cString: pcsc_stringify_error(Int(rawValue)))) (0x\(String(rawValue, radix: 16)))"
    }
}

/// A reader's state as `SCardGetStatusChange` gives and takes it.
struct PCSCState: Hashable {
    let rawValue: UInt

    static let unaware = PCSCState(rawValue: 0)
    static let ignore = PCSCState(rawValue: UInt(SCARD_STATE_IGNORE))

    var isPresent: Bool { rawValue & UInt(SCARD_STATE_PRESENT) != 0 }
    var isMute: Bool { rawValue & UInt(SCARD_STATE_MUTE) != 0 }
    /// False while the reader is known by name only.
    var isKnown: Bool { rawValue & UInt(SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE | SCARD_STATE_IGNORE) == 0 }
    /// How often cards moved, modulo 65536; the service counts it in the upper half.
    var moves: Int { Int(rawValue >> 16 & 0xFFFF) }
    /// What to hand back at the next wait.
    var asCurrent: PCSCState { PCSCState(rawValue: rawValue & ~UInt(SCARD_STATE_CHANGED)) }
}

/// pcscd, through libpcsclite.
struct PCSC: CardService {
    func makeContext() throws(PCSCError) -> any CardServiceContext { try PCSCContext() }
}

private final class PCSCContext: CardServiceContext {
    private let handle: SCARDCONTEXT

    init() throws(PCSCError) {
        var handle: SCARDCONTEXT = 0
        try check("SCardEstablishContext", SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &handle))
        self.handle = handle
    }

    // Also frees what belongs to a context whose service is gone.
    deinit { SCardReleaseContext(handle) }

    func readers() throws(PCSCError) -> [String] {
        var length: DWORD = 0
        do throws(PCSCError) {
            try check("SCardListReaders", SCardListReaders(handle, nil, nil, &length))
            // Room for readers that come between the two calls.
            length += 4096
            var buffer = [CChar](repeating: 0, count: Int(length))
            try check("SCardListReaders", SCardListReaders(handle, nil, &buffer, &length))
            return buffer.prefix(Int(length)).split(separator: 0)
                .map { String(decoding: $0.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
        } catch {
            if error.code == .noReaders { return [] }
            throw error
        }
    }

    func wait(for readers: [(name: String, state: PCSCState)], milliseconds: Int) throws(PCSCError) -> [PCSCState]? {
        // The pseudo reader by which the service tells that readers came or went.
        let names = (readers.map(\.name) + ["\\\\?PnP?\\Notification"]).map { strdup($0)! }
        defer { for name in names { free(name) } }
        let states = readers.map(\.state) + [.unaware]
        var entries = zip(names, states).map { name, state in
            var entry = SCARD_READERSTATE()
            entry.szReader = UnsafePointer(name)
            entry.dwCurrentState = DWORD(state.rawValue)
            return entry
        }
        let result = SCardGetStatusChange(handle, DWORD(milliseconds), &entries, DWORD(entries.count))
        if PCSCCode(result) == .timeout { return nil }
        try check("SCardGetStatusChange", result)
        return entries.dropLast().map { PCSCState(rawValue: UInt($0.dwEventState)) }
    }

    func connect(to reader: String) throws(PCSCError) -> any CardConnection {
        try PCSCConnection(handle, reader, DWORD(SCARD_SHARE_EXCLUSIVE), DWORD(SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1))
    }

    func connectDirectly(to reader: String) throws(PCSCError) -> any CardConnection {
        try PCSCConnection(handle, reader, DWORD(SCARD_SHARE_DIRECT), 0)
    }
}

private final class PCSCConnection: CardConnection {
    private let handle: SCARDHANDLE
    private let transport: DWORD

    fileprivate init(
        _ context: SCARDCONTEXT, _ reader: String, _ mode: DWORD, _ protocols: DWORD
    ) throws(PCSCError) {
        var handle: SCARDHANDLE = 0
        var active: DWORD = 0
        try check("SCardConnect", SCardConnect(context, reader, mode, protocols, &handle, &active))
        self.handle = handle
        transport = active
    }

    deinit { SCardDisconnect(handle, DWORD(SCARD_LEAVE_CARD)) }

    func transmit(_ command: [UInt8]) throws(PCSCError) -> [UInt8] {
        var header = SCARD_IO_REQUEST(
            dwProtocol: transport, cbPciLength: UInt(MemoryLayout<SCARD_IO_REQUEST>.size))
        var answer = [UInt8](repeating: 0, count: 4096)
        var length = DWORD(answer.count)
        try check(
            "SCardTransmit",
            SCardTransmit(handle, &header, command, DWORD(command.count), nil, &answer, &length))
        return Array(answer.prefix(Int(length)))
    }

    func attribute(_ attribute: ReaderAttribute) throws(PCSCError) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: 256)
        var length = DWORD(value.count)
        do throws(PCSCError) {
            try check("SCardGetAttrib", SCardGetAttrib(handle, DWORD(attribute.rawValue), &value, &length))
        } catch {
            guard error.code.meansAbsentAttribute else { throw error }
            return nil
        }
        return Array(value.prefix(Int(length)))
    }
}

private func check(_ call: String, _ result: some BinaryInteger) throws(PCSCError) {
    let code = PCSCCode(result)
    guard code == PCSCCode(SCARD_S_SUCCESS) else { throw PCSCError(code: code, call: call) }
}
