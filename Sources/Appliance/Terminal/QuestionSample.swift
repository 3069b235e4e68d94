public import TerminalLink

/// A question in one language, as an author wants to see it or have it measured.
public struct QuestionSample: Hashable, Sendable {
    public var language: String
    public var kind: Screen.QuestionKind
    public var stem: String
    /// In the authored order; empty texts for true and false.
    public var options: [String]
    public var explanation: String
    /// The name of its area.
    public var area: String
    public var picture: PictureReference?

    public init(
        language: String, kind: Screen.QuestionKind, stem: String, options: [String], explanation: String, area: String,
        picture: PictureReference?
    ) {
        self.language = language
        self.kind = kind
        self.stem = stem
        self.options = options
        self.explanation = explanation
        self.area = area
        self.picture = picture
    }

    /// The question in an exam, at the number that takes the most room.
    func question(textSize: TextSize, chosen: Int? = nil) -> Scene {
        scene(
            .question(
                .init(
                    number: 100, total: 100, kind: kind, stem: stem,
                    options: options.enumerated().map {
                        .init(number: $0 + 1, text: $1, chosen: $0 + 1 == chosen)
                    },
                    picture: picture, flagged: false, answered: 99, goingBack: false, committed: false)),
            textSize)
    }

    /// What a candidate reads about it after the end.
    func result(textSize: TextSize) -> Scene {
        let weak = Screen.WeakArea(name: area, wrong: 1, total: 40, explanations: [explanation])
        return scene(
            .result(.init(score: 89, full: 100, passMark: 90, passed: false, by: .submitted, weakAreas: [weak])),
            textSize)
    }

    private func scene(_ screen: Screen, _ textSize: TextSize) -> Scene {
        Scene(
            revision: 1, language: language, textSize: textSize, seat: 1,
            header: Header(candidate: "*", programme: "", clock: .stopped(remaining: 600_000), saved: .saved),
            screen: screen)
    }
}
