import TerminalLink
import Testing

@testable import Terminal

@Suite struct KioskTests {
    @Test func `the shipped words are whole in every language`() throws {
        let kiosk = try Kiosk(folder: kioskFolder)
        #expect(kiosk.strings.check() == [])
        #expect(kiosk.strings.languages == ["en", "es", "fr", "ja", "ru", "zh-Hans", "zh-Hant"])
    }

    @Test(arguments: [
        "refusal.noBooking", "refusal.otherDay", "refusal.alreadyPassed", "refusal.alreadySeated",
        "refusal.expiredCard",
        "refusal.notYetValid", "refusal.unreadableCard", "refusal.notAnIDCard", "refusal.hallFull", "refusal.closed",
        "refusal.programmeIncomplete", "refusal.notEligible.exempt", "refusal.notEligible.twoYears",
        "refusal.notEligible.revoked", "refusal.notEligible.studyIncomplete", "refusal.notEligible.licenceExpired",
        "refusal.notEligible.factMissing", "refusal.notEligible.waiting", "refusal.wrongSeat", "refusal.wrongCard",
        "next.askCounter", "next.waitForSeat", "next.comeOn", "next.tryAgain", "next.goToSeat", "next.renewCard",
        "interlock.disk", "interlock.journal", "interlock.bank", "interlock.clock", "interlock.seat",
        "interlock.recorder", "interlock.examiner", "interlock.hours", "paused.examiner", "paused.interrupted",
        "paused.cardRemoved", "problem.bank", "problem.journal", "problem.touch", "problem.display",
        "problem.noDaemon", "reason.first", "reason.restore", "reason.foreign", "reason.military", "reason.full12",
        "examiner.waived", "examiner.waiting", "examiner.signed", "signature.statement",
    ])
    func `what the hall says has words`(_ key: String) throws {
        let kiosk = try Kiosk(folder: kioskFolder)
        for language in kiosk.strings.languages { #expect(kiosk.strings.text(key, language: language) != key) }
    }

    @Test func `a missing key, a strange key, a lost placeholder and empty words are found`() {
        let catalog = StringCatalog(texts: [
            "zh-Hans": ["a": "一 {n}", "b": "二", "c": "三"], "en": ["a": "one {m}", "c": "", "d": "four"],
        ])
        #expect(
            catalog.check() == [
                "en.json: \"a\" has placeholders {m}, should have {n}", "en.json: \"b\" is missing",
                "en.json: \"c\" is empty", "en.json: \"d\" is in no other language",
            ])
    }

    @Test func `placeholders are filled, and only those that are known`() {
        let catalog = StringCatalog(texts: ["zh-Hans": ["a": "{x} 与 {y} 与 {x}", "b": "{不是}"]])
        #expect(catalog.text("a", ["x": "1", "y": "{x}"], language: "zh-Hans") == "1 与 {x} 与 1")
        #expect(catalog.text("b", ["x": "1"], language: "zh-Hans") == "{不是}")
        #expect(catalog.text("unknown", language: "zh-Hans") == "unknown")
        #expect(catalog.text("a", ["x": "1", "y": "2"], language: "zh-Hant") == "1 与 2 与 1")
    }

    /// Text is only ever drawn in a tone's ink or muted ink on that tone's fill.
    @Test(arguments: ThemeName.allCases) func `every text stands out seven to one`(_ name: ThemeName) throws {
        let theme = try Kiosk(folder: kioskFolder).theme
        for tone in Tone.allCases {
            let colors = theme.colors(tone, in: name)
            #expect(colors.ink.contrast(with: colors.fill) >= 7, "\(name) \(tone) ink")
            #expect(colors.muted.contrast(with: colors.fill) >= 7, "\(name) \(tone) muted")
        }
    }

    @Test func `contrast is measured as WCAG does`() {
        let black = Color(red: 0, green: 0, blue: 0)
        let white = Color(red: 255, green: 255, blue: 255)
        let gray = Color(red: 118, green: 118, blue: 118)
        #expect(black.contrast(with: white) == 21)
        #expect(white.contrast(with: gray) > 4.5 && white.contrast(with: gray) < 4.6)
    }
}
