import Display
import TerminalLink
import Testing
import Touch

@testable import Terminal

@Suite struct PressTests {
    private static let ms = 1000
    private let next = Target(action: .control(.next), frame: Rect(x: 0, y: 0, width: 100, height: 100))
    private let back = Target(action: .control(.back), frame: Rect(x: 200, y: 0, width: 100, height: 100))

    private func page(_ targets: [Target], subject: String = "a") -> Page {
        var page = Page()
        page.targets = targets
        page.subject = subject
        return page
    }

    private func press(_ page: Page, deadTimeMs: Int = 300) -> Press {
        var press = Press(deadTimeMs: deadTimeMs)
        press.changed(to: page, at: 0)
        return press
    }

    private func event(_ phase: ContactEvent.Phase, _ x: Int, at: Int, contact: Int = 1) -> ContactEvent {
        ContactEvent(at: at * Self.ms, contact: contact, phase: phase, x: x, y: 50)
    }

    @Test func `a touch that begins and ends on a control is its act, and it looks pressed meanwhile`() {
        let page = page([next, back])
        var press = press(page)
        #expect(press.handle(event(.down, 50, at: 400), on: page) == .nothing)
        #expect(press.pressed(in: page, at: 400_000) == 0)
        #expect(press.handle(event(.up, 60, at: 450), on: page) == .act(.control(.next)))
    }

    @Test func `a finger that slides to another control or off does nothing`() {
        let page = page([next, back])
        for end in [250, 150] {
            var press = press(page)
            _ = press.handle(event(.down, 50, at: 400), on: page)
            _ = press.handle(event(.move, end, at: 420), on: page)
            #expect(press.pressed(in: page, at: 420_000) == nil)
            #expect(press.handle(event(.up, end, at: 450), on: page) == .nothing)
        }
    }

    @Test func `sliding off and back counts again`() {
        let page = page([next])
        var press = press(page)
        _ = press.handle(event(.down, 50, at: 400), on: page)
        _ = press.handle(event(.move, 150, at: 420), on: page)
        _ = press.handle(event(.move, 50, at: 430), on: page)
        #expect(press.pressed(in: page, at: 430_000) == 0)
        #expect(press.handle(event(.up, 50, at: 450), on: page) == .act(.control(.next)))
    }

    @Test func `a control that appeared is dead for a while; one that stays where it is, is not`() {
        let first = page([next])
        var press = press(first)
        press.changed(to: page([next, back]), at: 1000 * Self.ms)
        let both = page([next, back])
        #expect(press.handle(event(.down, 250, at: 1299), on: both) == .nothing)
        #expect(press.handle(event(.up, 250, at: 1400), on: both) == .nothing)
        _ = press.handle(event(.down, 50, at: 1410), on: both)
        #expect(press.handle(event(.up, 50, at: 1450), on: both) == .act(.control(.next)))
        _ = press.handle(event(.down, 250, at: 1460), on: both)
        #expect(press.handle(event(.up, 250, at: 1500), on: both) == .act(.control(.back)))
    }

    @Test func `the same control on a screen about something else is a new one`() {
        var press = press(page([next]))
        let other = page([next], subject: "b")
        press.changed(to: other, at: 1000 * Self.ms)
        #expect(press.handle(event(.down, 50, at: 1100), on: other) == .nothing)
        #expect(press.pressed(in: other, at: 1100 * Self.ms) == nil)
    }

    @Test func `a screen that changes under the finger takes the press away unless the control stays`() {
        let old = page([next, back])
        for (new, outcome) in [
            (page([next]), Press.Outcome.act(.control(.next))), (page([next], subject: "b"), .nothing),
        ] {
            var press = press(old, deadTimeMs: 0)
            _ = press.handle(event(.down, 50, at: 10), on: old)
            press.changed(to: new, at: 20 * Self.ms)
            #expect(press.handle(event(.up, 50, at: 50), on: new) == outcome)
        }
    }

    @Test func `a second finger and a cancelled one do nothing`() {
        let page = page([next, back])
        var press = press(page)
        _ = press.handle(event(.down, 50, at: 400), on: page)
        #expect(press.handle(event(.down, 250, at: 410, contact: 2), on: page) == .nothing)
        #expect(press.handle(event(.up, 250, at: 420, contact: 2), on: page) == .nothing)
        #expect(press.handle(event(.cancel, 50, at: 430), on: page) == .nothing)
        #expect(press.pressed(in: page, at: 430_000) == nil)
    }
}
