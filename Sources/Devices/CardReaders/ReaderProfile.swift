import CanonicalJSON
public import IdentityCards
public import Platform

/// What has to be known about a make of reader; a file in `Provisioning/readers`.
public struct ReaderProfile: Codable, Hashable, Sendable {
    /// What people call it.
    public let name: String
    /// Patterns (`*`, `?`) of the names under which the card service lists it.
    public let readers: [String]
    public let dialect: CardDialect
    /// A pattern of the answers to reset (lower-case hexadecimal) behind which identity cards are; all, if it is absent.
    public let answerToReset: String?
    /// The command (hexadecimal) that gives the chip's own number, by which a swap during the reading is noticed.
    public let chipNumber: String?
    /// Where this is known from.
    public let basis: String

    public init(
        name: String, readers: [String], dialect: CardDialect, answerToReset: String? = nil, chipNumber: String? = nil,
        basis: String
    ) {
        self.name = name
        self.readers = readers
        self.dialect = dialect
        self.answerToReset = answerToReset
        self.chipNumber = chipNumber
        self.basis = basis
    }

    /// The profiles of a folder, in the order of their file names: the first that fits a reader is used.
    ///
    /// - Throws: `Failure` with code 78 naming the file and what is wrong in it.
    public static func load(folder: String) throws(Failure) -> [ReaderProfile] {
        let files: [(path: String, bytes: [UInt8])]
        do {
            files = try listDirectory(folder).filter { $0.hasSuffix(".json") }
                .map { ("\(folder)/\($0)", try readFile("\(folder)/\($0)")) }
        } catch {
            throw Failure(.badConfiguration, "reader profiles: \(error)")
        }
        guard !files.isEmpty else {
            throw Failure(.badConfiguration, "reader profiles: no .json file in \(folder)")
        }
        var profiles: [ReaderProfile] = []
        for file in files { profiles.append(try decode(file.bytes, path: file.path)) }
        return profiles
    }

    /// Where profiles are when nobody says it: in `Provisioning/readers` of the source tree that this program was built
    /// in, else where they are installed.
    public static var standardFolder: String {
        var folder = executableFolder()[...]
        while let slash = folder.lastIndex(of: "/") {
            if isDirectory(folder + "/Provisioning/readers") { return folder + "/Provisioning/readers" }
            folder = folder[..<slash]
        }
        return "/usr/share/kaotai/readers"
    }

    private static func decode(_ bytes: [UInt8], path: String) throws(Failure) -> ReaderProfile {
        let profile: ReaderProfile
        do {
            profile = try JSONCoder.decode(ReaderProfile.self, from: bytes)
        } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
        if let chipNumber = profile.chipNumber, Platform.bytes(hexadecimal: chipNumber) == nil {
            throw Failure(.badConfiguration, "\(path): chipNumber: should be a command in hexadecimal")
        }
        return profile
    }

    func fits(reader: String) -> Bool { readers.contains { matches(reader, pattern: $0) } }

    func fits(answerToReset bytes: [UInt8]) -> Bool {
        answerToReset.map { matches(hexadecimal(bytes), pattern: $0) } ?? true
    }

    var chipNumberCommand: [UInt8]? { chipNumber.flatMap { bytes(hexadecimal: $0) } }
}

/// Whether a text is of a pattern in which `*` stands for any characters and `?` for one.
func matches(_ text: String, pattern: String) -> Bool {
    let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
    // Where each pattern's prefix can end in the text; one row of the table at a time.
    var ends = [true] + [Bool](repeating: false, count: text.count)
    for token in pattern {
        var next = [Bool](repeating: false, count: text.count + 1)
        if token == UInt8(ascii: "*") {
            var reached = false
            for index in 0...text.count {
                reached = reached || ends[index]
                next[index] = reached
            }
        } else {
            for index in 0..<text.count where ends[index] {
                next[index + 1] = token == UInt8(ascii: "?") || token == text[index]
            }
        }
        ends = next
    }
    return ends[text.count]
}
