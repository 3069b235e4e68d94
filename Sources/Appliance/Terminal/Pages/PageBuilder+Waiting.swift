import Display
import TerminalLink

/// Screens before and outside an exam, in two languages: nobody has chosen one yet.
extension PageBuilder {
    func idle(_ idle: Screen.Idle) {
        page.subject = "idle/\(idle.role.rawValue)"
        let room = waitingRoom()
        if !idle.closed.isEmpty { return closed(idle, room) }
        switch idle.role {
        case .seat:
            var pieces: [StackPiece] = []
            if let seat = scene.seat {
                pieces += [
                    .words(t("idle.seat") + "  ·  " + other("idle.seat"), em: Em.body, muted: true), .space(3),
                    .figure("\(seat)", .header, 62), .space(8),
                ]
            }
            pieces += both("idle.seatTitle", em: Em.title)
            pieces += [.space(5)]
            pieces += both("idle.seatHint", em: Em.body, quiet: true)
            if idle.practice {
                let words = t("button.practise") + "  ·  " + other("button.practise")
                pieces += [.space(8), .button(words, .pen, .secondary, .control(.practise))]
            }
            stack(pieces, in: room)
        case .checkIn:
            var pieces: [StackPiece] = [.symbol(.card, .header, 50), .space(8)]
            pieces += both("idle.checkInTitle", em: Em.hero * 0.85)
            pieces += [.space(4)]
            pieces += both("idle.checkInHint", em: Em.body, quiet: true)
            if let free = idle.freeSeats {
                let values = ["count": "\(free)"]
                pieces += [
                    .space(8),
                    .strip(
                        .seat, t("idle.freeSeats", values), free > 0 ? .positive : .notice,
                        second: other("idle.freeSeats", values)),
                ]
            }
            stack(pieces, in: narrow(room, 0.8))
        }
    }

    private func closed(_ idle: Screen.Idle, _ room: Rect) {
        var pieces: [StackPiece] = [.symbol(.pause, .notice, 28), .space(4)]
        pieces += both("idle.closed", em: Em.title)
        pieces.append(.space(5))
        for reason in idle.closed {
            pieces += [.strip(.warning, t(reason), .notice, second: other(reason)), .space(2.5)]
        }
        pieces += both("idle.closedHint", em: Em.body, quiet: true)
        stack(pieces, in: narrow(room, 0.82))
    }

    func reading() {
        page.subject = "reading"
        let room = waitingRoom()
        var pieces: [StackPiece] = [.symbol(.card, .chosen, 50), .space(8)]
        pieces += both("reading.title", em: Em.hero * 0.85)
        pieces += [.space(4)]
        pieces += both("reading.hint", em: Em.body, quiet: true)
        stack(pieces, in: narrow(room, 0.8))
    }

    func refused(_ refused: Screen.Refused) {
        page.subject = "refused"
        let room = waitingRoom()
        let pieces: [StackPiece] = [
            .symbol(.hand, .notice, 30), .space(5),
            .words(t(refused.reason), em: Em.title * 0.95, bold: true), .space(1.5),
            .words(other(refused.reason), em: Em.body, muted: true, language: otherLanguage), .space(7),
            .strip(.arrow(forward: true), t(refused.next), .card, second: other(refused.next)),
        ]
        stack(pieces, in: narrow(room, 0.86))
        code(refused.code)
    }

    func assigned(_ assigned: Screen.Assigned) {
        page.subject = "assigned/\(assigned.seat)"
        let room = waitingRoom()
        let values = ["seat": "\(assigned.seat)", "candidate": assigned.candidate]
        let pieces: [StackPiece] = [
            .words(t("assigned.greeting", values), em: Em.title, bold: true), .space(3),
            .words(t("assigned.go", values), em: Em.title), .space(5),
            .figure("\(assigned.seat)", .primary, 60), .space(5),
            .words(other("assigned.go", values), em: Em.body, muted: true, language: otherLanguage), .space(6),
            .strip(.card, t("assigned.hint"), .card, second: other("assigned.hint")),
        ]
        stack(pieces, in: narrow(room, 0.8))
    }

    func paused(_ paused: Screen.Paused) {
        page.subject = "paused"
        let room = header()
        stack(
            [
                .symbol(.pause, .notice, 34), .space(6),
                .words(t("paused.title"), em: Em.hero * 0.85 * min(textScale, 1.2), bold: true), .space(4),
                .words(t(paused.reason), em: Em.body * textScale), .space(8),
                .strip(.shield, t("paused.safe"), .positive),
            ], in: narrow(room, 0.8))
    }

    /// The terminal's own screens: before the hall has said anything, and while it is away.
    static let startingCode = "starting"
    static let awayCode = "noDaemon"

    func outOfOrder(_ outOfOrder: Screen.OutOfOrder) {
        page.subject = "outOfOrder"
        if outOfOrder.code == Self.startingCode { return starting() }
        if outOfOrder.code == Self.awayCode { return away(outOfOrder.reason) }
        let room = header()
        var pieces: [StackPiece] = [
            .symbol(.wrench, .notice, 32), .space(5), .words(t("outOfOrder.title"), em: Em.title, bold: true),
            .space(1),
            .words(other("outOfOrder.title"), em: Em.body, muted: true, language: otherLanguage), .space(5),
            .words(t(outOfOrder.reason), em: Em.body * textScale), .space(1),
            .words(other(outOfOrder.reason), em: Em.small, muted: true, language: otherLanguage), .space(6),
        ]
        pieces.append(.strip(.shield, t("outOfOrder.safe"), .positive, second: other("outOfOrder.safe")))
        stack(pieces, in: narrow(room, 0.84))
        code(outOfOrder.code)
    }

    private func starting() {
        var pieces: [StackPiece] = [.symbol(.clock, .header, 40), .space(7)]
        pieces += both("start.title", em: Em.title)
        pieces += [.space(3)]
        pieces += both("start.hint", em: Em.body, quiet: true)
        stack(pieces, in: waitingRoom())
    }

    private func away(_ reason: Message) {
        let pieces: [StackPiece] = [
            .symbol(.clock, .notice, 32), .space(5), .words(t("away.title"), em: Em.title, bold: true), .space(1),
            .words(other("away.title"), em: Em.body, muted: true, language: otherLanguage), .space(5),
            .words(t(reason), em: Em.body * textScale), .space(1),
            .words(other(reason), em: Em.small, muted: true, language: otherLanguage), .space(6),
            .strip(.shield, t("outOfOrder.safe"), .positive, second: other("outOfOrder.safe")),
        ]
        stack(pieces, in: narrow(waitingRoom(), 0.84))
    }

    // MARK: Parts

    func narrow(_ room: Rect, _ part: Double) -> Rect {
        let wide = Int(Double(room.width) * part)
        return Rect(x: room.x + (room.width - wide) / 2, y: room.y, width: wide, height: room.height - px(4))
    }

    /// Words of a key in both languages, the quieter one below.
    private func both(_ key: String, em: Double, quiet: Bool = false) -> [StackPiece] {
        [
            .words(t(key), em: em, bold: !quiet), .space(0.5),
            .words(other(key), em: max(Em.small, em * 0.62), muted: true, language: otherLanguage),
        ]
    }

    /// The bar of a hall that is open, with the time of day; the room below it comes back.
    func waitingRoom(bilingual: Bool = true) -> Rect {
        let bar = Rect(x: 0, y: 0, width: bounds.width, height: px(17))
        box(bar, .header, radius: 0, border: 0)
        let clock = width("88:88", 9.4, bold: true) + px(1)
        var left = margin + px(13)
        if bilingual {
            icon(.shield, Rect(x: margin, y: px(4), width: px(9), height: px(9)), .header)
        } else {
            left = seatBadge(x: margin)
        }
        label(
            bilingual ? t("hall.name") + "   " + other("hall.name") : t("hall.name"),
            in: Rect(x: left, y: 0, width: bounds.width - margin - left - clock - px(5), height: bar.height),
            Em.body, bold: true, tone: .header, .leading)
        let frame = Rect(x: bounds.width - margin - clock, y: 0, width: clock, height: bar.height)
        page.clockFrame = frame
        label(moment.timeOfDay, in: frame, 9.4, bold: true, tone: .header, .trailing)
        return Rect(
            x: margin, y: bar.height + px(5), width: bounds.width - 2 * margin,
            height: bounds.height - bar.height - px(9))
    }

    /// For the technician, small below.
    private func code(_ code: String) {
        guard !code.isEmpty else { return }
        text(
            code, x: margin, y: bounds.height - px(11), width: bounds.width - 2 * margin, Em.small, muted: true,
            .trailing)
    }
}
