internal import CRSVG

/// A vector drawing made into pixels: everything that touches librsvg.
public enum SVGPicture {
    /// Pixels across every picture of a package.
    static let width = 1040
    static let largestFile = 12 * 1024

    struct Rendered: Sendable {
        let png: [UInt8]
        let height: Int
    }

    /// Why a drawing is not taken, in words.
    struct Refusal: Error {
        let words: String
    }

    /// What our drawings do without: what runs, what fetches, what a screen would not show as the author saw it.
    private static let foreign = [
        "<script", "<image", "<foreignObject", "<style", "<filter", "<use", "href", "<!ENTITY", "<!DOCTYPE", "url(",
    ]

    /// Why a drawing is none that a bank takes, as words that follow its name; nil for one that is.
    public static func problem(in svg: [UInt8]) -> String? {
        do throws(Refusal) {
            _ = try render(svg)
            return nil
        } catch {
            return error.words
        }
    }

    /// The PNG of a drawing, 1040 pixels across.
    static func render(_ svg: [UInt8]) throws(Refusal) -> Rendered {
        guard !svg.starts(with: [0x89, 0x50, 0x4E, 0x47]), !svg.starts(with: [0xFF, 0xD8, 0xFF]) else {
            throw Refusal(words: "is a picture of pixels; draw it again as SVG")
        }
        guard svg.count <= largestFile else {
            throw Refusal(words: "has \(svg.count) bytes, at most \(largestFile) are allowed; simplify the drawing")
        }
        guard let text = String(validating: svg, as: UTF8.self) else { throw Refusal(words: "is not UTF-8") }
        if let word = foreign.first(where: { text.contains($0) }) {
            throw Refusal(words: "contains \"\(word)\"; drawings have plain shapes and text only")
        }
        guard text.contains(#"viewBox="0 0 800 600""#) else {
            throw Refusal(words: #"lacks viewBox="0 0 800 600""#)
        }
        var error: UnsafeMutablePointer<GError>?
        guard
            let handle = svg.withUnsafeBufferPointer({
                rsvg_handle_new_from_data($0.baseAddress, gsize($0.count), &error)
            })
        else { throw Refusal(words: "is not readable as SVG: \(Self.words(error))") }
        defer { g_object_unref(handle) }
        let height = width * 600 / 800
        let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        defer { cairo_surface_destroy(surface) }
        let context = cairo_create(surface)
        defer { cairo_destroy(context) }
        cairo_set_source_rgb(context, 1, 1, 1)
        cairo_paint(context)
        var viewport = RsvgRectangle(x: 0, y: 0, width: Double(width), height: Double(height))
        guard rsvg_handle_render_document(handle, context, &viewport, &error) != 0 else {
            throw Refusal(words: "cannot be drawn: \(Self.words(error))")
        }
        var png: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &png) { target in
            cairo_surface_write_to_png_stream(
                surface,
                { closure, data, length in
                    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                    closure.assumingMemoryBound(to: [UInt8].self).pointee
                        .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
                    return CAIRO_STATUS_SUCCESS
                }, target)
        }
        guard status == CAIRO_STATUS_SUCCESS else {
            throw Refusal(words: "cannot be written as PNG: \(String(cString: cairo_status_to_string(status)))")
        }
        return Rendered(png: png, height: height)
    }

    private static func words(_ error: UnsafeMutablePointer<GError>?) -> String {
        guard let error else { return "no reason given" }
        defer { g_error_free(error) }
        return String(cString: error.pointee.message)
    }
}
