import Glibc
import Platform
import Touch

/// The left button of a pointer as a finger on a terminal's panel: pressing lands it, releasing lifts it.
struct PointerFinger: ~Copyable {
    private let socket: String
    private let width: Int
    private let height: Int
    private var connection: FileDescriptor?
    private var isDown = false
    private var place = (x: 0, y: 0)
    private var tracking = 0
    /// When the finger landed and when its last record was, in microseconds of the boot clock.
    private var landed = 0
    private var last = 0

    /// How long a finger stays at least by its records: terminals take shorter contacts for ghosts, which no click is.
    private static let shortestMicroseconds = 40_000

    init(socket: String, width: Int, height: Int) {
        self.socket = socket
        self.width = width
        self.height = height
    }

    /// The pointer is here now, its left button pressed or not.
    mutating func pointer(x: Int, y: Int, pressed: Bool) {
        let here = (x: min(max(0, x), width - 1), y: min(max(0, y), height - 1))
        defer { place = here }
        let at = time()
        if !isDown, pressed {
            tracking = tracking == 60_000 ? 1 : tracking + 1
            landed = at
            isDown = send(InputRecord.down(x: here.x, y: here.y, tracking: tracking, at: at))
        } else if isDown {
            if place != here { isDown = send(InputRecord.move(x: here.x, y: here.y, at: at)) }
            if !pressed { lift() }
        }
    }

    /// Takes the finger off, as when its viewer has gone.
    mutating func lift() {
        guard isDown else { return }
        isDown = false
        last = max(time(), landed + Self.shortestMicroseconds)
        _ = send(InputRecord.up(at: last))
    }

    /// Now, and never before the last record: after a quick click that is a little ahead of the clock.
    private mutating func time() -> Int {
        last = max(SystemTime().now().microseconds, last)
        return last
    }

    /// False when the terminal does not listen; the next press tries anew, for terminals are started again.
    private mutating func send(_ records: [InputRecord]) -> Bool {
        if connection == nil { connection = try? UnixSocket.connect(path: socket) }
        guard let connection else { return false }
        let bytes = records.flatMap(\.bytes)
        let count = bytes.withUnsafeBytes {
            Glibc.send(connection.raw, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count != bytes.count { self.connection = nil }
        return count == bytes.count
    }
}
