import Exam
import TerminalLink

/// Answers, time and the end, as screens tell them.
extension Model {
    func clock(_ scene: Scene, _ index: Int, machineNow: Int, now: Int) {
        update(index) { sitting in
            sitting.watch?.advance(to: now)
            guard let clock = scene.header?.clock else {
                sitting.watch?.since = nil
                return
            }
            let (remaining, runs) =
                switch clock {
                case .running(let until): ((until - machineNow) / 1000, true)
                case .stopped(let remaining): (remaining, false)
                }
            let budget = (SimulatedBank.rules[sitting.programme]?.minutes ?? 0) * 60_000
            var watch = sitting.watch ?? Sitting.Watch(budgetMs: budget, spentMs: budget - remaining)
            if sitting.watch == nil, abs(remaining - budget) > 1000 {
                fail(.timeIsSpent, "person \(sitting.person) begins with \(remaining) of \(budget) ms")
            }
            let expected = watch.budgetMs - watch.spentMs
            if remaining < expected - 10, remaining > 0 || expected > 250 {
                fail(.timeIsSpent, "person \(sitting.person) lost \(expected - remaining) ms")
            }
            if remaining > max(0, expected) + watch.slackMs + 10 {
                fail(
                    .timeIsSpent,
                    "person \(sitting.person) was given \(remaining - expected) ms, a cut gives \(watch.slackMs)")
            }
            watch.spentMs = watch.budgetMs - remaining
            watch.slackMs = 0
            watch.since = runs ? now : nil
            sitting.watch = watch
        }
    }

    func question(_ question: Screen.Question, header: Header?, _ index: Int) {
        let sitting = sittings[index]
        let who = "person \(sitting.person), question \(question.number)"
        guard let rules = SimulatedBank.rules[sitting.programme] else { return }
        let chosen = question.options.filter(\.chosen).map(\.number).sorted()
        let order = question.options.map(\.number)
        if let stem = sitting.stems[question.number],
            stem.split(separator: ":").last != question.stem.split(separator: ":").last
                || sitting.options[question.number] != order
        {
            fail(.paperStays, "\(who) was \(stem), is \(question.stem)")
        }
        if question.total != rules.questions { fail(.paperStays, "\(who): \(question.total) questions") }
        if question.stem.contains(SimulatedBank.canary)
            || question.options.contains(where: { $0.text.contains(SimulatedBank.canary) })
        {
            fail(.keysStaySealed, "\(who) shows an explanation")
        }
        let allowed = sitting.answers[question.number] ?? [[]]
        if !allowed.contains(chosen) {
            fail(.answersStay, "\(who) is \(chosen), was \(allowed.sorted { $0.count < $1.count })")
        }
        if (header?.saved == .saved) != !chosen.isEmpty {
            fail(.answersStay, "\(who) says \(header?.saved.rawValue ?? "nothing")")
        }
        look(index, question.number, isFlagged: question.flagged)
        if !rules.goingBack, question.number < sitting.lastNumber {
            fail(.progressStays, "\(who) comes after \(sitting.lastNumber)")
        }
        if sitting.final.contains(question.number), !question.committed {
            fail(.progressStays, "\(who) was final")
        }
        verdict(question, chosen, rules, who, index)
        // Answers before this question are final, and so is their count.
        let wrong = sitting.wrongBefore(question.number, isRight)
        let isOut = (rules.questions - wrong) * rules.points < rules.passMark
        if rules.earlyFail == .stop, isOut { fail(.verdictsAreTrue, "\(who) comes after \(wrong) wrong answers") }
        if rules.earlyFail == .prompt, isOut, !sitting.wasAsked {
            fail(.verdictsAreTrue, "\(who) comes unasked after \(wrong) wrong answers")
        }
        update(index) { sitting in
            // The words of another language begin otherwise; the question's name is the same.
            sitting.stems[question.number] = sitting.stems[question.number] ?? question.stem
            sitting.options[question.number] = order
            sitting.answers[question.number] = [chosen]
            sitting.lastNumber = question.number
            if question.committed { sitting.final.insert(question.number) }
        }
        let empty = sittings[index].answers.values.filter { $0 == [[]] }.count
        let certain = sittings[index].answers.values.filter { !$0.contains([]) }.count
        if question.answered < certain || question.answered > sittings[index].answers.count - empty {
            fail(.answersStay, "\(who) counts \(question.answered) answers of \(certain)")
        }
    }

    private func verdict(
        _ question: Screen.Question, _ chosen: [Int], _ rules: SimulatedBank.Rules, _ who: String, _ index: Int
    ) {
        guard let verdict = question.verdict else {
            if rules.verdicts, question.committed { fail(.verdictsAreTrue, "\(who) is final and tells nothing") }
            if let wrong = question.wrong, !rules.verdicts { fail(.keysStaySealed, "\(who) tells \(wrong) wrong ones") }
            return
        }
        if !rules.verdicts || !question.committed {
            fail(.keysStaySealed, "\(who) tells \(verdict.rawValue) of an answer that may be changed")
        }
        let key = sittings[index].stems[question.number] ?? question.stem
        if isRight(key, chosen) != (verdict == .right) {
            fail(.verdictsAreTrue, "\(who) is told to be \(verdict.rawValue)")
        }
        update(index) { $0.verdicts[question.number] = verdict == .right }
    }

    func earlyFail(_ screen: Screen.EarlyFail, _ index: Int) {
        let sitting = sittings[index]
        update(index) { $0.wasAsked = true }
        guard let rules = SimulatedBank.rules[sitting.programme] else { return }
        if (rules.questions - screen.wrong) * rules.points >= rules.passMark || rules.earlyFail != .prompt {
            fail(.verdictsAreTrue, "person \(sitting.person) is asked after \(screen.wrong) wrong answers")
        }
    }

    func look(_ index: Int, _ number: Int, isAnswered: Bool) {
        let allowed = sittings[index].answers[number] ?? [[]]
        let fits = allowed.contains { $0.isEmpty != isAnswered }
        if !fits { fail(.answersStay, "person \(sittings[index].person), question \(number) answered: \(isAnswered)") }
    }

    func look(_ index: Int, _ number: Int, isFlagged: Bool) {
        let allowed = sittings[index].flags[number] ?? [false]
        if !allowed.contains(isFlagged) {
            fail(.answersStay, "person \(sittings[index].person), question \(number) marked: \(isFlagged)")
        }
        update(index) { $0.flags[number] = [isFlagged] }
    }

    func end(_ reason: Screen.EndReason, _ index: Int) {
        let sitting = sittings[index]
        let who = "person \(sitting.person)"
        if let before = sitting.endedBy, before != reason {
            fail(.progressStays, "\(who) ended by \(before), now \(reason)")
        }
        update(index) {
            $0.endedBy = reason
            $0.watch?.since = nil
        }
        switch reason {
        case .timeUp:
            if let watch = sitting.watch, watch.spentMs + watch.slackMs < watch.budgetMs - 250 {
                fail(.timeEnds, "\(who) is out of time after \(watch.spentMs) of \(watch.budgetMs) ms")
            }
        case .submitted: if !sitting.handedIn { fail(.progressStays, "\(who) never handed in") }
        case .earlyFail:
            if SimulatedBank.rules[sitting.programme]?.earlyFail == .off {
                fail(.verdictsAreTrue, "\(who) failed early")
            }
        case .voided: fail(.progressStays, "\(who) shows a voided exam")
        }
    }

    func result(_ result: Screen.ExamResult, _ index: Int) {
        end(result.by, index)
        let sitting = sittings[index]
        guard let rules = SimulatedBank.rules[sitting.programme] else { return }
        let who = "person \(sitting.person)"
        // An answer that was on its way at the end may count or not.
        var least = 0
        var most = 0
        for (number, answers) in sitting.answers {
            guard let stem = sitting.stems[number] else { continue }
            let rights = answers.filter { isRight(stem, $0) == true }.count
            least += rights == answers.count ? 1 : 0
            most += rights > 0 ? 1 : 0
        }
        if result.score < least * rules.points || result.score > most * rules.points {
            fail(
                .scoreIsRight,
                "\(who) has \(result.score) points, a recount \(least * rules.points)...\(most * rules.points)")
        }
        if result.full != rules.questions * rules.points || result.passMark != rules.passMark
            || result.passed != (result.score >= rules.passMark)
        {
            fail(.scoreIsRight, "\(who): \(result.score) of \(result.full) passes: \(result.passed)")
        }
        if let before = sitting.score, before != result.score {
            fail(.scoreIsRight, "\(who): \(before), then \(result.score)")
        }
        update(index) { $0.score = result.score }
    }

    func farewell(_ farewell: Screen.Farewell, _ index: Int) {
        let sitting = sittings[index]
        if let score = sitting.score, score != farewell.score {
            fail(.scoreIsRight, "person \(sitting.person): \(score), then \(farewell.score)")
        }
        if sitting.received, !farewell.received {
            fail(.progressStays, "person \(sitting.person): the receipt is gone")
        }
        if sitting.slip, !farewell.slip { fail(.progressStays, "person \(sitting.person): the slip is gone") }
        update(index) {
            $0.score = farewell.score
            $0.slip = farewell.slip
            $0.received = farewell.received
        }
    }
}
