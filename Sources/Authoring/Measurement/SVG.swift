import Glibc

/// Text that stands in HTML or SVG, in an element or in an attribute.
func escaped(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
        switch character {
        case "&": out += "&amp;"
        case "<": out += "&lt;"
        case ">": out += "&gt;"
        case "\"": out += "&quot;"
        case "'": out += "&#39;"
        default: out.unicodeScalars.append(character)
        }
    }
    return out
}

/// A length in a drawing: one digit after the point is more than a screen shows.
func length(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
}

/// Thousandths as a person reads them: `0.35`, `−0.07`.
func decimal(_ thousandths: Int?, digits: Int = 2) -> String {
    guard let thousandths else { return "–" }
    let unit = digits == 1 ? 100 : digits == 2 ? 10 : 1
    let rounded = (abs(thousandths) + unit / 2) / unit
    let whole = 1000 / unit
    let fraction = String(whole + rounded % whole).dropFirst()
    return "\(thousandths < 0 && rounded > 0 ? "−" : "")\(rounded / whole).\(fraction)"
}

/// A plot with axes: data in its own units, drawn into a frame of pixels.
///
/// Colours stand in every element, so that the drawing keeps them where a page's style does not reach: cut out, mailed,
/// printed by another program.
struct Plot {
    /// How a stretch, a dot, a line or a word looks.
    enum Look: String {
        case grid = "stroke=\"#e2e7ec\""
        case mark = "stroke=\"#8a1c1c\" stroke-width=\"1.5\" stroke-dasharray=\"5 3\""
        case bar = "fill=\"#b9c6d2\""
        case passed = "fill=\"#2f6fa8\""
        case attention = "fill=\"#fdf1ec\""
        case dot = "fill=\"#2f6fa8\" fill-opacity=\"0.65\""
        case flagged = "fill=\"#b3261e\""
        case curve = "fill=\"none\" stroke=\"#2f6fa8\" stroke-width=\"2\""
        case tick = "font-size=\"12\" fill=\"#5b6b7a\""
        case name = "font-size=\"12\" fill=\"#1b2733\""
        case label = "font-size=\"12\" fill=\"#8a1c1c\""
    }

    let width: Double
    let height: Double
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    private let left = 56.0
    private let bottom = 44.0
    private let top = 12.0
    private let right = 16.0
    private var body = ""

    init(width: Double, height: Double, x: ClosedRange<Double>, y: ClosedRange<Double>) {
        self.width = width
        self.height = height
        self.x = x
        self.y = y
    }

    func px(_ value: Double) -> Double {
        left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * (width - left - right)
    }

    func py(_ value: Double) -> Double {
        height - bottom - (value - y.lowerBound) / (y.upperBound - y.lowerBound) * (height - bottom - top)
    }

    /// Ticks with their labels and the axes' names.
    mutating func axes(x xTicks: [(Double, String)], y yTicks: [(Double, String)], names: (x: String, y: String)) {
        for (value, label) in xTicks {
            body += "<line \(Look.grid.rawValue) x1=\"\(length(px(value)))\" x2=\"\(length(px(value)))\" "
            body += "y1=\"\(length(top))\" y2=\"\(length(height - bottom))\"/>"
            body += text(label, x: px(value), y: height - bottom + 16, anchor: "middle")
        }
        for (value, label) in yTicks {
            body += "<line \(Look.grid.rawValue) x1=\"\(length(left))\" x2=\"\(length(width - right))\" "
            body += "y1=\"\(length(py(value)))\" y2=\"\(length(py(value)))\"/>"
            body += text(label, x: left - 6, y: py(value) + 4, anchor: "end")
        }
        body += text(names.x, x: (left + width - right) / 2, y: height - 8, anchor: "middle", .name)
        body += "<text \(Look.name.rawValue) text-anchor=\"middle\" transform=\"translate(14 "
        body += "\(length((top + height - bottom) / 2))) rotate(-90)\">\(escaped(names.y))</text>"
    }

    /// A stretch of the plane, such as a band in which figures are to be looked at.
    mutating func band(x range: ClosedRange<Double>, y other: ClosedRange<Double>, _ look: Look) {
        body += "<rect \(look.rawValue) x=\"\(length(px(range.lowerBound)))\" y=\"\(length(py(other.upperBound)))\" "
        body += "width=\"\(length(px(range.upperBound) - px(range.lowerBound)))\" "
        body += "height=\"\(length(py(other.lowerBound) - py(other.upperBound)))\"/>"
    }

    mutating func vertical(_ value: Double, label: String) {
        body += "<line \(Look.mark.rawValue) x1=\"\(length(px(value)))\" x2=\"\(length(px(value)))\" "
        body += "y1=\"\(length(top))\" y2=\"\(length(height - bottom))\"/>"
        body += beside(label, x: px(value), y: top + 11)
    }

    /// A dot; its title is what a pointer resting on it shows.
    mutating func dot(x: Double, y: Double, _ look: Look, title: String, label: String? = nil) {
        // What lies beyond the frame stands at its edge.
        let (atX, atY) = (
            px(min(max(x, self.x.lowerBound), self.x.upperBound)), py(min(max(y, self.y.lowerBound), self.y.upperBound))
        )
        body +=
            "<circle \(look.rawValue) cx=\"\(length(atX))\" cy=\"\(length(atY))\" r=\"\(label == nil ? "3" : "4.5")\">"
        body += "<title>\(escaped(title))</title></circle>"
        guard let label else { return }
        body += beside(label, x: atX, y: atY + 4)
    }

    /// Words right of a place, or left of it where they would leave the frame.
    private func beside(_ words: String, x: Double, y: Double) -> String {
        let isRight = x > width - 110
        return text(words, x: x + (isRight ? -7 : 7), y: y, anchor: isRight ? "end" : "start", .label)
    }

    mutating func line(_ points: [(x: Double, y: Double)], _ look: Look) {
        let list = points.map { "\(length(px($0.x))),\(length(py($0.y)))" }.joined(separator: " ")
        body += "<polyline \(look.rawValue) points=\"\(list)\"/>"
    }

    private func text(_ words: String, x: Double, y: Double, anchor: String, _ look: Look = .tick) -> String {
        "<text \(look.rawValue) x=\"\(length(x))\" y=\"\(length(y))\" text-anchor=\"\(anchor)\">\(escaped(words))</text>"
    }

    /// - Parameter description: what it shows, in words, for those who do not see it.
    func svg(description: String) -> String {
        "<svg role=\"img\" viewBox=\"0 0 \(length(width)) \(length(height))\" width=\"\(length(width))\" "
            + "height=\"\(length(height))\" xmlns=\"http://www.w3.org/2000/svg\"><title>\(escaped(description))</title>"
            + body + "</svg>"
    }
}
