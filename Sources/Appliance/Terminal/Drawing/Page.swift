import Display
public import TerminalLink

/// What a touch on a part of the screen does.
public enum Action: Hashable, Sendable {
    /// Tells the hall.
    case control(Control)
    /// Draws on the signature field.
    case draw
    /// Wipes the signature field; the hall need not know.
    case clear
}

/// A part of the screen that answers to a finger.
struct Target: Hashable {
    var action: Action
    var frame: Rect
}

/// One thing that is painted; a screen is a list of them, in painting order.
struct Mark: Hashable {
    enum Kind: Hashable {
        case box(Box)
        case text(TextKey, muted: Bool)
        case icon(Icon)
        case picture(String)
        /// A signature: lists of x, y pairs in thousandths of the field's width.
        case strokes([[Int]])
    }

    struct Box: Hashable {
        var radius: Int
        /// 0 for none.
        var border: Int
        var filled = true
        /// Border in the ink's colour instead of the line's: for what is chosen.
        var strong = false
    }

    var kind: Kind
    /// Nothing is painted outside.
    var frame: Rect
    var tone: Tone
    /// The target this is part of: it looks pressed while a finger is on that.
    var target: Int?
}

/// A laid-out screen: what is painted where, and what can be touched.
struct Page: Hashable {
    var marks: [Mark] = []
    var targets: [Target] = []
    /// Which thing the screen is about: while it stays, a control in the same place is the same control.
    var subject = ""
    /// Where the time stands: the only part that changes without a new scene.
    var clockFrame = Rect.empty
    /// The signature's mark, and its field.
    var strokes: Int?
    var strokesField = Rect.empty
    var theme: ThemeName = .day
    var rightToLeft = false
    /// How large a question's text could be, 1 for the normal size; nil where nothing had to be chosen.
    var textScale: Double?

    /// A place on the screen as a point of the signature: in thousandths of its field's width.
    func strokePoint(x: Int, y: Int) -> [Int] {
        let field = strokesField
        return [
            (min(max(x, field.x), field.right - 1) - field.x) * 1000 / field.width,
            (min(max(y, field.y), field.bottom - 1) - field.y) * 1000 / field.width,
        ]
    }

    /// The screen for scripts that run from right to left.
    func mirrored(width: Int) -> Page {
        func turn(_ rect: Rect) -> Rect {
            Rect(x: width - rect.x - rect.width, y: rect.y, width: rect.width, height: rect.height)
        }
        var page = self
        for index in marks.indices { page.marks[index].frame = turn(marks[index].frame) }
        for index in targets.indices { page.targets[index].frame = turn(targets[index].frame) }
        page.clockFrame = turn(clockFrame)
        page.strokesField = turn(strokesField)
        return page
    }

    /// What must be painted again when this screen follows another: as few rectangles as cover all differences.
    func damage(since old: Page?, bounds: Rect) -> [Rect] {
        guard let old, old.theme == theme, old.rightToLeft == rightToLeft else { return [bounds] }
        var first = 0
        let shared = min(marks.count, old.marks.count)
        while first < shared, marks[first] == old.marks[first] { first += 1 }
        var last = 0
        while last < shared - first, marks[marks.count - 1 - last] == old.marks[old.marks.count - 1 - last] {
            last += 1
        }
        var damage: [Rect] = []
        if marks.count == old.marks.count {
            for index in first..<(marks.count - last) where marks[index] != old.marks[index] {
                if index == strokes, index == old.strokes, strokesField == old.strokesField,
                    let added = addedInk(since: old, at: index)
                {
                    damage.append(added)
                    continue
                }
                damage.append(marks[index].frame)
                damage.append(old.marks[index].frame)
            }
        } else {
            damage += marks[first..<(marks.count - last)].map(\.frame)
            damage += old.marks[first..<(old.marks.count - last)].map(\.frame)
        }
        return Self.merged(damage.map { $0.intersection(bounds) })
    }

    /// Where a signature grew; nil when it did something else.
    private func addedInk(since old: Page, at index: Int) -> Rect? {
        guard case .strokes(let new) = marks[index].kind, case .strokes(let before) = old.marks[index].kind,
            let last = new.last, !new.isEmpty
        else { return nil }
        let grown: ArraySlice<Int>
        if before.count == new.count, before.dropLast() == new.dropLast(), let start = before.last,
            last.starts(with: start)
        {
            grown = last.dropFirst(max(0, start.count - 2))
        } else if before.count + 1 == new.count, before[...] == new.dropLast() {
            grown = last[...]
        } else {
            return nil
        }
        let pairs = Array(grown)
        var ink = Rect.empty
        for at in stride(from: 0, to: pairs.count - 1, by: 2) {
            let point = Rect(
                x: strokesField.x + pairs[at] * strokesField.width / 1000,
                y: strokesField.y + pairs[at + 1] * strokesField.width / 1000, width: 1, height: 1)
            ink = ink.union(point)
        }
        return ink.inset(-(max(2, strokesField.width / 160) + 2))
    }

    /// Rectangles that touch become one, until none do.
    static func merged(_ rects: [Rect]) -> [Rect] {
        var out: [Rect] = []
        for rect in rects where !rect.isEmpty {
            var grown = rect
            var again = true
            while again {
                again = false
                for index in out.indices.reversed() where out[index].intersects(grown.inset(-1)) {
                    grown = grown.union(out.remove(at: index))
                    again = true
                }
            }
            out.append(grown)
        }
        return out
    }
}
