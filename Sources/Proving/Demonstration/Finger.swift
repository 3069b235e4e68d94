import Glibc
import Platform
import TerminalLink
import Touch

/// A finger on one terminal's panel: it writes the records that the kernel would.
final class Finger {
    private let socket: String
    private var connection: FileDescriptor?
    private var tracking: Int32 = 0

    init(socket: String) { self.socket = socket }

    /// Touches the middle of a place and lifts.
    ///
    /// - Returns: when the finger was lifted, which is when the touch counts; nil when the panel is gone.
    func tap(_ place: Presented.Place) -> Instant? {
        stroke([(place.x + place.width / 2, place.y + place.height / 2)])
    }

    /// Draws a line through points.
    @discardableResult
    func stroke(_ points: [(x: Int, y: Int)]) -> Instant? {
        guard let first = points.first, press(first.x, first.y) else { return nil }
        for point in points.dropFirst() { move(point.x, point.y) }
        return lift()
    }

    /// Puts the finger down.
    func press(_ x: Int, _ y: Int) -> Bool {
        tracking = tracking == 60_000 ? 1 : tracking + 1
        return write([
            (InputCode.absolute, InputCode.slot, 0), (InputCode.absolute, InputCode.trackingID, tracking),
            (InputCode.absolute, InputCode.slotX, Int32(x)), (InputCode.absolute, InputCode.slotY, Int32(y)),
            (InputCode.synchronize, InputCode.report, 0),
        ])
    }

    private func move(_ x: Int, _ y: Int) {
        _ = write([
            (InputCode.absolute, InputCode.slotX, Int32(x)), (InputCode.absolute, InputCode.slotY, Int32(y)),
            (InputCode.synchronize, InputCode.report, 0),
        ])
    }

    /// Lifts the finger.
    ///
    /// - Returns: when; nil when the panel is gone.
    func lift() -> Instant? {
        let lifted = SystemTime().now()
        let up: [(UInt16, UInt16, Int32)] = [
            (InputCode.absolute, InputCode.trackingID, -1), (InputCode.synchronize, InputCode.report, 0),
        ]
        return write(up) ? lifted : nil
    }

    private func write(_ records: [(UInt16, UInt16, Int32)]) -> Bool {
        // The panel of a terminal that was started again is another one: it is looked for once.
        for _ in 0..<2 {
            if connection == nil { connection = try? UnixSocket.connect(path: socket) }
            guard let connection else { return false }
            let now = SystemTime().now().microseconds
            let bytes = records.flatMap { InputRecord(at: now, type: $0.0, code: $0.1, value: $0.2).bytes }
            let count = bytes.withUnsafeBytes { send(connection.raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
            if count == bytes.count { return true }
            self.connection = nil
        }
        return false
    }
}
