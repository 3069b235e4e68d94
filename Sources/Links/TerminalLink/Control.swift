/// A thing a candidate can touch; on the wire a word, with its argument after a slash.
public enum Control: Hashable, Sendable {
    /// Choose or unchoose the option with this authored number.
    case option(Int)
    case next, previous, flag, overview
    /// Go to the Nth question, from 1.
    case goTo(Int)
    /// Leave the overview or the submit screen.
    case back
    /// From a question or the overview towards the end.
    case finish
    case submit
    /// Confirm the identity shown, acknowledge the rules, accept the result.
    case confirm
    /// "That is not me."
    case deny
    case continueExam
    /// From the rules: try the screen on questions that do not count.
    case tryScreen
    /// Practise at a seat where nobody sits an exam.
    case practise
    /// From the farewell to the booking's next exam, at the same seat.
    case nextExam
    /// Hand in the strokes drawn, as the intent's value.
    case sign
    /// Look at the languages that the paper has.
    case languages
    case language(String)
    case textSize(TextSize)
    case theme(ThemeName)

    public var name: String {
        switch self {
        case .option(let number): "option/\(number)"
        case .next: "next"
        case .previous: "previous"
        case .flag: "flag"
        case .overview: "overview"
        case .goTo(let number): "goto/\(number)"
        case .back: "back"
        case .finish: "finish"
        case .submit: "submit"
        case .confirm: "confirm"
        case .deny: "deny"
        case .continueExam: "continue"
        case .tryScreen: "tryScreen"
        case .practise: "practise"
        case .nextExam: "nextExam"
        case .sign: "sign"
        case .languages: "languages"
        case .language(let tag): "language/\(tag)"
        case .textSize(let size): "size/\(size.rawValue)"
        case .theme(let theme): "theme/\(theme.rawValue)"
        }
    }

    public init?(name: String) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        switch (parts.first, parts.count > 1 ? parts[1] : nil) {
        case ("option", let argument?):
            guard let number = Int(argument) else { return nil }
            self = .option(number)
        case ("goto", let argument?):
            guard let number = Int(argument) else { return nil }
            self = .goTo(number)
        case ("language", let argument?): self = .language(argument)
        case ("size", let argument?):
            guard let size = TextSize(rawValue: argument) else { return nil }
            self = .textSize(size)
        case ("theme", let argument?):
            guard let theme = ThemeName(rawValue: argument) else { return nil }
            self = .theme(theme)
        case ("next", nil): self = .next
        case ("previous", nil): self = .previous
        case ("flag", nil): self = .flag
        case ("overview", nil): self = .overview
        case ("back", nil): self = .back
        case ("finish", nil): self = .finish
        case ("submit", nil): self = .submit
        case ("confirm", nil): self = .confirm
        case ("deny", nil): self = .deny
        case ("continue", nil): self = .continueExam
        case ("tryScreen", nil): self = .tryScreen
        case ("practise", nil): self = .practise
        case ("nextExam", nil): self = .nextExam
        case ("sign", nil): self = .sign
        case ("languages", nil): self = .languages
        default: return nil
        }
    }
}

extension Control: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let control = Control(name: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no control of that name")
        }
        self = control
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// One act of a person at a terminal, in answer to one scene.
public struct Intent: Hashable, Sendable, Codable {
    public var revision: Int
    public var control: Control
    /// Strokes of a signature: lists of x, y pairs in thousandths of the field's width; else empty.
    public var value: [[Int]]?

    public init(revision: Int, control: Control, value: [[Int]]? = nil) {
        self.revision = revision
        self.control = control
        self.value = value
    }
}
