/// Everything one terminal shows, as one value; the terminal keeps no state of its own that this does not give.
public struct Scene: Hashable, Sendable, Codable {
    /// Counts up with every scene of a terminal; an intent names the revision that it answers.
    public var revision: Int
    /// Language of all words on the screen, as a BCP 47 tag (`zh-Hans`, `en`).
    public var language: String
    public var textSize: TextSize
    public var theme: ThemeName
    /// The seat this terminal belongs to; nil at the check-in desk.
    public var seat: Int?
    /// The line that stands above everything during an exam.
    public var header: Header?
    public var screen: Screen

    public init(
        revision: Int, language: String, textSize: TextSize = .normal, theme: ThemeName = .day, seat: Int? = nil,
        header: Header? = nil, screen: Screen
    ) {
        self.revision = revision
        self.language = language
        self.textSize = textSize
        self.theme = theme
        self.seat = seat
        self.header = header
        self.screen = screen
    }
}

public enum TextSize: String, Hashable, Sendable, Codable, CaseIterable { case normal, large, largest }

public enum ThemeName: String, Hashable, Sendable, Codable, CaseIterable { case day, contrast }

/// Who sits here, what is sat, and the time left.
public struct Header: Hashable, Sendable, Codable {
    /// Masked: the public can look over a shoulder.
    public var candidate: String
    public var programme: String
    public var clock: ExamClock?
    public var saved: SavedState

    public init(candidate: String, programme: String, clock: ExamClock? = nil, saved: SavedState = .nothing) {
        self.candidate = candidate
        self.programme = programme
        self.clock = clock
        self.saved = saved
    }
}

/// The time left. A running clock is drawn by the terminal from CLOCK_BOOTTIME, which both processes share;
/// it never raises a revision.
public enum ExamClock: Hashable, Sendable, Codable {
    /// Runs out at this moment of CLOCK_BOOTTIME, in microseconds.
    case running(until: Int)
    /// Stands at so many milliseconds.
    case stopped(remaining: Int)
}

/// What the screen may say about the last answer; `saved` only after its commit returned.
public enum SavedState: String, Hashable, Sendable, Codable { case nothing, saved }

/// A picture that was sent before in a `media` frame.
public struct PictureReference: Hashable, Sendable, Codable {
    /// SHA-256 of the PNG file, lower-case hexadecimal.
    public var digest: String
    public var alternative: String

    public init(digest: String, alternative: String) {
        self.digest = digest
        self.alternative = alternative
    }
}

/// Words from `Kiosk/strings`, with what is filled in.
public struct Message: Hashable, Sendable, Codable {
    public var key: String
    public var values: [String: String]

    public init(_ key: String, _ values: [String: String] = [:]) {
        self.key = key
        self.values = values
    }
}
