import Display
import Platform
public import TerminalLink

/// Draws one question as a seat shows it, and what the candidate reads about it after the end.
public final class QuestionPreview {
    private let renderer: ScreenRenderer

    /// - Parameter panel: nil for an ordinary panel of so many pixels.
    public init(kiosk: Kiosk, width: Int, height: Int, panel: PanelSize? = nil) {
        renderer = ScreenRenderer(
            kiosk: kiosk, geometry: ScanoutGeometry(width: width, height: height), panel: panel)
    }

    /// Keeps a picture that questions refer to; false when the bytes are another's.
    public func add(picture png: [UInt8], digest: String) -> Bool { renderer.pictures.add(png, digest: digest) }

    /// The question as PNG.
    public func question(_ sample: QuestionSample, textSize: TextSize) -> [UInt8] {
        draw(sample.question(textSize: textSize))
    }

    /// The screen with its explanation as PNG.
    public func explanation(_ sample: QuestionSample, textSize: TextSize) -> [UInt8] {
        draw(sample.result(textSize: textSize))
    }

    private func draw(_ scene: Scene) -> [UInt8] {
        _ = renderer.show(renderer.layOut(scene, at: Moment(boot: 0, timeOfDay: "")))
        return renderer.canvas.png()
    }
}
