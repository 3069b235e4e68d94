/// A file that is not taken in, with the place and what to do about it.
public struct InterchangeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, and the entry inside an archive.
    public let file: String
    /// Counts from 1; nil where no line is to blame.
    public let line: Int?
    public let words: String

    init(_ file: String, line: Int? = nil, _ words: String) {
        self.file = file
        self.line = line
        self.words = words
    }

    public var description: String { file + (line.map { ":\($0)" } ?? "") + ": " + words }
}

/// What a file to be taken in does not exceed: more is refused before anything is made ready for it.
public struct InterchangeLimits: Sendable {
    /// Bytes of the file itself.
    public var file = 64 << 20
    /// Entries of an archive.
    public var entries = 20_000
    /// Bytes of one entry of an archive, unpacked.
    public var entry = 16 << 20
    /// Bytes of all entries of an archive, unpacked.
    public var unpacked = 256 << 20
    /// How many times larger than its packed bytes an entry above 64 KiB may be.
    public var ratio = 200
    /// Elements inside elements.
    public var depth = 64
    /// Elements of one document.
    public var elements = 1_000_000
    /// Bytes of text in one element, pictures in base64 included.
    public var text = 8 << 20
    /// Questions of one file.
    public var questions = 50_000
    /// Characters of a question's text or option.
    public var words = 2000
    /// Bytes of a picture of pixels.
    public var picture = 4 << 20
    /// Pixels along a picture's longer side.
    public var pixels = 8192

    public init() {}
}
