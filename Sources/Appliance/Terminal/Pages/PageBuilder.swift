import Display
import Platform
import TerminalLink

/// Sizes of type: the em in millimetres; capitals stand 0.714 of it.
enum Em {
    /// 4 mm capitals: nothing on a screen is smaller.
    static let small = 5.6
    static let body = 7.0
    static let option = 8.4
    /// 7 mm capitals.
    static let stem = 9.8
    static let title = 12.0
    static let hero = 17.0
}

/// The clocks as a page shows them; a page is a function of scene and moment.
struct Moment: Hashable {
    /// CLOCK_BOOTTIME, microseconds.
    var boot: Int
    /// Time of day for idle screens, `09:41`.
    var timeOfDay: String
}

/// Lays out one scene; the screens themselves are extensions of it.
final class PageBuilder {
    static let margin = 9.0
    static let radius = 3.2
    /// What a finger needs.
    static let touchable = 20.0

    let scene: Scene
    let metrics: Metrics
    let moment: Moment
    let pictures: PictureStore
    let strokes: [[Int]]
    private let strings: StringCatalog
    private let shaper: TextShaper
    var page = Page()

    init(
        _ scene: Scene, metrics: Metrics, strings: StringCatalog, shaper: TextShaper, pictures: PictureStore,
        moment: Moment, strokes: [[Int]] = []
    ) {
        self.scene = scene
        self.metrics = metrics
        self.strings = strings
        self.shaper = shaper
        self.pictures = pictures
        self.moment = moment
        self.strokes = strokes
        page.theme = scene.theme
        page.rightToLeft = Languages.runsRightToLeft(scene.language)
    }

    func build() -> Page {
        draw(scene.screen)
        return page.rightToLeft ? page.mirrored(width: metrics.width) : page
    }

    // MARK: Words

    func t(_ key: String, _ values: [String: String] = [:]) -> String {
        strings.text(key, values, language: scene.language)
    }
    func t(_ message: Message) -> String { strings.text(message, language: scene.language) }

    /// The other of the two languages that stand side by side before anybody has chosen one.
    var otherLanguage: String { scene.language.hasPrefix("zh") ? "en" : StringCatalog.reference }
    func other(_ key: String, _ values: [String: String] = [:]) -> String {
        strings.text(key, values, language: otherLanguage)
    }
    func other(_ message: Message) -> String { strings.text(message, language: otherLanguage) }

    /// What the candidate's choice makes of type.
    var textScale: Double {
        switch scene.textSize {
        case .normal: 1
        case .large: 1.16
        case .largest: 1.34
        }
    }

    // MARK: Measures

    func px(_ millimetres: Double) -> Int { metrics.px(millimetres) }
    var margin: Int { px(Self.margin) }
    var bounds: Rect { metrics.bounds }

    func style(_ em: Double, bold: Bool = false, language: String? = nil) -> TextStyle {
        TextStyle(size: max(9, px(em)), bold: bold, language: language ?? scene.language)
    }

    func shape(_ string: String, _ style: TextStyle, width: Int = 0, _ alignment: Alignment = .leading, lines: Int = 0)
        -> ShapedText
    {
        shaper.shape(
            TextKey(string: string, style: style, width: width, alignment: alignment, lines: lines),
            rightToLeft: page.rightToLeft)
    }

    func width(_ string: String, _ em: Double, bold: Bool = false) -> Int {
        shape(string, style(em, bold: bold)).width
    }

    // MARK: Marks

    func add(_ kind: Mark.Kind, _ frame: Rect, _ tone: Tone, target: Int? = nil) {
        page.marks.append(Mark(kind: kind, frame: frame, tone: tone, target: target))
    }

    func target(_ action: Action, _ frame: Rect) -> Int {
        page.targets.append(Target(action: action, frame: frame))
        return page.targets.count - 1
    }

    /// A surface; `border` in millimetres.
    func box(
        _ frame: Rect, _ tone: Tone, radius: Double = PageBuilder.radius, border: Double = 0.35, strong: Bool = false,
        target: Int? = nil
    ) {
        let line = border > 0 ? max(1, px(border)) : 0
        add(.box(.init(radius: px(radius), border: line, strong: strong)), frame, tone, target: target)
    }

    /// A text that begins at a place and wraps; its height comes back.
    @discardableResult
    func text(
        _ string: String, x: Int, y: Int, width: Int, _ em: Double, bold: Bool = false, tone: Tone = .page,
        muted: Bool = false, _ alignment: Alignment = .leading, lines: Int = 0, target: Int? = nil,
        language: String? = nil
    ) -> Int {
        let key = TextKey(
            string: string, style: style(em, bold: bold, language: language), width: width, alignment: alignment,
            lines: lines)
        let height = shaper.shape(key, rightToLeft: page.rightToLeft).height
        add(.text(key, muted: muted), Rect(x: x, y: y, width: width, height: height), tone, target: target)
        return height
    }

    /// A text in the middle of a frame's height, as large as fits it up to `em`.
    func label(
        _ string: String, in frame: Rect, _ em: Double, bold: Bool = false, tone: Tone, muted: Bool = false,
        _ alignment: Alignment = .center, lines: Int = 1, target: Int? = nil, language: String? = nil
    ) {
        var size = em
        var shaped = shape(string, style(size, bold: bold, language: language), width: frame.width, alignment)
        while size > Em.small * 0.7,
            shaped.lines > lines || shaped.height > frame.height || breaksWord(string, shaped, frame.width, size, bold)
        {
            size *= 0.94
            shaped = shape(string, style(size, bold: bold, language: language), width: frame.width, alignment)
        }
        let key = TextKey(
            string: string, style: style(size, bold: bold, language: language), width: frame.width,
            alignment: alignment)
        let place = Rect(
            x: frame.x, y: frame.y + (frame.height - shaped.height) / 2, width: frame.width, height: shaped.height)
        add(.text(key, muted: muted), place, tone, target: target)
    }

    /// A word is wider than the frame and would be cut in two.
    private func breaksWord(_ string: String, _ shaped: ShapedText, _ wide: Int, _ em: Double, _ bold: Bool) -> Bool {
        guard shaped.lines > 1, !scene.language.hasPrefix("zh") else { return false }
        return string.split(separator: " ").contains { width(String($0), em, bold: bold) > wide }
    }

    func icon(_ icon: Icon, _ frame: Rect, _ tone: Tone, target: Int? = nil) {
        add(.icon(icon), frame, tone, target: target)
    }

    /// A button with a word and perhaps an icon before it.
    func button(
        _ words: String, _ symbol: Icon? = nil, in frame: Rect, _ tone: Tone, _ action: Action, enabled: Bool = true,
        em: Double = Em.body, iconAfter: Bool = false, selected: Bool = false
    ) {
        let target = enabled ? target(action, frame) : nil
        let tone = enabled ? tone : .disabled
        box(frame, tone, border: selected ? 0.9 : 0.45, target: target)
        let pad = px(3)
        guard let symbol, enabled else {
            label(words, in: frame.inset(pad), em, bold: true, tone: tone, lines: 2, target: target)
            return
        }
        let size = px(em)
        let room = frame.width - 2 * pad - size - px(2.4)
        let wide = min(room, width(words, em, bold: true))
        let start = frame.x + (frame.width - wide - size - px(2.4)) / 2
        let middle = frame.y + (frame.height - size) / 2
        let wordsX = iconAfter ? start : start + size + px(2.4)
        icon(
            symbol, Rect(x: iconAfter ? start + wide + px(2.4) : start, y: middle, width: size, height: size), tone,
            target: target)
        label(
            words, in: Rect(x: wordsX, y: frame.y + pad / 2, width: wide + 2, height: frame.height - pad), em,
            bold: true,
            tone: tone, .leading, lines: 2, target: target)
    }

    private func draw(_ screen: Screen) {
        switch screen {
        case .idle(let value): idle(value)
        case .reading: reading()
        case .refused(let value): refused(value)
        case .assigned(let value): assigned(value)
        case .greeting(let value): greeting(value)
        case .rules(let value): rules(value)
        case .question(let value): question(value)
        case .overview(let value): overview(value)
        case .submit(let value): submit(value)
        case .earlyFail(let value): earlyFail(value)
        case .ended(let value): ended(value)
        case .result(let value): result(value)
        case .signature(let value): signature(value)
        case .farewell(let value): farewell(value)
        case .paused(let value): paused(value)
        case .languages(let value): languages(value)
        case .outOfOrder(let value): outOfOrder(value)
        case .trial(let value): trial(value)
        case .practiceStart(let value): practiceStart(value)
        case .practiceEnd(let value): practiceEnd(value)
        }
    }
}
