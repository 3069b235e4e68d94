import CPangoCairo
import Display
import Platform
import TerminalLink

/// The back buffer: one owned XRGB picture that marks are painted into; the display only ever gets copies of it.
final class Canvas {
    let geometry: ScanoutGeometry
    let pictures: PictureStore
    private let theme: Theme
    private let shaper: TextShaper
    private let memory: UnsafeMutableRawBufferPointer
    private let surface: OpaquePointer
    private let cairo: OpaquePointer

    init(geometry: ScanoutGeometry, theme: Theme, shaper: TextShaper, pictures: PictureStore = PictureStore()) {
        self.geometry = geometry
        self.theme = theme
        self.shaper = shaper
        self.pictures = pictures
        memory = .allocate(byteCount: geometry.byteCount, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        surface = cairo_image_surface_create_for_data(
            memory.baseAddress!.assumingMemoryBound(to: UInt8.self), CAIRO_FORMAT_RGB24, Int32(geometry.width),
            Int32(geometry.height), Int32(geometry.stride))
        cairo = cairo_create(surface)
        precondition(cairo_status(cairo) == CAIRO_STATUS_SUCCESS, "cairo cannot draw into \(geometry)")
    }

    deinit {
        cairo_destroy(cairo)
        cairo_surface_destroy(surface)
        memory.deallocate()
    }

    var pixels: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

    /// Paints what of a screen lies in the damaged rectangles.
    func paint(_ page: Page, damage: [Rect], pressed: Int? = nil) {
        for rect in damage {
            cairo_save(cairo)
            cairo_rectangle(cairo, Double(rect.x), Double(rect.y), Double(rect.width), Double(rect.height))
            cairo_clip(cairo)
            set(theme.colors(.page, in: page.theme).fill)
            cairo_paint(cairo)
            for mark in page.marks where mark.frame.intersects(rect) {
                paint(mark, page: page, pressed: mark.target != nil && mark.target == pressed)
            }
            cairo_restore(cairo)
        }
        cairo_surface_flush(surface)
    }

    private func paint(_ mark: Mark, page: Page, pressed: Bool) {
        let colors = theme.colors(pressed ? mark.tone.underFinger : mark.tone, in: page.theme)
        switch mark.kind {
        case .box(let box): paint(box, mark.frame, colors)
        case .text(let key, let muted):
            let text = shaper.shape(key, rightToLeft: page.rightToLeft)
            set(muted ? colors.muted : colors.ink)
            var x = mark.frame.x
            // A text without a width of its own stands where its frame and alignment put it.
            if key.width == 0 {
                let toRight = (key.alignment == .trailing) != page.rightToLeft
                x +=
                    key.alignment == .center
                    ? (mark.frame.width - text.width) / 2 : toRight ? mark.frame.width - text.width : 0
            }
            cairo_move_to(cairo, Double(x), Double(mark.frame.y))
            pango_cairo_show_layout(cairo, text.layout)
        case .icon(let icon):
            set(colors.ink)
            icon.paint(cairo, mark.frame, turned: page.rightToLeft)
        case .picture(let digest): paint(picture: digest, mark.frame, colors)
        case .strokes(let strokes): paint(strokes, page.strokesField, colors)
        }
    }

    private func paint(_ box: Mark.Box, _ frame: Rect, _ colors: ToneColors) {
        let border = Double(box.border)
        let (x, y) = (Double(frame.x) + border / 2, Double(frame.y) + border / 2)
        let (w, h) = (Double(frame.width) - border, Double(frame.height) - border)
        if box.filled {
            set(colors.fill)
            if box.radius == 0 {
                cairo_rectangle(cairo, x, y, w, h)
            } else {
                roundedRectangle(cairo, x, y, w, h, Double(box.radius))
            }
            if box.border > 0 { cairo_fill_preserve(cairo) } else { cairo_fill(cairo) }
        } else {
            roundedRectangle(cairo, x, y, w, h, Double(box.radius))
        }
        guard box.border > 0 else { return cairo_new_path(cairo) }
        set(box.strong ? colors.ink : colors.line)
        cairo_set_line_width(cairo, border)
        cairo_stroke(cairo)
    }

    private func paint(picture digest: String, _ frame: Rect, _ colors: ToneColors) {
        guard let picture = pictures.surface(digest, width: frame.width, height: frame.height) else { return }
        let x = frame.x + (frame.width - Int(cairo_image_surface_get_width(picture))) / 2
        let y = frame.y + (frame.height - Int(cairo_image_surface_get_height(picture))) / 2
        cairo_set_source_surface(cairo, picture, Double(x), Double(y))
        cairo_paint(cairo)
    }

    private func paint(_ strokes: [[Int]], _ field: Rect, _ colors: ToneColors) {
        set(colors.ink)
        strokePaths(cairo, strokes, x: Double(field.x), y: Double(field.y), width: Double(field.width))
    }

    private func set(_ color: Color) {
        cairo_set_source_rgb(cairo, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255)
    }

    /// Paints the picture as it is onto another surface of its size.
    func paint(onto target: OpaquePointer) {
        cairo_set_source_surface(target, surface, 0, 0)
        cairo_paint(target)
    }

    /// The picture as a PNG file, made by cairo.
    ///
    /// - Parameter shrink: 2 for half the width and height.
    func png(shrink: Int = 1) -> [UInt8] {
        guard shrink > 1 else { return pngBytes(surface) }
        let small = cairo_image_surface_create(
            CAIRO_FORMAT_RGB24, Int32(geometry.width / shrink), Int32(geometry.height / shrink))!
        let c = cairo_create(small)!
        cairo_scale(c, 1 / Double(shrink), 1 / Double(shrink))
        cairo_set_source_surface(c, surface, 0, 0)
        cairo_paint(c)
        cairo_destroy(c)
        defer { cairo_surface_destroy(small) }
        return pngBytes(small)
    }
}

/// Strokes of a signature as one smooth line each.
func strokePaths(_ cairo: OpaquePointer, _ strokes: [[Int]], x: Double, y: Double, width: Double) {
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_width(cairo, max(2, width / 160))
    for stroke in strokes where stroke.count >= 2 {
        for index in stride(from: 0, to: stroke.count - 1, by: 2) {
            let point = (x + Double(stroke[index]) * width / 1000, y + Double(stroke[index + 1]) * width / 1000)
            if index == 0 { cairo_move_to(cairo, point.0, point.1) }
            cairo_line_to(cairo, point.0, point.1)
        }
        cairo_stroke(cairo)
    }
}

func pngBytes(_ surface: OpaquePointer) -> [UInt8] {
    writtenBytes { write, closure in _ = cairo_surface_write_to_png_stream(surface, write, closure) }
}

/// What a cairo function writes to a stream.
func writtenBytes(_ body: (cairo_write_func_t, UnsafeMutableRawPointer) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    withUnsafeMutablePointer(to: &bytes) { pointer in
        body(
            { closure, data, count in
                let bytes = closure!.assumingMemoryBound(to: [UInt8].self)
                bytes.pointee.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, UnsafeMutableRawPointer(pointer))
    }
    return bytes
}
