import CPangoCairo
import Display

/// Marks of fingers on a picture of the screen, never on the screen itself.
extension Canvas {
    /// The picture as PNG with contacts drawn over a copy of it.
    func png(with contacts: [Contact]) -> [UInt8] {
        let copy = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(geometry.width), Int32(geometry.height))!
        let c = cairo_create(copy)!
        defer {
            cairo_destroy(c)
            cairo_surface_destroy(copy)
        }
        paint(onto: c)
        let size = Double(min(geometry.width, geometry.height)) / 40
        for (number, contact) in zip(1..., contacts) { draw(contact, number: number, size: size, on: c) }
        return pngBytes(copy)
    }

    private func draw(_ contact: Contact, number: Int, size: Double, on c: OpaquePointer) {
        guard let from = contact.path.first, let to = contact.path.last else { return }
        cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND)
        cairo_new_path(c)
        for place in contact.path { cairo_line_to(c, Double(place.x), Double(place.y)) }
        stroke(size / 5, on: c)
        cairo_new_sub_path(c)
        cairo_arc(c, Double(from.x), Double(from.y), size, 0, 2 * Double.pi)
        stroke(size / 5, on: c)
        switch contact.end {
        case .lifted:
            cairo_new_sub_path(c)
            cairo_arc(c, Double(to.x), Double(to.y), size / 2.5, 0, 2 * Double.pi)
            cairo_set_source_rgb(c, 0.85, 0, 0.35)
            cairo_fill(c)
        case .cancelled:
            for turn in [-1.0, 1.0] {
                cairo_move_to(c, Double(to.x) - size / 2, Double(to.y) - turn * size / 2)
                cairo_line_to(c, Double(to.x) + size / 2, Double(to.y) + turn * size / 2)
            }
            stroke(size / 5, on: c)
        case .open: break
        }
        // Its number, where it does not leave the picture.
        cairo_select_font_face(c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD)
        cairo_set_font_size(c, size * 1.3)
        let right = Double(from.x) + size * 3 < Double(geometry.width)
        cairo_move_to(
            c, Double(from.x) + (right ? 1.2 : -2.4) * size, max(size * 1.2, Double(from.y) - size * 0.8))
        cairo_text_path(c, "\(number)")
        cairo_set_source_rgb(c, 1, 1, 1)
        cairo_set_line_width(c, size / 4)
        cairo_stroke_preserve(c)
        cairo_set_source_rgb(c, 0.85, 0, 0.35)
        cairo_fill(c)
    }

    /// A line with a light edge, to be seen on any colour.
    private func stroke(_ width: Double, on c: OpaquePointer) {
        cairo_set_source_rgb(c, 1, 1, 1)
        cairo_set_line_width(c, width * 2)
        cairo_stroke_preserve(c)
        cairo_set_source_rgb(c, 0.85, 0, 0.35)
        cairo_set_line_width(c, width)
        cairo_stroke(c)
    }
}
