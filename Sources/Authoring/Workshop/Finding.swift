public import Exam

/// Something in a bank's files that is not as it must be.
public struct Finding: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rules of `kaotai bank check`, by the names that its output uses; `remedy` says what to do.
    public enum Rule: String, CaseIterable, Sendable {
        /// A file is missing or cannot be read.
        case file
        /// A file is not UTF-8.
        case encoding
        /// A line is neither `name: value`, nor a continuation, a comment, blank or `[ID]`.
        case form
        /// A name that questions do not have, or a language that the bank does not have.
        case unknownName = "unknown-name"
        /// The same name twice in one question.
        case duplicateName = "duplicate-name"
        /// Something every question of its kind must have.
        case missingField = "missing-field"
        /// Words that one of the bank's languages lacks.
        case missingTranslation = "missing-translation"
        /// An id that another question has.
        case duplicateID = "duplicate-id"
        /// Two questions with the same stem and picture, or two options with the same words.
        case duplicateText = "duplicate-text"
        /// An id that is not letters, digits and hyphens.
        case badID = "bad-id"
        /// A value that its name does not allow.
        case badValue = "bad-value"
        /// Options that are not numbered from 1 without a gap, too few, or written in a judge question.
        case options
        /// A key that names no option, or too many or too few for the kind.
        case key
        /// An area that the bank does not name.
        case unknownArea = "unknown-area"
        /// A vehicle class that Order 162, Art. 11 does not have.
        case unknownClass = "unknown-class"
        /// Words too long for the smallest screen.
        case length
        /// Nobody has read the question a second time.
        case notReviewed = "not-reviewed"
        /// The second reader is the author, or the translator.
        case ownReview = "own-review"
        /// A state that does not go with who has read the question.
        case state
        /// A day that has not come, or days in the wrong order.
        case date
        /// An enemy that is no question of the bank.
        case enemy
        /// Numbers on which the languages of a question do not agree.
        case figures
        /// A picture that is not there, not readable, or not as our drawings are.
        case picture
        /// A picture without words for those who do not see it.
        case pictureAlternative = "picture-alternative"
        /// A holiday calendar that contradicts itself.
        case calendar
        /// A practice question that an exam asks too, or a practice bank that does not say which exam bank it is held against.
        case shared = "shared-question"
        /// A programme whose figures contradict each other, or that the blueprint does not match.
        case programme
        /// A joint table that does not keep its marginals, or is not stored.
        case blueprint
        /// A cell of a blueprint that the bank does not fill.
        case cell
        /// A cell that is filled, but not as often as the bank promises.
        case promise
        /// A cell so small that its questions would stand in more papers than the blueprint's share allows.
        case exposure
        /// Cells that cannot be filled together, because too many of their questions are enemies.
        case enemies
        /// A package that is cut, altered or in disorder.
        case package
        /// A text that stands on no screen at once, or has characters without a glyph.
        case screen
    }

    public enum Weight: Sendable { case error, warning }

    public let file: String
    /// Counts from 1; nil where no line is to blame.
    public let line: Int?
    public let item: ItemID?
    public let rule: Rule
    public let message: String
    public let weight: Weight

    public init(
        file: String, line: Int? = nil, item: ItemID? = nil, rule: Rule, _ message: String, weight: Weight = .error
    ) {
        self.file = file
        self.line = line
        self.item = item
        self.rule = rule
        self.message = message
        self.weight = weight
    }

    public var description: String {
        let place = file + (line.map { ":\($0)" } ?? "")
        return "\(place): \(item.map { "\($0): " } ?? "")\(message) [\(rule.rawValue)]"
    }
}
