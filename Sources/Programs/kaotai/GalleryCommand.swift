import CanonicalJSON
import Platform
import Terminal

private let usage = """
    usage: kaotai gallery --out DIR [--width W] [--height H] [--language TAG] [--kiosk DIR] [--json]

    Draws every screen from sample scenes as PNG files, and a sample slip as slip.pdf and slip.png.

      --out DIR          where the files go
      --width, --height  the display in pixels (1920 by 1080)
      --language TAG     language of the screens (zh-Hans)
      --kiosk DIR        folder with theme.json and strings/ (Kiosk)

    """

private struct GalleryReport: Codable {
    var screens: [String]
    var out: String
}

func galleryCommand(_ words: [String]) async throws -> ExitCode {
    let arguments = try Arguments(
        words, options: ["out", "width", "height", "language", "kiosk"], flags: ["json", "help"])
    if arguments.has("help") {
        standardOutput(usage)
        return .done
    }
    let out = try arguments.required("out")
    let (width, height) = (try arguments.integer("width") ?? 1920, try arguments.integer("height") ?? 1080)
    guard (640...7680).contains(width), (400...4320).contains(height) else {
        throw Failure(.usage, "a display has 640 by 400 to 7680 by 4320 pixels, not \(width) by \(height)")
    }
    let gallery = Gallery(
        kiosk: try Kiosk(folder: arguments.value("kiosk") ?? "Kiosk"), width: width, height: height,
        language: arguments.value("language") ?? "zh-Hans")
    let screens = try gallery.draw(into: out)
    let slip = gallery.slip()
    try AtomicFile.write(slip.pdf, to: "\(out)/slip.pdf")
    try AtomicFile.write(slip.png, to: "\(out)/slip.png")
    if arguments.has("json") {
        standardOutput(try JSONCoder.text(GalleryReport(screens: screens, out: out)) + "\n")
    } else {
        standardOutput("\(screens.count) screens and a slip in \(out)\n")
    }
    return .done
}
