import Display
public import TerminalLink

/// Whether questions stand on the screen at once, in every text size, on the panels that halls have.
///
/// Nothing scrolls in an exam: what does not fit is found when a bank is built.
public final class ScreenFit {
    /// A panel that halls have.
    public struct Panel: Hashable, Sendable {
        public var width: Int
        public var height: Int
        public var size: PanelSize
    }

    /// Where a question does not fit.
    public struct Misfit: Hashable, Sendable, CustomStringConvertible {
        public var width: Int
        public var height: Int
        public var textSize: TextSize
        /// How large its text could be, in thousandths of the normal size; 0 when nothing helped.
        public var reached: Int

        public var description: String {
            "does not fit \(width)x\(height) in text size \(textSize.rawValue)"
                + (reached == 0 ? "" : ": only at \(reached / 10) % of the normal size")
        }
    }

    /// 15, 15.4 and 21.5 inches.
    public static let panels = [
        Panel(width: 1024, height: 768, size: PanelSize(widthMM: 304, heightMM: 228)),
        Panel(width: 1280, height: 800, size: PanelSize(widthMM: 331, heightMM: 207)),
        Panel(width: 1920, height: 1080, size: PanelSize(widthMM: 476, heightMM: 268)),
    ]

    /// A large text may come down to the normal size where a question is long, and never below it.
    private static let smallest = 1.0

    private let builders: [(panel: Panel, metrics: Metrics)]
    private let kiosk: Kiosk
    private let shaper: TextShaper
    private let pictures = PictureStore()

    public init(kiosk: Kiosk) {
        self.kiosk = kiosk
        shaper = TextShaper(theme: kiosk.theme)
        builders = Self.panels.map { ($0, Metrics(width: $0.width, height: $0.height, panel: $0.size)) }
    }

    /// Where one question, in one language, does not fit; empty when it fits everywhere.
    ///
    /// - Parameter options: empty texts for true and false.
    public func misfits(
        language: String, kind: Screen.QuestionKind, stem: String, options: [String], picture: Bool
    ) -> [Misfit] {
        var misfits: [Misfit] = []
        for (panel, metrics) in builders {
            for size in TextSize.allCases {
                let page = page(language, kind, stem, options, picture, size, metrics)
                let scale = page.textScale ?? 0
                if scale < Self.smallest {
                    misfits.append(
                        Misfit(
                            width: panel.width, height: panel.height, textSize: size, reached: Int(scale * 1000)))
                }
            }
        }
        return misfits
    }

    /// Characters of a text that no installed font has, on any screen.
    public func unknownGlyphs(_ text: String, language: String) -> Int {
        let style = TextStyle(size: 40, language: language)
        let key = TextKey(string: text, style: style, width: 0, alignment: .leading)
        return shaper.shape(key, rightToLeft: Languages.runsRightToLeft(language)).unknownGlyphs
    }

    private func page(
        _ language: String, _ kind: Screen.QuestionKind, _ stem: String, _ options: [String], _ picture: Bool,
        _ size: TextSize, _ metrics: Metrics
    ) -> Page {
        let question = Screen.Question(
            number: 100, total: 100, kind: kind, stem: stem,
            options: options.enumerated().map { .init(number: $0 + 1, text: $1, chosen: $0 == 0) },
            picture: picture ? PictureReference(digest: "", alternative: "") : nil, flagged: false, answered: 99,
            goingBack: false, committed: false)
        let scene = Scene(
            revision: 1, language: language, textSize: size, seat: 1,
            header: Header(candidate: "*", programme: "", clock: .stopped(remaining: 0), saved: .saved),
            screen: .question(question))
        return PageBuilder(
            scene, metrics: metrics, strings: kiosk.strings, shaper: shaper, pictures: pictures,
            moment: Moment(boot: 0, timeOfDay: "")
        ).build()
    }
}
