/// A kind of exam as the table of programmes states it; a figure nobody knows for certain is nil.
public struct Programme: Codable, Hashable, Sendable {
    /// How waiting days are counted; `rolling` are natural days whose last one gives way to the next working day.
    public enum DayKind: String, Codable, Sendable { case natural, working, rolling }
    /// Which part of the exam a programme is, where it is one of an application's.
    public enum Subject: String, Codable, Sendable {
        /// Subject 1: law and knowledge (Order 162 Art. 30, 32).
        case one
        /// The knowledge part of subject 3, called subject 4 (Art. 35), which follows the skill exams (Art. 39).
        case four
    }

    public let code: ProgrammeCode
    public let names: [LanguageTag: String]
    /// The vehicle classes it is for; `*` stands for all.
    public let classes: [VehicleClass]
    public let subject: Subject?
    /// Why somebody sits it; nil for any reason.
    public let reasons: [ExamReason]?
    public let questions: Int?
    public let pointsEach: Int?
    public let full: Int?
    /// The fewest points that pass.
    public let passMark: Int?
    public let minutes: Int?
    public let kinds: [ItemKind: Int]?
    /// How many questions each area gives; nil where it is not known, or depends on the vehicle class.
    public let composition: [Area: Int]?
    /// The same by groups of vehicle classes: each class is in one of them.
    public let compositions: [ClassComposition]?
    /// How many sittings one booking gives, the make-up exam counted.
    public let attemptsPerBooking: Int?
    /// Days to wait before a new booking after this one's attempts are used up.
    public let rebookWaitDays: Int?
    public let rebookDayKind: DayKind?
    public let policies: Policies
    public let legalBasis: [String]
    /// How well each figure is known: `law`, `secondary-2plus`, `secondary-1` or `unverified`.
    public let evidence: [String: String]
    public let notes: String

    /// The names of the figures that are unknown, in the order in which the table states them.
    public var missingFigures: [String] {
        let figures: [(String, Bool)] = [
            ("questions", questions == nil), ("pointsEach", pointsEach == nil), ("full", full == nil),
            ("passMark", passMark == nil), ("minutes", minutes == nil), ("kinds", kinds == nil),
            ("composition", composition == nil && compositions == nil),
            ("attemptsPerBooking", attemptsPerBooking == nil),
        ]
        return figures.filter(\.1).map(\.0)
    }

    /// Where the figures that are known contradict each other, in words; a table with any is not to be used.
    public var contradictions: [String] {
        var found: [String] = []
        for (name, value) in [
            ("questions", questions), ("pointsEach", pointsEach), ("full", full), ("passMark", passMark),
            ("minutes", minutes), ("attemptsPerBooking", attemptsPerBooking),
        ] {
            if let value, value < 1 { found.append("\(name) is \(value), should be at least 1") }
        }
        if let kinds, kinds.values.contains(where: { $0 < 0 }) { found.append("kinds has a negative count") }
        if let questions, let pointsEach, let full, questions * pointsEach != full {
            found.append(
                "\(questions) questions of \(pointsEach) give \(questions * pointsEach) points, full says \(full)")
        }
        if let passMark, let full, passMark > full { found.append("passMark \(passMark) is more than full \(full)") }
        if let kinds, let questions, kinds.values.reduce(0, +) != questions {
            found.append("kinds count \(kinds.values.reduce(0, +)) questions, questions says \(questions)")
        }
        return found + compositionContradictions
    }

    private var compositionContradictions: [String] {
        var found: [String] = []
        if composition != nil, compositions != nil { found.append("composition and compositions cannot both stand") }
        for group in groups {
            let name = compositions == nil ? "composition" : "composition of \(group.names)"
            if group.composition.values.contains(where: { $0 < 0 }) { found.append("\(name) has a negative count") }
            let count = group.composition.values.reduce(0, +)
            if let questions, count != questions {
                found.append("\(name) counts \(count) questions, questions says \(questions)")
            }
        }
        if let compositions {
            for vehicleClass in classes where compositions.count(where: { $0.classes.contains(vehicleClass) }) != 1 {
                found.append("class \(vehicleClass) is not in exactly one of the compositions")
            }
            for vehicleClass in Set(compositions.flatMap(\.classes)).sorted() where !classes.contains(vehicleClass) {
                found.append("compositions name class \(vehicleClass), which the programme is not for")
            }
        }
        return found
    }

    /// The compositions that are known, each with its vehicle classes.
    public var groups: [ClassComposition] {
        compositions ?? composition.map { [ClassComposition(classes: classes, composition: $0)] } ?? []
    }

    /// How many questions each area gives for a vehicle class; nil when it is not known.
    public func composition(for vehicleClass: VehicleClass) -> [Area: Int]? {
        groups.first { $0.classes.contains(vehicleClass) || $0.classes.contains("*") }?.composition
    }

    /// Whether the programme is for a vehicle class.
    public func isFor(_ vehicleClass: VehicleClass) -> Bool { classes.contains(vehicleClass) || classes.contains("*") }

    /// Whether the programme is for somebody who comes for a reason.
    public func isFor(_ reason: ExamReason) -> Bool { reasons?.contains(reason) ?? true }

    /// The programme with every figure known, without which no exam of it begins.
    public func complete() throws(MissingFigures) -> CompleteProgramme {
        guard let questions, let pointsEach, let full, let passMark, let minutes, let kinds,
            let attemptsPerBooking, !groups.isEmpty
        else { throw MissingFigures(programme: code, figures: missingFigures) }
        return CompleteProgramme(
            code: code, names: names, classes: classes, questions: questions, pointsEach: pointsEach, full: full,
            passMark: passMark, minutes: minutes, kinds: kinds, groups: groups,
            attemptsPerBooking: attemptsPerBooking, policies: policies)
    }
}

/// What a paper is made of for some vehicle classes of a programme.
public struct ClassComposition: Codable, Hashable, Sendable {
    public let classes: [VehicleClass]
    public let composition: [Area: Int]

    public init(classes: [VehicleClass], composition: [Area: Int]) {
        self.classes = classes
        self.composition = composition
    }

    /// The classes, as words name them.
    public var names: String { classes.map(\.rawValue).joined(separator: ", ") }
}

/// A programme that an exam can be held in: every figure is known.
public struct CompleteProgramme: Codable, Hashable, Sendable {
    public let code: ProgrammeCode
    public let names: [LanguageTag: String]
    public let classes: [VehicleClass]
    public let questions: Int
    public let pointsEach: Int
    public let full: Int
    public let passMark: Int
    public let minutes: Int
    public let kinds: [ItemKind: Int]
    /// How many questions each area gives, by groups of vehicle classes.
    public let groups: [ClassComposition]
    public let attemptsPerBooking: Int
    public let policies: Policies

    public init(
        code: ProgrammeCode, names: [LanguageTag: String], classes: [VehicleClass], questions: Int, pointsEach: Int,
        full: Int, passMark: Int, minutes: Int, kinds: [ItemKind: Int], groups: [ClassComposition],
        attemptsPerBooking: Int, policies: Policies
    ) {
        self.code = code
        self.names = names
        self.classes = classes
        self.questions = questions
        self.pointsEach = pointsEach
        self.full = full
        self.passMark = passMark
        self.minutes = minutes
        self.kinds = kinds
        self.groups = groups
        self.attemptsPerBooking = attemptsPerBooking
        self.policies = policies
    }

    /// How many answers may be wrong in an exam that still passes.
    public var maxWrong: Int { (full - passMark) / pointsEach }

    public func isFor(_ vehicleClass: VehicleClass) -> Bool { classes.contains(vehicleClass) || classes.contains("*") }
}

/// What keeps a programme from being used: figures that nobody has stated.
public struct MissingFigures: Error, Hashable, Sendable, CustomStringConvertible {
    public let programme: ProgrammeCode
    public let figures: [String]

    public init(programme: ProgrammeCode, figures: [String]) {
        self.programme = programme
        self.figures = figures
    }

    public var description: String {
        "programme \(programme): not known: \(figures.joined(separator: ", ")); fill them in in programmes.json"
    }
}
