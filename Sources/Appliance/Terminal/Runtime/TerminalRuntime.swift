import CanonicalJSON
import Dispatch
import Display
public import Platform
import TerminalLink
import Touch

/// One terminal at work: its display, its touch panel and the hall's socket, on one queue.
public actor TerminalRuntime {
    private static let tickMs = 250
    private static let reconnectMs = 100
    private static let healthTicks = 4

    private let executor = QueueExecutor(label: "terminal", quality: .userInteractive)
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    nonisolated var queue: DispatchQueue { executor.queue }

    let configuration: TerminalConfiguration
    let time: any TimeSource
    private let scanout: any Scanout
    private let touch: (any TouchSource)?
    private let panel: PanelSize?
    let renderer: ScreenRenderer
    private var press: Press

    private var connection: FrameConnection?
    private var connecting: IntervalTimer?
    private var ticker: IntervalTimer?
    private var stopped = false

    /// The hall's last scene; nil before the first one.
    var scene: Scene?
    private var away = true
    private var received = 0
    private var strokes: [[Int]] = []
    private var moment = Moment(boot: 0, timeOfDay: "")
    private var ticks = 0
    private var displayFault: String?
    private var touchFault: String?
    private var toldFaults: [String]?
    private var digest: SceneDigest?
    private var quiet = false
    private var environment: String?
    private var assistance: Assistance?
    private var toldPlaces: [Presented.Place] = []
    private var lastReceived = 0

    /// Opens the display and reads the kiosk folder; nothing is drawn before `start`.
    public init(_ configuration: TerminalConfiguration, time: any TimeSource = SystemTime()) throws(Failure) {
        self.configuration = configuration
        self.time = time
        // A slip's PDF reads whole font files for a moment.
        returnLargeBlocks()
        let kiosk = try Kiosk(folder: configuration.kiosk)
        let display = try configuration.openDisplay()
        scanout = display.scanout
        panel = display.panel
        touch = try configuration.touchSource(scanout.geometry)
        renderer = ScreenRenderer(kiosk: kiosk, geometry: scanout.geometry, panel: display.panel)
        press = Press(deadTimeMs: configuration.deadTimeMs ?? 300)
    }

    /// Draws the first frame, takes the touch panel and begins to look for the hall.
    public func start() throws(Failure) {
        if let path = configuration.assistance {
            do throws(SystemError) { assistance = try Assistance(path: path, on: queue) } catch {
                throw Failure(.unavailable, "assistance: \(error)")
            }
        }
        present()
        if touch == nil { touchFault = "touch: none is configured" }
        touch?.start(on: queue) { [weak self] event in self?.assumeIsolated { $0.touched(event) } }
        connect()
        queue.async { [weak self] in self?.assumeIsolated { $0.renderer.warmUp() } }
        ticker = IntervalTimer(milliseconds: Self.tickMs, on: queue) { [weak self] in
            self?.assumeIsolated { $0.tick() }
        }
    }

    public func stop() {
        stopped = true
        ticker = nil
        connecting = nil
        touch?.stop()
        connection?.close()
        connection = nil
        assistance = nil
    }

    // MARK: The hall

    private func connect() {
        guard !stopped, connection == nil else { return }
        guard let descriptor = try? UnixSocket.connect(path: configuration.socket) else {
            if connecting == nil {
                connecting = IntervalTimer(milliseconds: Self.reconnectMs, on: queue) { [weak self] in
                    self?.assumeIsolated { $0.connect() }
                }
            }
            return
        }
        connecting = nil
        // Pictures are sent once a connection; what an earlier one brought would only grow.
        renderer.pictures.forgetAll()
        let connection = FrameConnection(
            descriptor, on: queue, onFrame: { [weak self] frame in self?.assumeIsolated { $0.take(frame) } },
            onEnd: { [weak self] end in self?.assumeIsolated { $0.ended(end) } })
        self.connection = connection
        toldFaults = nil
        let geometry = scanout.geometry
        send(
            .hello(
                Hello(
                    width: geometry.width, height: geometry.height, widthMM: panel?.widthMM, heightMM: panel?.heightMM,
                    environment: environmentDigest(), faults: faults)))
        toldFaults = faults
        connection.start()
    }

    private func ended(_ end: FrameConnection.End) {
        connection = nil
        guard !stopped else { return }
        Log.warning("the hall is away: \(end)")
        away = true
        digest = nil
        present()
        connecting = IntervalTimer(milliseconds: Self.reconnectMs, on: queue) { [weak self] in
            self?.assumeIsolated { $0.connect() }
        }
    }

    private func take(_ frame: [UInt8]) {
        let message: ToTerminal
        do { message = try JSONCoder.decode(ToTerminal.self, from: frame) } catch {
            Log.error("a frame that cannot be read, the connection is closed: \(JSONCoder.explain(error))")
            connection?.close()
            return
        }
        switch message {
        case .scene(let scene):
            received = time.now().microseconds
            if scene.revision == self.scene?.revision, !away { return }
            self.scene = scene
            away = false
            present()
        case .media(let media):
            guard let bytes = bytes(base64url: media.data), renderer.pictures.add(bytes, digest: media.digest) else {
                return Log.error("a picture whose digest is not its own: \(media.digest)")
            }
        case .drawSlip(let slip):
            for part in SlipDocument(slip, kiosk: renderer.kiosk).parts() { send(.slip(part)) }
            releaseFreeMemory()
        case .capture(let request): capture(request)
        }
    }

    func send(_ message: FromTerminal) {
        guard let connection else { return }
        guard let bytes = try? JSONCoder.encode(message), bytes.count <= FrameDecoder.limit else {
            return Log.error("a frame of ours is too long to be sent")
        }
        connection.send(bytes)
    }

    private func capture(_ request: Int) {
        var png = renderer.canvas.png()
        // A frame holds a mebibyte of text; a picture too rich for that is sent in half its size.
        if png.count > 700_000 { png = renderer.canvas.png(shrink: 2) }
        send(.capture(Capture(request: request, data: base64url(png))))
        releaseFreeMemory()
    }

    // MARK: Pixels

    /// What stands on the screen now: the hall's scene, or that the hall is away.
    private var shown: Scene {
        if let scene, !away { return scene }
        let language = scene?.language ?? configuration.language ?? StringCatalog.reference
        let key = scene == nil ? "start.hint" : "problem.noDaemon"
        return Scene(
            revision: scene?.revision ?? 0, language: language, textSize: scene?.textSize ?? .normal,
            theme: scene?.theme ?? .day, seat: scene?.seat,
            screen: .outOfOrder(
                .init(reason: Message(key), code: scene == nil ? PageBuilder.startingCode : PageBuilder.awayCode)))
    }

    /// Lays out and paints what must stand there, and gives the display the difference.
    private func present() {
        let shown = shown
        moment = Moment(boot: time.now().microseconds, timeOfDay: timeOfDay())
        shownFace = clockFace(at: moment.boot)
        var page = renderer.layOut(shown, at: moment, strokes: strokes)
        if page.strokes == nil || page.strokesField != renderer.page?.strokesField, !strokes.isEmpty {
            strokes = []
            page = renderer.layOut(shown, at: moment)
        }
        if page.targets != renderer.page?.targets || page.subject != renderer.page?.subject || received > 0 {
            press.changed(to: page, at: moment.boot)
        }
        push(renderer.show(page, pressed: press.pressed(in: page, at: moment.boot)))
        tellAssistance(page)
        guard received > 0 else { return }
        received = 0
        digest = nil
        quiet = false
    }

    /// Tells a new scene, and controls that come alive by what the finger does: a signature can be handed in once there
    /// is one.
    private func tellAssistance(_ page: Page) {
        guard let assistance, let scene, !away else { return }
        if received > 0 { lastReceived = received }
        let places = page.places
        guard received > 0 || places != toldPlaces else { return }
        toldPlaces = places
        assistance.tell(
            Presented(
                receivedAt: lastReceived, presentedAt: time.now().microseconds, scene: scene, places: places))
    }

    private func push(_ damage: [Rect]) {
        guard !damage.isEmpty else { return }
        do throws(SystemError) {
            try scanout.present(renderer.canvas.pixels, damage: damage)
            displayFault = nil
        } catch {
            displayFault = "display: \(error)"
        }
    }

    // MARK: Fingers

    private func touched(_ event: TouchEvent) {
        switch event {
        case .contacts(let contacts): for contact in contacts { follow(contact) }
        case .opened(let name):
            Log.info("touch panel: \(name)")
            touchFault = nil
            tellFaults()
        case .lost(let words):
            Log.warning(words)
            touchFault = "touch: \(words)"
            tellFaults()
        }
    }

    private func follow(_ contact: ContactEvent) {
        guard let page = renderer.page else { return }
        let revision = scene?.revision ?? 0
        switch press.handle(contact, on: page) {
        case .nothing: break
        case .act(.control(let control)):
            send(.intent(Intent(revision: revision, control: control, value: control == .sign ? strokes : nil)))
        case .act(.clear):
            strokes = []
            present()
        case .act(.draw): break
        case .stroke(let event): draw(event, on: page)
        }
        let target = press.pressed(in: renderer.page ?? page, at: contact.at)
        if target != renderer.pressed, let page = renderer.page { push(renderer.show(page, pressed: target)) }
        send(
            .touch(
                TouchRecord(
                    at: contact.at, contact: contact.contact,
                    phase: TouchRecord.Phase(rawValue: contact.phase.rawValue) ?? .cancel, x: contact.x, y: contact.y,
                    revision: revision)))
    }

    private func draw(_ event: ContactEvent, on page: Page) {
        guard page.strokesField.width > 0 else { return }
        let point = page.strokePoint(x: event.x, y: event.y)
        if event.phase == .down {
            strokes.append(point)
        } else if event.phase == .move, var stroke = strokes.popLast() {
            if Array(stroke.suffix(2)) != point { stroke += point }
            strokes.append(stroke)
        }
        present()
    }

    // MARK: Time passing

    private func tick() {
        ticks += 1
        let now = time.now().microseconds
        let held = renderer.page.flatMap { press.pressed(in: $0, at: now) }
        if clockFace(at: now) != shownFace || held != renderer.pressed { present() }
        // What a failed write left out is written again, until the display takes it.
        if displayFault != nil { push(renderer.repaint()) }
        if ticks % Self.healthTicks == 0 || displayFault != nil && toldFaults != faults { tellFaults(always: true) }
        guard quiet else {
            quiet = true
            return
        }
        // What a finger drew belongs to no scene of the hall's.
        if digest == nil, strokes.isEmpty, let scene, !away, scene.revision != digested, let page = renderer.page {
            // Painted in one piece, so that the pixels do not tell what was shown before.
            push(renderer.repaint())
            digest = SceneDigest(revision: scene.revision, clock: page.clockFrame)
            digestStep()
        }
    }

    /// What of the screen changes by itself: the seconds left and the time of day.
    private func clockFace(at now: Int) -> [String] {
        var face = [timeOfDay()]
        if !away, case .running(let until) = scene?.header?.clock {
            face.append("\(secondsLeft(until: until, at: now))")
        }
        return face
    }

    private var shownFace: [String] = []
    private var digested = -1

    /// A few rows, then whatever else waits, then a few more.
    private func digestStep() {
        guard var running = digest, running.revision == scene?.revision, !away, renderer.pressed == nil, strokes.isEmpty
        else {
            digest = nil
            return
        }
        if let finished = running.step(renderer.canvas.pixels, geometry: scanout.geometry) {
            digest = nil
            digested = running.revision
            send(.shown(Shown(revision: running.revision, digest: finished, environment: environmentDigest())))
            return
        }
        digest = running
        queue.async { [weak self] in self?.assumeIsolated { $0.digestStep() } }
    }

    private var faults: [String] { [displayFault, touchFault].compactMap { $0 } }

    private func tellFaults(always: Bool = false) {
        guard connection != nil, always || toldFaults != faults else { return }
        toldFaults = faults
        send(.health(Health(faults: faults)))
    }

    private func environmentDigest() -> String {
        if let environment { return environment }
        let made = DrawingEnvironment.digest(of: renderer.kiosk.theme)
        environment = made
        return made
    }
}
