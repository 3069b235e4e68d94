import CVNCServer
import Glibc
import Platform

/// One screen of libvncserver: the only file that calls it. Not thread-safe; all screens share one queue.
final class VNCServer: @unchecked Sendable {
    let port: Int
    private let screen: UnsafeMutablePointer<rfbScreenInfo>
    /// The library's own picture: what viewers were told of, row by row without gaps.
    private let picture: UnsafeMutableRawPointer
    private let title: UnsafeMutablePointer<CChar>?
    private let arrow: rfbCursorPtr?
    private let framebuffer: Framebuffer
    private var finger: PointerFinger
    /// The viewer whose button is down.
    private var pressing: rfbClientPtr?
    private var hasEnded = false

    /// - Parameter ports: the first that is free is taken.
    init(_ terminal: SeatViewer.Terminal, ports: Range<Int>) throws(Failure) {
        rfbLogEnable(0)
        let framebuffer = try Framebuffer(
            path: terminal.framebuffer, width: terminal.width, height: terminal.height, stride: terminal.stride)
        guard
            let screen = rfbGetScreen(nil, nil, Int32(framebuffer.width), Int32(framebuffer.height), 8, 3, 4)
        else { throw Failure(.unavailable, "the VNC library makes no screen for \(terminal.name)") }
        let size = framebuffer.width * framebuffer.height * 4
        let picture = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        picture.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        title = strdup("Kaotai \(terminal.name)")
        arrow = Self.makeArrow()
        Self.prepare(screen, picture: picture, title: title)
        port = Self.listen(screen, ports: ports)
        self.screen = screen
        self.picture = picture
        self.framebuffer = framebuffer
        finger = PointerFinger(socket: terminal.touchSocket, width: terminal.width, height: terminal.height)
        screen.pointee.screenData = Unmanaged.passUnretained(self).toOpaque()
        _ = self.framebuffer.refresh(picture)
        guard port > 0 else {
            end()
            throw Failure(
                .unavailable,
                "no port from \(ports.lowerBound) to \(ports.upperBound - 1) is free for \(terminal.name)")
        }
    }

    private static func prepare(
        _ screen: UnsafeMutablePointer<rfbScreenInfo>, picture: UnsafeMutableRawPointer,
        title: UnsafeMutablePointer<CChar>?
    ) {
        screen.pointee.frameBuffer = picture.assumingMemoryBound(to: CChar.self)
        screen.pointee.desktopName = UnsafePointer(title)
        // XRGB: blue in the lowest byte, the highest unused.
        screen.pointee.depth = 24
        screen.pointee.serverFormat.depth = 24
        screen.pointee.serverFormat.trueColour = 1
        screen.pointee.serverFormat.redShift = 16
        screen.pointee.serverFormat.greenShift = 8
        screen.pointee.serverFormat.blueShift = 0
        screen.pointee.alwaysShared = 1
        // Changes come in steps of our own, and touches must not be merged.
        screen.pointee.deferUpdateTime = 0
        screen.pointee.deferPtrUpdateTime = 0
        screen.pointee.handleEventsEagerly = 1
        // A viewer that stops reading is dropped before the others wait longer.
        screen.pointee.maxClientWait = 2000
        // Never painted into the picture; viewers that draw their pointer themselves are given the arrow.
        screen.pointee.cursor = nil
        screen.pointee.getCursorPtr = { viewer in viewer.flatMap(VNCServer.of)?.arrow }
        screen.pointee.ptrAddEvent = { buttons, x, y, viewer in
            guard let viewer else { return }
            VNCServer.of(viewer)?.pointer(x: Int(x), y: Int(y), pressed: buttons & 1 != 0, viewer)
        }
        // The default would answer keys of its own, Escape among them, by closing.
        screen.pointee.kbdAddEvent = { _, _, _ in }
        screen.pointee.newClientHook = { viewer in
            guard let viewer, let server = VNCServer.of(viewer) else { return RFB_CLIENT_REFUSE }
            viewer.pointee.clientGoneHook = { viewer in
                guard let viewer else { return }
                VNCServer.of(viewer)?.gone(viewer)
            }
            server.refresh()
            return RFB_CLIENT_ACCEPT
        }
    }

    /// Listens on the loopback, and only there.
    ///
    /// - Returns: the port; 0 when none is free.
    private static func listen(_ screen: UnsafeMutablePointer<rfbScreenInfo>, ports: Range<Int>) -> Int {
        screen.pointee.autoPort = 0
        screen.pointee.listenInterface = inet_addr("127.0.0.1")
        screen.pointee.ipv6port = 0
        screen.pointee.httpPort = 0
        for port in ports where (1...65_535).contains(port) {
            screen.pointee.port = Int32(port)
            screen.pointee.socketState = RFB_SOCKET_INIT
            cvncserver_init(screen)
            if screen.pointee.listenSock >= 0 { return port }
        }
        return 0
    }

    private static func of(_ viewer: rfbClientPtr) -> VNCServer? {
        viewer.pointee.screen?.pointee.screenData.map { Unmanaged<VNCServer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Hears viewers and sends them what has changed.
    func turn() {
        guard !hasEnded else { return }
        if screen.pointee.clientHead != nil { refresh() }
        _ = rfbProcessEvents(screen, 0)
    }

    private func refresh() {
        for rows in framebuffer.refresh(picture) {
            rfbMarkRectAsModified(
                screen, 0, Int32(rows.lowerBound), Int32(framebuffer.width), Int32(rows.upperBound))
        }
    }

    private func pointer(x: Int, y: Int, pressed: Bool, _ viewer: rfbClientPtr) {
        pressing = pressed ? viewer : nil
        finger.pointer(x: x, y: y, pressed: pressed)
    }

    private func gone(_ viewer: rfbClientPtr) {
        guard pressing == viewer else { return }
        pressing = nil
        finger.lift()
    }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        rfbShutdownServer(screen, 1)
        finger.lift()
        rfbScreenCleanup(screen)
        if let arrow { rfbFreeCursor(arrow) }
        picture.deallocate()
        free(title)
    }

    deinit { end() }

    private static func makeArrow() -> rfbCursorPtr? {
        let rows = [
            "x           ", "xx          ", "x.x         ", "x..x        ", "x...x       ", "x....x      ",
            "x.....x     ", "x......x    ", "x.......x   ", "x........x  ", "x.....xxxxx ", "x..x..x     ",
            "x.x x..x    ", "xx  x..x    ", "x    x..x   ", "     xxx    ",
        ]
        // A black outline filled with white, to be seen on any ground.
        let shape = rows.joined().map { $0 == "x" ? "x" : " " }.joined()
        let mask = rows.joined().map { $0 == " " ? " " : "x" }.joined()
        let cursor = shape.withCString { shape in
            mask.withCString { mask in
                rfbMakeXCursor(
                    12, Int32(rows.count), UnsafeMutablePointer(mutating: shape), UnsafeMutablePointer(mutating: mask))
            }
        }
        guard let cursor else { return nil }
        (cursor.pointee.foreRed, cursor.pointee.foreGreen, cursor.pointee.foreBlue) = (0, 0, 0)
        (cursor.pointee.backRed, cursor.pointee.backGreen, cursor.pointee.backBlue) = (0xFFFF, 0xFFFF, 0xFFFF)
        return cursor
    }
}
