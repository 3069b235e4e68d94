/// What the table asks of a case; each has a finite list of answers.
public enum EligibilityColumn: String, CaseIterable, Hashable, Sendable {
    case banned, waiting, fits, subject, ability, path, certificate, skills, cancellation, underTwoYears, lapsedYear
    case holder, licence, stay, papers, experience, inTime, size, study, belowTwelve, excluded, reductions, hour

    /// Every answer there is.
    public var values: [EligibilityValue] {
        switch self {
        case .banned, .waiting, .fits, .ability: [.yes, .no]
        case .subject: [.one, .four]
        case .path: [.ordinary, .withoutSubjectOne, .unknown]
        case .cancellation: [.expired, .medical, .revoked, .unknown]
        case .holder: [.ordinary, .diplomat, .treaty, .unknown]
        case .licence: [.full, .provisional, .expired, .unknown]
        case .size: [.large, .other]
        case .certificate, .skills, .underTwoYears, .lapsedYear, .stay, .papers, .experience, .inTime, .study,
            .belowTwelve, .excluded, .reductions, .hour:
            [.yes, .no, .unknown]
        }
    }

    /// The member of a booking's `facts` that gives the answer; nil where it follows from the booking itself.
    public var fact: String? {
        switch self {
        case .fits, .subject, .size: nil
        case .banned: "ban"
        case .waiting: "waitingUntil"
        case .ability: "abilityTestOpen"
        case .path: "heldClass"
        case .certificate: "learnerCertificateOn"
        case .skills: "skillsPassed"
        case .cancellation: "cancellation"
        case .underTwoYears: "cancelledOn"
        case .lapsedYear: "licenceValidUntil"
        case .holder: "holder"
        case .licence: "licence"
        case .stay: "stayedNinetyDays"
        case .papers: "papersComplete"
        case .experience: "heldTwoYears"
        case .inTime: "acceptedOn"
        case .study: "studyComplete"
        case .belowTwelve: "belowTwelvePoints"
        case .excluded: "reductionExcluded"
        case .reductions: "pointsReduced"
        case .hour: "studiedOneHour"
        }
    }
}

public enum EligibilityValue: String, Hashable, Sendable {
    case yes, no, unknown
    case one, four
    case ordinary, withoutSubjectOne
    case expired, medical, revoked
    case diplomat, treaty
    case full, provisional
    case large, other
}

/// One line of the table.
public struct EligibilityRow: Hashable, Sendable {
    /// Reason and place, such as `restore-7`; `all-1` for a line that holds for every reason.
    public let id: String
    /// nil: for every reason.
    public let reason: ExamReason?
    /// What must be; columns that do not stand here do not matter.
    public let when: [EligibilityColumn: EligibilityValue]
    public let outcome: EligibilityDecision.Outcome
    public let why: Ineligibility?
    public let article: String
    public let next: EligibilityStep?

    /// The column whose answer is missing, on a line that says so.
    public var missing: EligibilityColumn? { why == .factMissing ? when.first { $0.value == .unknown }?.key : nil }

    public func matches(_ reason: ExamReason, _ columns: [EligibilityColumn: EligibilityValue]) -> Bool {
        (self.reason ?? reason) == reason && when.allSatisfy { columns[$0.key] == $0.value }
    }
}

/// Who is seated and who is not: for every case exactly one line, which a test counts out.
///
/// A line is a path of questions from the first to the deciding one; what is not known leads to the counter.
public enum EligibilityTable {
    public static let rows: [EligibilityRow] = all + ExamReason.allCases.flatMap { rows(for: $0) }

    public static func rows(for reason: ExamReason) -> [EligibilityRow] {
        var path = Path(reason: reason)
        path.when = [.banned: .no, .waiting: .no]
        switch reason {
        case .first: application(&path)
        case .upgrade: upgrade(&path)
        case .restore: restore(&path)
        case .foreign: foreign(&path)
        case .military: military(&path)
        case .full12: full12(&path)
        case .points: points(&path)
        }
        return path.rows
    }

    private static let all: [EligibilityRow] = {
        var path = Path(reason: nil)
        path.stop(.banned, .yes, .refuse, .banned, "L162 Art. 15, 79(7), 93", .comeOn)
        path.go(.banned, .no)
        path.stop(.waiting, .yes, .refuse, .waiting, "L162 Art. 47; L163 Art. 21", .comeOn)
        return path.rows
    }()

    private static func application(_ path: inout Path) {
        path.stop(.ability, .no, .refuse, .abilityTest, "L162 Art. 14(9)", .takeAbilityTest)
        path.go(.ability, .yes)
        path.fits("L162 Art. 30")
        path.admit(.subject, .one, "L162 Art. 30, 32")
        path.go(.subject, .four)
        subjectFour(&path)
    }

    private static func upgrade(_ path: inout Path) {
        path.stop(.ability, .no, .refuse, .abilityTest, "L162 Art. 14(9)", .takeAbilityTest)
        path.go(.ability, .yes)
        path.fits("L162 Art. 30")
        path.branch(.subject, .one) { path in
            path.stop(.path, .withoutSubjectOne, .counter, .withoutSubjectOne, "L162 Art. 30 p2-5", .bookSkills)
            path.unknown(.path, "L162 Art. 30 p2-5")
            path.admit(.path, .ordinary, "L162 Art. 30, 32")
        }
        path.go(.subject, .four)
        subjectFour(&path)
    }

    /// The learner certificate holds and the skill exams are passed.
    private static func subjectFour(_ path: inout Path) {
        path.unknown(.certificate, "L162 Art. 41")
        path.stop(.certificate, .no, .refuse, .certificateExpired, "L162 Art. 41", .applyAnew)
        path.go(.certificate, .yes)
        skills(&path)
    }

    private static func skills(_ path: inout Path) {
        path.unknown(.skills, "L162 Art. 39")
        path.stop(.skills, .no, .refuse, .skillsFirst, "L162 Art. 39", .takeSkills)
        path.admit(.skills, .yes, "L162 Art. 35, 39")
    }

    private static func restore(_ path: inout Path) {
        path.unknown(.cancellation, "L162 Art. 79")
        path.stop(.cancellation, .revoked, .refuse, .revoked, "L162 Art. 79", .askCounter)
        path.branch(.cancellation, .medical) { path in
            path.unknown(.lapsedYear, "L162 Art. 79 p4")
            path.stop(.lapsedYear, .no, .counter, .medicalProof, "L162 Art. 79(9), 79 p4", .bringMedical)
            path.stop(.lapsedYear, .yes, .counter, .medicalLapsed, "L162 Art. 79 p4", .askCounter)
        }
        path.go(.cancellation, .expired)
        path.unknown(.underTwoYears, "L162 Art. 79 p3")
        path.stop(.underTwoYears, .no, .refuse, .twoYears, "L162 Art. 27, 79 p3", .applyAnew)
        path.go(.underTwoYears, .yes)
        path.admitFitting("L162 Art. 79(8), 79 p3")
    }

    private static func foreign(_ path: inout Path) {
        path.unknown(.holder, "L162 Art. 25, 37")
        path.stop(.holder, .diplomat, .counter, .diplomat, "L162 Art. 25, 37", .askCounter)
        path.stop(.holder, .treaty, .counter, .treaty, "L162 Art. 104", .askCounter)
        path.go(.holder, .ordinary)
        licence(&path, expired: "L162 Art. 27(7)", provisional: "L162 Art. 20")
        path.unknown(.stay, "L162 Art. 20")
        path.stop(.stay, .no, .refuse, .stayTooShort, "L162 Art. 20", .askCounter)
        path.go(.stay, .yes)
        papers(&path, "L162 Art. 25")
        path.unknown(.experience, "L162 Art. 20")
        path.stop(.experience, .no, .refuse, .heldTooShort, "L162 Art. 20", .askCounter)
        path.go(.experience, .yes)
        exchange(&path, "L162 Art. 37")
    }

    private static func military(_ path: inout Path) {
        path.stop(.size, .other, .counter, .exempt, "L162 Art. 28, 36", .exchangeAtCounter)
        path.go(.size, .large)
        licence(&path, expired: "L162 Art. 27(6)", provisional: "L162 Art. 19")
        papers(&path, "L162 Art. 24")
        exchange(&path, "L162 Art. 36")
    }

    private static func licence(_ path: inout Path, expired: String, provisional: String) {
        path.unknown(.licence, provisional)
        path.stop(.licence, .expired, .refuse, .licenceExpired, expired, .applyAnew)
        path.stop(.licence, .provisional, .refuse, .licenceProvisional, provisional, .askCounter)
        path.go(.licence, .full)
    }

    private static func papers(_ path: inout Path, _ article: String) {
        path.unknown(.papers, article)
        path.stop(.papers, .no, .counter, .papersIncomplete, article, .bringPapers)
        path.go(.papers, .yes)
    }

    private static func exchange(_ path: inout Path, _ article: String) {
        path.unknown(.inTime, "L162 Art. 45")
        path.stop(.inTime, .no, .refuse, .exchangeOver, "L162 Art. 45", .applyAnew)
        path.go(.inTime, .yes)
        path.fits(article)
        path.admit(.subject, .one, article)
        path.go(.subject, .four)
        skills(&path)
    }

    private static func full12(_ path: inout Path) {
        path.unknown(.study, "L163 Art. 17-20")
        path.stop(.study, .no, .refuse, .studyIncomplete, "L163 Art. 17-20", .finishStudy)
        path.go(.study, .yes)
        path.admitFitting("L163 Art. 21")
    }

    private static func points(_ path: inout Path) {
        path.unknown(.belowTwelve, "L163 Art. 25")
        path.stop(.belowTwelve, .no, .refuse, .pointsTooMany, "L163 Art. 25", .askCounter)
        path.go(.belowTwelve, .yes)
        path.unknown(.excluded, "L163 Art. 26")
        path.stop(.excluded, .yes, .refuse, .reductionExcluded, "L163 Art. 26", .askCounter)
        path.go(.excluded, .no)
        path.unknown(.reductions, "L163 Art. 27")
        path.stop(.reductions, .no, .refuse, .reductionsUsed, "L163 Art. 27", .askCounter)
        path.go(.reductions, .yes)
        path.unknown(.hour, "L163 Art. 27")
        path.stop(.hour, .no, .refuse, .studyHour, "L163 Art. 27", .finishStudy)
        path.go(.hour, .yes)
        path.admitFitting("L163 Art. 25-27")
    }

    /// Writes lines that share what was asked before them.
    private struct Path {
        let reason: ExamReason?
        var when: [EligibilityColumn: EligibilityValue] = [:]
        var rows: [EligibilityRow] = []

        init(reason: ExamReason?) { self.reason = reason }

        private mutating func add(
            _ column: EligibilityColumn, _ value: EligibilityValue, _ outcome: EligibilityDecision.Outcome,
            _ why: Ineligibility?, _ article: String, _ next: EligibilityStep?
        ) {
            rows.append(
                EligibilityRow(
                    id: "\(reason?.rawValue ?? "all")-\(rows.count + 1)", reason: reason,
                    when: when.merging([column: value]) { $1 }, outcome: outcome, why: why, article: article, next: next
                ))
        }

        mutating func stop(
            _ column: EligibilityColumn, _ value: EligibilityValue, _ outcome: EligibilityDecision.Outcome,
            _ why: Ineligibility, _ article: String, _ next: EligibilityStep
        ) { add(column, value, outcome, why, article, next) }

        mutating func unknown(_ column: EligibilityColumn, _ article: String) {
            add(column, .unknown, .counter, .factMissing, article, .askCounter)
        }

        mutating func admit(_ column: EligibilityColumn, _ value: EligibilityValue, _ article: String) {
            add(column, value, .admit, nil, article, nil)
        }

        /// The answer with which the questions go on.
        mutating func go(_ column: EligibilityColumn, _ value: EligibilityValue) { when[column] = value }

        mutating func branch(
            _ column: EligibilityColumn, _ value: EligibilityValue, _ write: (inout Path) -> Void
        ) {
            let before = when
            when[column] = value
            write(&self)
            when = before
        }

        mutating func fits(_ article: String) {
            stop(.fits, .no, .counter, .wrongProgramme, article, .askCounter)
            go(.fits, .yes)
        }

        mutating func admitFitting(_ article: String) {
            stop(.fits, .no, .counter, .wrongProgramme, article, .askCounter)
            admit(.fits, .yes, article)
        }
    }
}
