import Dispatch
public import Platform

/// One terminal served to VNC viewers on 127.0.0.1: its framebuffer file is what they see, their pointer is the finger
/// on its panel.
///
/// There is no password: whoever may use this machine may look. Several may look at once; while one holds the button
/// down the others' pointers do nothing.
public final class SeatViewer: Sendable {
    /// What a viewer looks at and touches.
    public struct Terminal: Sendable {
        /// Shown as the window's title.
        public var name: String
        /// The framebuffer file: XRGB, 32 bits a pixel.
        public var framebuffer: String
        public var width: Int
        public var height: Int
        /// Bytes from one row to the next.
        public var stride: Int
        /// The Unix socket that takes `input_event` records.
        public var touchSocket: String

        public init(
            name: String, framebuffer: String, width: Int, height: Int, stride: Int? = nil, touchSocket: String
        ) {
            self.name = name
            self.framebuffer = framebuffer
            self.width = width
            self.height = height
            self.stride = stride ?? width * 4
            self.touchSocket = touchSocket
        }
    }

    public let name: String
    public let port: Int
    /// What a viewer is given to connect.
    public var address: String { "vnc://127.0.0.1:\(port)" }

    private let server: VNCServer
    private let timer: IntervalTimer

    /// How often viewers are heard and the picture is compared, in milliseconds.
    private static let tickMs = 25

    /// One for all: the library makes a lock of all its screens anew with each screen, so none may be at work then.
    private static let queue = DispatchQueue(label: "viewers")

    /// Begins to serve.
    ///
    /// - Parameter firstPort: the first port tried; where it is taken, the next ones are.
    /// - Throws: `Failure` when there is no such picture, or no port free among a hundred.
    public init(_ terminal: Terminal, firstPort: Int) throws(Failure) {
        let made = Self.queue.sync { () -> Result<VNCServer, Failure> in
            do throws(Failure) { return .success(try VNCServer(terminal, ports: firstPort..<firstPort + 100)) } catch {
                return .failure(error)
            }
        }
        let server = try made.get()
        name = terminal.name
        port = server.port
        self.server = server
        timer = IntervalTimer(milliseconds: Self.tickMs, on: Self.queue) { server.turn() }
    }

    /// Closes the port and the viewers' connections; a finger that is down is lifted.
    public func stop() {
        timer.cancel()
        Self.queue.sync { server.end() }
    }

    deinit { stop() }
}
