import CPangoCairo
import Display
import Platform
import TerminalLink

/// Every screen there is, from sample scenes, as PNG files: what a designer or a reviewer looks at.
public struct Gallery {
    private let renderer: ScreenRenderer
    private let samples: GallerySamples

    /// - Parameter panel: nil for an ordinary panel of so many pixels.
    public init(kiosk: Kiosk, width: Int, height: Int, panel: PanelSize? = nil, language: String) {
        renderer = ScreenRenderer(
            kiosk: kiosk, geometry: ScanoutGeometry(width: width, height: height), panel: panel)
        let picture = Self.samplePicture()
        let digest = sha256(picture)
        _ = renderer.pictures.add(picture, digest: digest)
        samples = GallerySamples(language: language, picture: digest)
    }

    /// The screens' names, in the order a candidate meets them.
    public var names: [String] { samples.scenes().map(\.name) }

    /// Draws all screens into a folder, `NAME.png` each; their names come back.
    public func draw(into folder: String) throws -> [String] {
        try makeDirectory(folder)
        for (name, scene) in samples.scenes() {
            let page = renderer.layOut(
                scene, at: Moment(boot: 1_000_000, timeOfDay: "09:41"), strokes: samples.strokes(name))
            let pressed =
                name == "question-pressed" ? page.targets.firstIndex { $0.action == .control(.option(2)) } : nil
            _ = renderer.show(page, pressed: pressed)
            try AtomicFile.write(renderer.canvas.png(), to: "\(folder)/\(name).png")
        }
        return names
    }

    /// The slip of a sample result, as PDF and as a picture of it.
    public func slip() -> (pdf: [UInt8], png: [UInt8]) {
        let document = SlipDocument(samples.slip(), kiosk: renderer.kiosk)
        return (document.pdf(), document.png())
    }

    /// A road sign of our own drawing.
    private static func samplePicture() -> [UInt8] {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1040, 780)!
        let c = cairo_create(surface)!
        defer {
            cairo_destroy(c)
            cairo_surface_destroy(surface)
        }
        cairo_set_source_rgb(c, 0.80, 0.90, 0.97)
        cairo_paint(c)
        cairo_set_source_rgb(c, 0.45, 0.62, 0.42)
        cairo_rectangle(c, 0, 560, 1040, 220)
        cairo_fill(c)
        cairo_set_source_rgb(c, 0.45, 0.47, 0.5)
        cairo_rectangle(c, 500, 420, 40, 300)
        cairo_fill(c)
        cairo_move_to(c, 520, 90)
        cairo_line_to(c, 760, 500)
        cairo_line_to(c, 280, 500)
        cairo_close_path(c)
        cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_width(c, 44)
        cairo_set_source_rgb(c, 0.05, 0.05, 0.05)
        cairo_stroke_preserve(c)
        cairo_set_source_rgb(c, 0.98, 0.82, 0.15)
        cairo_fill(c)
        cairo_set_source_rgb(c, 0.05, 0.05, 0.05)
        cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_width(c, 40)
        cairo_move_to(c, 520, 240)
        cairo_line_to(c, 520, 370)
        cairo_stroke(c)
        cairo_arc(c, 520, 440, 24, 0, 2 * Double.pi)
        cairo_fill(c)
        return writtenBytes { write, closure in _ = cairo_surface_write_to_png_stream(surface, write, closure) }
    }
}
