import CPangoCairo
import Glibc
import Platform

/// What makes the pixels: drawing libraries and fonts.
enum DrawingEnvironment {
    /// The libraries that have a part in a pixel.
    private static let libraries = [
        "libcairo.so", "libfontconfig.so", "libfreetype.so", "libfribidi.so", "libharfbuzz.so", "libpango-1.0.so",
        "libpangocairo-1.0.so", "libpangoft2-1.0.so", "libpixman-1.so",
    ]

    /// SHA-256 over the beginnings of the libraries' and the fonts' files, and how fonts are to be rasterised.
    ///
    /// A library's first page holds the identity of its build; a font file begins with a directory that holds every
    /// table's checksum: their first bytes stand for all.
    static func digest(of theme: Theme) -> String {
        var parts = loadedLibraries().map { name, path in "\(name) \(beginning(of: path, bytes: 4096))" }
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
        let options = FcPatternFormat(match, "%{antialias} %{hinting} %{hintstyle} %{autohint} %{rgba} %{lcdfilter}")
        defer { free(options) }
        let rasterised = options.map { String(cString: $0) } ?? ""
        return "\(family) \(bold) \(rasterised) \(beginning(of: String(cString: name), bytes: 65_536))"
    }

    /// Where the drawing libraries of this process come from, by name.
    private static func loadedLibraries() -> [(name: String, path: String)] {
        let maps = (try? readFile("/proc/self/maps")).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let paths = Set(maps.split(separator: "\n").compactMap { $0.split(separator: " ").last }.map(String.init))
        return libraries.map { name in (name, paths.first { $0.contains("/\(name)") } ?? "") }
    }

    private static func beginning(of path: String, bytes: Int) -> String {
        guard let file = try? FileDescriptor(path: path, flags: O_RDONLY) else { return "unreadable" }
        var head = [UInt8](repeating: 0, count: bytes)
        let count = retrying { read(file.raw, &head, head.count) }
        return sha256(Array(head[..<max(0, count)]))
    }
}
