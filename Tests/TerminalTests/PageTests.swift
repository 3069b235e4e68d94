import Display
import Glibc
import TerminalLink
import Testing

@testable import Terminal

/// Every screen, in every language, on every panel.
@Suite struct PageTests {
    @Test(arguments: Panel.all, ["zh-Hans", "en", "ar"])
    func `controls are large enough, apart from each other and on the screen`(_ panel: Panel, _ language: String) throws
    {
        let renderer = try makeRenderer(panel)
        for (name, scene) in GallerySamples(language: language, picture: "none").scenes() {
            let page = renderer.layOut(scene, at: someMoment)
            // A hundred cells of 20 mm have no room on the smaller panels: there they are as large as they can be.
            let least = name.hasPrefix("overview") ? 14.0 : PageBuilder.touchable
            for (index, target) in page.targets.enumerated() {
                let frame = target.frame
                #expect(
                    frame.intersection(renderer.metrics.bounds) == frame, "\(name): \(target.action) is off the screen")
                if target.action == .draw { continue }
                #expect(
                    min(frame.width, frame.height) >= renderer.metrics.px(least) - 1,
                    "\(name): \(target.action) is small")
                for other in page.targets[(index + 1)...] {
                    #expect(!frame.intersects(other.frame), "\(name): \(target.action) and \(other.action) overlap")
                }
            }
        }
    }

    @Test(arguments: Panel.all, ["zh-Hans", "en", "ar"])
    func `every mark stands on the screen, and type is never under four millimetres`(
        _ panel: Panel, _ language: String
    ) throws {
        let renderer = try makeRenderer(panel)
        for (name, scene) in GallerySamples(language: language, picture: "none").scenes() {
            let page = renderer.layOut(scene, at: someMoment)
            for mark in page.marks {
                #expect(mark.frame.intersection(renderer.metrics.bounds) == mark.frame, "\(name): \(mark.kind)")
                guard case .text(let key, _) = mark.kind else { continue }
                // What had to shrink to stand on one line may come a little below.
                #expect(key.style.size >= renderer.metrics.px(Em.small * 0.7) - 1, "\(name): \(key.string)")
            }
        }
    }

    @Test func `the primary act is at the bottom right, and at the bottom left where scripts run leftwards`() throws {
        let renderer = try makeRenderer()
        for (language, right) in [("zh-Hans", true), ("ar", false)] {
            let scene = GallerySamples(language: language, picture: "none").scenes().first {
                $0.name == "question-single"
            }!
            let page = renderer.layOut(scene.scene, at: someMoment)
            let next = try #require(page.targets.first { $0.action == .control(.next) })
            #expect((next.frame.right > renderer.metrics.width * 9 / 10) == right)
            #expect(next.frame.bottom > renderer.metrics.height * 9 / 10)
        }
    }

    @Test func `without a way back, next waits for an answer and says so`() throws {
        let renderer = try makeRenderer()
        func next(_ scene: Scene) -> Bool {
            renderer.layOut(scene, at: someMoment).targets.contains { $0.action == .control(.next) }
        }
        #expect(!next(questionScene()))
        #expect(next(questionScene(chosen: 1)))
        #expect(next(questionScene(chosen: 1, committed: true, verdict: .wrong)))
    }

    /// What the hall waits for in each phase of an exam; without the control the seat would stand there for good.
    @Test func `every screen that waits for the candidate has the control that goes on`() throws {
        let renderer = try makeRenderer()
        let wanted: [String: Control] = [
            "early-fail": .continueExam, "submit": .submit, "ended": .confirm, "ended-time-up": .confirm,
            "result-passed": .confirm, "result-failed": .confirm, "farewell": .confirm, "overview": .back,
        ]
        let scenes = GallerySamples(language: "en", picture: "none").scenes()
        for (name, control) in wanted {
            let scene = try #require(scenes.first { $0.name == name }?.scene)
            #expect(
                renderer.layOut(scene, at: someMoment).targets.contains { $0.action == .control(control) }, "\(name)")
        }
    }

    @Test func `nobody leaves before the slip is there`() throws {
        let scene = Scene(
            revision: 1, language: "en", seat: 2,
            screen: .farewell(
                .init(passed: true, score: 93, slip: false, received: true, examiner: Message("examiner.waived"))))
        #expect(
            !(try makeRenderer().layOut(scene, at: someMoment).targets.contains { $0.action == .control(.confirm) }))
    }

    @Test func `a final answer cannot be touched any more`() throws {
        let page = try makeRenderer().layOut(questionScene(chosen: 1, committed: true), at: someMoment)
        #expect(!page.targets.contains { if case .control(.option) = $0.action { true } else { false } })
    }

    @Test func `choosing an option repaints its row and the saved mark, not the page`() throws {
        let renderer = try makeRenderer(Panel.all[2])
        let before = questionScene(chosen: 1, saved: .saved)
        _ = renderer.show(renderer.layOut(before, at: someMoment))
        let damage = renderer.show(
            renderer.layOut(questionScene(revision: 2, chosen: 2, saved: .saved), at: someMoment))
        let area = damage.reduce(0) { $0 + $1.width * $1.height }
        #expect(!damage.isEmpty)
        #expect(area < 1920 * 1080 / 4)
    }

    @Test func `a second passing repaints the time alone`() throws {
        let renderer = try makeRenderer()
        let scene = questionScene(until: 100_000_000)
        let first = renderer.layOut(scene, at: someMoment)
        _ = renderer.show(first)
        let later = Moment(boot: someMoment.boot + 1_000_000, timeOfDay: "09:41")
        let damage = renderer.show(renderer.layOut(scene, at: later))
        #expect(damage.count == 1)
        #expect(damage.allSatisfy { first.clockFrame.intersection($0) == $0 })
    }

    @Test func `less than a minute is said in words`() throws {
        let renderer = try makeRenderer()
        func words(_ until: Int) -> Bool {
            renderer.layOut(questionScene(until: until), at: someMoment).marks.contains {
                if case .text(let key, _) = $0.kind { key.string == "不到一分钟" } else { false }
            }
        }
        #expect(!words(someMoment.boot + 61_000_000))
        #expect(words(someMoment.boot + 60_000_000))
    }

    /// The largest difference between two pictures in any channel, and where it is.
    ///
    /// Cairo rounds the edges of a path at a clip's border a little differently; a mark that was forgotten or cut
    /// differs by whole colours.
    private func difference(_ a: ScreenRenderer, _ b: ScreenRenderer) -> (most: Int, row: Int) {
        let (first, second) = (a.canvas.pixels, b.canvas.pixels)
        if memcmp(first.baseAddress!, second.baseAddress!, first.count) == 0 { return (0, 0) }
        var found = (most: 0, row: 0)
        for index in 0..<first.count where first[index] != second[index] && index % 4 != 3 {
            let by = abs(Int(first[index]) - Int(second[index]))
            if by > found.most { found = (by, index / a.canvas.geometry.stride) }
        }
        return found
    }

    /// Painting only what differs must give the pixels that painting everything gives.
    @Test(arguments: ["zh-Hans", "ar"]) func `damage covers every difference`(_ language: String) throws {
        let panel = Panel(width: 640, height: 480, size: PanelSize(widthMM: 304, heightMM: 228))
        let renderer = try makeRenderer(panel)
        let fresh = try makeRenderer(panel)
        let samples = GallerySamples(language: language, picture: "none").scenes()
        for (index, (name, scene)) in samples.enumerated() {
            let page = renderer.layOut(scene, at: someMoment)
            // Every third screen with a finger on its first control, as it may be when the next scene comes.
            let pressed = index % 3 == 0 && !page.targets.isEmpty ? 0 : nil
            _ = renderer.show(page, pressed: pressed)
            _ = fresh.show(fresh.layOut(scene, at: someMoment), pressed: pressed)
            _ = fresh.repaint()
            let found = difference(renderer, fresh)
            #expect(found.most <= 8, "\(name) differs in row \(found.row)")
        }
    }

    @Test func `a signature growing repaints only its new ink, with the pixels of the whole`() throws {
        let panel = Panel(width: 640, height: 480, size: PanelSize(widthMM: 304, heightMM: 228))
        let renderer = try makeRenderer(panel)
        let scene = GallerySamples(language: "en", picture: "none").scenes().first { $0.name == "signature" }!.scene
        var strokes = [[100, 100, 120, 110, 140, 130, 160, 150]]
        _ = renderer.show(renderer.layOut(scene, at: someMoment, strokes: strokes))
        for point in stride(from: 170, to: 400, by: 10) {
            if point % 50 == 0 { strokes.append([point, 200]) } else { strokes[strokes.count - 1] += [point, 160] }
            let damage = renderer.show(renderer.layOut(scene, at: someMoment, strokes: strokes))
            #expect(damage.reduce(0) { $0 + $1.width * $1.height } < 640 * 480 / 4)
        }
        let fresh = try makeRenderer(panel)
        _ = fresh.show(fresh.layOut(scene, at: someMoment, strokes: strokes))
        #expect(difference(renderer, fresh).most <= 8)
    }

    @Test func `long items fit or are named with how far they got`() throws {
        let fit = ScreenFit(kiosk: try Kiosk(folder: kioskFolder))
        func sample(_ kind: Screen.QuestionKind, _ stem: String, _ options: [String], _ explanation: String)
            -> QuestionSample
        {
            QuestionSample(
                language: "zh-Hans", kind: kind, stem: stem, options: options, explanation: explanation, area: "法律",
                picture: PictureReference(digest: "", alternative: "路"))
        }
        let short = sample(.judge, "可以。", ["", ""], "就是可以。")
        #expect(fit.misfits(short) == [])
        #expect(fit.explanationMisfits(short) == [])
        let endless = String(repeating: "这道题目没有尽头。", count: 160)
        let long = sample(.single, endless, ["甲", "乙", "丙", "丁"], endless)
        #expect(fit.misfits(long).count == 3)
        #expect(fit.explanationMisfits(long).count == 3)
        #expect(fit.misfits(long).allSatisfy { $0.description.contains("does not fit") })
        #expect(fit.unknownCharacters("普通话 English", language: "zh-Hans") == [])
        #expect(fit.unknownCharacters("普通\u{10FFF0}话\u{10FFF0}", language: "zh-Hans") == ["\u{10FFF0}"])
    }

    @Test func `what fits in the normal size fits in all, what does not fits in none`() throws {
        let fit = ScreenFit(kiosk: try Kiosk(folder: kioskFolder))
        var found: Set<Bool> = []
        for words in stride(from: 10, through: 130, by: 20) {
            let text = Array(repeating: "перекрёсток", count: words).joined(separator: " ")
            let sample = QuestionSample(
                language: "ru", kind: .single, stem: text, options: ["Да", "Нет", "Пожалуй", "Никогда"],
                explanation: text, area: "Право", picture: PictureReference(digest: "", alternative: "знак"))
            for panel in ScreenFit.panels {
                let metrics = Metrics(width: panel.width, height: panel.height, panel: panel.size)
                let fits = TextSize.allCases.map { fit.scale(of: sample, textSize: $0, metrics) >= 1 }
                #expect(Set(fits).count == 1)
                found.formUnion(fits)
            }
        }
        #expect(found == [true, false])
    }

    @Test func `a question is drawn as a seat shows it, and its explanation after the end`() throws {
        let preview = QuestionPreview(kiosk: try Kiosk(folder: kioskFolder), width: 1024, height: 768)
        let sample = QuestionSample(
            language: "en", kind: .single, stem: "Which?", options: ["This", "That"], explanation: "That one.",
            area: "Law", picture: nil)
        let mark: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
        let question = preview.question(sample, textSize: .normal)
        let explanation = preview.explanation(sample, textSize: .normal)
        #expect(question.starts(with: mark) && explanation.starts(with: mark))
        #expect(question != explanation)
        #expect(question != preview.question(sample, textSize: .largest))
        #expect(question == preview.question(sample, textSize: .normal))
    }
}
