import CanonicalJSON
public import CivilTime
public import Exam
public import Ledger
import Packages
import Platform
public import TerminalLink

/// What a journal tells of one attempt: its own entries, and what was shown and touched at each seat that it was sat at.
public struct AttemptHistory: Sendable {
    /// What the terminal reported of a scene, once it stood on the screen in peace.
    public struct Digest: Hashable, Sendable {
        public let digest: String
        public let environment: String
    }

    /// A seat's display, as its terminal stated it last.
    public struct Display: Hashable, Sendable {
        public let terminal: String
        public let width: Int
        public let height: Int
        /// Millimetres; nil where the terminal knew none.
        public let panel: [Int]?
    }

    /// One scene that a seat was sent.
    public struct Shown: Sendable {
        public let seat: SeatID
        /// Kernel boot id: revisions and the clock's microseconds count within it.
        public let boot: String
        public let revision: Int
        /// CLOCK_BOOTTIME, microseconds.
        public let at: Int
        /// What the wall clock said.
        public let wall: Timestamp
        public let display: Display?
        let showing: Showing
        /// Nil for a scene that did not stand long enough.
        public internal(set) var digest: Digest?
        public internal(set) var touches: [TouchRecord] = []

        /// The last of the attempt's entries that the scene was made from.
        public var entry: Int { showing.entry }
        /// The candidate's name stands on it.
        public var namesCandidate: Bool { showing.fault == nil }
    }

    public let attempt: AttemptID
    /// The attempt's own stream.
    public private(set) var entries: [Entry] = []
    /// All entries that tell of it: its own, the seconds' ticks with its time, what its seats showed and felt.
    public private(set) var sequences: Set<Int> = []
    /// In the order in which they were shown.
    public private(set) var shown: [Shown] = []

    private struct Place: Hashable {
        var seat: SeatID
        var boot: String
        var revision: Int
    }
    private struct Labels: Decodable {
        var at: Timestamp
        var boot: String
        var monotonic: Int
    }

    private var displays: [SeatID: Display] = [:]
    private var places: [Place: Int] = [:]

    /// Reads a journal that nobody writes: a copy.
    ///
    /// - Throws: `JournalError`, `Failure` when the attempt is not there, `DecodingError` for a body that is not what its
    ///   kind says.
    public init(_ attempt: AttemptID, journal path: String) throws {
        self.attempt = attempt
        try JournalVerifier.forEach(path: path) { try take($0) }
        guard !entries.isEmpty else {
            throw Failure(.badData, "\(path): there is no attempt \(attempt) in this journal")
        }
    }

    /// The languages that its screens were shown in.
    public var languages: Set<LanguageTag> {
        var languages = Set(shown.compactMap(\.showing.language))
        for entry in entries {
            switch try? AttemptEntry(journal: entry) {
            case .opened(let opened): languages.insert(opened.language)
            case .verified(let verified): languages.insert(verified.language)
            default: break
            }
        }
        return languages
    }

    /// The seats that it was sat at, in order.
    public var seats: [SeatID] {
        shown.reduce(into: []) { if !$0.contains($1.seat) { $0.append($1.seat) } }
    }

    private mutating func take(_ entry: Entry) throws {
        if entry.stream == attempt.stream {
            entries.append(entry)
            sequences.insert(entry.sequence)
        }
        switch HallEntryKind(rawValue: entry.kind) {
        case .tick:
            if try entry.decode(HallEntry.Tick.self).spent[attempt] != nil { sequences.insert(entry.sequence) }
        case .admitted:
            if try entry.decode(HallEntry.Admitted.self).attempt == attempt { sequences.insert(entry.sequence) }
        default: break
        }
        guard let seat = SeatID(stream: entry.stream) else { return }
        switch HallEntryKind(rawValue: entry.kind) {
        case .seatTested:
            let tested = try entry.decode(HallEntry.SeatTested.self)
            let panel = tested.widthMM.flatMap { width in tested.heightMM.map { [width, $0] } }
            displays[seat] = Display(
                terminal: tested.terminal, width: tested.width, height: tested.height, panel: panel)
        case .scenes:
            let labels = try entry.decode(Labels.self)
            for showing in try entry.decode(HallEntry.Scenes.self).scenes where showing.attempt == attempt {
                sequences.insert(entry.sequence)
                places[Place(seat: seat, boot: labels.boot, revision: showing.revision)] = shown.count
                shown.append(
                    Shown(
                        seat: seat, boot: labels.boot, revision: showing.revision, at: showing.at,
                        wall: Timestamp(
                            millisecondsSinceEpoch: labels.at.millisecondsSinceEpoch
                                + (showing.at - labels.monotonic) / 1000),
                        display: displays[seat], showing: showing))
            }
        case .shown:
            let boot = try entry.decode(Labels.self).boot
            for scene in try entry.decode(HallEntry.Shown.self).scenes {
                guard let place = places[Place(seat: seat, boot: boot, revision: scene.revision)] else { continue }
                sequences.insert(entry.sequence)
                shown[place].digest = Digest(digest: scene.digest, environment: scene.environment)
            }
        case .touches:
            let boot = try entry.decode(Labels.self).boot
            for record in try entry.decode(HallEntry.Touches.self).records {
                guard record.count == 6, let phase = TouchRecord.Phase(rawValue: record[2]),
                    let place = places[Place(seat: seat, boot: boot, revision: record[5])]
                else { continue }
                sequences.insert(entry.sequence)
                shown[place].touches.append(
                    TouchRecord(
                        at: record[0], contact: record[1], phase: phase, x: record[3], y: record[4],
                        revision: record[5]))
            }
        default: break
        }
    }
}
