public import Exam
internal import Platform
internal import QuestionBank
internal import Workshop

/// The formats that questions are taken in from.
public enum InterchangeFormat: String, CaseIterable, Sendable {
    /// QTI 3.0: an item, or a content package.
    case qti3
    /// QTI 2.1 and 2.2: an item, or a content package.
    case qti21
    /// Moodle's GIFT.
    case gift
    /// Moodle XML.
    case moodle
    case aiken
}

/// Questions of another system, made into drafts of ours: a bank's folder in memory until it is written.
public struct QuestionImport: Sendable {
    /// What the file does not say of its questions. What is nil stays open, and `kaotai bank check` names it.
    public struct Options: Sendable {
        public var language: LanguageTag = "en"
        public var area: String?
        /// With blanks between.
        public var classes: String?
        public var basis: String?
        /// A name and a day.
        public var written: String?
        /// What ids begin with where the file has none; made of its name when nil.
        public var prefix: String?
        public var limits = InterchangeLimits()

        public init() {}
    }

    /// A question that was not taken, or what of it was not.
    public struct Left: Hashable, Sendable {
        /// What its file calls it, or our id where it was taken.
        public let id: String
        public let reason: String
    }

    /// In the order of the file.
    public let imported: [ItemID]
    /// What was not taken, and why.
    public let skipped: [Left]
    /// What of the questions that were taken was not.
    public let losses: [Left]
    /// The folder's files by their paths in it.
    public let files: [(path: String, bytes: [UInt8])]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - name: what refusals call the file; ids and names are made of its last part.
    ///   - neighbour: a file beside a single QTI item, by its path from there; nil when there is none.
    public init(
        _ bytes: [UInt8], name: String, format: InterchangeFormat, options: Options = Options(),
        neighbour: @escaping (String) -> [UInt8]? = { _ in nil }
    ) throws(InterchangeRefusal) {
        let limits = options.limits
        guard bytes.count <= limits.file else {
            throw InterchangeRefusal(name, "has \(bytes.count) bytes, at most \(limits.file) are read")
        }
        let reading: ForeignReading
        switch format {
        case .qti3, .qti21:
            let reader = QTIReader(name: name, format: format, language: options.language.rawValue, limits: limits)
            reading = try reader.read(bytes, neighbour: neighbour)
        case .moodle:
            let root = try XMLElement.read(bytes, name: name, limits: limits)
            reading = try MoodleReader.read(root, name: name, limits: limits)
        case .gift: reading = GIFTReader.read(try Self.text(bytes, name: name), limits: limits)
        case .aiken: reading = AikenReader.read(try Self.text(bytes, name: name), limits: limits)
        }
        guard reading.count > 0 else { throw InterchangeRefusal(name, "has no question") }
        var folder = DraftFolder(name: name, format: format, options: options)
        for question in reading.questions { folder.add(question) }
        imported = folder.imported
        skipped = reading.skipped + folder.skipped
        losses = folder.losses
        files = folder.files
    }

    private static func text(_ bytes: [UInt8], name: String) throws(InterchangeRefusal) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InterchangeRefusal(name, "is not UTF-8; save it as UTF-8")
        }
        guard !bytes.contains(0) else { throw InterchangeRefusal(name, "has bytes of zero; it is no text file") }
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }

    /// Writes the folder: whole, or not at all.
    ///
    /// - Throws: `InterchangeRefusal` when there is something of that name, `SystemError` when it cannot be written.
    public func write(to folder: String) throws {
        guard !fileExists(folder) else {
            throw InterchangeRefusal(folder, "is there already; name a folder that is not")
        }
        let temporary = "\(folder).part-\(hexadecimal(systemEntropy(8)))"
        do {
            try makeDirectory(temporary)
            for (path, bytes) in files {
                let parts = path.split(separator: "/").dropLast()
                try makeDirectory(([temporary[...]] + parts).joined(separator: "/"))
                try AtomicFile.write(bytes, to: "\(temporary)/\(path)")
            }
            try makeDirectory("\(temporary)/blueprints")
            try makeDirectory("\(temporary)/media")
            try renameFolder(temporary, to: folder)
        } catch {
            removeTree(temporary)
            throw error
        }
    }
}
