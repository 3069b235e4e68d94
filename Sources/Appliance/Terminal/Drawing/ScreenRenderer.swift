import Display
import TerminalLink

/// Scenes to pixels: lays a scene out, compares it with what stands there, paints the difference.
///
/// Belongs to one thread at a time; the terminal, the gallery and the fit check each have their own.
final class ScreenRenderer {
    let kiosk: Kiosk
    let metrics: Metrics
    let pictures = PictureStore()
    let canvas: Canvas
    private let shaper: TextShaper
    /// What the canvas shows.
    private(set) var page: Page?
    private(set) var pressed: Int?

    init(kiosk: Kiosk, geometry: ScanoutGeometry, panel: PanelSize?) {
        self.kiosk = kiosk
        metrics = Metrics(width: geometry.width, height: geometry.height, panel: panel)
        shaper = TextShaper(theme: kiosk.theme)
        canvas = Canvas(geometry: geometry, theme: kiosk.theme, shaper: shaper, pictures: pictures)
    }

    func layOut(_ scene: Scene, at moment: Moment, strokes: [[Int]] = []) -> Page {
        PageBuilder(
            scene, metrics: metrics, strings: kiosk.strings, shaper: shaper, pictures: pictures, moment: moment,
            strokes: strokes
        ).build()
    }

    /// Paints what differs from the page before and says where.
    func show(_ new: Page, pressed target: Int? = nil) -> [Rect] {
        var damage = new.damage(since: page, bounds: metrics.bounds)
        let before = pressed.flatMap { index in page.map { $0.targets[index] } }
        let after = target.map { new.targets[$0] }
        if before != after {
            damage = Page.merged(damage + [before, after].compactMap { $0?.frame })
        }
        page = new
        pressed = target
        if !damage.isEmpty { canvas.paint(new, damage: damage, pressed: target) }
        return damage
    }

    /// Opens the fonts and rasterises what most questions need, before the first candidate waits for it.
    func warmUp() {
        guard let page else { return }
        for language in ["zh-Hans", "en"] {
            for (name, scene) in GallerySamples(language: language, picture: "").scenes()
            where name == "question-single" || name == "question-judge" || name == "rules" {
                canvas.paint(layOut(scene, at: Moment(boot: 0, timeOfDay: "")), damage: [metrics.bounds])
            }
        }
        canvas.paint(page, damage: [metrics.bounds], pressed: pressed)
    }

    /// Paints everything again, as after a display that lost its picture.
    func repaint() -> [Rect] {
        guard let page else { return [] }
        canvas.paint(page, damage: [metrics.bounds], pressed: pressed)
        return [metrics.bounds]
    }
}
