import CPangoCairo
import Platform
import TerminalLink

/// The score sheet as a PDF page of A4: Chinese and the candidate's language, the signature, and the signed result as
/// a QR code.
struct SlipDocument {
    /// One code holds a result up to here (version 36, modules of 0.45 mm); a longer one is cut into numbered parts.
    private static let partLength = 2400
    private static let pointsPerMM = 72 / 25.4
    /// Bytes of the file in one frame.
    private static let pieceSize = 512 << 10

    private let slip: Slip
    private let kiosk: Kiosk

    init(_ slip: Slip, kiosk: Kiosk) {
        self.slip = slip
        self.kiosk = kiosk
    }

    /// The file cut into frames.
    func parts() -> [SlipPart] {
        let file = pdf()
        let count = max(1, (file.count + Self.pieceSize - 1) / Self.pieceSize)
        return (0..<count).map { index in
            let piece = file[index * Self.pieceSize..<min(file.count, (index + 1) * Self.pieceSize)]
            return SlipPart(attempt: slip.attempt, part: index, parts: count, data: base64url(piece))
        }
    }

    /// What the QR codes hold: the result itself, or parts as `KT1/3:` and a piece of it each.
    static func codes(of jws: String) -> [String] {
        let bytes = Array(jws.utf8)
        guard bytes.count > partLength else { return [jws] }
        let count = (bytes.count + partLength - 1) / partLength
        let length = (bytes.count + count - 1) / count
        return (0..<count).map { index in
            "KT\(index + 1)/\(count):"
                + String(decoding: bytes[index * length..<min(bytes.count, (index + 1) * length)], as: UTF8.self)
        }
    }

    func pdf() -> [UInt8] {
        writtenBytes { write, closure in
            let surface = cairo_pdf_surface_create_for_stream(
                write, closure, 210 * Self.pointsPerMM, 297 * Self.pointsPerMM)!
            let cairo = cairo_create(surface)!
            cairo_scale(cairo, Self.pointsPerMM, Self.pointsPerMM)
            draw(cairo)
            cairo_show_page(cairo)
            cairo_destroy(cairo)
            cairo_surface_finish(surface)
            cairo_surface_destroy(surface)
        }
    }

    /// The same page as a picture, six pixels a millimetre.
    func png() -> [UInt8] {
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1260, 1782)!
        let cairo = cairo_create(surface)!
        defer {
            cairo_destroy(cairo)
            cairo_surface_destroy(surface)
        }
        cairo_set_source_rgb(cairo, 1, 1, 1)
        cairo_paint(cairo)
        cairo_scale(cairo, 6, 6)
        draw(cairo)
        return writtenBytes { write, closure in _ = cairo_surface_write_to_png_stream(surface, write, closure) }
    }

    // MARK: The page, in millimetres

    private var second: String? { slip.language.hasPrefix("zh") ? nil : slip.language }

    private func draw(_ c: OpaquePointer) {
        let pen = SlipPen(c, kiosk: kiosk)
        pen.color(0.07, 0.2, 0.31)
        cairo_rectangle(c, 0, 0, 210, 30)
        cairo_fill(c)
        pen.color(1, 1, 1)
        pen.text(words("slip.title", StringCatalog.reference), x: 20, y: 7, width: 170, em: 8.5, bold: true)
        if let second { pen.text(words("slip.title", second), x: 20, y: 19, width: 170, em: 4.4, language: second) }
        verdict(pen, c)
        var y = 64.0
        for start in stride(from: 0, to: slip.lines.count, by: 2) {
            y += row(slip.lines[start..<min(start + 2, slip.lines.count)], pen, c, y)
        }
        y = max(y + 6, 142)
        signature(pen, c, y)
        codes(pen, c, y + 42)
    }

    private func verdict(_ pen: SlipPen, _ c: OpaquePointer) {
        let key = slip.passed ? "slip.passed" : "slip.failed"
        pen.color(slip.passed ? 0.04 : 0.48, slip.passed ? 0.29 : 0.09, slip.passed ? 0.15 : 0.06)
        cairo_set_line_width(c, 0.8)
        roundedRectangle(c, 20, 38, 170, 20, 3)
        cairo_stroke(c)
        cairo_save(c)
        cairo_translate(c, 26, 42)
        cairo_scale(c, 12.0 / 24, 12.0 / 24)
        cairo_set_line_width(c, 3)
        cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND)
        if slip.passed {
            cairo_move_to(c, 4, 12)
            cairo_line_to(c, 10, 18)
            cairo_line_to(c, 20, 6)
        } else {
            cairo_move_to(c, 6, 6)
            cairo_line_to(c, 18, 18)
            cairo_move_to(c, 18, 6)
            cairo_line_to(c, 6, 18)
        }
        cairo_stroke(c)
        cairo_restore(c)
        pen.text(both(key), x: 44, y: 42.5, width: 140, em: 8, bold: true)
    }

    /// Two facts side by side, each with its label above it.
    private func row(_ lines: ArraySlice<SlipLine>, _ pen: SlipPen, _ c: OpaquePointer, _ y: Double) -> Double {
        var high = 0.0
        for (index, line) in lines.enumerated() {
            let x = index == 0 ? 20.0 : 108
            pen.color(0.25, 0.3, 0.35)
            let label = pen.text(both(line.label), x: x, y: y + 1, width: 82, em: 3.4)
            pen.color(0.06, 0.1, 0.14)
            high = max(high, label + pen.text(line.value, x: x, y: y + 1 + label, width: 82, em: 4.6, bold: true) + 2)
        }
        pen.color(0.8, 0.84, 0.88)
        cairo_set_line_width(c, 0.2)
        cairo_move_to(c, 20, y + high)
        cairo_line_to(c, 190, y + high)
        cairo_stroke(c)
        return high
    }

    private func signature(_ pen: SlipPen, _ c: OpaquePointer, _ y: Double) {
        pen.color(0.25, 0.3, 0.35)
        pen.text(both("slip.signature"), x: 20, y: y, width: 80, em: 3.7)
        pen.text(both("slip.examiner"), x: 112, y: y, width: 78, em: 3.7)
        pen.color(0.7, 0.74, 0.78)
        cairo_set_line_width(c, 0.25)
        for x in [20.0, 112] {
            roundedRectangle(c, x, y + 6, 78, 30, 2)
            cairo_stroke(c)
        }
        pen.color(0.25, 0.3, 0.35)
        pen.text(both("examiner.\(slip.examiner)"), x: 115, y: y + 10, width: 72, em: 3.4)
        let points = slip.signature.flatMap { $0 }
        let tallest = stride(from: 1, to: points.count, by: 2).map { points[$0] }.max() ?? 0
        // The field on the screen is wider than this one; the strokes keep their shape.
        let width = min(74, 27 * 1000 / Double(max(1, tallest)))
        pen.color(0.05, 0.1, 0.35)
        cairo_save(c)
        cairo_scale(c, 0.1, 0.1)
        strokePaths(c, slip.signature, x: 220, y: (y + 7.5) * 10, width: width * 10)
        cairo_restore(c)
    }

    private func codes(_ pen: SlipPen, _ c: OpaquePointer, _ y: Double) {
        let texts = Self.codes(of: slip.jws)
        let side = texts.count == 1 ? 78.0 : min(78, (170 - 8 * Double(texts.count - 1)) / Double(texts.count))
        for (index, text) in texts.enumerated() {
            guard let code = QRCode(text) else { continue }
            let x = 20 + Double(index) * (side + 8)
            let module = side / Double(code.width)
            pen.color(0, 0, 0)
            for row in 0..<code.width {
                var column = 0
                while column < code.width {
                    let start = column
                    while column < code.width, code.isDark(column, row) { column += 1 }
                    if column > start {
                        let wide = Double(column - start) * module
                        cairo_rectangle(c, x + Double(start) * module, y + Double(row) * module, wide, module)
                    }
                    column += 1
                }
            }
            cairo_set_antialias(c, CAIRO_ANTIALIAS_NONE)
            cairo_fill(c)
            cairo_set_antialias(c, CAIRO_ANTIALIAS_DEFAULT)
            if texts.count > 1 {
                pen.color(0.25, 0.3, 0.35)
                let values = ["part": "\(index + 1)", "parts": "\(texts.count)"]
                pen.text(words("slip.part", StringCatalog.reference, values), x: x, y: y + side + 1, width: side, em: 3)
            }
        }
        pen.color(0.25, 0.3, 0.35)
        let beside = texts.count == 1
        let x = beside ? 20 + side + 8 : 20
        let top = beside ? y : y + side + 6
        let width = beside ? 170 - side - 8 : 170.0
        var below = top + pen.text(words("slip.verify", StringCatalog.reference), x: x, y: top, width: width, em: 3.9)
        if let second {
            below += 2
            below += pen.text(words("slip.verify", second), x: x, y: below, width: width, em: 3.5, language: second)
        }
        pen.text(slip.attempt, x: x, y: below + 3, width: width, em: 3)
    }

    private func words(_ key: String, _ language: String, _ values: [String: String] = [:]) -> String {
        kiosk.strings.text(key, values, language: language)
    }

    /// A key's words in Chinese and, behind them, in the candidate's language.
    private func both(_ key: String) -> String {
        let first = words(key, StringCatalog.reference)
        guard let second else { return first }
        return first + "  " + words(key, second)
    }
}

/// Text on a page measured in millimetres.
private final class SlipPen {
    private let cairo: OpaquePointer
    private let kiosk: Kiosk
    private let context: OpaquePointer

    init(_ cairo: OpaquePointer, kiosk: Kiosk) {
        self.cairo = cairo
        self.kiosk = kiosk
        // Fonts of its own, given back with the slip: a subset for a PDF reads whole font files.
        let fonts = pango_cairo_font_map_new()!
        context = pango_font_map_create_context(fonts)!
        g_object_unref(fonts)
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(context)) }

    func color(_ red: Double, _ green: Double, _ blue: Double) { cairo_set_source_rgb(cairo, red, green, blue) }

    /// Draws wrapped text; its height in millimetres comes back.
    @discardableResult
    func text(
        _ string: String, x: Double, y: Double, width: Double, em: Double, bold: Bool = false,
        language: String = StringCatalog.reference
    ) -> Double {
        // Pango counts in whole units: a hundred of them a millimetre keep small type in shape.
        let units = 100.0
        cairo_save(cairo)
        cairo_translate(cairo, x, y)
        cairo_scale(cairo, 1 / units, 1 / units)
        pango_cairo_update_context(cairo, context)
        let layout = pango_layout_new(context)!
        let font = pango_font_description_from_string(kiosk.theme.families(for: language))!
        pango_font_description_set_absolute_size(font, em * units * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_width(layout, Int32(width * units) * PANGO_SCALE)
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        pango_layout_set_text(layout, string, -1)
        var high: Int32 = 0
        pango_layout_get_pixel_size(layout, nil, &high)
        pango_cairo_show_layout(cairo, layout)
        g_object_unref(UnsafeMutableRawPointer(layout))
        cairo_restore(cairo)
        return Double(high) / units
    }
}
