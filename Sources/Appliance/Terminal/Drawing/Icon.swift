import CPangoCairo
import Display

/// Small drawings of our own, in one line weight; every meaning that has a colour has one of these too.
enum Icon: Hashable {
    case check, cross, flag, card, clock, pause, warning, person, seat, arrow(forward: Bool), grid, textSize, contrast
    case pen, wrench, door, shield, hand, globe, radio(on: Bool), box(on: Bool)

    /// Paints in the source colour that is set, inside the frame; `turned` for right-to-left screens.
    func paint(_ cairo: OpaquePointer, _ frame: Rect, turned: Bool) {
        let size = Double(min(frame.width, frame.height))
        cairo_save(cairo)
        cairo_translate(
            cairo, Double(frame.x) + (Double(frame.width) - size) / 2,
            Double(frame.y) + (Double(frame.height) - size) / 2)
        cairo_scale(cairo, size / 24, size / 24)
        cairo_set_line_width(cairo, 2.2)
        cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND)
        cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
        draw(cairo, turned: turned)
        cairo_restore(cairo)
    }

    private func draw(_ c: OpaquePointer, turned: Bool) {
        func path(_ points: [(Double, Double)], closed: Bool = false) {
            for (index, point) in points.enumerated() {
                if index == 0 { cairo_move_to(c, point.0, point.1) } else { cairo_line_to(c, point.0, point.1) }
            }
            if closed { cairo_close_path(c) }
        }
        func circle(_ x: Double, _ y: Double, _ r: Double) {
            cairo_new_sub_path(c)
            cairo_arc(c, x, y, r, 0, 2 * Double.pi)
        }
        func rectangle(_ x: Double, _ y: Double, _ w: Double, _ h: Double, _ r: Double) {
            roundedRectangle(c, x, y, w, h, r)
        }
        switch self {
        case .check:
            cairo_set_line_width(c, 3)
            path([(4.5, 12.5), (10, 18), (20, 6.5)])
            cairo_stroke(c)
        case .cross:
            cairo_set_line_width(c, 3)
            path([(6, 6), (18, 18)])
            path([(18, 6), (6, 18)])
            cairo_stroke(c)
        case .flag:
            path([(6, 21.5), (6, 3)])
            path([(6, 3.5), (19, 3.5), (15.5, 8.5), (19, 13.5), (6, 13.5)])
            cairo_stroke(c)
        case .card:
            rectangle(2, 5, 20, 14, 2.2)
            circle(8, 10.6, 2.2)
            cairo_new_sub_path(c)
            cairo_arc(c, 8, 17.2, 3.4, Double.pi * 1.08, Double.pi * 1.92)
            path([(14, 10), (19, 10)])
            path([(14, 14), (19, 14)])
            cairo_set_line_width(c, 1.6)
            cairo_stroke(c)
        case .clock:
            circle(12, 12, 9)
            path([(12, 6.5), (12, 12), (16, 14)])
            cairo_stroke(c)
        case .pause:
            cairo_set_line_width(c, 4)
            path([(8.5, 6), (8.5, 18)])
            path([(15.5, 6), (15.5, 18)])
            cairo_stroke(c)
        case .warning:
            path([(12, 3.5), (22, 20.5), (2, 20.5)], closed: true)
            cairo_stroke(c)
            path([(12, 10), (12, 14.6)])
            path([(12, 17.6), (12, 17.7)])
            cairo_stroke(c)
        case .person:
            circle(12, 8, 4)
            cairo_new_sub_path(c)
            cairo_arc(c, 12, 22, 8.4, Double.pi * 1.06, Double.pi * 1.94)
            cairo_stroke(c)
        case .seat:
            rectangle(3, 3.5, 18, 12, 1.6)
            path([(12, 15.5), (12, 20)])
            path([(7, 20.3), (17, 20.3)])
            cairo_stroke(c)
        case .arrow(let forward):
            let right = forward != turned
            path(right ? [(9, 4.5), (16.5, 12), (9, 19.5)] : [(15, 4.5), (7.5, 12), (15, 19.5)])
            cairo_set_line_width(c, 2.8)
            cairo_stroke(c)
        case .grid:
            for row in 0..<3 {
                for column in 0..<3 { rectangle(3 + 6.6 * Double(column), 3 + 6.6 * Double(row), 4.8, 4.8, 0.8) }
            }
            cairo_set_line_width(c, 1.7)
            cairo_stroke(c)
        case .textSize:
            path([(1.5, 20), (8.5, 4), (15.5, 20)])
            path([(4.2, 14.5), (12.8, 14.5)])
            path([(16.5, 20), (19.6, 12.5), (22.7, 20)])
            path([(17.6, 17.6), (21.6, 17.6)])
            cairo_set_line_width(c, 1.9)
            cairo_stroke(c)
        case .globe:
            circle(12, 12, 9)
            cairo_save(c)
            cairo_translate(c, 12, 12)
            cairo_scale(c, 0.44, 1)
            cairo_new_sub_path(c)
            cairo_arc(c, 0, 0, 9, 0, 2 * Double.pi)
            cairo_restore(c)
            path([(3, 12), (21, 12)])
            cairo_set_line_width(c, 1.7)
            cairo_stroke(c)
        case .contrast:
            circle(12, 12, 9)
            cairo_stroke(c)
            cairo_new_sub_path(c)
            cairo_arc(c, 12, 12, 9, -Double.pi / 2, Double.pi / 2)
            cairo_fill(c)
        case .pen:
            path([(4, 20), (5, 15.5), (16.5, 4), (20, 7.5), (8.5, 19)], closed: true)
            path([(14, 6.5), (17.5, 10)])
            cairo_stroke(c)
        case .wrench:
            cairo_new_sub_path(c)
            cairo_arc(c, 16.5, 7.5, 4.8, -0.15 * Double.pi, 1.35 * Double.pi)
            path([(13, 11), (4.5, 19.5)])
            cairo_set_line_width(c, 3)
            cairo_stroke(c)
        case .door:
            rectangle(5, 2.5, 14, 19, 1)
            cairo_stroke(c)
            circle(turned ? 8.5 : 15.5, 12.4, 1.1)
            cairo_fill(c)
        case .shield:
            cairo_move_to(c, 12, 2.5)
            cairo_line_to(c, 20, 5.5)
            cairo_curve_to(c, 20.5, 13, 18, 18.5, 12, 21.5)
            cairo_curve_to(c, 6, 18.5, 3.5, 13, 4, 5.5)
            cairo_close_path(c)
            path([(8, 12), (11, 15), (16, 9)])
            cairo_stroke(c)
        case .hand:
            rectangle(6, 10.5, 12, 10.5, 4)
            for (index, top) in [5.5, 3.5, 4, 6.5].enumerated() {
                path([(7.5 + 3 * Double(index), 12), (7.5 + 3 * Double(index), top)])
            }
            cairo_stroke(c)
        case .radio(let on):
            circle(12, 12, 9.5)
            cairo_stroke(c)
            if on {
                circle(12, 12, 5.2)
                cairo_fill(c)
            }
        case .box(let on):
            rectangle(3, 3, 18, 18, 3)
            cairo_stroke(c)
            if on {
                cairo_set_line_width(c, 3)
                path([(7, 12.5), (10.8, 16.2), (17.2, 8.4)])
                cairo_stroke(c)
            }
        }
    }
}

/// A path around a rectangle with round corners.
func roundedRectangle(_ c: OpaquePointer, _ x: Double, _ y: Double, _ w: Double, _ h: Double, _ radius: Double) {
    let r = min(radius, w / 2, h / 2)
    cairo_new_sub_path(c)
    cairo_arc(c, x + w - r, y + r, r, -Double.pi / 2, 0)
    cairo_arc(c, x + w - r, y + h - r, r, 0, Double.pi / 2)
    cairo_arc(c, x + r, y + h - r, r, Double.pi / 2, Double.pi)
    cairo_arc(c, x + r, y + r, r, Double.pi, 1.5 * Double.pi)
    cairo_close_path(c)
}
