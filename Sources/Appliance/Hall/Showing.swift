import Exam
import TerminalLink

/// What a seat with a candidate was shown, as far as the attempt's own entries do not tell.
///
/// With the attempt as it stood after `entry`, the bank's texts and the candidate's name it makes the scene again, bit for
/// bit (`SeatScenes`): the hall makes every scene of a seat from such a value and journals it (`seat.scenes`), and a
/// replay does the same with what was journalled. What is as usual is absent.
struct Showing: Hashable, Sendable, Codable {
    /// Which screen of a phase is looked at.
    enum View: String, Hashable, Sendable, Codable {
        case main, overview, submit
        /// Another language is looked for in the middle of the exam.
        case languages
        /// The end was read; the score follows.
        case score
        /// The score was read; the signature follows.
        case signature
    }

    /// What a farewell says beside the result.
    struct Farewell: Hashable, Sendable, Codable {
        /// The center had the result.
        var received: Bool
        /// The booking's next exam.
        var next: ProgrammeCode?
        var note: Message?
    }

    /// The scene's number on its terminal; counts up within one boot.
    var revision = 0
    /// When it was sent: CLOCK_BOOTTIME, microseconds.
    var at = 0
    var attempt: AttemptID
    /// The last of the attempt's entries that the scene was made from.
    var entry: Int
    /// The bank in use, while the attempt has no paper that names one.
    var bank: String?
    /// Nil for the attempt's own.
    var language: LanguageTag?
    /// Nil for the normal size.
    var textSize: TextSize?
    /// Nil for the day's.
    var theme: ThemeName?
    /// Nil for the main one.
    var view: View?
    /// Milliseconds on the exam's clock, once there is one.
    var left: Int?
    /// The clock stood although the exam was running.
    var stands: Bool?
    /// The seat has a reader, on which the greeting waits for the card.
    var wantsCard: Bool?
    /// The wrong card was presented.
    var problem: Message?
    var tutorial: Tutorial?
    var farewell: Farewell?
    /// Nothing of the attempt could be shown.
    var fault: Screen.OutOfOrder?
}
