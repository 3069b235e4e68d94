public import CivilTime

/// Why a person sits this exam (Order 162 Art. 28, 30, 36, 37, 79; Order 163).
public enum ExamReason: String, Hashable, Sendable, Codable, CaseIterable {
    case first
    /// A holder adds a class (Order 162 Art. 30).
    case upgrade
    case restore, foreign, military, full12
    /// Points are taken off for study (Order 163 Art. 25–27).
    case points
}

/// What the center knows of a candidate's case, carried by the booking; what is absent is not known.
public struct EligibilityFacts: Hashable, Sendable, Codable {
    public enum Cancellation: String, Hashable, Sendable, Codable, CaseIterable {
        /// More than a year past its validity: Order 162 Art. 79(8).
        case expired
        /// No medical certificate handed in: Art. 79(9).
        case medical
        /// Revoked or withdrawn: never restored.
        case revoked
    }

    /// The licence to be exchanged.
    public enum Licence: String, Hashable, Sendable, Codable, CaseIterable {
        case full
        /// A learner's, a temporary or a probationary one.
        case provisional
        case expired
    }

    public enum Holder: String, Hashable, Sendable, Codable, CaseIterable {
        case ordinary, diplomat
        /// Of a country with a treaty on licences.
        case treaty
    }

    /// No application before its time is over (Order 162 Art. 15, 79, 93).
    public struct Ban: Hashable, Sendable, Codable {
        public enum Cause: String, Hashable, Sendable, Codable, CaseIterable {
            case cheating, falsePapers, fraud, substitute

            public var deadline: Deadline {
                switch self {
                case .cheating: .cheatingBan
                case .falsePapers: .falsePapersBan
                case .fraud: .fraudBan
                case .substitute: .substituteBan
                }
            }
        }

        public var cause: Cause
        /// The day of the decision.
        public var from: CalendarDate

        public init(cause: Cause, from: CalendarDate) {
            self.cause = cause
            self.from = from
        }

        /// The last day of the ban.
        public var until: CalendarDate { from.adding(years: cause.deadline.period == .years(1) ? 1 : 3) }
    }

    public var reason: ExamReason
    public var ban: Ban?
    /// The first day of a new exam after a failed one.
    public var waitingUntil: CalendarDate?
    /// The class held, for somebody who adds one.
    public var heldClass: VehicleClass?
    /// An applicant of 70 or older has not passed the test of memory, judgement and reaction yet.
    public var abilityTestOpen: Bool?
    /// The day the learner certificate was issued.
    public var learnerCertificateOn: CalendarDate?
    /// The skill exams that come before subject 4 are passed: subject 2 and road, for a military licence road.
    public var skillsPassed: Bool?
    public var cancellation: Cancellation?
    public var cancelledOn: CalendarDate?
    /// The last day of the cancelled licence's validity.
    public var licenceValidUntil: CalendarDate?
    public var holder: Holder?
    public var licence: Licence?
    /// 90 days in the country of issue within the year in which the licence was obtained.
    public var stayedNinetyDays: Bool?
    /// Identity, medical certificate, licence with translation, entry and exit record: all seen and in order.
    public var papersComplete: Bool?
    /// The foreign licence has been held for two years; asked for A1, A2 and B1.
    public var heldTwoYears: Bool?
    /// The day the exchange was accepted.
    public var acceptedOn: CalendarDate?
    public var studyComplete: Bool?
    /// Under 12 points after all violations are settled.
    public var belowTwelvePoints: Bool?
    /// One of the exclusions of Order 163 Art. 26 holds.
    public var reductionExcluded: Bool?
    /// Points taken off in this cycle so far; at most six are.
    public var pointsReduced: Int?
    /// An hour of study on site is done.
    public var studiedOneHour: Bool?

    public init(reason: ExamReason) { self.reason = reason }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case reason, ban, waitingUntil, heldClass, abilityTestOpen, learnerCertificateOn, skillsPassed, cancellation
        case cancelledOn, licenceValidUntil, holder, licence, stayedNinetyDays, papersComplete, heldTwoYears, acceptedOn
        case studyComplete, belowTwelvePoints, reductionExcluded, pointsReduced, studiedOneHour
    }

    /// The names of all facts, as documents write them.
    public static let members = CodingKeys.allCases.map(\.rawValue)

    /// The same facts with some more.
    public func with(_ change: (inout EligibilityFacts) -> Void) -> EligibilityFacts {
        var changed = self
        change(&changed)
        return changed
    }
}

/// Why a candidate with a booking is not seated; each has its words (`refusal.notEligible.…`).
public enum Ineligibility: String, Hashable, Sendable, Codable, CaseIterable {
    case banned, waiting
    /// The booking's programme is not the one for this class and reason.
    case wrongProgramme
    /// A fact that the rule asks for is not in the booking.
    case factMissing
    case abilityTest
    case certificateExpired
    /// Subject 4 follows the skill exams.
    case skillsFirst
    /// This class is added without subject 1.
    case withoutSubjectOne
    case revoked
    /// Cancelled for want of a medical certificate: that certificate restores it, no exam.
    case medicalProof
    /// The same, but the licence is more than a year past its validity besides.
    case medicalLapsed
    case twoYears
    case diplomat, treaty
    case licenceExpired, licenceProvisional
    case stayTooShort
    case papersIncomplete
    case heldTooShort
    /// Three years have passed since the exchange was accepted.
    case exchangeOver
    /// A military licence of this class is exchanged without an exam.
    case exempt
    case studyIncomplete
    case pointsTooMany, reductionExcluded, reductionsUsed, studyHour
}

/// What a person who is not seated does next; each has its words (`next.…`).
public enum EligibilityStep: String, Hashable, Sendable, Codable, CaseIterable {
    case askCounter, applyAnew, comeOn, bringMedical, exchangeAtCounter, finishStudy, takeSkills, takeAbilityTest
    case bookSkills, bringPapers
}

/// What the table says of a case.
public struct EligibilityDecision: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable, Codable {
        case admit
        /// No exam for this person now.
        case refuse
        /// A person at the counter decides; the terminal does not.
        case counter
    }

    /// The row that matched, such as `restore-7`.
    public let row: String
    public let outcome: Outcome
    /// nil when admitted.
    public let why: Ineligibility?
    public let article: String
    public let next: EligibilityStep?
    /// What is filled into the words: a `day`, or the name of a missing `fact`.
    public let values: [String: String]

    public init(
        row: String, outcome: Outcome, why: Ineligibility?, article: String, next: EligibilityStep?,
        values: [String: String]
    ) {
        self.row = row
        self.outcome = outcome
        self.why = why
        self.article = article
        self.next = next
        self.values = values
    }
}

extension EligibilityFacts {
    /// Whether this candidate is seated for this programme and class on this day, and by which rule.
    public func decision(programme: Programme, vehicleClass: VehicleClass, on day: CalendarDate) -> EligibilityDecision
    {
        let columns = columns(programme: programme, vehicleClass: vehicleClass, on: day)
        guard let row = EligibilityTable.rows.first(where: { $0.matches(reason, columns) }) else {
            preconditionFailure("no row for \(reason.rawValue): the table is not complete")
        }
        return EligibilityDecision(
            row: row.id, outcome: row.outcome, why: row.why, article: row.article, next: row.next,
            values: values(of: row))
    }

    private func values(of row: EligibilityRow) -> [String: String] {
        switch row.why {
        case .banned: ["day": ban?.until.adding(days: 1).description ?? ""]
        case .waiting: ["day": waitingUntil?.description ?? ""]
        case .twoYears: ["day": cancelledOn?.description ?? ""]
        case .certificateExpired: ["day": learnerCertificateOn?.adding(years: 3).description ?? ""]
        case .exchangeOver: ["day": acceptedOn?.adding(years: 3).description ?? ""]
        case .factMissing: ["fact": row.missing?.fact ?? ""]
        default: [:]
        }
    }

    /// The case as the table's columns see it.
    func columns(programme: Programme, vehicleClass: VehicleClass, on day: CalendarDate) -> [EligibilityColumn:
        EligibilityValue]
    {
        func known(_ fact: Bool?) -> EligibilityValue { fact.map { $0 ? .yes : .no } ?? .unknown }
        let large = ["A1", "A2", "A3", "B1", "B2"].contains(vehicleClass)
        return [
            .banned: known(ban.map { day <= $0.until } ?? false),
            .waiting: known(waitingUntil.map { day < $0 } ?? false),
            .fits: known(programme.isFor(vehicleClass) && programme.isFor(reason)),
            .subject: programme.subject == .four ? .four : .one,
            .ability: known(abilityTestOpen != true),
            .path: path(to: vehicleClass),
            .certificate: known(learnerCertificateOn.map { day <= $0.adding(years: 3) }),
            .skills: known(skillsPassed),
            .cancellation: cancellation.map {
                switch $0 {
                case .expired: .expired
                case .medical: .medical
                case .revoked: .revoked
                }
            } ?? .unknown,
            .underTwoYears: known(cancelledOn.map { day < $0.adding(years: 2) }),
            .lapsedYear: known(licenceValidUntil.map { day >= $0.adding(years: 1) }),
            .holder: holder.map {
                switch $0 {
                case .ordinary: .ordinary
                case .diplomat: .diplomat
                case .treaty: .treaty
                }
            } ?? .unknown,
            .licence: licence.map {
                switch $0 {
                case .full: .full
                case .provisional: .provisional
                case .expired: .expired
                }
            } ?? .unknown,
            .stay: known(stayedNinetyDays),
            .papers: known(papersComplete),
            .experience: ["A1", "A2", "B1"].contains(vehicleClass) ? known(heldTwoYears) : .yes,
            .inTime: known(acceptedOn.map { day <= $0.adding(years: 3) }),
            .size: large ? .large : .other,
            .study: known(studyComplete),
            .belowTwelve: known(belowTwelvePoints),
            .excluded: known(reductionExcluded),
            .reductions: known(pointsReduced.map { $0 + 2 <= 6 }),
            .hour: known(studiedOneHour),
        ]
    }

    /// Whether the class is added with subject 1 or without it (Order 162 Art. 30).
    private func path(to vehicleClass: VehicleClass) -> EligibilityValue {
        guard let heldClass else { return .unknown }
        let without: [VehicleClass: [VehicleClass]] = ["C1": ["C2"], "D": ["F", "E"], "E": ["F"]]
        if ["C5", "C6"].contains(vehicleClass) || without[vehicleClass]?.contains(heldClass) == true {
            return .withoutSubjectOne
        }
        return .ordinary
    }
}
