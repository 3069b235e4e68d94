/// What a replay of an attempt's screens found, as `kaotai journal replay --json` prints it.
public struct ReplayReport: Codable, Sendable {
    /// Why a picture was not held against a digest.
    public enum Reason: String, Codable, CodingKeyRepresentable, CaseIterable, Sendable {
        /// The screen stood for less than half a second, or a finger was on it: its terminal reported none.
        case noDigest
        /// The fonts or drawing libraries here are not those of the terminal.
        case otherEnvironment
        /// The candidate's name was erased, or the key given does not open it: stars stand in its place.
        case noName
        /// The terminal had not stated its display.
        case noDisplay

        public var words: String {
            switch self {
            case .noDigest: "its terminal reported no digest: it stood for less than half a second"
            case .otherEnvironment: "the fonts or drawing libraries here are not those of the terminal"
            case .noName: "the candidate's name was erased, or the key given does not open it"
            case .noDisplay: "the terminal had not stated its display"
            }
        }
    }

    public var attempt: String
    /// Screens that were shown and are pictures now.
    public var frames = 0
    /// Whether every judged picture is, pixel for pixel, what was shown; nil when none could be judged.
    public var digestMatches: Bool?
    public var judged = 0
    public var matches = 0
    /// Files of the pictures that are not what was shown.
    public var mismatches: [String] = []
    public var notJudged: [Reason: Int] = [:]
    /// Screens that were made with another bank than the one given: before the paper was drawn, if at all.
    public var otherBank = 0
    /// Contacts of fingers with the panel.
    public var contacts = 0
    public var seats: [Int] = []
    public var milliseconds = 0
    public var out: String

    init(attempt: String, out: String) {
        self.attempt = attempt
        self.out = out
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(attempt, forKey: .attempt)
        try container.encode(frames, forKey: .frames)
        // Null rather than absent: who reads the report finds every member.
        try container.encode(digestMatches, forKey: .digestMatches)
        try container.encode(judged, forKey: .judged)
        try container.encode(matches, forKey: .matches)
        try container.encode(mismatches, forKey: .mismatches)
        try container.encode(notJudged, forKey: .notJudged)
        try container.encode(otherBank, forKey: .otherBank)
        try container.encode(contacts, forKey: .contacts)
        try container.encode(seats, forKey: .seats)
        try container.encode(milliseconds, forKey: .milliseconds)
        try container.encode(out, forKey: .out)
    }
}
