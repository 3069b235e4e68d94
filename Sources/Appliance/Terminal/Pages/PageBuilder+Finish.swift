import Display
import TerminalLink

/// Screens from the overview to the last act.
extension PageBuilder {
    func overview(_ overview: Screen.Overview) {
        page.subject = "overview"
        var content = header()
        content = footer(
            content,
            [
                FooterButton(t("button.back"), .arrow(forward: false), .control(.back)),
                FooterButton(t("button.finish"), nil, .control(.finish), tone: .primary),
            ])
        let answered = overview.cells.count { $0.answered }
        let flagged = overview.cells.count { $0.flagged }
        content = heading(
            t("overview.title"),
            t(
                "overview.counts",
                [
                    "answered": "\(answered)", "unanswered": "\(overview.cells.count - answered)",
                    "flagged": "\(flagged)",
                ]), in: content)
        cells(overview, content)
    }

    private func cells(_ overview: Screen.Overview, _ frame: Rect) {
        let count = overview.cells.count
        guard count > 0 else { return }
        let gap = px(2)
        // As many columns as make the cells largest.
        var best = (columns: 1, side: 0)
        for columns in 4...max(4, min(25, count)) {
            let rows = (count + columns - 1) / columns
            let side = min(
                (frame.width - gap * (columns - 1)) / columns, (frame.height - gap * (rows - 1)) / rows, px(30))
            if side > best.side { best = (columns, side) }
            // Rows of tens and fives are found again at a glance.
            if columns % 5 == 0, count > 20, side >= min(px(Self.touchable), best.side), side * 10 >= best.side * 9 {
                best = (columns, side)
            }
        }
        let rows = (count + best.columns - 1) / best.columns
        let high = best.side
        let wide = min(high * 3 / 2, (frame.width - gap * (best.columns - 1)) / best.columns)
        let top = frame.y + min(px(6), max(0, frame.height - rows * (high + gap)) / 2)
        let left = frame.x + max(0, frame.width - best.columns * (wide + gap) + gap) / 2
        for (index, cell) in overview.cells.enumerated() {
            let place = Rect(
                x: left + index % best.columns * (wide + gap), y: top + index / best.columns * (high + gap),
                width: wide,
                height: high)
            let target = overview.mayGoTo ? target(.control(.goTo(index + 1)), place) : nil
            let current = index + 1 == overview.current
            let tone: Tone = cell.flagged ? .notice : cell.answered ? .chosen : .card
            box(place, tone, radius: 2, border: current ? 1.1 : 0.4, strong: current, target: target)
            let lower = high * 40 / 100
            label(
                "\(index + 1)", in: Rect(x: place.x, y: place.y + px(1), width: wide, height: high - lower), Em.body,
                bold: true, tone: tone, target: target)
            let size = min(lower, px(7))
            let y = place.bottom - size - px(1.4)
            let both = cell.flagged && cell.answered
            let x = place.x + (wide - (both ? 2 * size + px(2) : size)) / 2
            if cell.answered {
                icon(.check, Rect(x: x, y: y, width: size, height: size), tone, target: target)
            }
            if cell.flagged {
                icon(
                    .flag, Rect(x: both ? x + size + px(2) : x, y: y, width: size, height: size), tone, target: target)
            }
        }
    }

    func submit(_ submit: Screen.Submit) {
        page.subject = "submit"
        var content = header()
        var buttons: [FooterButton] = []
        if submit.mayReturn {
            buttons.append(FooterButton(t("button.backToExam"), .arrow(forward: false), .control(.back)))
        }
        buttons.append(FooterButton(t("button.submit"), .check, .control(.submit), tone: .primary))
        content = footer(content, buttons)
        let open = submit.unanswered.count
        var pieces: [StackPiece] = [
            .symbol(open == 0 ? .check : .warning, open == 0 ? .positive : .notice, 30), .space(5),
            .words(t("submit.title"), em: Em.title * min(textScale, 1.2), bold: true), .space(3),
            .words(
                t("submit.answered", ["answered": "\(submit.total - open)", "total": "\(submit.total)"]),
                em: Em.option * textScale), .space(5),
        ]
        if open > 0 {
            let words = t("submit.unanswered", ["count": "\(open)", "numbers": numbers(submit.unanswered)])
            pieces += [.strip(.warning, words, .notice), .space(3)]
        }
        if !submit.flagged.isEmpty {
            let words = t(
                "submit.flagged", ["count": "\(submit.flagged.count)", "numbers": numbers(submit.flagged)])
            pieces += [.strip(.flag, words, .card), .space(3)]
        }
        pieces += [.space(2), .words(t("submit.final"), em: Em.body * textScale, muted: true)]
        stack(pieces, in: narrow(content, 0.86))
    }

    private func numbers(_ list: [Int]) -> String {
        let shown = list.prefix(20).map(String.init).joined(separator: t("list.separator"))
        return list.count > 20 ? t("list.andMore", ["list": shown, "count": "\(list.count - 20)"]) : shown
    }

    func earlyFail(_ fail: Screen.EarlyFail) {
        page.subject = "earlyFail"
        var content = header()
        content = footer(
            content,
            [
                FooterButton(t("button.endHere"), nil, .control(.submit)),
                FooterButton(
                    t("button.continue"), .arrow(forward: true), .control(.continueExam), tone: .primary,
                    iconAfter: true),
            ])
        stack(
            [
                .symbol(.warning, .negative, 30), .space(5),
                .words(t("earlyFail.title"), em: Em.title * min(textScale, 1.2), bold: true), .space(4),
                .strip(
                    .cross, t("earlyFail.wrong", ["wrong": "\(fail.wrong)", "allowed": "\(fail.allowed)"]), .negative),
                .space(6), .words(t("earlyFail.choice"), em: Em.body * textScale),
            ], in: narrow(content, 0.86))
    }

    func ended(_ ended: Screen.Ended) {
        page.subject = "ended"
        var content = header()
        if ended.by != .voided {
            content = footer(
                content,
                [
                    FooterButton(
                        t("button.toResult"), .arrow(forward: true), .control(.confirm), tone: .primary, iconAfter: true
                    )
                ])
        }
        let symbol: Icon =
            switch ended.by {
            case .submitted: .check
            case .timeUp: .clock
            case .earlyFail, .voided: .hand
            }
        stack(
            [
                .symbol(symbol, ended.by == .submitted ? .positive : .notice, 34), .space(6),
                .words(t("ended.\(ended.by.rawValue)"), em: Em.title * min(textScale, 1.2), bold: true), .space(5),
                .strip(.shield, t("ended.safe"), .positive),
            ], in: narrow(content, 0.82))
    }
}
