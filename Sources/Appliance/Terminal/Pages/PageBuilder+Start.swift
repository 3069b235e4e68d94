import Display
import TerminalLink

/// Screens between sitting down and the first question.
extension PageBuilder {
    func greeting(_ greeting: Screen.Greeting) {
        page.subject = "greeting"
        var content = header()
        var buttons = greeting.goesOn ? [] : [FooterButton(t("button.deny"), .cross, .control(.deny))]
        if !greeting.wantsCard {
            buttons.append(FooterButton(t("button.thatIsMe"), .check, .control(.confirm), tone: .primary))
        }
        content = footer(content, buttons)
        content = heading(
            t(greeting.goesOn ? "greeting.back" : "greeting.title", ["candidate": greeting.candidate]),
            t(greeting.goesOn ? "greeting.goesOn" : "greeting.check"), in: content)
        var bottom = content.bottom
        if greeting.wantsCard || greeting.problem != nil {
            let high = px(20)
            bottom -= high
            let frame = Rect(x: content.x, y: bottom, width: content.width, height: high)
            if let problem = greeting.problem {
                stack([.strip(.warning, t(problem), .negative)], in: frame)
            } else {
                stack([.strip(.card, t("greeting.card"), .notice)], in: frame)
            }
            bottom -= px(3)
        }
        if greeting.languages.count > 1 {
            let above = Rect(x: content.x, y: content.y, width: content.width, height: bottom - content.y)
            bottom = offer(languages: greeting.languages, atBottomOf: above)
        }
        facts(greeting, Rect(x: content.x, y: content.y, width: content.width, height: bottom - content.y))
    }

    private func facts(_ greeting: Screen.Greeting, _ frame: Rect) {
        var facts = [(t("fact.name"), greeting.candidate)]
        if let sex = greeting.sex { facts.append((t("fact.sex"), t("sex.\(sex)"))) }
        facts += [
            (t("fact.document"), greeting.document), (t("fact.programme"), greeting.programme),
            (t("fact.class"), greeting.vehicleClass), (t("fact.reason"), t(greeting.reason)),
            (t("fact.attempt"), t("fact.attemptNumber", ["number": "\(greeting.attemptNumber)"])),
        ]
        box(frame, .card, border: 0.4)
        let inner = Rect(
            x: frame.x + px(6), y: frame.y + px(3), width: frame.width - px(12), height: frame.height - px(6))
        let columns = metrics.width * 10 > metrics.height * 15 ? 3 : 2
        let rows = (facts.count + columns - 1) / columns
        let wide = inner.width / columns
        let high = inner.height / rows
        let scale = min(textScale, 1.16)
        for (index, fact) in facts.enumerated() {
            let x = inner.x + index % columns * wide
            let y = inner.y + index / columns * high
            let room = wide - px(5)
            let lower = min(high * 45 / 100, px(9 * scale))
            label(
                fact.0, in: Rect(x: x, y: y, width: room, height: lower), Em.small, tone: .card, muted: true, .leading)
            label(
                fact.1, in: Rect(x: x, y: y + lower, width: room, height: min(high - lower, px(17))), Em.body * scale,
                bold: true, tone: .card, .leading, lines: 2)
        }
    }

    func rules(_ rules: Screen.Rules) {
        page.subject = "rules/\(rules.version)"
        var content = header()
        var buttons = [FooterButton(t("button.acknowledge"), .check, .control(.confirm), tone: .primary)]
        if rules.mayTry { buttons.insert(FooterButton(t("button.tryScreen"), .hand, .control(.tryScreen)), at: 0) }
        content = footer(content, buttons)
        content = heading(t("rules.title"), in: content)
        let lines = rules.lines.map { t($0) }
        let columns = lines.count > 5 ? 2 : 1
        let gap = px(8)
        let wide = (content.width - gap * (columns - 1)) / columns
        let number = px(9)
        let textWidth = wide - number - px(4)
        var em = Em.option * textScale
        var split = lines.count
        var heights: [Int] = []
        while true {
            heights = lines.map { max(number, shape($0, style(em), width: textWidth).height) + px(3.2) }
            split = columns == 1 ? lines.count : balanced(heights)
            let tallest = max(heights[..<split].reduce(0, +), heights[split...].reduce(0, +))
            if tallest <= content.height || em < 3 { break }
            em *= 0.95
        }
        let tallest = max(heights[..<split].reduce(0, +), heights[split...].reduce(0, +))
        let rows = max(split, lines.count - split)
        let spare = min(px(5), max(0, content.height - tallest) / max(1, rows))
        var y = content.y
        for (index, line) in lines.enumerated() {
            if index == split { y = content.y }
            let x = content.x + (index >= split ? wide + gap : 0)
            let disc = Rect(x: x, y: y, width: number, height: number)
            box(disc, .header, radius: Double(number), border: 0)
            label("\(index + 1)", in: disc, Em.small, bold: true, tone: .header)
            let high = shape(line, style(em), width: textWidth).height
            text(line, x: x + number + px(4), y: y + max(0, (number - high) / 2), width: textWidth, em)
            y += heights[index] + spare
        }
    }

    /// Where to break a list so that both columns are about as tall.
    private func balanced(_ heights: [Int]) -> Int {
        let total = heights.reduce(0, +)
        var first = 0
        for (index, height) in heights.enumerated() {
            if first + height / 2 >= total / 2 { return max(1, index) }
            first += height
        }
        return heights.count
    }
}
