internal import Exam
internal import Interchange
internal import QuestionBank
internal import Workshop

/// What the fuzzer calls with bytes, and `FuzzTests` with the files of the corpus.
///
/// A target returns for whatever bytes it gets; a crash or a broken promise is a finding.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Authors' and foreign files.
    case package, items, qti, gift, moodle, aiken
    /// What devices send.
    case card, touch
    /// What comes through sockets and from the center.
    case frames, center
    /// Files on the appliance and at those who measure.
    case journal, configuration, archive, correction

    public func run(_ bytes: [UInt8]) {
        switch self {
        case .package: PackageFuzzing.run(bytes)
        case .items: Self.readItems(bytes)
        case .qti:
            Self.take(bytes, .qti3)
            Self.take(bytes, .qti21)
        case .gift: Self.take(bytes, .gift)
        case .moodle: Self.take(bytes, .moodle)
        case .aiken: Self.take(bytes, .aiken)
        case .card: DeviceFuzzing.readCard(bytes)
        case .touch: DeviceFuzzing.followTouches(bytes)
        case .frames: LinkFuzzing.takeFrames(bytes)
        case .center: LinkFuzzing.readAnswers(bytes)
        case .journal: StoredFuzzing.verifyJournal(bytes)
        case .configuration: StoredFuzzing.readConfiguration(bytes)
        case .archive: StoredFuzzing.openArchive(bytes)
        case .correction: StoredFuzzing.readCorrection(bytes)
        }
    }

    private static func readItems(_ bytes: [UInt8]) {
        let file = AuthoredFile(bytes, name: "items", languages: ["zh-Hans", "en", "ru"])
        for finding in file.findings { precondition(!finding.description.isEmpty, "a finding without words") }
        for item in file.items { precondition(item.line ?? 0 > 0, "a question without its line") }
    }

    /// A file is refused in words, or every question of it is taken or listed, and what is taken reads back.
    private static func take(_ bytes: [UInt8], _ format: InterchangeFormat) {
        var options = QuestionImport.Options()
        // Small enough that the limits are reached.
        options.limits.file = 1 << 20
        options.limits.entry = 1 << 18
        options.limits.unpacked = 1 << 20
        options.limits.text = 1 << 18
        do {
            let result = try QuestionImport(bytes, name: "fuzz.bin", format: format, options: options)
            let files = Dictionary(uniqueKeysWithValues: result.files.map { ($0.path, $0.bytes) })
            for path in files.keys {
                precondition(
                    !path.hasPrefix("/") && !path.contains("..") && !path.contains("//"), "a path leaves: \(path)")
            }
            let items = files.first { $0.key.hasSuffix(".items") }?.value ?? []
            let file = AuthoredFile(items, name: "items", languages: [options.language])
            precondition(file.items.map(\.item.id) == result.imported, "what was taken does not read back")
            precondition(Set(result.imported).count == result.imported.count, "an id stands twice")
            for path in file.pictures.values { precondition(files["media/\(path)"] != nil, "a picture is missing") }
            for left in result.skipped { precondition(!left.reason.isEmpty, "skipped without a reason") }
        } catch {
            precondition(error.description.contains(": "), "a refusal without words")
        }
    }
}
