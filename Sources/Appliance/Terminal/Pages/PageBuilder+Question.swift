import Display
import TerminalLink

/// How the parts of a question share the screen.
private struct QuestionPlan {
    var scale: Double
    var textWidth: Int
    var pictureWidth: Int
    var stemHeight: Int
    var columns: Int
    var rowHeights: [Int]
    var height: Int
}

extension PageBuilder {
    private var rowGap: Int { px(3.4) }
    private var badge: Int { px(11) }
    private var metaHeight: Int { px(11) }

    func question(_ question: Screen.Question) {
        page.subject = "question/\(question.number)/\(question.committed)"
        var content = header(position: (question.number, question.total))
        content = footer(content, questionButtons(question), language: question.mayChooseLanguage)
        ask(question, in: content)
    }

    /// A question and its answers between the header and the buttons.
    func ask(_ question: Screen.Question, in content: Rect) {
        meta(question, Rect(x: content.x, y: content.y, width: content.width, height: metaHeight))
        let top = content.y + metaHeight + px(3)
        let body = Rect(x: content.x, y: top, width: content.width, height: content.bottom - top - px(1))
        let plan = plan(question, body)
        page.textScale = plan.scale
        text(
            question.stem, x: body.x, y: body.y, width: plan.textWidth, Em.stem * plan.scale, bold: false, lines: 0)
        if let picture = question.picture { self.picture(picture, plan, body) }
        // Short questions leave the options where longer ones have them: hands need not look for them.
        let optionsHeight = plan.height - plan.stemHeight - px(5)
        let usual = body.y + body.height * 30 / 100
        let y = max(body.y + plan.stemHeight + px(5), min(usual, body.bottom - optionsHeight))
        options(question, plan, x: body.x, y: y, room: body.bottom - y)
    }

    private func questionButtons(_ question: Screen.Question) -> [FooterButton] {
        var buttons: [FooterButton] = []
        let chosen = question.options.contains { $0.chosen }
        let last = question.number == question.total
        if question.goingBack {
            buttons.append(
                FooterButton(t(question.flagged ? "button.unflag" : "button.flag"), .flag, .control(.flag)))
            buttons.append(FooterButton(t("button.overview"), .grid, .control(.overview)))
            if question.number > 1 {
                buttons.append(FooterButton(t("button.previous"), .arrow(forward: false), .control(.previous)))
            }
        }
        let end = FooterButton(t("button.finish"), nil, .control(.finish))
        if last, question.goingBack || question.committed {
            var primary = end
            primary.tone = .primary
            return buttons + [primary]
        }
        buttons.append(end)
        if question.goingBack || question.committed {
            buttons.append(
                FooterButton(t("button.next"), .arrow(forward: true), .control(.next), tone: .primary, iconAfter: true))
        } else {
            // Without a way back an unanswered question would be lost: the button says what it waits for.
            buttons.append(
                FooterButton(
                    t(chosen ? "button.commit" : "button.chooseFirst"), .arrow(forward: true), .control(.next),
                    tone: .primary, enabled: chosen, iconAfter: true))
        }
        return buttons
    }

    private func meta(_ question: Screen.Question, _ frame: Rect) {
        let kind = t("question.kind.\(question.kind.rawValue)")
        let wide = width(kind, Em.small, bold: true) + px(9)
        let chip = Rect(x: frame.x, y: frame.y, width: wide, height: frame.height)
        box(chip, .chosen, radius: 2, border: 0)
        label(kind, in: chip, Em.small, bold: true, tone: .chosen)
        var right = frame.right
        if let verdict = question.verdict {
            let good = verdict == .right
            var words = t(good ? "question.right" : "question.wrong")
            if let wrong = question.wrong { words += "   " + t("question.wrongSoFar", ["wrong": "\(wrong)"]) }
            right = chipAtEnd(words, good ? .check : .cross, good ? .positive : .negative, frame, right)
        } else if let wrong = question.wrong, wrong > 0 {
            right = chipAtEnd(t("question.wrongSoFar", ["wrong": "\(wrong)"]), nil, .card, frame, right)
        }
        if question.flagged { right = chipAtEnd(t("question.flagged"), .flag, .notice, frame, right) }
        let hintX = chip.right + px(4)
        guard right - hintX > px(20) else { return }
        label(
            t("question.hint.\(question.kind.rawValue)"),
            in: Rect(x: hintX, y: frame.y, width: right - hintX, height: frame.height), Em.small, tone: .page,
            muted: true, .leading)
    }

    private func chipAtEnd(_ words: String, _ symbol: Icon?, _ tone: Tone, _ frame: Rect, _ right: Int) -> Int {
        let size = symbol == nil ? 0 : px(7)
        let wide = width(words, Em.small, bold: true) + px(9) + size
        let chip = Rect(x: right - wide, y: frame.y, width: wide, height: frame.height)
        box(chip, tone, radius: 2, border: 0.5)
        if let symbol {
            icon(symbol, Rect(x: chip.x + px(3), y: chip.y + (chip.height - size) / 2, width: size, height: size), tone)
        }
        label(
            words, in: Rect(x: chip.x + size + px(4), y: chip.y, width: wide - size - px(6), height: chip.height),
            Em.small, bold: true, tone: tone)
        return chip.x - px(4)
    }

    // MARK: Fitting

    /// The largest type at which all of a question stands on the screen at once.
    private func plan(_ question: Screen.Question, _ body: Rect) -> QuestionPlan {
        var scale = textScale
        var best: QuestionPlan?
        while scale > 0.45 {
            for part in question.picture == nil ? [0.0] : [0.42, 0.36, 0.30, 0.25] {
                for columns in columnChoices(question) {
                    let plan = measure(question, body, scale: scale, part: part, columns: columns)
                    if plan.height <= body.height { return plan }
                    if best == nil || plan.height < best!.height { best = plan }
                }
            }
            // The normal size itself is among the tries.
            scale = scale > 1 ? max(1, scale - 0.04) : scale * 0.97
        }
        var plan = best ?? measure(question, body, scale: scale, part: 0.3, columns: 1)
        plan.scale = 0
        return plan
    }

    private func columnChoices(_ question: Screen.Question) -> [Int] {
        if question.kind == .judge { return [2] }
        return question.options.count >= 4 ? [1, 2] : [1]
    }

    private func measure(
        _ question: Screen.Question, _ body: Rect, scale: Double, part: Double, columns: Int
    ) -> QuestionPlan {
        let picture = Int(Double(body.width) * part)
        let wide = body.width - (picture > 0 ? picture + px(7) : 0)
        let stem = shape(question.stem, style(Em.stem * scale), width: wide).height
        let optionStyle = style(Em.option * scale)
        let cell = (wide - rowGap * (columns - 1)) / columns
        let textWidth = optionTextWidth(cell)
        var rows: [Int] = []
        for start in stride(from: 0, to: question.options.count, by: columns) {
            let group = question.options[start..<min(start + columns, question.options.count)]
            let tallest = group.map { shape(words($0, question), optionStyle, width: textWidth).height }.max() ?? 0
            rows.append(max(px(Self.touchable), tallest + px(4.4)))
        }
        let height = stem + px(5) + rows.reduce(0, +) + rowGap * max(0, rows.count - 1)
        return QuestionPlan(
            scale: scale, textWidth: wide, pictureWidth: picture, stemHeight: stem, columns: columns, rowHeights: rows,
            height: height)
    }

    private func optionTextWidth(_ cell: Int) -> Int { cell - badge - px(4 + 4 + 4 + 8) }

    /// True and false may come without words of their own.
    private func words(_ option: Screen.Option, _ question: Screen.Question) -> String {
        guard option.text.isEmpty else { return option.text }
        return question.kind == .judge ? t(option.number == 1 ? "question.true" : "question.false") : ""
    }

    // MARK: Parts

    private func options(_ question: Screen.Question, _ plan: QuestionPlan, x: Int, y: Int, room: Int) {
        let used = plan.rowHeights.reduce(0, +) + rowGap * max(0, plan.rowHeights.count - 1)
        let spare = max(0, room - used) / max(1, plan.rowHeights.count)
        let comfortable = question.kind == .judge ? px(42) : px(26)
        var top = y
        let cell = (plan.textWidth - rowGap * (plan.columns - 1)) / plan.columns
        for (row, height) in plan.rowHeights.enumerated() {
            let high = max(height, min(height + spare, comfortable))
            for column in 0..<plan.columns {
                let index = row * plan.columns + column
                guard index < question.options.count else { break }
                option(
                    question, index,
                    Rect(x: x + column * (cell + rowGap), y: top, width: cell, height: high), plan.scale)
            }
            top += high + rowGap
        }
    }

    private func option(_ question: Screen.Question, _ index: Int, _ frame: Rect, _ scale: Double) {
        let option = question.options[index]
        let target = question.committed ? nil : target(.control(.option(option.number)), frame)
        var tone: Tone = option.chosen ? .chosen : .card
        if option.chosen, question.committed, let verdict = question.verdict {
            tone = verdict == .right ? .positive : .negative
        }
        box(frame, tone, border: option.chosen ? 0.9 : 0.4, target: target)
        let mark = Rect(x: frame.x + px(4), y: frame.y + (frame.height - badge) / 2, width: badge, height: badge)
        let badgeTone: Tone = tone == .chosen ? .primary : tone == .card ? .page : tone
        let round = question.kind == .multi ? 2.0 : Double(badge)
        box(mark, badgeTone, radius: round, border: 0.4, target: target)
        if question.kind == .judge {
            icon(option.number == 1 ? .check : .cross, mark.inset(badge / 5), badgeTone, target: target)
        } else {
            let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(index % 26)))
            label(letter, in: mark, Em.body, bold: true, tone: badgeTone, target: target)
        }
        let textX = mark.right + px(4)
        let wide = optionTextWidth(frame.width)
        let words = words(option, question)
        let style = style(Em.option * max(0.4, scale))
        let high = shape(words, style, width: wide).height
        text(
            words, x: textX, y: frame.y + (frame.height - high) / 2, width: wide, Em.option * max(0.4, scale),
            tone: tone, target: target)
        guard option.chosen else { return }
        let size = px(8)
        let place = Rect(
            x: frame.right - size - px(4), y: frame.y + (frame.height - size) / 2, width: size, height: size)
        icon(tone == .negative ? .cross : .check, place, tone, target: target)
    }

    private func picture(_ picture: PictureReference, _ plan: QuestionPlan, _ body: Rect) {
        let pad = px(3)
        let high = min(body.height, (plan.pictureWidth - 2 * pad) * 3 / 4 + 2 * pad)
        let frame = Rect(x: body.right - plan.pictureWidth, y: body.y, width: plan.pictureWidth, height: high)
        box(frame, .card, border: 0.4)
        if pictures.has(picture.digest) {
            add(.picture(picture.digest), frame.inset(pad), .card)
        } else {
            label(
                t("question.noPicture", ["alternative": picture.alternative]), in: frame.inset(pad), Em.body,
                tone: .card, lines: 8)
        }
    }
}
