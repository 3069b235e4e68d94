/// The screens there are, one task each.
public enum Screen: Hashable, Sendable {
    /// Nobody is served: what this place is and what to do next.
    case idle(Idle)
    /// A card lies on the reader and is being read.
    case reading
    /// Somebody cannot be served now, with the reason and the next step.
    case refused(Refused)
    /// The check-in desk sends a candidate to a seat.
    case assigned(Assigned)
    /// The seat greets its candidate and asks for the card or a confirmation.
    case greeting(Greeting)
    case rules(Rules)
    case question(Question)
    case overview(Overview)
    /// What is unanswered, before the last act.
    case submit(Submit)
    /// The pass mark is out of reach: go on, or end here.
    case earlyFail(EarlyFail)
    /// The exam is over; the answers are safe; the score is being made.
    case ended(Ended)
    case result(ExamResult)
    /// The candidate signs with a finger.
    case signature(Signature)
    /// All done: the slip is out, the way leads to the door.
    case farewell(Farewell)
    case paused(Paused)
    /// The candidate looks for another language; the clock runs on.
    case languages(Languages)
    case outOfOrder(OutOfOrder)
    /// A question that does not count: before the exam, or in practice.
    case trial(Trial)
    /// Practice is about to begin.
    case practiceStart(PracticeStart)
    case practiceEnd(PracticeEnd)

    public struct Idle: Hashable, Sendable, Codable {
        public enum Role: String, Hashable, Sendable, Codable { case seat, checkIn }
        public var role: Role
        /// Interlocks that keep the hall from starting exams, each in words; empty when it is open.
        public var closed: [Message]
        /// Seats free now; only the check-in desk shows it.
        public var freeSeats: Int?
        /// The seat offers practice.
        public var practice: Bool
        public init(role: Role, closed: [Message] = [], freeSeats: Int? = nil, practice: Bool = false) {
            self.role = role
            self.closed = closed
            self.freeSeats = freeSeats
            self.practice = practice
        }
    }

    public struct Refused: Hashable, Sendable, Codable {
        /// What happened (`refusal.noBooking`, …).
        public var reason: Message
        /// What to do next (`next.askCounter`, …).
        public var next: Message
        /// For the technician, small below.
        public var code: String
        public init(reason: Message, next: Message, code: String) {
            self.reason = reason
            self.next = next
            self.code = code
        }
    }

    public struct Assigned: Hashable, Sendable, Codable {
        public var candidate: String
        public var seat: Int
        public init(candidate: String, seat: Int) {
            self.candidate = candidate
            self.seat = seat
        }
    }

    public struct Greeting: Hashable, Sendable, Codable {
        public var candidate: String
        /// `male` or `female`.
        public var sex: String?
        /// Masked document number.
        public var document: String
        public var programme: String
        public var vehicleClass: String
        /// Key of the exam's reason (`reason.restore`, …).
        public var reason: Message
        /// Which attempt of the booking this is, from 1.
        public var attemptNumber: Int
        /// The seat has a reader and waits for the card; else control `confirm` is the confirmation.
        public var wantsCard: Bool
        /// A card was presented that is not this candidate's.
        public var problem: Message?
        /// Languages the bank has, offered as `language/TAG`.
        public var languages: [String]
        /// An exam that began at another seat goes on here.
        public var goesOn: Bool
        public init(
            candidate: String, sex: String?, document: String, programme: String, vehicleClass: String,
            reason: Message, attemptNumber: Int, wantsCard: Bool, problem: Message? = nil, languages: [String],
            goesOn: Bool = false
        ) {
            self.candidate = candidate
            self.sex = sex
            self.document = document
            self.programme = programme
            self.vehicleClass = vehicleClass
            self.reason = reason
            self.attemptNumber = attemptNumber
            self.wantsCard = wantsCard
            self.problem = problem
            self.languages = languages
            self.goesOn = goesOn
        }
    }

    public struct Rules: Hashable, Sendable, Codable {
        /// The rules in order, as words with figures filled in.
        public var lines: [Message]
        /// Version of the wording, journalled with the acknowledgement.
        public var version: Int
        /// Control `tryScreen` is offered: questions that do not count, while no time runs.
        public var mayTry: Bool
        public init(lines: [Message], version: Int, mayTry: Bool = false) {
            self.lines = lines
            self.version = version
            self.mayTry = mayTry
        }
    }

    public struct Option: Hashable, Sendable, Codable {
        /// The authored number; the control is `option/NUMBER`.
        public var number: Int
        public var text: String
        public var chosen: Bool
        public init(number: Int, text: String, chosen: Bool) {
            self.number = number
            self.text = text
            self.chosen = chosen
        }
    }

    public enum QuestionKind: String, Hashable, Sendable, Codable { case judge, single, multi }

    /// What a committed answer turned out to be, where the programme tells.
    public enum Verdict: String, Hashable, Sendable, Codable { case right, wrong }

    public struct Question: Hashable, Sendable, Codable {
        /// From 1.
        public var number: Int
        public var total: Int
        public var kind: QuestionKind
        public var stem: String
        public var options: [Option]
        public var picture: PictureReference?
        public var flagged: Bool
        public var answered: Int
        /// Going back is allowed: `previous`, `flag` and `overview` are offered.
        public var goingBack: Bool
        /// The answer is final: options are dead, `next` goes on.
        public var committed: Bool
        public var verdict: Verdict?
        /// Wrong answers so far, where verdicts are told.
        public var wrong: Int?
        /// The paper has more than one language: control `languages` is offered.
        public var mayChooseLanguage: Bool
        public init(
            number: Int, total: Int, kind: QuestionKind, stem: String, options: [Option], picture: PictureReference?,
            flagged: Bool, answered: Int, goingBack: Bool, committed: Bool, verdict: Verdict? = nil, wrong: Int? = nil,
            mayChooseLanguage: Bool = false
        ) {
            self.number = number
            self.total = total
            self.kind = kind
            self.stem = stem
            self.options = options
            self.picture = picture
            self.flagged = flagged
            self.answered = answered
            self.goingBack = goingBack
            self.committed = committed
            self.verdict = verdict
            self.wrong = wrong
            self.mayChooseLanguage = mayChooseLanguage
        }
    }

    public struct Cell: Hashable, Sendable, Codable {
        public var answered: Bool
        public var flagged: Bool
        public init(answered: Bool, flagged: Bool) {
            self.answered = answered
            self.flagged = flagged
        }
    }

    public struct Overview: Hashable, Sendable, Codable {
        /// In paper order; the control of the Nth is `goto/N` where going back is allowed.
        public var cells: [Cell]
        /// From 1.
        public var current: Int
        public var mayGoTo: Bool
        public init(cells: [Cell], current: Int, mayGoTo: Bool) {
            self.cells = cells
            self.current = current
            self.mayGoTo = mayGoTo
        }
    }

    public struct Submit: Hashable, Sendable, Codable {
        public var total: Int
        public var unanswered: [Int]
        public var flagged: [Int]
        /// The last question was passed: there is no way back, only `submit`.
        public var mayReturn: Bool
        public init(total: Int, unanswered: [Int], flagged: [Int], mayReturn: Bool) {
            self.total = total
            self.unanswered = unanswered
            self.flagged = flagged
            self.mayReturn = mayReturn
        }
    }

    public struct EarlyFail: Hashable, Sendable, Codable {
        public var wrong: Int
        public var allowed: Int
        public init(wrong: Int, allowed: Int) {
            self.wrong = wrong
            self.allowed = allowed
        }
    }

    public enum EndReason: String, Hashable, Sendable, Codable { case submitted, timeUp, earlyFail, voided }

    public struct Ended: Hashable, Sendable, Codable {
        public var by: EndReason
        public init(by: EndReason) { self.by = by }
    }

    public struct WeakArea: Hashable, Sendable, Codable {
        public var name: String
        public var wrong: Int
        public var total: Int
        /// Why the key is what it is, for a few of the wrong answers.
        public var explanations: [String]
        public init(name: String, wrong: Int, total: Int, explanations: [String]) {
            self.name = name
            self.wrong = wrong
            self.total = total
            self.explanations = explanations
        }
    }

    public struct ExamResult: Hashable, Sendable, Codable {
        public var score: Int
        public var full: Int
        public var passMark: Int
        public var passed: Bool
        public var by: EndReason
        public var weakAreas: [WeakArea]
        public init(score: Int, full: Int, passMark: Int, passed: Bool, by: EndReason, weakAreas: [WeakArea]) {
            self.score = score
            self.full = full
            self.passMark = passMark
            self.passed = passed
            self.by = by
            self.weakAreas = weakAreas
        }
    }

    public struct Signature: Hashable, Sendable, Codable {
        /// What is signed, in words (`signature.statement`).
        public var statement: Message
        public init(statement: Message) { self.statement = statement }
    }

    public struct Farewell: Hashable, Sendable, Codable {
        public var passed: Bool
        public var score: Int
        /// The slip was drawn and stored.
        public var slip: Bool
        /// The center's receipt is here; else the words say it will be sent.
        public var received: Bool
        /// How the examiner's signature stands (`examiner.waived`).
        public var examiner: Message
        /// The next exam of the same booking, by its name; control `nextExam` begins it at this seat.
        public var next: String?
        /// What the booking still gives, or why its next exam cannot begin now.
        public var note: Message?
        public init(
            passed: Bool, score: Int, slip: Bool, received: Bool, examiner: Message, next: String? = nil,
            note: Message? = nil
        ) {
            self.passed = passed
            self.score = score
            self.slip = slip
            self.received = received
            self.examiner = examiner
            self.next = next
            self.note = note
        }
    }

    public struct Paused: Hashable, Sendable, Codable {
        public var reason: Message
        public init(reason: Message) { self.reason = reason }
    }

    public struct OutOfOrder: Hashable, Sendable, Codable {
        public var reason: Message
        public var code: String
        public init(reason: Message, code: String) {
            self.reason = reason
            self.code = code
        }
    }
}

extension Screen: Codable {
    private enum Name: String, CodingKey, CaseIterable {
        case idle, reading, refused, assigned, greeting, rules, question, overview, submit, earlyFail, ended, result
        case signature, farewell, paused, languages, outOfOrder, trial, practiceStart, practiceEnd
    }

    /// One member, named as the case.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .idle(let value): try container.encode(value, forKey: .idle)
        case .reading: try container.encode(true, forKey: .reading)
        case .refused(let value): try container.encode(value, forKey: .refused)
        case .assigned(let value): try container.encode(value, forKey: .assigned)
        case .greeting(let value): try container.encode(value, forKey: .greeting)
        case .rules(let value): try container.encode(value, forKey: .rules)
        case .question(let value): try container.encode(value, forKey: .question)
        case .overview(let value): try container.encode(value, forKey: .overview)
        case .submit(let value): try container.encode(value, forKey: .submit)
        case .earlyFail(let value): try container.encode(value, forKey: .earlyFail)
        case .ended(let value): try container.encode(value, forKey: .ended)
        case .result(let value): try container.encode(value, forKey: .result)
        case .signature(let value): try container.encode(value, forKey: .signature)
        case .farewell(let value): try container.encode(value, forKey: .farewell)
        case .paused(let value): try container.encode(value, forKey: .paused)
        case .languages(let value): try container.encode(value, forKey: .languages)
        case .outOfOrder(let value): try container.encode(value, forKey: .outOfOrder)
        case .trial(let value): try container.encode(value, forKey: .trial)
        case .practiceStart(let value): try container.encode(value, forKey: .practiceStart)
        case .practiceEnd(let value): try container.encode(value, forKey: .practiceEnd)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "a screen has one member, named after its kind")
            )
        }
        switch name {
        case .idle: self = .idle(try container.decode(Idle.self, forKey: name))
        case .reading: self = .reading
        case .refused: self = .refused(try container.decode(Refused.self, forKey: name))
        case .assigned: self = .assigned(try container.decode(Assigned.self, forKey: name))
        case .greeting: self = .greeting(try container.decode(Greeting.self, forKey: name))
        case .rules: self = .rules(try container.decode(Rules.self, forKey: name))
        case .question: self = .question(try container.decode(Question.self, forKey: name))
        case .overview: self = .overview(try container.decode(Overview.self, forKey: name))
        case .submit: self = .submit(try container.decode(Submit.self, forKey: name))
        case .earlyFail: self = .earlyFail(try container.decode(EarlyFail.self, forKey: name))
        case .ended: self = .ended(try container.decode(Ended.self, forKey: name))
        case .result: self = .result(try container.decode(ExamResult.self, forKey: name))
        case .signature: self = .signature(try container.decode(Signature.self, forKey: name))
        case .farewell: self = .farewell(try container.decode(Farewell.self, forKey: name))
        case .paused: self = .paused(try container.decode(Paused.self, forKey: name))
        case .languages: self = .languages(try container.decode(Languages.self, forKey: name))
        case .outOfOrder: self = .outOfOrder(try container.decode(OutOfOrder.self, forKey: name))
        case .trial: self = .trial(try container.decode(Trial.self, forKey: name))
        case .practiceStart: self = .practiceStart(try container.decode(PracticeStart.self, forKey: name))
        case .practiceEnd: self = .practiceEnd(try container.decode(PracticeEnd.self, forKey: name))
        }
    }
}
