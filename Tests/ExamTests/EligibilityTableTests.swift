import CanonicalJSON
import CivilTime
import Testing

@testable import Exam

private func programme(
    _ code: String = "TEST", classes: [VehicleClass] = ["C1"], reasons: [ExamReason]? = nil, subject: String? = nil
) throws -> Programme {
    var members: [String: JSONValue] = [
        "code": .string(code), "names": [:], "classes": .array(classes.map { .string($0.rawValue) }),
        "policies": try JSONCoder.tree(Policies.shipped), "legalBasis": [], "evidence": [:], "notes": "",
    ]
    if let reasons { members["reasons"] = .array(reasons.map { .string($0.rawValue) }) }
    if let subject { members["subject"] = .string(subject) }
    return try JSONCoder.decode(Programme.self, from: JSONValue.object(members).canonicalBytes)
}

private let today = CalendarDate("2026-11-22")!

@Suite struct EligibilityTableTests {
    /// Every combination of answers of some columns.
    private func combinations(_ columns: [EligibilityColumn], _ take: ([EligibilityColumn: EligibilityValue]) -> Void) {
        var chosen: [EligibilityColumn: EligibilityValue] = [:]
        func choose(_ place: Int) {
            guard place < columns.count else { return take(chosen) }
            for value in columns[place].values {
                chosen[columns[place]] = value
                choose(place + 1)
            }
        }
        choose(0)
    }

    @Test(arguments: ExamReason.allCases) func `every case has exactly one line`(reason: ExamReason) {
        let own = EligibilityTable.rows(for: reason)
        let columns = Set(own.flatMap(\.when.keys)).subtracting([.banned, .waiting]).sorted {
            $0.rawValue < $1.rawValue
        }
        var cases = 0
        var faults = 0
        combinations(columns) { chosen in
            let answers = chosen.merging([.banned: .no, .waiting: .no]) { $1 }
            cases += 1
            if EligibilityTable.rows.count(where: { $0.matches(reason, answers) }) != 1 { faults += 1 }
        }
        #expect(faults == 0)
        #expect(cases > own.count)
        // A ban and a waiting time come first, whatever else is so.
        combinations([.banned, .waiting]) { chosen in
            guard chosen != [.banned: .no, .waiting: .no] else { return }
            #expect(EligibilityTable.rows.count { $0.matches(reason, chosen) } == 1)
        }
    }

    @Test func `the count finds a case without a line and one with two`() {
        let rows = EligibilityTable.rows(for: .full12)
        func count(_ rows: [EligibilityRow]) -> Set<Int> {
            var found: Set<Int> = []
            combinations([.study, .fits]) { chosen in
                let answers = chosen.merging([.banned: .no, .waiting: .no]) { $1 }
                found.insert(rows.count { $0.matches(.full12, answers) })
            }
            return found
        }
        #expect(count(rows) == [1])
        #expect(count(Array(rows.dropLast())) == [0, 1])
        #expect(count(rows + rows.suffix(1)) == [1, 2])
    }

    @Test func `every line names its article, and its reason and next step unless it admits`() {
        #expect(Set(EligibilityTable.rows.map(\.id)).count == EligibilityTable.rows.count)
        for row in EligibilityTable.rows {
            #expect(row.article.contains("Art."), "\(row.id)")
            #expect((row.why == nil) == (row.outcome == .admit), "\(row.id)")
            #expect((row.next == nil) == (row.outcome == .admit), "\(row.id)")
            if row.why == .factMissing { #expect(row.missing?.fact != nil, "\(row.id)") }
            for (column, value) in row.when { #expect(column.values.contains(value), "\(row.id): \(column.rawValue)") }
        }
        // Each reason in words is used by a line.
        #expect(Set(EligibilityTable.rows.compactMap(\.why)) == Set(Ineligibility.allCases))
        #expect(Set(EligibilityTable.rows.compactMap(\.next)) == Set(EligibilityStep.allCases))
    }

    /// Facts that lead to a line: made from its answers.
    private func facts(_ row: EligibilityRow, _ reason: ExamReason) -> EligibilityFacts {
        func bool(_ value: EligibilityValue) -> Bool? { value == .unknown ? nil : value == .yes }
        return EligibilityFacts(reason: reason).with {
            for (column, value) in row.when {
                switch column {
                case .banned: if value == .yes { $0.ban = .init(cause: .cheating, from: today) }
                case .waiting: if value == .yes { $0.waitingUntil = today.adding(days: 1) }
                case .fits, .subject, .size: break
                case .ability: $0.abilityTestOpen = value == .no
                case .path:
                    $0.heldClass = value == .unknown ? nil : value == .withoutSubjectOne ? "C2" : "C3"
                case .certificate:
                    $0.learnerCertificateOn = bool(value).map { $0 ? today : today.adding(years: -4) }
                case .skills: $0.skillsPassed = bool(value)
                case .cancellation: $0.cancellation = .init(rawValue: value.rawValue)
                case .underTwoYears: $0.cancelledOn = bool(value).map { $0 ? today : today.adding(years: -2) }
                case .lapsedYear: $0.licenceValidUntil = bool(value).map { $0 ? today.adding(years: -1) : today }
                case .holder: $0.holder = .init(rawValue: value.rawValue)
                case .licence: $0.licence = .init(rawValue: value.rawValue)
                case .stay: $0.stayedNinetyDays = bool(value)
                case .papers: $0.papersComplete = bool(value)
                case .experience: $0.heldTwoYears = bool(value)
                case .inTime: $0.acceptedOn = bool(value).map { $0 ? today : today.adding(years: -3).adding(days: -1) }
                case .study: $0.studyComplete = bool(value)
                case .belowTwelve: $0.belowTwelvePoints = bool(value)
                case .excluded: $0.reductionExcluded = bool(value)
                case .reductions: $0.pointsReduced = bool(value).map { $0 ? 4 : 6 }
                case .hour: $0.studiedOneHour = bool(value)
                }
            }
        }
    }

    @Test(arguments: EligibilityTable.rows) func `facts lead to each line`(row: EligibilityRow) throws {
        for reason in row.reason.map({ [$0] }) ?? ExamReason.allCases {
            let fits = row.when[.fits] != .no
            // A large class where the line asks for one, or for what is only asked of one.
            let large = row.when[.size] == .large || row.when[.experience].map { $0 != .yes } == true
            let vehicleClass: VehicleClass = large ? "A1" : "C1"
            let exam = try programme(
                classes: fits ? [vehicleClass] : ["D"], reasons: [reason],
                subject: row.when[.subject] == .four ? "four" : "one")
            let decision = facts(row, reason).decision(programme: exam, vehicleClass: vehicleClass, on: today)
            #expect(decision.row == row.id)
            #expect(decision.why == row.why)
            if decision.why == .factMissing { #expect(decision.values["fact"] == row.missing?.fact) }
        }
    }

    @Test func `a military licence of class C1 is sent to the counter, one of B2 is seated`() throws {
        let facts = EligibilityFacts(reason: .military).with {
            $0.licence = .full
            $0.papersComplete = true
            $0.acceptedOn = today
        }
        let exam = try programme(classes: ["B2"], reasons: [.military], subject: "one")
        let refused = facts.decision(programme: exam, vehicleClass: "C1", on: today)
        #expect(refused.outcome == .counter)
        #expect(refused.why == .exempt)
        #expect(refused.next == .exchangeAtCounter)
        #expect(facts.decision(programme: exam, vehicleClass: "B2", on: today).outcome == .admit)
    }

    @Test(arguments: [
        ("2024-11-23", true), ("2024-11-22", false), ("2024-11-21", false), ("2026-11-22", true),
    ])
    func `a licence is restored until the day before the second anniversary`(day: String, admitted: Bool) throws {
        let facts = EligibilityFacts(reason: .restore).with {
            $0.cancellation = .expired
            $0.cancelledOn = CalendarDate(day)
        }
        let decision = facts.decision(programme: try programme(), vehicleClass: "C1", on: today)
        #expect((decision.outcome == .admit) == admitted)
        if !admitted { #expect(decision.why == .twoYears && decision.next == .applyAnew) }
    }

    @Test func `a licence cancelled on the 29th of February is restored until the 27th two years later`() throws {
        let facts = EligibilityFacts(reason: .restore).with {
            $0.cancellation = .expired
            $0.cancelledOn = CalendarDate("2024-02-29")
        }
        func outcome(_ day: String) throws -> EligibilityDecision.Outcome {
            let day = try #require(CalendarDate(day))
            return facts.decision(programme: try programme(), vehicleClass: "C1", on: day).outcome
        }
        #expect(try outcome("2026-02-27") == .admit)
        #expect(try outcome("2026-02-28") == .refuse)
    }

    @Test func `a ban holds until its last day and no longer`() throws {
        func why(_ cause: EligibilityFacts.Ban.Cause, from: String) throws -> Ineligibility? {
            let facts = EligibilityFacts(reason: .first).with {
                $0.ban = .init(cause: cause, from: CalendarDate(from)!)
            }
            return facts.decision(programme: try programme(), vehicleClass: "C1", on: today).why
        }
        #expect(try why(.cheating, from: "2025-11-22") == .banned)
        #expect(try why(.cheating, from: "2025-11-21") == nil)
        #expect(try why(.substitute, from: "2023-11-22") == .banned)
        #expect(try why(.substitute, from: "2023-11-21") == nil)
    }

    @Test(
        arguments: [
            ("C1", "C2", Ineligibility.withoutSubjectOne), ("C6", "B2", .withoutSubjectOne),
            ("E", "F", .withoutSubjectOne),
            ("D", "E", .withoutSubjectOne), ("C5", "C1", .withoutSubjectOne), ("B2", "C1", nil), ("E", "D", nil),
            ("C2", "C1", nil),
        ] as [(VehicleClass, VehicleClass, Ineligibility?)])
    func `a class is added with subject 1 or without it`(
        added: VehicleClass, held: VehicleClass, why: Ineligibility?
    ) throws {
        let facts = EligibilityFacts(reason: .upgrade).with { $0.heldClass = held }
        let exam = try programme(classes: ["*"], subject: "one")
        #expect(facts.decision(programme: exam, vehicleClass: added, on: today).why == why)
    }

    @Test func `facts travel under the names that the missing ones are called by`() throws {
        let facts = EligibilityFacts(reason: .foreign).with {
            $0.holder = .treaty
            $0.ban = .init(cause: .falsePapers, from: today)
        }
        let text = try JSONCoder.text(facts)
        #expect(
            text == #"{"ban":{"cause":"falsePapers","from":"2026-11-22"},"holder":"treaty","reason":"foreign"}"#)
        #expect(try JSONCoder.decode(EligibilityFacts.self, from: Array(text.utf8)) == facts)
        for column in EligibilityColumn.allCases {
            if let fact = column.fact { #expect(EligibilityFacts.members.contains(fact), "\(fact)") }
        }
    }
}
