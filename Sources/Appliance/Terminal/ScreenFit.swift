import Display
import TerminalLink

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

    /// A panel on which a question does not fit, whatever size of type the candidate chooses.
    public struct Misfit: Hashable, Sendable, CustomStringConvertible {
        public var width: Int
        public var height: Int
        /// How large its text could be, in thousandths of the normal size; 0 when nothing helped.
        public var reached: Int

        public var description: String {
            "does not fit \(width)x\(height)"
                + (reached == 0 ? "" : ": its text would be at \(reached / 10) % of the normal size")
        }
    }

    /// 15, 15.4 and 21.5 inches.
    public static let panels = [
        Panel(width: 1024, height: 768, size: PanelSize(widthMM: 304, heightMM: 228)),
        Panel(width: 1280, height: 800, size: PanelSize(widthMM: 331, heightMM: 207)),
        Panel(width: 1920, height: 1080, size: PanelSize(widthMM: 476, heightMM: 268)),
    ]

    /// A large text may come down to the normal size where a question is long, and never below it: what fits in the
    /// normal size fits in all.
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

    /// Where a question does not fit; empty when it fits everywhere.
    public func misfits(_ sample: QuestionSample) -> [Misfit] {
        builders.compactMap { panel, metrics in
            let scale = scale(of: sample, textSize: .normal, metrics)
            return scale < Self.smallest
                ? Misfit(width: panel.width, height: panel.height, reached: Int(scale * 1000)) : nil
        }
    }

    /// How large a question's text stands on a panel, 1 for the normal size; 0 when nothing helped.
    func scale(of sample: QuestionSample, textSize: TextSize, _ metrics: Metrics) -> Double {
        // An option that is chosen has a sign at its end.
        page(sample.question(textSize: textSize, chosen: 1), metrics).textScale ?? 0
    }

    /// Where there is no room for a question's explanation after the end, even if it is the only one.
    public func explanationMisfits(_ sample: QuestionSample) -> [Misfit] {
        builders.compactMap { panel, metrics in
            // Every size of type comes down to the same smallest one before an explanation is left out.
            let isShown = page(sample.result(textSize: .normal), metrics).marks.contains { mark in
                if case .text(let key, _) = mark.kind { key.string == sample.explanation } else { false }
            }
            return isShown ? nil : Misfit(width: panel.width, height: panel.height, reached: 0)
        }
    }

    /// The characters of a text that no installed font has, each once.
    public func unknownCharacters(_ text: String, language: String) -> [Character] {
        guard unknownGlyphs(text, language: language) > 0 else { return [] }
        var seen: Set<Character> = []
        return text.filter { character in
            seen.insert(character).inserted && unknownGlyphs(String(character), language: language) > 0
        }.map(\.self)
    }

    private func unknownGlyphs(_ text: String, language: String) -> Int {
        let style = TextStyle(size: 40, language: language)
        let key = TextKey(string: text, style: style, width: 0, alignment: .leading)
        return shaper.shape(key, rightToLeft: Languages.runsRightToLeft(language)).unknownGlyphs
    }

    private func page(_ scene: Scene, _ metrics: Metrics) -> Page {
        PageBuilder(
            scene, metrics: metrics, strings: kiosk.strings, shaper: shaper, pictures: pictures,
            moment: Moment(boot: 0, timeOfDay: "")
        ).build()
    }
}
