import CPangoCairo
import Display

/// How a text looks; sizes are the em in pixels.
struct TextStyle: Hashable {
    var size: Int
    var bold = false
    var language: String
}

/// A text, its look, and the width it wraps at (0 for one line).
struct TextKey: Hashable {
    var string: String
    var style: TextStyle
    var width: Int
    var alignment: Alignment
    /// 0 for as many lines as it takes; else the rest is cut with an ellipsis.
    var lines = 0
}

/// Where a text's lines begin; `leading` is the left of a left-to-right screen.
enum Alignment: Hashable { case leading, center, trailing }

/// A text laid out by Pango, kept while a screen needs it.
final class ShapedText {
    let layout: OpaquePointer
    let width: Int
    let height: Int
    let lines: Int
    fileprivate var lastUsed = 0

    init(_ key: TextKey, context: OpaquePointer, font: OpaquePointer, rightToLeft: Bool) {
        layout = pango_layout_new(context)
        pango_layout_set_font_description(layout, font)
        pango_layout_set_text(layout, key.string, -1)
        let attributes = pango_attr_list_new()
        // Han characters have other shapes in other languages: each text says which it is in.
        pango_attr_list_insert(attributes, pango_attr_language_new(pango_language_from_string(key.style.language)))
        pango_layout_set_attributes(layout, attributes)
        pango_attr_list_unref(attributes)
        if key.width > 0 {
            pango_layout_set_width(layout, Int32(key.width) * PANGO_SCALE)
            pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        }
        if key.lines > 0 {
            pango_layout_set_height(layout, -Int32(key.lines))
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END)
        }
        // Pango turns left and right around for a paragraph that runs against its context; a screen wants its own side.
        let against = (pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL) != rightToLeft
        let turned = against != rightToLeft
        switch key.alignment {
        case .center: pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER)
        case .leading: pango_layout_set_alignment(layout, turned ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT)
        case .trailing: pango_layout_set_alignment(layout, turned ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT)
        }
        var wide: Int32 = 0
        var high: Int32 = 0
        pango_layout_get_pixel_size(layout, &wide, &high)
        width = Int(wide)
        height = Int(high)
        lines = Int(pango_layout_get_line_count(layout))
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    /// Characters that no font of this machine has.
    var unknownGlyphs: Int { Int(pango_layout_get_unknown_glyphs_count(layout)) }
}

/// Lays out texts and keeps the layouts of the last screens; one per drawing thread.
final class TextShaper {
    private static let limit = 600

    private let theme: Theme
    private let leftToRight: OpaquePointer
    private let rightToLeft: OpaquePointer
    private var fonts: [TextStyle: OpaquePointer] = [:]
    private var kept: [[TextKey: ShapedText]] = [[:], [:]]
    private var turn = 0

    init(theme: Theme) {
        self.theme = theme
        // A font map of its own: Pango's default one belongs to a thread, and a queue wanders over threads.
        let fonts = pango_cairo_font_map_new()!
        leftToRight = Self.context(fonts, PANGO_DIRECTION_LTR)
        rightToLeft = Self.context(fonts, PANGO_DIRECTION_RTL)
        g_object_unref(fonts)
    }

    deinit {
        kept = []
        for font in fonts.values { pango_font_description_free(font) }
        g_object_unref(UnsafeMutableRawPointer(leftToRight))
        g_object_unref(UnsafeMutableRawPointer(rightToLeft))
    }

    private static func context(_ fonts: UnsafeMutablePointer<PangoFontMap>, _ direction: PangoDirection)
        -> OpaquePointer
    {
        let context = pango_font_map_create_context(fonts)!
        pango_context_set_base_dir(context, direction)
        let options = cairo_font_options_create()
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON)
        pango_cairo_context_set_font_options(context, options)
        cairo_font_options_destroy(options)
        return context
    }

    /// The layout of a text on a screen that runs one way or the other.
    func shape(_ key: TextKey, rightToLeft mirrored: Bool) -> ShapedText {
        let side = mirrored ? 1 : 0
        turn += 1
        if let text = kept[side][key] {
            text.lastUsed = turn
            return text
        }
        if kept[side].count >= Self.limit { forgetOldest(side) }
        let text = ShapedText(
            key, context: mirrored ? rightToLeft : leftToRight, font: font(key.style), rightToLeft: mirrored)
        text.lastUsed = turn
        kept[side][key] = text
        return text
    }

    private func forgetOldest(_ side: Int) {
        let border = kept[side].values.map(\.lastUsed).sorted()[Self.limit / 2]
        kept[side] = kept[side].filter { $0.value.lastUsed >= border }
    }

    private func font(_ style: TextStyle) -> OpaquePointer {
        if let font = fonts[style] { return font }
        let font = pango_font_description_from_string(theme.families(for: style.language))!
        pango_font_description_set_absolute_size(font, Double(style.size) * Double(PANGO_SCALE))
        pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        fonts[style] = font
        return font
    }
}
