import TerminalLink

/// Sample scenes: ordinary ones, and each screen at its fullest.
struct GallerySamples {
    let language: String
    let picture: String
    /// Those of the shipped bank.
    private static let languages = ["zh-Hans", "en", "zh-Hant", "ru", "ja", "fr", "es"]

    private var texts: GalleryTexts { GalleryTexts.of(language) }

    private func scene(
        _ screen: Screen, header: Bool = true, size: TextSize = .normal, theme: ThemeName = .day,
        clock: ExamClock = .running(until: 1_000_000 + 1_623_000_000), saved: SavedState = .saved, seat: Int? = 3
    ) -> Scene {
        Scene(
            revision: 1, language: language, textSize: size, theme: theme, seat: seat,
            header: header
                ? Header(candidate: texts.candidate, programme: texts.programme, clock: clock, saved: saved) : nil,
            screen: screen)
    }

    func scenes() -> [(name: String, scene: Scene)] { before() + questions() + trials() + after() }

    private func before() -> [(name: String, scene: Scene)] {
        let open = Screen.idle(.init(role: .seat))
        let closed: [Message] = [
            Message("interlock.bank"), Message("interlock.recorder"), Message("interlock.examiner"),
        ]
        func greeting(card: Bool, problem: Message? = nil, goesOn: Bool = false) -> Screen {
            .greeting(
                .init(
                    candidate: texts.candidate, sex: "male", document: "1101**********001X",
                    programme: texts.programme, vehicleClass: "C1", reason: Message("reason.restore"), attemptNumber: 1,
                    wantsCard: card, problem: problem, languages: goesOn ? [] : Self.languages, goesOn: goesOn))
        }
        let rules = [
            "questions", "time", "pass", "kinds", "commit", "verdict", "earlyFail", "silence", "phone", "help",
            "leaving", "power",
        ]
        let values = [
            "minutes": "45", "questions": "100", "points": "1", "passMark": "90", "full": "100", "judge": "40",
            "single": "60", "multi": "0", "allowed": "10",
        ]
        return [
            ("idle-seat", scene(open, header: false)),
            ("idle-seat-practice", scene(.idle(.init(role: .seat, practice: true)), header: false)),
            ("idle-closed", scene(.idle(.init(role: .seat, closed: closed)), header: false)),
            ("idle-check-in", scene(.idle(.init(role: .checkIn, freeSeats: 5)), header: false, seat: nil)),
            ("reading", scene(.reading, header: false, seat: nil)),
            (
                "refused",
                scene(
                    .refused(
                        .init(
                            reason: Message("refusal.otherDay", ["day": "2026-11-25"]),
                            next: Message("next.comeOn", ["day": "2026-11-25"]), code: "checkIn.otherDay")),
                    header: false, seat: nil)
            ),
            (
                "refused-not-eligible",
                scene(
                    .refused(
                        .init(
                            reason: Message("refusal.notEligible.twoYears"), next: Message("next.askCounter"),
                            code: "checkIn.notEligible.twoYears")), header: false, seat: nil)
            ),
            ("assigned", scene(.assigned(.init(candidate: texts.candidate, seat: 3)), header: false, seat: nil)),
            ("greeting", scene(greeting(card: false), header: false)),
            ("greeting-card", scene(greeting(card: true), header: false)),
            ("greeting-wrong-card", scene(greeting(card: true, problem: Message("refusal.wrongCard")), header: false)),
            ("greeting-goes-on", scene(greeting(card: true, goesOn: true), header: false)),
            (
                "rules",
                scene(
                    .rules(.init(lines: rules.map { Message("rules.\($0)", values) }, version: 1, mayTry: true)),
                    saved: .nothing)
            ),
            (
                "rules-largest",
                scene(
                    .rules(.init(lines: rules.map { Message("rules.\($0)", values) }, version: 1)), size: .largest,
                    saved: .nothing)
            ),
        ]
    }

    private func question(
        _ kind: Screen.QuestionKind, number: Int, chosen: Set<Int> = [], picture: Bool = false, goingBack: Bool = false,
        committed: Bool = false, verdict: Screen.Verdict? = nil, wrong: Int? = nil, flagged: Bool = false,
        long: Bool = false
    ) -> Screen {
        let options =
            kind == .judge
            ? ["", ""]
            : kind == .multi
                ? texts.multiOptions : long ? texts.longOptions : picture ? texts.signOptions : texts.options
        let stem =
            kind == .judge
            ? texts.judge : kind == .multi ? texts.multi : long ? texts.long : picture ? texts.sign : texts.single
        return .question(
            .init(
                number: number, total: 100, kind: kind, stem: stem,
                options: options.enumerated().map { index, text in
                    .init(number: index + 1, text: text, chosen: chosen.contains(index + 1))
                },
                picture: picture ? PictureReference(digest: self.picture, alternative: texts.alternative) : nil,
                flagged: flagged, answered: number - 1, goingBack: goingBack, committed: committed, verdict: verdict,
                wrong: wrong,
                mayChooseLanguage: kind != .multi))
    }

    private func questions() -> [(name: String, scene: Scene)] {
        let lastMinute = ExamClock.running(until: 1_000_000 + 42_000_000)
        return [
            ("question-judge", scene(question(.judge, number: 12, wrong: 2), saved: .nothing)),
            ("question-single", scene(question(.single, number: 41, chosen: [2], wrong: 2))),
            ("question-pressed", scene(question(.single, number: 41, chosen: [3], wrong: 2))),
            ("question-picture", scene(question(.single, number: 42, chosen: [1], picture: true, wrong: 2))),
            ("question-multi", scene(question(.multi, number: 95, chosen: [1, 3], wrong: 2))),
            ("question-going-back", scene(question(.single, number: 43, chosen: [4], goingBack: true, flagged: true))),
            (
                "question-wrong",
                scene(question(.single, number: 44, chosen: [1], committed: true, verdict: .wrong, wrong: 3))
            ),
            ("question-last-minute", scene(question(.judge, number: 99, chosen: [1], wrong: 3), clock: lastMinute)),
            ("question-long", scene(question(.single, number: 50, chosen: [3], long: true))),
            ("question-long-picture", scene(question(.single, number: 51, picture: true, long: true))),
            (
                "question-long-picture-largest",
                scene(question(.single, number: 51, picture: true, long: true), size: .largest)
            ),
            ("question-large", scene(question(.single, number: 41, chosen: [2]), size: .large)),
            ("question-largest", scene(question(.single, number: 41, chosen: [2]), size: .largest)),
            ("question-contrast", scene(question(.single, number: 42, chosen: [1], picture: true), theme: .contrast)),
            (
                "question-contrast-wrong",
                scene(
                    question(.judge, number: 44, chosen: [1], committed: true, verdict: .wrong, wrong: 3),
                    theme: .contrast)
            ),
        ]
    }

    private func trials() -> [(name: String, scene: Scene)] {
        func trial(
            _ purpose: Screen.Trial.Purpose, _ screen: Screen, words: String? = nil, explanation: String? = nil,
            size: TextSize = .normal
        ) -> Scene {
            guard case .question(var question) = screen else { preconditionFailure("a trial shows a question") }
            question.total = purpose == .tutorial ? 3 : 10
            var scene = scene(
                .trial(.init(purpose: purpose, question: question, words: words, explanation: explanation, right: [2])),
                header: purpose == .tutorial, size: size, saved: .nothing)
            scene.header?.clock = nil
            return scene
        }
        let explanation = texts.areas[0].1[0]
        let wrong = question(.single, number: 4, chosen: [1], committed: true, verdict: .wrong, wrong: 1, long: true)
        return [
            ("tutorial-judge", trial(.tutorial, question(.judge, number: 1), words: "tutorial.judge")),
            ("tutorial-single", trial(.tutorial, question(.single, number: 2, chosen: [2]), words: "tutorial.single")),
            (
                "practice-start",
                scene(.practiceStart(.init(questions: 10, languages: Self.languages)), header: false)
            ),
            ("practice-question", trial(.practice, question(.single, number: 3, chosen: [2], picture: true))),
            (
                "practice-right",
                trial(
                    .practice, question(.judge, number: 3, chosen: [2], committed: true, verdict: .right, wrong: 0),
                    explanation: explanation)
            ),
            ("practice-wrong-long", trial(.practice, wrong, explanation: explanation)),
            ("practice-wrong-largest", trial(.practice, wrong, explanation: explanation, size: .largest)),
            ("practice-end", scene(.practiceEnd(.init(right: 8, total: 10)), header: false)),
        ]
    }

    private func after() -> [(name: String, scene: Scene)] {
        let cells = (1...100).map { Screen.Cell(answered: $0 < 78 && $0 % 17 != 0, flagged: $0 % 23 == 0) }
        let weak = texts.areas.enumerated().map { index, area in
            Screen.WeakArea(name: area.0, wrong: 4 - index, total: 40 - 9 * index, explanations: area.1)
        }
        func result(_ score: Int, _ passed: Bool, _ areas: [Screen.WeakArea], by: Screen.EndReason = .submitted)
            -> Screen
        {
            .result(.init(score: score, full: 100, passMark: 90, passed: passed, by: by, weakAreas: areas))
        }
        let sign = Screen.signature(.init(statement: Message("signature.statement", ["score": "93", "full": "100"])))
        let done = Message("examiner.waived")
        return [
            ("languages", scene(.languages(.init(languages: Self.languages)))),
            ("overview", scene(.overview(.init(cells: cells, current: 41, mayGoTo: true)))),
            ("overview-50", scene(.overview(.init(cells: Array(cells.prefix(50)), current: 41, mayGoTo: true)))),
            ("submit", scene(.submit(.init(total: 100, unanswered: [], flagged: [], mayReturn: false)))),
            (
                "submit-unanswered",
                scene(
                    .submit(.init(total: 100, unanswered: Array(70...96), flagged: [12, 23, 40], mayReturn: true)))
            ),
            ("early-fail", scene(.earlyFail(.init(wrong: 11, allowed: 10)))),
            ("ended", scene(.ended(.init(by: .submitted)), clock: .stopped(remaining: 402_000))),
            ("ended-time-up", scene(.ended(.init(by: .timeUp)), clock: .stopped(remaining: 0))),
            ("result-passed", scene(result(93, true, []), clock: .stopped(remaining: 402_000))),
            ("result-weak-areas", scene(result(93, true, weak), clock: .stopped(remaining: 402_000))),
            ("result-failed", scene(result(84, false, weak, by: .timeUp), clock: .stopped(remaining: 0))),
            ("result-failed-largest", scene(result(84, false, weak, by: .earlyFail), size: .largest)),
            ("signature", scene(sign, clock: .stopped(remaining: 402_000))),
            ("signature-signed", scene(sign, clock: .stopped(remaining: 402_000))),
            (
                "farewell",
                scene(.farewell(.init(passed: true, score: 93, slip: true, received: true, examiner: done)))
            ),
            (
                "farewell-later",
                scene(.farewell(.init(passed: false, score: 84, slip: true, received: false, examiner: done)))
            ),
            (
                "farewell-next",
                scene(
                    .farewell(
                        .init(
                            passed: true, score: 93, slip: true, received: true, examiner: done,
                            next: texts.programme)))
            ),
            (
                "farewell-make-up",
                scene(
                    .farewell(
                        .init(
                            passed: false, score: 84, slip: true, received: true, examiner: done,
                            note: Message("farewell.makeUp"))))
            ),
            (
                "paused",
                scene(.paused(.init(reason: Message("paused.cardRemoved"))), clock: .stopped(remaining: 1_402_000))
            ),
            (
                "paused-credit",
                scene(.paused(.init(reason: Message("paused.credit"))), clock: .stopped(remaining: 1_402_000))
            ),
            (
                "other-seat",
                scene(.outOfOrder(.init(reason: Message("problem.otherSeat"), code: "SEAT-3-TOUCH")), header: false)
            ),
            (
                "no-other-seat",
                scene(.outOfOrder(.init(reason: Message("problem.noSeat"), code: "SEAT-3-TOUCH")), header: false)
            ),
            (
                "refused-no-other-seat",
                scene(
                    .refused(
                        .init(
                            reason: Message("refusal.noOtherSeat", ["seat": "3"]), next: Message("next.waitForSeat"),
                            code: "R-noOtherSeat")), header: false, seat: nil)
            ),
            (
                "out-of-order",
                scene(.outOfOrder(.init(reason: Message("problem.touch"), code: "touch.lost seat-3")), header: false)
            ),
            (
                "away",
                scene(
                    .outOfOrder(.init(reason: Message("problem.noDaemon"), code: PageBuilder.awayCode)), header: false)
            ),
            (
                "starting",
                scene(.outOfOrder(.init(reason: Message("start.hint"), code: PageBuilder.startingCode)), header: false)
            ),
            (
                "contrast-result", scene(result(84, false, weak), theme: .contrast, clock: .stopped(remaining: 0))
            ),
            ("contrast-greeting", contrastGreeting()),
        ]
    }

    private func contrastGreeting() -> Scene {
        scene(
            .greeting(
                .init(
                    candidate: texts.candidate, sex: "male", document: "1101**********001X",
                    programme: texts.programme, vehicleClass: "C1", reason: Message("reason.foreign"), attemptNumber: 2,
                    wantsCard: false, languages: ["zh-Hans", "en", "ru", "ug", "bo", "mn", "ko"])), header: false,
            theme: .contrast)
    }

    func strokes(_ name: String) -> [[Int]] {
        guard name == "signature-signed" else { return [] }
        return Self.strokes
    }

    private static let strokes = [
        [220, 130, 300, 118, 380, 112, 400, 112], [310, 80, 308, 140, 300, 200, 280, 250, 250, 290, 230, 300],
        [310, 170, 350, 220, 400, 270, 430, 285], [520, 100, 560, 96, 600, 94],
        [560, 60, 558, 130, 552, 220, 560, 290],
        [500, 170, 570, 162, 650, 160], [600, 220, 660, 250, 700, 285],
    ]

    func slip() -> Slip {
        Slip(
            attempt: "attempt/2026-11-22/K1-CAR/0003", language: language,
            lines: [
                SlipLine(label: "slip.candidate", value: texts.candidate),
                SlipLine(label: "slip.document", value: "1101**********001X"),
                SlipLine(label: "slip.programme", value: texts.programme), SlipLine(label: "slip.class", value: "C1"),
                SlipLine(label: "slip.attempt", value: "1"), SlipLine(label: "slip.seat", value: "3"),
                SlipLine(label: "slip.date", value: "2026-11-22"), SlipLine(label: "slip.time", value: "09:12 – 09:41"),
                SlipLine(label: "slip.score", value: "93 / 100"),
                SlipLine(label: "slip.result", value: "93 ≥ 90"),
                SlipLine(label: "slip.bank", value: "kaotai-2026.11 · 5b1e 09c4"),
                SlipLine(label: "slip.fingerprint", value: "3f9c 51d0 8a77 e2b4"),
            ], passed: true, signature: Self.strokes, examiner: "waived",
            jws: String(repeating: "eyJhbGciOiJFZERTQSIsImtpZCI6IkI4", count: 45))
    }
}
