import CPangoCairo
import Display
public import TerminalLink

/// Paints scenes in memory as a terminal painted them on its display: for a replay, which compares digests.
public final class ScenePainter {
    /// A painted scene.
    public struct Painted {
        /// What a terminal reports of it in `shown`.
        public let digest: String
        public let png: [UInt8]
    }

    private let renderer: ScreenRenderer
    private let geometry: ScanoutGeometry
    private var painted: (scene: Scene, moment: Moment)?

    /// - Parameter panel: the terminal's; nil when it knew none.
    public init(kiosk: Kiosk, width: Int, height: Int, panel: PanelSize?) {
        geometry = ScanoutGeometry(width: width, height: height)
        renderer = ScreenRenderer(kiosk: kiosk, geometry: geometry, panel: panel)
    }

    /// The digest of the fonts and drawing libraries here, as terminals report it.
    public static func environment(of kiosk: Kiosk) -> String { DrawingEnvironment.digest(of: kiosk.theme) }

    /// Keeps a picture that scenes refer to; false when the bytes are another's.
    public func add(picture png: [UInt8], digest: String) -> Bool {
        renderer.pictures.has(digest) || renderer.pictures.add(png, digest: digest)
    }

    /// Paints a scene whole.
    ///
    /// - Parameter boot: the moment of CLOCK_BOOTTIME, in microseconds, that its countdown is drawn for.
    public func paint(_ scene: Scene, at boot: Int) -> Painted {
        let moment = Moment(boot: boot, timeOfDay: "")
        painted = (scene, moment)
        let page = renderer.layOut(scene, at: moment)
        _ = renderer.show(page)
        _ = renderer.repaint()
        var digest = SceneDigest(revision: scene.revision, clock: page.clockFrame)
        while true {
            guard let finished = digest.step(renderer.canvas.pixels, geometry: geometry) else { continue }
            return Painted(digest: finished, png: renderer.canvas.png())
        }
    }

    /// Follows fingers over the scene painted last, as the terminal did: a signature grows under them, and its controls come
    /// alive.
    ///
    /// - Returns: for each contact the control that it began and ended on, nil for none; and the scene as they left it with
    ///   their marks: numbered, a ring where one came down, its way, a disc where it was lifted, a cross where the panel took
    ///   it back.
    public func touch(_ contacts: [Contact]) -> (controls: [String?], png: [UInt8]) {
        var strokes: [[Int]] = []
        let controls = contacts.map { contact -> String? in
            guard let page = renderer.page, let from = contact.path.first, let to = contact.path.last,
                let target = page.targets.last(where: { $0.frame.contains(x: from.x, y: from.y) })
            else { return nil }
            switch target.action {
            case .draw:
                strokes.append(contact.path.flatMap { page.strokePoint(x: $0.x, y: $0.y) })
                repaint(with: strokes)
                return "pad"
            case .clear:
                strokes = []
                repaint(with: strokes)
                return "clear"
            case .control(let control): return target.frame.contains(x: to.x, y: to.y) ? control.name : nil
            }
        }
        return (controls, renderer.canvas.png(with: contacts))
    }

    private func repaint(with strokes: [[Int]]) {
        guard let painted else { return }
        _ = renderer.show(renderer.layOut(painted.scene, at: painted.moment, strokes: strokes))
    }
}
