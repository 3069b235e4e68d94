/// The journal's kinds of attempt entries, each with its meaning; the auditors' list is made from here.
public enum AttemptEntryKind: String, CaseIterable, Sendable {
    case opened = "attempt.opened"
    case verified = "attempt.verified"
    case familiarised = "attempt.familiarised"
    case rulesAcknowledged = "attempt.rulesAcknowledged"
    case started = "attempt.started"
    case showed = "attempt.showed"
    case chose = "attempt.chose"
    case flagged = "attempt.flagged"
    case committed = "attempt.committed"
    case judged = "attempt.judged"
    case earlyFailAsked = "attempt.earlyFailAsked"
    case wentOn = "attempt.wentOn"
    case paused = "attempt.paused"
    case resumed = "attempt.resumed"
    case interrupted = "attempt.interrupted"
    case credited = "attempt.credited"
    case moved = "attempt.moved"
    case reopened = "attempt.reopened"
    case ended = "attempt.ended"
    case scored = "attempt.scored"
    case signed = "attempt.signed"
    case result = "attempt.result"
    case final = "attempt.final"
    case slip = "attempt.slip"
    case left = "attempt.left"

    public var meaning: String {
        switch self {
        case .opened: "check-in admitted a candidate and drew the seat"
        case .verified: "the candidate proved at the seat to be the one admitted"
        case .familiarised: "the candidate tried the screen on questions that do not count, before the clock ran"
        case .rulesAcknowledged: "the candidate confirmed having read the rules"
        case .started: "the paper was drawn and the exam began"
        case .showed: "another question came on the screen"
        case .chose: "an answer was chosen or changed"
        case .flagged: "a question was marked for later, or unmarked"
        case .committed: "an answer became final"
        case .judged: "the scorer's verdict on a final answer"
        case .earlyFailAsked: "the pass mark went out of reach; the candidate was asked whether to go on"
        case .wentOn: "the candidate went on although the pass mark is out of reach"
        case .paused: "the exam and its clock stopped"
        case .resumed: "the exam and its clock went on"
        case .interrupted: "time passed that was not spent: a cut, a suspend, a screen that was gone"
        case .credited: "an interruption is over, with its bounds: time that ran for nothing was given back"
        case .moved: "the exam goes on at another seat: the candidate's choice, a draw at check-in, or staff's"
        case .reopened: "an end that was not signed yet was taken back by two people; the exam is paused"
        case .ended: "the exam ended, with its cause and the time spent"
        case .scored: "the score, by area"
        case .signed: "the candidate signed the score"
        case .result: "the result, signed by the appliance"
        case .final: "how the examiner's signature stands"
        case .slip: "the slip was drawn and stored"
        case .left: "the candidate left the seat"
        }
    }
}

private struct NoMembers: Codable {}

extension AttemptEntry {
    public var kind: AttemptEntryKind {
        switch self {
        case .opened: .opened
        case .verified: .verified
        case .familiarised: .familiarised
        case .rulesAcknowledged: .rulesAcknowledged
        case .started: .started
        case .showed: .showed
        case .chose: .chose
        case .flagged: .flagged
        case .committed: .committed
        case .judged: .judged
        case .earlyFailAsked: .earlyFailAsked
        case .wentOn: .wentOn
        case .paused: .paused
        case .resumed: .resumed
        case .interrupted: .interrupted
        case .credited: .credited
        case .moved: .moved
        case .reopened: .reopened
        case .ended: .ended
        case .scored: .scored
        case .signed: .signed
        case .result: .result
        case .final: .final
        case .slip: .slip
        case .left: .left
        }
    }

    /// What stands in the entry's body, beside the labels that the journal adds.
    public var body: any Encodable & Sendable {
        switch self {
        case .opened(let value): value
        case .verified(let value): value
        case .rulesAcknowledged(let value): value
        case .started(let value): value
        case .showed(let value): value
        case .chose(let value): value
        case .flagged(let value): value
        case .committed(let value): value
        case .judged(let value): value
        case .earlyFailAsked(let value): value
        case .paused(let value): value
        case .interrupted(let value): value
        case .credited(let value): value
        case .moved(let value): value
        case .reopened(let value): value
        case .ended(let value): value
        case .scored(let value): value
        case .signed(let value): value
        case .result(let value): value
        case .final(let value): value
        case .slip(let value): value
        case .familiarised, .wentOn, .resumed, .left: NoMembers()
        }
    }

    /// Reads an entry back; `body` decodes the stored document as the type asked for.
    public init(kind: AttemptEntryKind, body: (any Decodable.Type) throws -> any Decodable) throws {
        func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
            guard let value = try body(type) as? Value else { preconditionFailure("the decoder gave another type") }
            return value
        }
        switch kind {
        case .opened: self = .opened(try read(Opened.self))
        case .verified: self = .verified(try read(Verified.self))
        case .familiarised: self = .familiarised
        case .rulesAcknowledged: self = .rulesAcknowledged(try read(RulesAcknowledged.self))
        case .started: self = .started(try read(Started.self))
        case .showed: self = .showed(try read(Showed.self))
        case .chose: self = .chose(try read(Chose.self))
        case .flagged: self = .flagged(try read(Flagged.self))
        case .committed: self = .committed(try read(Committed.self))
        case .judged: self = .judged(try read(Judged.self))
        case .earlyFailAsked: self = .earlyFailAsked(try read(EarlyFailAsked.self))
        case .wentOn: self = .wentOn
        case .paused: self = .paused(try read(Paused.self))
        case .resumed: self = .resumed
        case .interrupted: self = .interrupted(try read(Interrupted.self))
        case .credited: self = .credited(try read(Credited.self))
        case .moved: self = .moved(try read(Moved.self))
        case .reopened: self = .reopened(try read(Reopened.self))
        case .ended: self = .ended(try read(Ended.self))
        case .scored: self = .scored(try read(Scored.self))
        case .signed: self = .signed(try read(Signed.self))
        case .result: self = .result(try read(ResultIssued.self))
        case .final: self = .final(try read(Final.self))
        case .slip: self = .slip(try read(SlipStored.self))
        case .left: self = .left
        }
    }
}
