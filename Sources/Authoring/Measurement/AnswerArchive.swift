public import Exam

/// The answers of many attempts, packed so that a million exams are counted again in a moment.
///
/// The file, so that anyone can read it (numbers are little-endian where nothing else is said):
///
/// | bytes | what |
/// |---|---|
/// | 8 | `KTARCH1` and a line feed |
/// | 8 | length of the head, big-endian |
/// | 32 | SHA-256 of the head: the archive's digest |
/// | … | the head: JSON in the form of RFC 8785, UTF-8 |
/// | … | the parts in the order of the head, each that is not empty at the next multiple of 64 bytes, zero bytes between |
///
/// The head is `{banks, format, languages, parts, programmes, questions}`: digests of banks, tags, `{length, name,
/// sha256}`, codes, and `{bank, item, version}` where `bank` is a place in `banks` from 0. Parts are:
///
/// | part | content |
/// |---|---|
/// | `attempts` | 64 bytes an attempt, see below |
/// | `names` | the attempts' ids in UTF-8, one after the other |
/// | `answers` | 4 bytes an answer, attempt after attempt, in paper order: the question's place in `questions` times 4096, plus the answer: bit 0 set when option 1 was chosen, bit 1 for option 2, up to 12 options; no bit for no answer |
/// | `times` | 2 bytes an answer in the same order: tenths of a second on the screen; 65535 for not known. Empty when no time is known |
///
/// | bytes of an attempt | what |
/// |---|---|
/// | 0–31 | SHA-256 of its result, a JWS in compact form |
/// | 32–39 · 40–41 | its first answer, from 0 · how many there are |
/// | 42–43 · 44–45 · 46 | its bank, programme and language by their places in the head |
/// | 47 | how it ended: 0 submitted, 1 time up, 2 early fail, 3 voided |
/// | 48–49 · 50–51 · 52–53 · 54–55 | score, full, pass mark, points for each question |
/// | 56–59 · 60–61 · 62–63 | where its id begins in `names` · how long it is · zero |
///
/// The archive's digest is that of its head, which names the digests of all parts. It says that an archive is
/// whole, not who made it: that an answer is the one that was given is proven by the result, whose `responses` covers
/// the answers and whose digest stands here.
public struct AnswerArchive: Sendable {
    /// One version of a question in one bank.
    public struct Question: Hashable, Sendable, Codable {
        /// Its place in `banks`.
        public let bank: Int
        public let item: ItemID
        public let version: Int
    }

    /// One attempt: everything but its id.
    struct Row: Sendable, Hashable {
        /// SHA-256 of the result.
        var result: (UInt64, UInt64, UInt64, UInt64) {
            get { (word0, word1, word2, word3) }
            set { (word0, word1, word2, word3) = newValue }
        }
        private var word0: UInt64 = 0
        private var word1: UInt64 = 0
        private var word2: UInt64 = 0
        private var word3: UInt64 = 0
        var first = 0
        var count: UInt16 = 0
        var bank: UInt16 = 0
        var programme: UInt16 = 0
        var language: UInt8 = 0
        var endedBy: UInt8 = 0
        var score: UInt16 = 0
        var full: UInt16 = 0
        var passMark: UInt16 = 0
        var pointsEach: UInt16 = 0
        var name: UInt32 = 0
        var nameLength: UInt16 = 0

        var answers: Range<Int> { first..<first + Int(count) }
    }

    /// How many options an answer can tell apart, which is what papers hold at most.
    static let mostOptions = 12
    static let mostQuestions = 1 << 20
    static let timeUnknown = UInt16.max
    /// In the order of their numbers in the file.
    static let endings: [AttemptEntry.EndReason] = [.submitted, .timeUp, .earlyFail, .voided]

    public internal(set) var banks: [String] = []
    public internal(set) var programmes: [ProgrammeCode] = []
    public internal(set) var languages: [LanguageTag] = []
    public internal(set) var questions: [Question] = []
    var rows: [Row] = []
    var names: [UInt8] = []
    var words: [UInt32] = []
    /// As many as there are answers, or none.
    var times: [UInt16] = []

    /// How many attempts there are.
    public var count: Int { rows.count }
    public var answerCount: Int { words.count }
    public var hasTimes: Bool { !times.isEmpty }

    public func attempt(_ place: Int) -> AttemptID { attempt(of: rows[place]) }

    func attempt(of row: Row) -> AttemptID {
        AttemptID(String(decoding: names[Int(row.name)..<Int(row.name) + Int(row.nameLength)], as: UTF8.self))
    }

    /// SHA-256 of an attempt's result.
    public func result(_ place: Int) -> [UInt8] { Self.bytes(of: rows[place].result) }

    static func bytes(of digest: (UInt64, UInt64, UInt64, UInt64)) -> [UInt8] {
        [digest.0, digest.1, digest.2, digest.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }

    static func words(of digest: some Sequence<UInt8>) -> (UInt64, UInt64, UInt64, UInt64) {
        var all: [UInt64] = [0, 0, 0, 0]
        for (place, byte) in digest.enumerated().prefix(32) {
            all[place / 8] |= UInt64(byte) << (8 * UInt64(place % 8))
        }
        return (all[0], all[1], all[2], all[3])
    }

    /// The bits of options by their authored numbers.
    static func mask(_ options: some Sequence<Int>) -> UInt32 { options.reduce(0) { $0 | 1 << UInt32($1 - 1) } }
}
