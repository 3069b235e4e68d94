import Display
import TerminalLink

/// Questions that do not count: trying the screen before an exam, and practice on a seat that is free.
extension PageBuilder {
    func trial(_ trial: Screen.Trial) {
        let question = worded(trial)
        page.subject = "\(trial.purpose.rawValue)/\(question.number)/\(question.committed)"
        var content = header(position: (question.number, question.total))
        content = footer(content, trialButtons(trial))
        let banner = Rect(x: content.x, y: content.y, width: content.width, height: px(10))
        box(banner, .notice, radius: 2, border: 0.4)
        var words = t("\(trial.purpose.rawValue).banner")
        // Without a header nothing else says how far one has come.
        if scene.header == nil {
            words =
                t("header.question", ["number": "\(question.number)", "total": "\(question.total)"]) + "   " + words
        }
        label(words, in: banner.inset(px(1)), Em.small, bold: true, tone: .notice)
        content = Rect(
            x: content.x, y: banner.bottom + px(3), width: content.width, height: content.bottom - banner.bottom - px(3)
        )
        if let explanation = trial.explanation {
            let answer = t("practice.answer", ["answer": names(of: trial.right, question)])
            content = explain(answer, explanation, below: content)
        }
        ask(question, in: content)
    }

    /// A tutorial's words are the kiosk's own.
    private func worded(_ trial: Screen.Trial) -> Screen.Question {
        guard let key = trial.words else { return trial.question }
        var question = trial.question
        question.stem = t(key)
        if question.kind != .judge {
            for index in question.options.indices {
                question.options[index].text = t("\(key).\(question.options[index].number)")
            }
        }
        return question
    }

    private func trialButtons(_ trial: Screen.Trial) -> [FooterButton] {
        let question = trial.question
        let leave =
            trial.purpose == .tutorial
            ? FooterButton(t("button.toRules"), .arrow(forward: false), .control(.back))
            : FooterButton(t("button.endPractice"), .door, .control(.back))
        let chosen = question.options.contains { $0.chosen }
        if question.committed {
            return [
                leave,
                FooterButton(t("button.next"), .arrow(forward: true), .control(.next), tone: .primary, iconAfter: true),
            ]
        }
        return [
            leave,
            FooterButton(
                t(chosen ? (trial.purpose == .practice ? "button.check" : "button.commit") : "button.chooseFirst"),
                .arrow(forward: true), .control(.next), tone: .primary, enabled: chosen, iconAfter: true),
        ]
    }

    /// Options by their letters, or by their words where they have none.
    private func names(of numbers: [Int], _ question: Screen.Question) -> String {
        if question.kind == .judge { return t(numbers == [1] ? "question.true" : "question.false") }
        return question.options.enumerated().filter { numbers.contains($0.element.number) }
            .map { String(UnicodeScalar(UInt8(ascii: "A") + UInt8($0.offset % 26))) }
            .joined(separator: t("list.separator"))
    }

    /// The right answer, and why it is right, under the question; the room above it comes back.
    private func explain(_ answer: String, _ words: String, below content: Rect) -> Rect {
        let pad = px(3)
        let symbol = px(7)
        let wide = content.width - 2 * pad - symbol - px(3)
        var em = Em.body * min(textScale, 1.16)
        func tall(_ em: Double) -> Int {
            shape(answer, style(em, bold: true), width: wide).height + shape(words, style(em), width: wide).height
        }
        while em > Em.small, tall(em) > content.height * 32 / 100 { em *= 0.95 }
        let high = max(symbol, tall(em)) + 2 * pad
        let frame = Rect(x: content.x, y: content.bottom - high, width: content.width, height: high)
        box(frame, .card, border: 0.5)
        icon(.shield, Rect(x: frame.x + pad, y: frame.y + pad, width: symbol, height: symbol), .card)
        let x = frame.x + pad + symbol + px(3)
        let below = text(answer, x: x, y: frame.y + pad, width: wide, em, bold: true, tone: .card)
        text(words, x: x, y: frame.y + pad + below, width: wide, em, tone: .card)
        return Rect(x: content.x, y: content.y, width: content.width, height: frame.y - content.y - px(2))
    }

    func practiceStart(_ start: Screen.PracticeStart) {
        page.subject = "practiceStart"
        var content = header()
        content = footer(
            content,
            [
                FooterButton(t("button.endPractice"), .door, .control(.back)),
                FooterButton(
                    t("button.startPractice"), .arrow(forward: true), .control(.confirm), tone: .primary,
                    iconAfter: true
                ),
            ])
        let bottom =
            start.languages.count > 1 ? offer(languages: start.languages, atBottomOf: content) : content.bottom
        stack(
            [
                .symbol(.pen, .chosen, 28), .space(5),
                .words(t("practice.title"), em: Em.title * min(textScale, 1.2), bold: true), .space(4),
                .words(t("practice.what", ["questions": "\(start.questions)"]), em: Em.body * textScale), .space(5),
                .strip(.shield, t("practice.banner"), .notice), .space(2.5),
                .strip(.seat, t("practice.makesRoom"), .card),
            ], in: narrow(Rect(x: content.x, y: content.y, width: content.width, height: bottom - content.y), 0.86))
    }

    func practiceEnd(_ end: Screen.PracticeEnd) {
        page.subject = "practiceEnd"
        var content = header()
        content = footer(
            content,
            [
                FooterButton(t("button.endPractice"), .door, .control(.back)),
                FooterButton(t("button.practiseAgain"), .pen, .control(.confirm), tone: .primary),
            ])
        stack(
            [
                .symbol(.check, .positive, 30), .space(5),
                .words(
                    t("practice.score", ["right": "\(end.right)", "total": "\(end.total)"]),
                    em: Em.title * min(textScale, 1.2), bold: true), .space(4),
                .words(t("practice.forgotten"), em: Em.body * textScale),
            ], in: narrow(content, 0.82))
    }
}
