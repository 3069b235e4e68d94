import Display
import TerminalLink

/// Where a language is chosen; each is called by its own name.
extension PageBuilder {
    func languages(_ choice: Screen.Languages) {
        page.subject = "languages"
        var content = header()
        content = footer(
            content, [FooterButton(t("button.back"), .arrow(forward: false), .control(.back), tone: .primary)])
        content = heading(t("languages.title"), t("languages.hint"), in: content)
        let rows = languageRows(choice.languages.count)
        let high = min(px(34), (content.height - px(5) * (rows.count - 1)) / max(1, rows.count))
        languageButtons(choice.languages, rows: rows, gap: px(5), high: high, in: content)
    }

    /// Buttons for languages along the bottom of a frame; where the room above them ends comes back.
    func offer(languages tags: [String], atBottomOf frame: Rect) -> Int {
        let rows = languageRows(tags.count)
        let (gap, high) = (px(3), px(Self.touchable))
        let all = high * rows.count + gap * (rows.count - 1)
        languageButtons(
            tags, rows: rows, gap: gap, high: high,
            in: Rect(x: frame.x, y: frame.bottom - all, width: frame.width, height: all))
        return frame.bottom - all - px(4)
    }

    /// How many buttons stand in each row: as few rows as there can be, about as many in each.
    private func languageRows(_ count: Int) -> [Int] {
        guard count > 0 else { return [] }
        let widest = 4
        let rows = (count + widest - 1) / widest
        return (0..<rows).map { row in (count * (row + 1) + rows - 1) / rows - (count * row + rows - 1) / rows }
    }

    private func languageButtons(_ tags: [String], rows: [Int], gap: Int, high: Int, in frame: Rect) {
        let columns = rows.max() ?? 1
        let wide = min(px(74), (frame.width - gap * (columns - 1)) / columns)
        var rest = tags[...]
        for (row, count) in rows.enumerated() {
            for (column, tag) in rest.prefix(count).enumerated() {
                let chosen = tag == scene.language
                button(
                    Languages.ownName(tag), chosen ? .check : nil,
                    in: Rect(
                        x: frame.x + column * (wide + gap), y: frame.y + row * (high + gap), width: wide, height: high),
                    chosen ? .chosen : .secondary, .control(.language(tag)), selected: chosen)
            }
            rest = rest.dropFirst(count)
        }
    }
}
