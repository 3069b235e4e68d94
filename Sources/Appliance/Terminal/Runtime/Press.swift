import Display
import Touch

/// Which control a finger is on, and when letting go counts; pure.
///
///     1. down on a live control                          it looks pressed
///     2. down elsewhere, or on a control still dead      nothing, until that finger lifts
///     3. the finger leaves the control                   it looks ordinary; coming back, pressed again
///     4. up on the control it went down on               the act
///     5. up elsewhere, cancel                            nothing
///     6. a second finger                                 nothing
///     7. the screen changes under the finger             goes on if the same control stands in the same
///                                                        place and the screen is about the same thing
struct Press {
    enum Outcome: Hashable {
        case nothing
        case act(Action)
        /// A stroke begins, goes on or ends at a place on the screen.
        case stroke(ContactEvent)
    }

    private struct Held {
        var contact: Int
        var target: Target
        var inside: Bool
    }

    /// How long an act looks pressed while its answer is under way.
    private static let answerMs = 400

    private let deadTimeMs: Int
    private var subject = ""
    private var liveFrom: [Target: Int] = [:]
    private var held: Held?
    private var answering: (target: Target, until: Int)?

    init(deadTimeMs: Int) { self.deadTimeMs = deadTimeMs }

    /// The control that looks pressed.
    func pressed(in page: Page, at: Int) -> Int? {
        let target =
            held.flatMap { $0.inside ? $0.target : nil } ?? answering.flatMap { at < $0.until ? $0.target : nil }
        guard let target, target.action != .draw else { return nil }
        return page.targets.firstIndex(of: target)
    }

    /// The screen is another one now: what appeared is dead for a while.
    mutating func changed(to page: Page, at: Int) {
        answering = nil
        let same = page.subject == subject
        var live: [Target: Int] = [:]
        for target in page.targets { live[target] = (same ? liveFrom[target] : nil) ?? at + deadTimeMs * 1000 }
        liveFrom = live
        subject = page.subject
        if let held, !same || live[held.target] == nil { self.held = nil }
    }

    mutating func handle(_ event: ContactEvent, on page: Page) -> Outcome {
        switch event.phase {
        case .down:
            guard held == nil else { return .nothing }
            guard let target = page.targets.last(where: { $0.frame.contains(x: event.x, y: event.y) }),
                let live = liveFrom[target], event.at >= live
            else { return .nothing }
            answering = nil
            held = Held(contact: event.contact, target: target, inside: true)
            return target.action == .draw ? .stroke(event) : .nothing
        case .move:
            guard var held, held.contact == event.contact else { return .nothing }
            if held.target.action == .draw { return .stroke(event) }
            held.inside = held.target.frame.contains(x: event.x, y: event.y)
            self.held = held
            return .nothing
        case .up, .cancel:
            guard let held, held.contact == event.contact else { return .nothing }
            self.held = nil
            if held.target.action == .draw { return .stroke(event) }
            guard event.phase == .up, held.target.frame.contains(x: event.x, y: event.y) else { return .nothing }
            answering = (held.target, event.at + Self.answerMs * 1000)
            return .act(held.target.action)
        }
    }
}
