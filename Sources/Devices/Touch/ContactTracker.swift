/// One step in a contact's life, in pixels of the screen.
public struct ContactEvent: Hashable, Sendable {
    public enum Phase: Int, Hashable, Sendable { case down = 0, move = 1, up = 2, cancel = 3 }
    /// CLOCK_BOOTTIME, microseconds.
    public var at: Int
    /// Counts up with every contact.
    public var contact: Int
    public var phase: Phase
    public var x: Int
    public var y: Int

    public init(at: Int, contact: Int, phase: Phase, x: Int, y: Int) {
        self.at = at
        self.contact = contact
        self.phase = phase
        self.x = x
        self.y = y
    }
}

/// What a panel's axis reports at its two ends.
public struct AxisRange: Hashable, Sendable {
    public var minimum: Int
    public var maximum: Int

    public init(minimum: Int, maximum: Int) {
        precondition(minimum < maximum, "an axis without a range was not refused when it was opened")
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// How raw positions become pixels, and when a contact is believed.
public struct TouchRules: Hashable, Sendable {
    /// The screen in pixels.
    public var width: Int
    public var height: Int
    /// Two rows of an affine matrix on positions from 0 to 1, as udev's LIBINPUT_CALIBRATION_MATRIX has them.
    public var calibration: [Double]
    /// A contact shorter than this is a ghost: it ends as `cancel`.
    public var minimumContactMs: Int
    /// A contact that has not moved for so long is no finger: it is cancelled and ignored until it lifts.
    public var stuckMs: Int

    public init(
        width: Int, height: Int, calibration: [Double] = [1, 0, 0, 0, 1, 0], minimumContactMs: Int = 30,
        stuckMs: Int = 30_000
    ) {
        precondition(calibration.count == 6, "a calibration has six numbers")
        self.width = width
        self.height = height
        self.calibration = calibration
        self.minimumContactMs = minimumContactMs
        self.stuckMs = stuckMs
    }
}

/// Follows fingers through a panel's records; pure, whole frames at a time.
///
/// What a slot's end of frame means:
///
///     1. no finger → finger                       down
///     2. finger → no finger                       up; cancel when shorter than the minimum
///     3. finger → another finger in one frame     up or cancel, then down
///     4. finger stays, position changed           move
///     5. finger becomes a palm                    cancel, then silence until it lifts
///     6. palm lands                               silence until it lifts
///     7. finger was there when we came, or came
///        while records were lost                  silence until it lifts
///     8. finger left while records were lost      cancel
///     9. finger has not moved for `stuckMs`       cancel, then silence until it lifts
public struct ContactTracker: Sendable {
    /// Which records a panel sends: slots (multi-touch protocol B), or one position and a button.
    public enum Kind: Hashable, Sendable { case slots, single }

    private struct Contact {
        var number: Int
        var since: Int
        var lastMoved: Int
        var x: Int
        var y: Int
    }

    private struct Slot {
        var before: Int32 = -1
        var now: Int32 = -1
        var x = 0
        var y = 0
        var palm = false
        var touched = false
        var contact: Contact?
    }

    private static let slotLimit = 64

    private let kind: Kind
    private let rangeX: AxisRange
    private let rangeY: AxisRange
    private let rules: TouchRules
    private var slots: [Slot] = [Slot()]
    private var current = 0
    private var contacts = 0
    private var presses: Int32 = 0
    private var resynchronizing = false
    private var lost = false

    public init(kind: Kind = .slots, x: AxisRange, y: AxisRange, rules: TouchRules) {
        self.kind = kind
        rangeX = x
        rangeY = y
        self.rules = rules
    }

    /// Contacts that count now.
    public var down: Int { slots.count { $0.contact != nil } }

    /// A finger that rested on the panel before it was opened.
    public mutating func rest(slot: Int, tracking: Int32) {
        select(slot)
        slots[current].before = tracking
        slots[current].now = tracking
    }

    /// Takes one record; events come at the end of its frame.
    public mutating func feed(_ record: InputRecord) -> [ContactEvent] {
        switch (record.type, record.code) {
        case (InputCode.synchronize, InputCode.dropped):
            lost = true
            return []
        case (InputCode.synchronize, InputCode.report):
            if lost {
                lost = false
                return cancelAll(at: record.at)
            }
            return endFrame(at: record.at)
        case _ where lost: return []
        case (InputCode.absolute, _): position(record)
        case (InputCode.key, InputCode.buttonTouch) where kind == .single: press(record.value != 0)
        case (InputCode.key, InputCode.buttonLeft) where kind == .single: press(record.value != 0)
        default: break
        }
        return []
    }

    /// Records from here to `endResynchronizing` repeat the panel's state after some were lost.
    public mutating func beginResynchronizing() { resynchronizing = true }

    public mutating func endResynchronizing(at: Int) -> [ContactEvent] {
        defer { resynchronizing = false }
        return endFrame(at: at)
    }

    /// Ends every contact without a tap; fingers still down are ignored until they lift.
    public mutating func cancelAll(at: Int) -> [ContactEvent] {
        slots.indices.compactMap { cancel($0, at: at) }
    }

    /// Ends contacts that are no fingers; to be asked about once a second.
    public mutating func expire(at: Int) -> [ContactEvent] {
        slots.indices.compactMap { index in
            guard let contact = slots[index].contact, at - contact.lastMoved > rules.stuckMs * 1000 else { return nil }
            return cancel(index, at: at)
        }
    }

    private mutating func select(_ slot: Int) {
        guard (0..<Self.slotLimit).contains(slot) else { return }
        while slots.count <= slot { slots.append(Slot()) }
        current = slot
    }

    private mutating func position(_ record: InputRecord) {
        switch (kind, record.code) {
        case (.slots, InputCode.slot): select(Int(record.value))
        case (.slots, InputCode.trackingID):
            slots[current].now = record.value
            if record.value >= 0 { slots[current].palm = false }
        case (.slots, InputCode.slotX), (.single, InputCode.x): slots[current].x = Int(record.value)
        case (.slots, InputCode.slotY), (.single, InputCode.y): slots[current].y = Int(record.value)
        case (.slots, InputCode.slotTool): slots[current].palm = record.value == InputCode.palm
        default: return
        }
        slots[current].touched = true
    }

    private mutating func press(_ pressed: Bool) {
        guard pressed != (slots[current].now >= 0) else { return }
        presses &+= 1
        slots[current].now = pressed ? presses & Int32.max : -1
        slots[current].touched = true
    }

    private mutating func endFrame(at: Int) -> [ContactEvent] {
        var events: [ContactEvent] = []
        for index in slots.indices where slots[index].touched {
            slots[index].touched = false
            let (before, now) = (slots[index].before, slots[index].now)
            slots[index].before = now
            if before != now {
                if let ended = end(index, at: at) { events.append(ended) }
                if now >= 0, !resynchronizing, !slots[index].palm { events.append(begin(index, at: at)) }
            } else if slots[index].palm {
                if let event = cancel(index, at: at) { events.append(event) }
            } else if let moved = move(index, at: at) {
                events.append(moved)
            }
        }
        return events
    }

    private mutating func begin(_ index: Int, at: Int) -> ContactEvent {
        contacts += 1
        let (x, y) = pixel(slots[index])
        slots[index].contact = Contact(number: contacts, since: at, lastMoved: at, x: x, y: y)
        return ContactEvent(at: at, contact: contacts, phase: .down, x: x, y: y)
    }

    private mutating func move(_ index: Int, at: Int) -> ContactEvent? {
        guard var contact = slots[index].contact else { return nil }
        let (x, y) = pixel(slots[index])
        guard x != contact.x || y != contact.y else { return nil }
        (contact.x, contact.y, contact.lastMoved) = (x, y, at)
        slots[index].contact = contact
        return ContactEvent(at: at, contact: contact.number, phase: .move, x: x, y: y)
    }

    private mutating func end(_ index: Int, at: Int) -> ContactEvent? {
        guard let contact = slots[index].contact else { return nil }
        let ghost = at - contact.since < rules.minimumContactMs * 1000
        if resynchronizing || slots[index].palm || ghost { return cancel(index, at: at) }
        slots[index].contact = nil
        return ContactEvent(at: at, contact: contact.number, phase: .up, x: contact.x, y: contact.y)
    }

    private mutating func cancel(_ index: Int, at: Int) -> ContactEvent? {
        guard let contact = slots[index].contact else { return nil }
        slots[index].contact = nil
        return ContactEvent(at: at, contact: contact.number, phase: .cancel, x: contact.x, y: contact.y)
    }

    private func pixel(_ slot: Slot) -> (Int, Int) {
        func part(_ value: Int, _ range: AxisRange) -> Double {
            Double(value - range.minimum) / Double(range.maximum - range.minimum + 1)
        }
        func clamped(_ value: Double, _ size: Int) -> Int {
            max(0, min(size - 1, Int((value * Double(size)).rounded(.down))))
        }
        let matrix = rules.calibration
        if matrix == [1, 0, 0, 0, 1, 0] {
            // Whole numbers, so that a panel with the screen's own range gives exactly the screen's pixels.
            let x = (slot.x - rangeX.minimum) * rules.width / (rangeX.maximum - rangeX.minimum + 1)
            let y = (slot.y - rangeY.minimum) * rules.height / (rangeY.maximum - rangeY.minimum + 1)
            return (max(0, min(rules.width - 1, x)), max(0, min(rules.height - 1, y)))
        }
        let (x, y) = (part(slot.x, rangeX), part(slot.y, rangeY))
        return (
            clamped(matrix[0] * x + matrix[1] * y + matrix[2], rules.width),
            clamped(matrix[3] * x + matrix[4] * y + matrix[5], rules.height)
        )
    }
}
