/// One `struct input_event` of the kernel (input-event-codes.h names its types and codes).
public struct InputRecord: Hashable, Sendable {
    /// CLOCK_BOOTTIME, microseconds.
    public var at: Int
    public var type: UInt16
    public var code: UInt16
    public var value: Int32

    public init(at: Int, type: UInt16, code: UInt16, value: Int32) {
        self.at = at
        self.type = type
        self.code = code
        self.value = value
    }

    /// Bytes of a record on a 64-bit machine: seconds and microseconds (8 each), type, code (2 each), value (4).
    public static let size = 24

    /// A record from its bytes, little-endian; a time that no kernel gives becomes the nearest one that it could give, so
    /// that differences of times always exist.
    public init(bytes: ArraySlice<UInt8>) {
        precondition(bytes.count == Self.size, "an input record has 24 bytes")
        func number(_ offset: Int, _ count: Int) -> UInt64 {
            bytes.dropFirst(offset).prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        let seconds = min(max(0, Int(Int64(bitPattern: number(0, 8)))), 1 << 40)
        let micros = min(max(0, Int(Int64(bitPattern: number(8, 8)))), 999_999)
        at = seconds * 1_000_000 + micros
        type = UInt16(number(16, 2))
        code = UInt16(number(18, 2))
        value = Int32(bitPattern: UInt32(number(20, 4)))
    }

    /// The record as the kernel would write it.
    public var bytes: [UInt8] {
        func little(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
        }
        return little(UInt64(at / 1_000_000), 8) + little(UInt64(at % 1_000_000), 8) + little(UInt64(type), 2)
            + little(UInt64(code), 2) + little(UInt64(UInt32(bitPattern: value)), 4)
    }
}

/// The few event types and codes that touch panels send, as the kernel numbers them.
public enum InputCode {
    public static let synchronize: UInt16 = 0
    public static let key: UInt16 = 1
    public static let absolute: UInt16 = 3

    public static let report: UInt16 = 0
    public static let dropped: UInt16 = 3

    public static let buttonLeft: UInt16 = 0x110
    public static let buttonTouch: UInt16 = 0x14a

    public static let x: UInt16 = 0x00
    public static let y: UInt16 = 0x01
    public static let slot: UInt16 = 0x2f
    public static let slotX: UInt16 = 0x35
    public static let slotY: UInt16 = 0x36
    public static let slotTool: UInt16 = 0x37
    public static let trackingID: UInt16 = 0x39

    /// MT_TOOL_PALM
    public static let palm: Int32 = 2
}

extension InputRecord {
    /// What a panel of protocol B sends when a finger lands: slot 0, then the report.
    public static func down(x: Int, y: Int, tracking: Int, at: Int) -> [InputRecord] {
        [
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slot, value: 0),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.trackingID, value: Int32(tracking)),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slotX, value: Int32(x)),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slotY, value: Int32(y)),
            report(at: at),
        ]
    }

    public static func move(x: Int, y: Int, at: Int) -> [InputRecord] {
        [
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slot, value: 0),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slotX, value: Int32(x)),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slotY, value: Int32(y)),
            report(at: at),
        ]
    }

    public static func up(at: Int) -> [InputRecord] {
        [
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.slot, value: 0),
            InputRecord(at: at, type: InputCode.absolute, code: InputCode.trackingID, value: -1),
            report(at: at),
        ]
    }

    public static func report(at: Int) -> InputRecord {
        InputRecord(at: at, type: InputCode.synchronize, code: InputCode.report, value: 0)
    }
}
