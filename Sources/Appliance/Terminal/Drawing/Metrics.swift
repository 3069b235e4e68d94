public import Display

/// A panel's size as a person meets it.
public struct PanelSize: Hashable, Sendable, Codable {
    public var widthMM: Int
    public var heightMM: Int

    public init(widthMM: Int, heightMM: Int) {
        self.widthMM = widthMM
        self.heightMM = heightMM
    }
}

/// Millimetres to pixels for one panel.
///
/// Screens are laid out in millimetres. On a panel that is too small for what an exam must show, all millimetres shrink
/// alike, so that nothing scrolls; on a big one they grow a little, so that nothing looks lost.
public struct Metrics: Hashable, Sendable {
    /// The layout never has less room than this, in its own millimetres…
    private static let smallest = (width: 286.0, height: 188.0)
    /// …nor more height than this.
    private static let tallest = 236.0

    public let width: Int
    public let height: Int
    public let pixelsPerMM: Double

    /// - Parameter panel: nil when nobody configured it: then an ordinary panel of that many pixels is assumed.
    public init(width: Int, height: Int, panel: PanelSize?) {
        self.width = width
        self.height = height
        let fit = min(Double(width) / Self.smallest.width, Double(height) / Self.smallest.height)
        let grow = Double(height) / Self.tallest
        let real = panel.map { Double(width) / Double(max(1, $0.widthMM)) } ?? (fit + grow) / 2
        pixelsPerMM = min(fit, max(grow, real))
    }

    public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }

    func px(_ millimetres: Double) -> Int { Int((millimetres * pixelsPerMM).rounded()) }
}
