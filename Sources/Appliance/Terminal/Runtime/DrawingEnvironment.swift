import CPangoCairo
import Glibc
import Platform

/// What makes the pixels: drawing libraries and fonts.
enum DrawingEnvironment {
    /// SHA-256 over the libraries' versions and the beginnings of the fonts' files.
    ///
    /// A font file begins with a directory that holds every table's checksum, so its first bytes stand for all.
    static func digest(of theme: Theme) -> String {
        var parts = [
            "cairo \(String(cString: cairo_version_string()))", "pango \(String(cString: pango_version_string()))",
        ]
        for families in Set(theme.fonts.values).sorted() {
            for family in families.split(separator: ",").map({ String($0.drop { $0 == " " }) }) {
                for bold in [false, true] { parts.append(font(family, bold: bold)) }
            }
        }
        return sha256(Array(parts.joined(separator: "\n").utf8))
    }

    private static func font(_ family: String, bold: Bool) -> String {
        let pattern = FcPatternCreate()
        defer { FcPatternDestroy(pattern) }
        FcPatternAddString(pattern, FC_FAMILY, family)
        FcPatternAddInteger(pattern, FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR)
        FcConfigSubstitute(nil, pattern, FcMatchPattern)
        FcDefaultSubstitute(pattern)
        var result = FcResultMatch
        guard let match = FcFontMatch(nil, pattern, &result) else { return "\(family): none" }
        defer { FcPatternDestroy(match) }
        var name: UnsafeMutablePointer<FcChar8>?
        guard FcPatternGetString(match, FC_FILE, 0, &name) == FcResultMatch, let name else { return "\(family): none" }
        let path = String(cString: name)
        guard let file = try? FileDescriptor(path: path, flags: O_RDONLY) else { return "\(family): unreadable" }
        var head = [UInt8](repeating: 0, count: 65_536)
        let count = retrying { read(file.raw, &head, head.count) }
        return "\(family) \(bold) \(sha256(Array(head[..<max(0, count)])))"
    }
}
