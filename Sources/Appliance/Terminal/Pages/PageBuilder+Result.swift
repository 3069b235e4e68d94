import Display
import TerminalLink

/// Screens with the score, the signature and the way out.
extension PageBuilder {
    func result(_ result: Screen.ExamResult) {
        page.subject = "result"
        var content = header()
        content = footer(
            content,
            [FooterButton(t("button.toSignature"), .pen, .control(.confirm), tone: .primary)])
        let tone: Tone = result.passed ? .positive : .negative
        let weak = !result.weakAreas.isEmpty
        let wide = weak ? content.width * 36 / 100 : content.width * 60 / 100
        let x = weak ? content.x : content.x + (content.width - wide) / 2
        let card = Rect(x: x, y: content.y, width: wide, height: content.height)
        box(card, tone, border: 0.6)
        var pieces: [StackPiece] = [
            .symbol(result.passed ? .check : .cross, tone, 24), .space(3),
            .words(t(result.passed ? "result.passed" : "result.failed"), em: Em.title, bold: true), .space(2),
            .words("\(result.score)", em: Em.hero * 1.9, bold: true),
            .words(t("result.of", ["full": "\(result.full)"]), em: Em.body),
            .words(t("result.passMark", ["passMark": "\(result.passMark)"]), em: Em.body, muted: true),
        ]
        if result.by != .submitted {
            pieces += [.space(3), .words(t("result.by.\(result.by.rawValue)"), em: Em.small, muted: true)]
        }
        stack(pieces, in: card.inset(px(5)), tone: tone)
        guard weak else { return }
        let left = card.right + px(8)
        weakAreas(
            result.weakAreas,
            Rect(x: left, y: content.y, width: content.right - left, height: content.height))
    }

    /// What to learn again: figures for every area, explanations as far as there is room.
    private func weakAreas(_ areas: [Screen.WeakArea], _ frame: Rect) {
        var y =
            frame.y
            + text(
                t("result.weakAreas"), x: frame.x, y: frame.y, width: frame.width, Em.option, bold: true) + px(2)
        let row = px(10.5)
        let lineGap = px(1.6)
        let rowsHeight = areas.count * (row + px(3))
        var room = frame.bottom - y - rowsHeight
        var em = Em.body * textScale
        func needed() -> Int {
            areas.flatMap(\.explanations).reduce(0) { sum, line in
                sum + shape(line, style(em), width: frame.width - px(9)).height + lineGap
            }
        }
        while em > Em.small, needed() > room { em = max(Em.small, em * 0.95) }
        // One explanation an area in turn, so that no area stays without while another has many.
        var shown = areas.map { _ in 0 }
        var open = true
        while open {
            open = false
            for (index, area) in areas.enumerated() where shown[index] < area.explanations.count {
                let high =
                    shape(area.explanations[shown[index]], style(em), width: frame.width - px(9)).height + lineGap
                guard high <= room else { continue }
                room -= high
                shown[index] += 1
                open = true
            }
        }
        for (index, area) in areas.enumerated() where y + row <= frame.bottom {
            let figure = t("result.areaWrong", ["wrong": "\(area.wrong)", "total": "\(area.total)"])
            let wide = width(figure, Em.small, bold: true) + px(8)
            label(
                area.name, in: Rect(x: frame.x, y: y, width: frame.width - wide - px(3), height: row), Em.body,
                bold: true, tone: .page, .leading)
            let chip = Rect(x: frame.right - wide, y: y, width: wide, height: row)
            box(chip, .card, radius: 2, border: 0.4)
            label(figure, in: chip, Em.small, bold: true, tone: .card)
            y += row + px(1)
            for line in area.explanations.prefix(shown[index]) {
                let dot = px(2)
                box(Rect(x: frame.x + px(2), y: y + px(2.8), width: dot, height: dot), .header, radius: 2, border: 0)
                y += text(line, x: frame.x + px(7), y: y, width: frame.width - px(9), em) + lineGap
            }
            y += px(2)
        }
    }

    func signature(_ signature: Screen.Signature) {
        page.subject = "signature"
        var content = header()
        let signed = strokes.reduce(0) { $0 + $1.count } >= 8
        content = footer(
            content,
            [
                FooterButton(t("button.clear"), nil, .clear, enabled: !strokes.isEmpty),
                FooterButton(
                    t(signed ? "button.sign" : "button.signFirst"), .check, .control(.sign), tone: .primary,
                    enabled: signed),
            ])
        content = heading(t("signature.title"), t(signature.statement), in: content)
        let high = min(content.height, content.width * 46 / 100)
        let field = Rect(x: content.x, y: content.y, width: content.width, height: high)
        _ = target(.draw, field)
        box(field, .card, border: 0.6)
        let line = field.y + field.height * 78 / 100
        add(
            .box(.init(radius: 0, border: 0)),
            Rect(x: field.x + px(10), y: line, width: field.width - px(20), height: max(1, px(0.4))), .header)
        icon(.pen, Rect(x: field.x + px(10), y: line - px(11), width: px(8), height: px(8)), .card)
        if strokes.isEmpty {
            label(
                t("signature.hint"),
                in: Rect(x: field.x, y: line + px(1), width: field.width, height: field.bottom - line - px(2)),
                Em.body, tone: .card, muted: true)
        }
        page.strokesField = field
        page.strokes = page.marks.count
        add(.strokes(strokes), field, .card)
    }

    func farewell(_ farewell: Screen.Farewell) {
        page.subject = "farewell"
        var content = header()
        // The seat's own terminal draws the slip: who left before it is there would leave without one.
        if farewell.slip {
            var buttons = [
                FooterButton(
                    t("button.leave"), .door, .control(.confirm), tone: farewell.next == nil ? .primary : .secondary)
            ]
            if farewell.next != nil {
                buttons.append(
                    FooterButton(
                        t("button.nextExam"), .arrow(forward: true), .control(.nextExam), tone: .primary,
                        iconAfter: true
                    ))
            }
            content = footer(content, buttons)
        }
        let tone: Tone = farewell.passed ? .positive : .notice
        var more: [StackPiece] = []
        if let next = farewell.next {
            more += [.strip(.arrow(forward: true), t("farewell.next", ["programme": next]), .notice), .space(2.5)]
        }
        if let note = farewell.note { more += [.strip(.warning, t(note), .notice), .space(2.5)] }
        stack(
            [
                .symbol(farewell.passed ? .check : .door, tone, 30), .space(4),
                .words(
                    t(farewell.passed ? "farewell.passed" : "farewell.failed", ["score": "\(farewell.score)"]),
                    em: Em.title * min(textScale, 1.2), bold: true), .space(5),
                .strip(
                    farewell.slip ? .check : .clock, t(farewell.slip ? "farewell.slip" : "farewell.noSlip"), .card),
                .space(2.5),
                .strip(
                    farewell.received ? .check : .clock, t(farewell.received ? "farewell.received" : "farewell.later"),
                    .card), .space(2.5),
                .strip(.pen, t(farewell.examiner), .card), .space(2.5),
            ] + more + [.space(2.5), .strip(.door, t("farewell.leave"), .chosen)], in: narrow(content, 0.84))
    }
}
