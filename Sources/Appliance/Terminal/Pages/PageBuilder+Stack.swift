import Display

/// A piece of a screen that says one thing in the middle.
enum StackPiece {
    /// An icon in a round field.
    case symbol(Icon, Tone, Double)
    case words(String, em: Double, bold: Bool = false, muted: Bool = false, language: String? = nil)
    case space(Double)
    /// A field of its own tone with an icon and words.
    case strip(Icon?, String, Tone, second: String? = nil)
    /// One huge figure in a field.
    case figure(String, Tone, Double)
    /// A button of full touch size.
    case button(String, Icon?, Tone, Action)
}

extension PageBuilder {
    /// Pieces one below the other, in the middle of a frame; all shrink alike when they are too tall together.
    func stack(_ pieces: [StackPiece], in frame: Rect, tone: Tone = .page, _ alignment: Alignment = .center) {
        var scale = 1.0
        var heights = pieces.map { height($0, frame.width, scale) }
        while heights.reduce(0, +) > frame.height, scale > 0.5 {
            scale -= 0.05
            heights = pieces.map { height($0, frame.width, scale) }
        }
        var y = frame.y + max(0, (frame.height - heights.reduce(0, +)) / 2)
        for (piece, height) in zip(pieces, heights) {
            paint(piece, Rect(x: frame.x, y: y, width: frame.width, height: height), scale, tone, alignment)
            y += height
        }
    }

    /// The narrowest width that takes no more lines: so that no word stands alone on the last one.
    private func evenWidth(_ string: String, _ style: TextStyle, _ room: Int) -> Int {
        let lines = shape(string, style, width: room, .center).lines
        guard lines > 1 else { return room }
        var wide = room
        while wide * 95 / 100 > room / 2, shape(string, style, width: wide * 95 / 100, .center).lines == lines {
            wide = wide * 95 / 100
        }
        return wide
    }

    private func stripParts(_ frame: Int, _ scale: Double, _ icon: Icon?) -> (pad: Int, icon: Int, words: Int) {
        let pad = px(4 * scale)
        let size = icon == nil ? 0 : px(9 * scale)
        return (pad, size, frame - 2 * pad - (size > 0 ? size + px(4 * scale) : 0))
    }

    private func height(_ piece: StackPiece, _ wide: Int, _ scale: Double) -> Int {
        switch piece {
        case .symbol(_, _, let size): return px(size * scale)
        case .words(let string, let em, let bold, _, let language):
            return shape(string, style(em * scale, bold: bold, language: language), width: wide, .center).height
        case .space(let size): return px(size * scale)
        case .strip(let icon, let words, _, let second):
            let parts = stripParts(wide, scale, icon)
            var high = shape(words, style(Em.body * scale * textScale, bold: true), width: parts.words).height
            if let second {
                high += shape(second, style(Em.small * scale, language: otherLanguage), width: parts.words).height
            }
            return max(high, parts.icon) + 2 * parts.pad
        case .figure(_, _, let size): return px(size * scale)
        case .button: return px(Self.touchable)
        }
    }

    private func paint(_ piece: StackPiece, _ frame: Rect, _ scale: Double, _ tone: Tone, _ alignment: Alignment) {
        switch piece {
        case .symbol(let symbol, let own, _):
            let size = frame.height
            let x = alignment == .center ? frame.x + (frame.width - size) / 2 : frame.x
            let field = Rect(x: x, y: frame.y, width: size, height: size)
            box(field, own, radius: Double(size), border: 0.6)
            icon(symbol, field.inset(size * 24 / 100), own)
        case .words(let string, let em, let bold, let muted, let language):
            let wide = evenWidth(string, style(em * scale, bold: bold, language: language), frame.width)
            let x = alignment == .center ? frame.x + (frame.width - wide) / 2 : frame.x
            text(
                string, x: x, y: frame.y, width: wide, em * scale, bold: bold, tone: tone, muted: muted, alignment,
                language: language)
        case .space: break
        case .strip(let symbol, let words, let own, let second):
            let parts = stripParts(frame.width, scale, symbol)
            box(frame, own, border: 0.5)
            var x = frame.x + parts.pad
            if let symbol {
                icon(
                    symbol,
                    Rect(x: x, y: frame.y + (frame.height - parts.icon) / 2, width: parts.icon, height: parts.icon),
                    own)
                x += parts.icon + px(4 * scale)
            }
            var y = frame.y + parts.pad
            let em = Em.body * scale * textScale
            if second == nil {
                let high = shape(words, style(em, bold: true), width: parts.words).height
                y = frame.y + (frame.height - high) / 2
            }
            y += text(words, x: x, y: y, width: parts.words, em, bold: true, tone: own)
            if let second {
                text(
                    second, x: x, y: y, width: parts.words, Em.small * scale, tone: own, muted: true,
                    language: otherLanguage)
            }
        case .figure(let string, let own, _):
            let wide = max(frame.height, width(string, Em.hero * 2.4 * scale, bold: true) + px(20 * scale))
            let field = Rect(x: frame.x + (frame.width - wide) / 2, y: frame.y, width: wide, height: frame.height)
            box(field, own, radius: 6, border: 0)
            label(string, in: field, Em.hero * 2.4 * scale, bold: true, tone: own)
        case .button(let words, let symbol, let own, let action):
            let wide = max(px(70), width(words, Em.body, bold: true) + px(26))
            button(
                words, symbol,
                in: Rect(x: frame.x + (frame.width - wide) / 2, y: frame.y, width: wide, height: frame.height),
                own, action)
        }
    }
}
