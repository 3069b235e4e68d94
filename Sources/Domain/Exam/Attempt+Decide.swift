/// What a candidate can do in a running exam.
public enum Act: Hashable, Sendable {
    /// Choose, change or (several answers) unchoose an option by its authored number.
    case choose(Int)
    /// Go on; where the programme commits on "next", this makes the answer final.
    case next
    case previous
    case goTo(Int)
    case flag
    /// Go on after the pass mark went out of reach.
    case goOn
    case submit
}

/// Why an act changes nothing; the scene is shown again.
public enum ActRefusal: Error, Hashable, Sendable {
    case notRunning
    case noSuchOption
    case answerIsFinal
    case goingBackIsOff
    case noSuchQuestion
    /// The programme commits on "next" and nothing is chosen yet.
    case nothingChosen
    /// The question whether to go on must be answered first.
    case earlyFailIsOpen
}

extension Attempt {
    /// What an act at a spent time writes into the journal; nothing for an act that changes nothing.
    ///
    /// - Parameter key: the right options of an item, opened by the scorer; called only for an answer that has just
    ///   become final in a programme that gives verdicts or fails early.
    public func decide<Failed: Error>(
        _ act: Act, spentMs: Int, key: (ItemID) throws(Failed) -> Set<Int>
    ) throws(Failed) -> Result<[AttemptEntry], ActRefusal> {
        guard phase == .running, interruption == nil, let started else { return .failure(.notRunning) }
        if earlyFailOpen {
            switch act {
            case .goOn: return .success([.wentOn] + advance())
            case .submit: return .success([.ended(.init(by: .earlyFail, spentMs: spentMs))])
            default: return .failure(.earlyFailIsOpen)
            }
        }
        let item = started.paper.items[current - 1]
        switch act {
        case .choose(let option): return choose(option, of: item)
        case .next:
            guard started.policies.commitOnNext, !committed.contains(current) else { return .success(advance()) }
            guard !answer(to: current).isEmpty else { return .failure(.nothingChosen) }
            let wantsVerdict = started.policies.feedback == .verdict || started.policies.earlyFail != .off
            return .success(
                commit(right: wantsVerdict ? try key(item.item) == Set(answer(to: current)) : nil, spentMs: spentMs))
        case .previous:
            guard started.policies.goingBack else { return .failure(.goingBackIsOff) }
            return current > 1 ? .success([.showed(.init(number: current - 1))]) : .failure(.noSuchQuestion)
        case .goTo(let number):
            guard started.policies.goingBack else { return .failure(.goingBackIsOff) }
            guard (1...total).contains(number) else { return .failure(.noSuchQuestion) }
            return .success(number == current ? [] : [.showed(.init(number: number))])
        case .flag:
            guard started.policies.goingBack else { return .failure(.goingBackIsOff) }
            return .success([.flagged(.init(number: current, flagged: !flagged.contains(current)))])
        case .goOn: return .success([])
        case .submit: return .success([.ended(.init(by: .submitted, spentMs: spentMs))])
        }
    }

    private func choose(_ option: Int, of item: PaperItem) -> Result<[AttemptEntry], ActRefusal> {
        guard item.options.contains(option) else { return .failure(.noSuchOption) }
        guard !committed.contains(current) else { return .failure(.answerIsFinal) }
        let before = answer(to: current)
        let after: [Int]
        if kind(of: current) == .multi {
            after = before.contains(option) ? before.filter { $0 != option } : (before + [option]).sorted()
        } else {
            after = [option]
        }
        return .success(after == before ? [] : [.chose(.init(number: current, item: item.item, answer: after))])
    }

    /// A right answer goes on at once; a wrong one stays on the screen with its verdict until the next "next".
    private func commit(right: Bool?, spentMs: Int) -> [AttemptEntry] {
        guard let started else { return [] }
        var entries: [AttemptEntry] = [.committed(.init(number: current))]
        guard let right else { return entries + advance() }
        entries.append(.judged(.init(number: current, right: right)))
        let wrong = wrongSoFar + (right ? 0 : 1)
        if !right, wrong > allowedWrong, !earlyFailAnswered {
            switch started.policies.earlyFail {
            case .off: break
            case .prompt: return entries + [.earlyFailAsked(.init(wrong: wrong))]
            case .stop: return entries + [.ended(.init(by: .earlyFail, spentMs: spentMs))]
            }
        }
        return right || started.policies.feedback == .none ? entries + advance() : entries
    }

    private func advance() -> [AttemptEntry] {
        current < total ? [.showed(.init(number: current + 1))] : []
    }
}
