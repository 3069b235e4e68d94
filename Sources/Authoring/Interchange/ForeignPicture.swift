internal import Platform
internal import Workshop

/// A picture of an imported question: PNG, JPEG or SVG by its first bytes, whatever it is called.
struct ForeignPicture {
    enum Kind: String { case png, jpg, svg }

    let kind: Kind
    let bytes: [UInt8]
    /// A file name without its ending, of small letters, digits and hyphens.
    let name: String
    /// What it shows; empty where its file does not say it.
    let words: String

    init(_ bytes: [UInt8], source: String, words: String, limits: InterchangeLimits) throws(Unsuited) {
        guard let kind = Self.kind(of: bytes) else {
            throw Unsuited("its picture \(source.prefix(80)) is none of PNG, JPEG and SVG")
        }
        if kind == .svg {
            if let problem = SVGPicture.problem(in: bytes) {
                throw Unsuited("its picture \(source.prefix(80)) \(problem)")
            }
        } else {
            guard bytes.count <= limits.picture else {
                throw Unsuited("its picture has \(bytes.count) bytes, at most \(limits.picture) are taken")
            }
            guard let size = kind == .png ? Self.pngSize(bytes) : Self.jpegSize(bytes), size.width > 0, size.height > 0
            else { throw Unsuited("its picture \(source.prefix(80)) is damaged") }
            guard max(size.width, size.height) <= limits.pixels else {
                throw Unsuited("its picture has \(size.width) × \(size.height) pixels, at most \(limits.pixels) a side")
            }
        }
        self.kind = kind
        self.bytes = bytes
        self.words = words
        let file = source.split(separator: "/").last ?? ""
        let plain = file.lowercased().split(separator: ".").first.map {
            String($0.unicodeScalars.prefix(60).map { Self.isPlain($0) ? Character($0) : "-" })
        }
        name = plain.flatMap { $0.contains { $0 != "-" } ? $0 : nil } ?? "picture"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    private static func kind(of bytes: [UInt8]) -> Kind? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpg }
        let head = bytes.prefix(600).drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let text = String(decoding: head, as: UTF8.self)
        return text.hasPrefix("<svg") || (text.hasPrefix("<?xml") || text.hasPrefix("<!--")) && text.contains("<svg")
            ? .svg : nil
    }

    private static func pngSize(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        guard bytes.count >= 33, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
        func number(at place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (number(at: 16), number(at: 20))
    }

    /// What the frame header of a JPEG file states (ITU T.81, B.2.2).
    private static func jpegSize(_ bytes: [UInt8]) -> (width: Int, height: Int)? {
        var place = 2
        while place + 9 < bytes.count {
            guard bytes[place] == 0xFF else { return nil }
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
                continue
            }
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                return (
                    Int(bytes[place + 7]) << 8 | Int(bytes[place + 8]),
                    Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                )
            }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            guard length >= 2 else { return nil }
            place += 2 + length
        }
        return nil
    }
}

/// Where a picture's bytes come from, by what a question calls them; nothing is ever fetched.
struct PictureFinder {
    let limits: InterchangeLimits
    /// The bytes of a file beside the question's; nil when there is none.
    let file: (_ path: String) -> [UInt8]?

    func picture(_ source: String, words: String) throws(Unsuited) -> ForeignPicture {
        if source.hasPrefix("data:") {
            guard let comma = source.firstIndex(of: ","), source[..<comma].hasSuffix(";base64"),
                let bytes = bytes(base64: source[source.index(after: comma)...])
            else { throw Unsuited("its picture is a data: address that is not base64") }
            return try ForeignPicture(bytes, source: "picture", words: words, limits: limits)
        }
        if source.contains("://") || source.hasPrefix("//") {
            throw Unsuited("its picture is on the network (\(source.prefix(80))); nothing is fetched")
        }
        guard let path = percentDecoded(source), let bytes = file(path) else {
            throw Unsuited("its picture \(source.prefix(80)) is not there")
        }
        return try ForeignPicture(bytes, source: path, words: words, limits: limits)
    }

    /// The one picture that a question may have.
    func picture(of text: MarkupText) throws(Unsuited) -> ForeignPicture? {
        guard text.pictures.count <= 1 else {
            throw Unsuited("has \(text.pictures.count) pictures; a question of ours has one at most")
        }
        guard let first = text.pictures.first else { return nil }
        return try picture(first.source, words: first.words)
    }
}

/// Bytes of a base64 text (RFC 4648 §4) with blanks between; nil when it is none.
func bytes(base64 text: some StringProtocol) -> [UInt8]? {
    var digits: [UInt8] = []
    digits.reserveCapacity(text.utf8.count)
    var padding = 0
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): continue
        case UInt8(ascii: "="): padding += 1
        case _ where padding > 0: return nil
        case UInt8(ascii: "+"): digits.append(UInt8(ascii: "-"))
        case UInt8(ascii: "/"): digits.append(UInt8(ascii: "_"))
        case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
        default: digits.append(byte)
        }
    }
    return padding <= 2 ? bytes(base64url: String(decoding: digits, as: UTF8.self)) : nil
}

/// A path of an address with its `%20` and the like replaced (RFC 3986 §2.1); nil when that is not UTF-8.
func percentDecoded(_ text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"),
            let code = Platform.bytes(hexadecimal: String(decoding: rest.prefix(2), as: UTF8.self)),
            code.count == 1
        {
            bytes.append(code[0])
            rest = rest.dropFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
}
