import CPangoCairo

/// Pictures by digest: their files as they came, and the one or two on the screen ready to paint.
final class PictureStore {
    private struct Ready {
        var key: String
        var surface: OpaquePointer
    }

    private var files: [String: [UInt8]] = [:]
    private var ready: [Ready] = []

    deinit { for one in ready { cairo_surface_destroy(one.surface) } }

    func has(_ digest: String) -> Bool { files[digest] != nil }

    /// Keeps a PNG file under its digest; false when the bytes are another picture's.
    func add(_ png: [UInt8], digest: String) -> Bool {
        guard sha256(png) == digest else { return false }
        files[digest] = png
        return true
    }

    func forgetAll() { files = [:] }

    /// The picture as large as fits the frame; the surface belongs to the store.
    func surface(_ digest: String, width: Int, height: Int) -> OpaquePointer? {
        let key = "\(digest)/\(width)x\(height)"
        if let found = ready.first(where: { $0.key == key }) { return found.surface }
        guard let file = files[digest], let scaled = Self.scaled(file, width: width, height: height) else { return nil }
        if ready.count >= 2 { cairo_surface_destroy(ready.removeFirst().surface) }
        ready.append(Ready(key: key, surface: scaled))
        return scaled
    }

    private struct Reader {
        var bytes: [UInt8]
        var position = 0
    }

    private static func scaled(_ file: [UInt8], width: Int, height: Int) -> OpaquePointer? {
        var reader = Reader(bytes: file)
        let full: OpaquePointer? = withUnsafeMutablePointer(to: &reader) { pointer in
            cairo_image_surface_create_from_png_stream(
                { closure, target, count in
                    let reader = closure!.assumingMemoryBound(to: Reader.self)
                    let end = reader.pointee.position + Int(count)
                    guard end <= reader.pointee.bytes.count else { return CAIRO_STATUS_READ_ERROR }
                    for index in 0..<Int(count) {
                        target![index] = reader.pointee.bytes[reader.pointee.position + index]
                    }
                    reader.pointee.position = end
                    return CAIRO_STATUS_SUCCESS
                }, pointer)
        }
        guard let full else { return nil }
        defer { cairo_surface_destroy(full) }
        let (w, h) = (Int(cairo_image_surface_get_width(full)), Int(cairo_image_surface_get_height(full)))
        guard cairo_surface_status(full) == CAIRO_STATUS_SUCCESS, w > 0, h > 0, width > 0, height > 0 else {
            return nil
        }
        let factor = min(Double(width) / Double(w), Double(height) / Double(h))
        let target = cairo_image_surface_create(
            CAIRO_FORMAT_ARGB32, Int32(max(1, (Double(w) * factor).rounded(.down))),
            Int32(max(1, (Double(h) * factor).rounded(.down))))!
        let c = cairo_create(target)!
        cairo_scale(c, factor, factor)
        cairo_set_source_surface(c, full, 0, 0)
        cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_GOOD)
        cairo_paint(c)
        cairo_destroy(c)
        return target
    }
}
