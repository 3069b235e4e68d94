import CenterLink
import CivilTime
import Exam
import Packages
import Platform
import QuestionBank
import TerminalLink

/// Turns what a seat is doing with its candidate into what its screen shows.
///
/// A pure function but for reading the bank's texts: the same values give the same scene in the hall and, years later, in a
/// replay.
struct SeatScenes {
    let bank: BankTexts

    /// The scene of a seat with a candidate.
    ///
    /// - Parameters:
    ///   - attempt: as it stood after the entry that the showing names.
    ///   - clock: of a running exam.
    /// - Throws: what keeps the bank's texts from being read.
    func scene(_ showing: Showing, of attempt: Attempt, person: BookedPerson, seat: SeatID, clock: ExamClock) throws
        -> Scene
    {
        if let fault = showing.fault { return scene(showing, of: attempt, seat: seat, fault: fault) }
        let (header, screen) = try screen(showing, of: attempt, person: person, clock: clock)
        return Self.scene(showing, of: attempt, seat: seat, header: header, screen: screen)
    }

    /// What stands there when nothing of the attempt can be shown.
    func scene(_ showing: Showing, of attempt: Attempt, seat: SeatID, fault: Screen.OutOfOrder) -> Scene {
        Self.scene(showing, of: attempt, seat: seat, header: nil, screen: .outOfOrder(fault))
    }

    private static func scene(
        _ showing: Showing, of attempt: Attempt, seat: SeatID, header: Header?, screen: Screen
    ) -> Scene {
        Scene(
            revision: showing.revision, language: (showing.language ?? attempt.language).rawValue,
            textSize: showing.textSize ?? .normal, theme: showing.theme ?? .day, seat: seat.number, header: header,
            screen: screen)
    }

    private func screen(_ showing: Showing, of attempt: Attempt, person: BookedPerson, clock: ExamClock) throws -> (
        Header, Screen
    ) {
        let language = showing.language ?? attempt.language
        let view = showing.view ?? .main
        let programme = bank.programmeName(attempt.opened.programme, language)
        var header = Header(candidate: maskedName(person.name), programme: programme)
        if attempt.awaitsProof || attempt.phase == .opened {
            let languages = attempt.awaitsProof ? [] : bank.languages(of: attempt.opened)
            return (
                header,
                .greeting(
                    .init(
                        candidate: maskedName(person.name), sex: person.sex?.rawValue, document: person.number,
                        programme: programme, vehicleClass: attempt.opened.vehicleClass.rawValue,
                        reason: Message("reason.\(attempt.opened.reason.rawValue)"),
                        attemptNumber: attempt.opened.attemptNumber, wantsCard: showing.wantsCard ?? false,
                        problem: showing.problem, languages: languages.map(\.rawValue), goesOn: attempt.awaitsProof))
            )
        }
        switch attempt.phase {
        case .opened, .verified, .ready:
            if let tutorial = showing.tutorial { return (header, tutorial.screen) }
            return (header, .rules(try rules(of: attempt)))
        case .running:
            header.clock = clock
            header.saved = attempt.answer(to: attempt.current).isEmpty ? .nothing : .saved
            if attempt.earlyFailOpen {
                return (header, .earlyFail(.init(wrong: attempt.wrongSoFar, allowed: attempt.allowedWrong)))
            }
            switch view {
            case .overview: return (header, .overview(overview(of: attempt)))
            case .submit: return (header, .submit(submit(of: attempt)))
            case .languages:
                return (header, .languages(.init(languages: bank.languages(ofPaperOf: attempt).map(\.rawValue))))
            case .main, .score, .signature: return (header, .question(try question(of: attempt, language: language)))
            }
        case .paused:
            header.clock = .stopped(remaining: showing.left ?? attempt.remainingMs)
            return (header, .paused(.init(reason: Message("paused.\((attempt.pause ?? .examiner).rawValue)"))))
        case .ended:
            return (header, .ended(.init(by: .init(attempt.ended?.by ?? .submitted))))
        case .scored:
            guard let scored = attempt.scored, let ended = attempt.ended else { return (header, .reading) }
            switch view {
            case .signature:
                return (
                    header,
                    .signature(
                        .init(
                            statement: Message(
                                "signature.statement", ["score": String(scored.score), "full": String(scored.full)])))
                )
            case .score:
                return (header, .result(try result(of: attempt, scored: scored, ended: ended, language: language)))
            case .main, .overview, .submit, .languages:
                // A submission was the candidate's own act; the other ends are told before the score.
                if ended.by == .submitted {
                    return (header, .result(try result(of: attempt, scored: scored, ended: ended, language: language)))
                }
                return (header, .ended(.init(by: .init(ended.by))))
            }
        case .signed, .issued, .left:
            return (
                header,
                .farewell(
                    .init(
                        passed: attempt.scored?.passed ?? false, score: attempt.scored?.score ?? 0,
                        slip: attempt.slipDigest != nil, received: showing.farewell?.received ?? false,
                        examiner: Message("examiner.waived"),
                        next: showing.farewell?.next.map { bank.programmeName($0, language) },
                        note: showing.farewell?.note))
            )
        }
    }

    /// The version of the rules' wording, counted up whenever a line changes its meaning.
    static let rulesVersion = 1

    private func rules(of attempt: Attempt) throws -> Screen.Rules {
        let programme = try bank.programme(attempt.opened.programme)
        let policies = programme.policies
        let minutes = programme.minutes * (100 + attempt.opened.extraTimePercent) / 100
        func count(_ kind: ItemKind) -> String { String(programme.kinds[kind] ?? 0) }
        var lines = [
            Message(
                "rules.questions", ["questions": String(programme.questions), "points": String(programme.pointsEach)]),
            (programme.kinds[.multi] ?? 0) > 0
                ? Message("rules.kinds", ["judge": count(.judge), "single": count(.single), "multi": count(.multi)])
                : Message("rules.kindsTwo", ["judge": count(.judge), "single": count(.single)]),
            Message("rules.time", ["minutes": String(minutes)]),
            Message("rules.pass", ["passMark": String(programme.passMark), "full": String(programme.full)]),
        ]
        if policies.commitOnNext { lines.append(Message("rules.commit")) }
        if policies.goingBack { lines.append(Message("rules.goingBack")) }
        if policies.feedback == .verdict { lines.append(Message("rules.verdict")) }
        if policies.earlyFail != .off {
            lines.append(Message("rules.earlyFail", ["allowed": String(programme.maxWrong)]))
        }
        lines += [Message("rules.silence"), Message("rules.phone"), Message("rules.help"), Message("rules.power")]
        return Screen.Rules(lines: lines, version: Self.rulesVersion, mayTry: true)
    }

    private func question(of attempt: Attempt, language: LanguageTag) throws -> Screen.Question {
        guard let started = attempt.started else { preconditionFailure("a question before the start") }
        let number = attempt.current
        let place = started.paper.items[number - 1]
        let item = try bank.item(place.item)
        let chosen = Set(attempt.answer(to: number))
        let kind = attempt.kind(of: number)
        let text = try bank.text(of: item, language)
        let options = place.options.map { option in
            Screen.Option(
                number: option, text: kind == .judge ? "" : text.options[option] ?? "", chosen: chosen.contains(option))
        }
        let tells = started.policies.feedback == .verdict
        return Screen.Question(
            number: number, total: attempt.total, kind: .init(kind), stem: text.stem, options: options,
            picture: item.picture.map { bank.reference(to: $0, language) },
            flagged: attempt.flagged.contains(number), answered: attempt.answeredCount,
            goingBack: started.policies.goingBack, committed: attempt.committed.contains(number),
            verdict: tells ? attempt.verdicts[number].map { $0 ? .right : .wrong } : nil,
            wrong: tells ? attempt.wrongSoFar : nil,
            mayChooseLanguage: bank.offersLanguages(forPaperOf: attempt))
    }

    private func overview(of attempt: Attempt) -> Screen.Overview {
        Screen.Overview(
            cells: (1...attempt.total).map {
                .init(answered: !attempt.answer(to: $0).isEmpty, flagged: attempt.flagged.contains($0))
            },
            current: attempt.current, mayGoTo: attempt.started?.policies.goingBack ?? false)
    }

    private func submit(of attempt: Attempt) -> Screen.Submit {
        Screen.Submit(
            total: attempt.total, unanswered: (1...attempt.total).filter { attempt.answer(to: $0).isEmpty },
            flagged: attempt.flagged.sorted(),
            mayReturn: !(attempt.started?.policies.commitOnNext == true && attempt.committed.contains(attempt.total)))
    }

    /// How many explanations an area shows: the screen does not scroll.
    private static let explanationsPerArea = 2

    private func result(
        of attempt: Attempt, scored: AttemptEntry.Scored, ended: AttemptEntry.Ended, language: LanguageTag
    ) throws -> Screen.ExamResult {
        // Only what was answered has been on the screen; a question that nobody saw stays shut.
        let wrong = scored.wrong.filter { !attempt.answer(to: $0).isEmpty }
            .compactMap { attempt.paper?.items[$0 - 1].item }
        let weak = try scored.areas.filter { $0.wrong > 0 }.sorted { $0.wrong > $1.wrong }.map { area in
            Screen.WeakArea(
                name: bank.areaName(area.area, language), wrong: area.wrong, total: area.total,
                explanations: try wrong.filter { bank.area(of: $0) == area.area }.prefix(Self.explanationsPerArea)
                    .map { try bank.text(of: try bank.item($0), language).explanation })
        }
        return Screen.ExamResult(
            score: scored.score, full: scored.full, passMark: scored.passMark, passed: scored.passed,
            by: .init(ended.by), weakAreas: weak)
    }
}

extension Screen.EndReason {
    init(_ reason: AttemptEntry.EndReason) {
        switch reason {
        case .submitted: self = .submitted
        case .timeUp: self = .timeUp
        case .earlyFail: self = .earlyFail
        case .voided: self = .voided
        }
    }
}

extension Screen.QuestionKind {
    init(_ kind: ItemKind) {
        switch kind {
        case .judge: self = .judge
        case .single: self = .single
        case .multi: self = .multi
        }
    }
}
