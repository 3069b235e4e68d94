import Display
import TerminalLink

/// A button at the bottom of a screen.
struct FooterButton {
    var words: String
    var icon: Icon?
    var action: Action
    var tone: Tone = .secondary
    var enabled = true
    var iconAfter = false

    init(
        _ words: String, _ icon: Icon? = nil, _ action: Action, tone: Tone = .secondary, enabled: Bool = true,
        iconAfter: Bool = false
    ) {
        self.words = words
        self.icon = icon
        self.action = action
        self.tone = tone
        self.enabled = enabled
        self.iconAfter = iconAfter
    }
}

extension PageBuilder {
    private var headerHeight: Int { px(17) }
    private var footerHeight: Int { px(Self.touchable + 8) }

    /// The line above everything in an exam; the room below it comes back.
    func header(position: (number: Int, total: Int)? = nil) -> Rect {
        guard let header = scene.header else { return waitingRoom(bilingual: false) }
        var content = Rect(x: margin, y: 0, width: bounds.width - 2 * margin, height: bounds.height)
        let bar = Rect(x: 0, y: 0, width: bounds.width, height: headerHeight)
        box(bar, .header, radius: 0, border: 0)
        var right = bounds.width - margin
        if let clock = header.clock { right = time(clock, right: right) - px(5) }
        if let position {
            let words = t("header.question", ["number": "\(position.number)", "total": "\(position.total)"])
            right = piece(words, before: right, bold: true) - px(6)
        }
        // The mark keeps its place while there is nothing to say, so that nothing moves when there is.
        let saved = t("header.saved")
        let wide = width(saved, Em.small, bold: true) + px(9)
        let place = Rect(x: right - wide, y: px(3.5), width: wide, height: headerHeight - px(7))
        if header.saved == .saved {
            icon(.check, Rect(x: place.x, y: (headerHeight - px(6)) / 2, width: px(6), height: px(6)), .header)
            label(
                saved, in: Rect(x: place.x + px(7.5), y: place.y, width: wide - px(7), height: place.height), Em.small,
                bold: true, tone: .header, .leading)
        }
        right = place.x - px(5)
        var left = seatBadge(x: margin)
        let name = min(width(header.candidate, Em.body, bold: true) + px(1), max(0, right - left))
        label(
            header.candidate, in: Rect(x: left, y: 0, width: name, height: headerHeight), Em.body, bold: true,
            tone: .header, .leading)
        left += name + px(5)
        if right - left > px(18) {
            label(
                header.programme, in: Rect(x: left, y: px(1), width: right - left, height: headerHeight - px(2)),
                Em.small, tone: .header, muted: true, .leading, lines: 2)
        }
        content.y = headerHeight + px(5)
        content.height = bounds.height - content.y
        return content
    }

    /// Which seat this is; where it ends comes back.
    func seatBadge(x: Int) -> Int {
        guard let seat = scene.seat else { return x }
        let words = t("header.seat", ["seat": "\(seat)"])
        let wide = width(words, Em.body, bold: true) + px(7)
        let badge = Rect(x: x, y: px(2.5), width: wide, height: headerHeight - px(5))
        box(badge, .card, radius: 2, border: 0.35)
        label(words, in: badge, Em.body, bold: true, tone: .card)
        return x + wide + px(5)
    }

    private func piece(_ words: String, before right: Int, bold: Bool) -> Int {
        let wide = width(words, Em.body, bold: bold) + px(1)
        label(
            words, in: Rect(x: right - wide, y: 0, width: wide, height: headerHeight), Em.body, bold: bold,
            tone: .header, .trailing)
        return right - wide
    }

    /// The time left, in words as well when less than a minute is left.
    private func time(_ clock: ExamClock, right: Int) -> Int {
        let seconds =
            switch clock {
            case .running(let until): secondsLeft(until: until, at: moment.boot)
            case .stopped(let remaining): max(0, (remaining + 999) / 1000)
            }
        let digits = "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
        let running = if case .running = clock { true } else { false }
        let last = running && seconds <= 60
        let paused = if case .paused = scene.screen { true } else { false }
        let words = last ? t("header.lastMinute") : t(paused ? "header.timeStopped" : "header.timeLeft")
        let room = max(width(t("header.timeLeft"), Em.small), width(t("header.lastMinute"), Em.small, bold: true))
        let number = width("88:88", 9.4, bold: true) + px(1)
        let wide = room + number + px(12)
        let frame = Rect(x: right - wide, y: px(1.8), width: wide, height: headerHeight - px(3.6))
        page.clockFrame = frame
        let tone: Tone = last ? .notice : .header
        box(frame, tone, radius: 2.2, border: 0.5, strong: last)
        label(
            words, in: Rect(x: frame.x + px(4), y: frame.y, width: room + px(1), height: frame.height), Em.small,
            bold: last, tone: tone, .leading)
        label(
            digits, in: Rect(x: frame.right - number - px(4), y: frame.y, width: number, height: frame.height), 9.4,
            bold: true, tone: tone, .trailing)
        return frame.x
    }

    /// Buttons along the bottom, the primary one last and right; the room above them comes back.
    func footer(_ content: Rect, _ buttons: [FooterButton], settings: Bool = true, language: Bool = false) -> Rect {
        let top = bounds.height - footerHeight
        let high = px(Self.touchable)
        let y = top + px(4)
        let gap = px(4)
        var left = margin
        if settings {
            left = setting(t("setting.textSize"), .textSize, .textSize(nextSize), x: left, y: y) + gap
            left =
                setting(
                    t(scene.theme == .day ? "setting.contrast" : "setting.day"), .contrast,
                    .theme(scene.theme == .day ? .contrast : .day), x: left, y: y) + gap
            if language { left = setting(t("setting.language"), .globe, .languages, x: left, y: y) + gap }
        }
        let room = bounds.width - margin - left - gap * max(0, buttons.count - 1)
        var buttons = buttons
        var wide = buttons.map { wanted($0, roomy: true) }
        if wide.reduce(0, +) > room {
            // Words before icons: what is crowded keeps its words whole.
            for index in buttons.indices where buttons[index].tone != .primary { buttons[index].icon = nil }
            wide = buttons.map { wanted($0, roomy: false) }
            if wide.reduce(0, +) > room { wide = zip(buttons, wide).map { min($1, wantedInTwoLines($0)) } }
        }
        let total = wide.reduce(0, +)
        if total > room, total > 0 { wide = wide.map { $0 * room / total } }
        var right = bounds.width - margin
        for index in buttons.indices.reversed() {
            let button = buttons[index]
            let frame = Rect(x: right - wide[index], y: y, width: wide[index], height: high)
            self.button(
                button.words, button.icon, in: frame, button.tone, button.action, enabled: button.enabled,
                iconAfter: button.iconAfter)
            right -= wide[index] + gap
        }
        return Rect(x: content.x, y: content.y, width: content.width, height: top - content.y - px(1))
    }

    /// How wide a button is whose words stand in two lines, broken where both are about as long.
    private func wantedInTwoLines(_ button: FooterButton) -> Int {
        let words = button.words.split(separator: " ")
        let breaks = (1..<max(2, words.count)).map { place in
            var halves = button
            let parts = [words.prefix(place), words.dropFirst(place)].map { $0.joined(separator: " ") }
            halves.words = parts.max { width($0, Em.body, bold: true) < width($1, Em.body, bold: true) } ?? ""
            return wanted(halves, roomy: false)
        }
        return breaks.min() ?? 0
    }

    private func wanted(_ button: FooterButton, roomy: Bool) -> Int {
        let icon = button.icon == nil ? 0 : px(Em.body + 2.4)
        let least = button.tone == .primary ? (roomy ? 62.0 : 50) : (roomy ? 34 : Self.touchable)
        return max(px(least), width(button.words, Em.body, bold: true) + icon + px(roomy ? 10 : 7))
    }

    private var nextSize: TextSize {
        switch scene.textSize {
        case .normal: .large
        case .large: .largest
        case .largest: .normal
        }
    }

    private func setting(_ words: String, _ symbol: Icon, _ control: Control, x: Int, y: Int) -> Int {
        let frame = Rect(x: x, y: y, width: px(24), height: px(Self.touchable))
        let target = target(.control(control), frame)
        box(frame, .secondary, border: 0.35, target: target)
        icon(symbol, Rect(x: x, y: y + px(2), width: frame.width, height: px(8)), .secondary, target: target)
        label(
            words, in: Rect(x: x + px(1), y: y + px(10.5), width: frame.width - px(2), height: px(8.5)), Em.small,
            tone: .secondary, target: target)
        return frame.right
    }

    /// A heading and, below it, a quieter line; the room below both comes back.
    func heading(_ title: String, _ line: String? = nil, in content: Rect) -> Rect {
        var rest = content
        rest.y += text(
            title, x: content.x, y: content.y, width: content.width, Em.title * min(textScale, 1.15), bold: true)
        if let line {
            rest.y += px(0.5)
            rest.y += text(line, x: content.x, y: rest.y, width: content.width, Em.body * textScale, muted: true)
        }
        rest.y += px(4)
        rest.height = content.bottom - rest.y
        return rest
    }
}

/// Seconds on a running clock, rounded up: it says 0:00 only when the time is out.
func secondsLeft(until: Int, at now: Int) -> Int { max(0, (until - now + 999_999) / 1_000_000) }
