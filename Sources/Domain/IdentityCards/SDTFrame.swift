/// The frame that the security module (SAM_V) of a reader speaks: preamble, length, body, check byte.
///
///     AA AA AA 96 69 | length, two bytes, big-endian | body | XOR
///
/// The length counts the body and the check byte; the check byte is the XOR of the length's two bytes and the body.
public enum SDTFrame {
    private static let preamble: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69]

    public enum Fault: Error, Hashable, Sendable {
        case preamble
        case length(found: Int, announced: Int)
        case checksum
    }

    public static func encode(_ body: some Collection<UInt8>) -> [UInt8] {
        precondition(body.count < 0xFFFF, "an SDT frame's length has two bytes")
        let length = body.count + 1
        let checked = [UInt8(length >> 8), UInt8(length & 0xFF)] + body
        return preamble + checked + [checked.reduce(0, ^)]
    }

    /// The body of exactly one frame.
    public static func decode(_ bytes: some Collection<UInt8>) throws(Fault) -> [UInt8] {
        let bytes = Array(bytes)
        guard bytes.starts(with: preamble) else { throw .preamble }
        guard bytes.count >= 8 else { throw .length(found: max(0, bytes.count - 7), announced: 1) }
        let announced = Int(bytes[5]) << 8 | Int(bytes[6])
        guard bytes.count - 7 == announced else { throw .length(found: bytes.count - 7, announced: announced) }
        guard bytes[5...].reduce(0, ^) == 0 else { throw .checksum }
        return Array(bytes[7..<bytes.count - 1])
    }
}

/// What the module is asked; two bytes, command and parameter.
public enum SDTCommand: UInt16, CaseIterable, Sendable {
    case resetModule = 0x10FF
    case moduleStatus = 0x11FF
    case moduleNumber = 0x12FF
    case findCard = 0x2001
    case selectCard = 0x2002
    /// Text and photo. The sibling that adds fingerprints is left out on purpose: they are not needed here.
    case readBase = 0x3001
    case readNewAddress = 0x3003

    public var frame: [UInt8] { SDTFrame.encode([UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)]) }

    /// The command in a frame's body; nil for one that we do not know.
    public init?(body: [UInt8]) {
        guard body.count == 2 else { return nil }
        self.init(rawValue: UInt16(body[0]) << 8 | UInt16(body[1]))
    }
}

/// The module's answer: the card's own status (two bytes), the module's, and data.
public struct SDTAnswer: Hashable, Sendable {
    public let status: SDTStatus
    public let data: [UInt8]

    public init(status: SDTStatus, data: [UInt8] = []) {
        self.status = status
        self.data = data
    }

    public init(frame: some Collection<UInt8>) throws(SDTFrame.Fault) {
        let body = try SDTFrame.decode(frame)
        guard body.count >= 3 else { throw .length(found: body.count + 1, announced: 4) }
        status = SDTStatus(rawValue: body[2])
        data = Array(body[3...])
    }

    public var frame: [UInt8] { SDTFrame.encode([0, 0, status.rawValue] + data) }
}

/// The module's status byte.
public struct SDTStatus: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let done = SDTStatus(rawValue: 0x90)
    public static let found = SDTStatus(rawValue: 0x9F)
    public static let frameChecksum = SDTStatus(rawValue: 0x10)
    public static let frameLength = SDTStatus(rawValue: 0x11)
    public static let unknownCommand = SDTStatus(rawValue: 0x21)
    public static let unknownError = SDTStatus(rawValue: 0x24)
    public static let cardRefusesModule = SDTStatus(rawValue: 0x31)
    public static let moduleRefusesCard = SDTStatus(rawValue: 0x32)
    public static let dataCheckFailed = SDTStatus(rawValue: 0x33)
    public static let wrongCard = SDTStatus(rawValue: 0x40)
    public static let readFailed = SDTStatus(rawValue: 0x41)
    public static let noRandomNumber = SDTStatus(rawValue: 0x47)
    public static let selfTestFailed = SDTStatus(rawValue: 0x60)
    public static let notAuthorised = SDTStatus(rawValue: 0x66)
    public static let noCard = SDTStatus(rawValue: 0x80)
    public static let selectFailed = SDTStatus(rawValue: 0x81)
    public static let noSuchItem = SDTStatus(rawValue: 0x91)
}
