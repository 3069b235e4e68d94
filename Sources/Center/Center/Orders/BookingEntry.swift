import CanonicalJSON
public import CenterLink
public import CivilTime
public import Exam
public import IdentityCards

/// One booking as an office hands it in: a row of the bookings file.
public struct BookingEntry: Hashable, Sendable, Codable {
    /// Absent: made from candidate, programme, day and attempt.
    public var id: BookingID?
    /// The document's kind.
    public var kind: DocumentKind
    public var number: String
    public var name: String
    public var sex: BookedPerson.Sex?
    public var programme: ProgrammeCode
    /// Exams that follow in the same visit, each after the one before is passed.
    public var then: [ProgrammeCode]?
    public var vehicleClass: VehicleClass
    public var day: CalendarDate
    public var language: LanguageTag
    public var attempt: Int
    public var facts: EligibilityFacts
    public var accommodations: Accommodations?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, kind, number, name, sex, programme, then
        case vehicleClass = "class"
        case day, language, attempt, facts, accommodations
    }

    /// What is wrong with it beyond its form: member and reason.
    func problems(programmes: [ProgrammeCode: Programme]?) -> [(field: String, reason: String)] {
        var problems: [(String, String)] = []
        if let problem = numberProblem { problems.append(("number", problem)) }
        if name.allSatisfy(\.isWhitespace) || name.count > 100 { problems.append(("name", "is empty or too long")) }
        if !(1...9).contains(attempt) { problems.append(("attempt", "should be 1, or 2 for the make-up exam")) }
        if let percent = accommodations?.extraTimePercent, !(0...100).contains(percent) {
            problems.append(("accommodations.extraTimePercent", "should be 0 to 100"))
        }
        if let id, id.rawValue.isEmpty || id.rawValue.utf8.count > 100 {
            problems.append(("id", "is empty or too long"))
        }
        if let points = facts.pointsReduced, !(0...6).contains(points) {
            problems.append(("facts.pointsReduced", "should be 0 to 6"))
        }
        let all = [programme] + (then ?? [])
        if Set(all).count != all.count { problems.append(("then", "one exam stands twice in the booking")) }
        if let programmes {
            for (place, code) in all.enumerated() {
                let member = place == 0 ? "programme" : "then"
                guard let known = programmes[code] else {
                    problems.append((member, "\"\(code)\" is in no bank of this center"))
                    continue
                }
                problems += self.problems(of: known, member: member)
            }
        }
        return problems
    }

    /// What keeps a programme from being booked; who is refused by the rules may be booked, and is told why at the hall.
    private func problems(of programme: Programme, member: String) -> [(field: String, reason: String)] {
        guard programme.isFor(vehicleClass) else {
            return [("class", "programme \(programme.code) is not for class \(vehicleClass)")]
        }
        guard programme.isFor(facts.reason) else {
            return [(member, "programme \(programme.code) is not for reason \"\(facts.reason.rawValue)\"")]
        }
        let decision = facts.decision(programme: programme, vehicleClass: vehicleClass, on: day)
        guard decision.why == .factMissing, let fact = decision.values["fact"] else { return [] }
        let words = "is wanted for reason \"\(facts.reason.rawValue)\" and programme \(programme.code)"
        return [("facts.\(fact)", "\(words) (\(decision.article))")]
    }

    private var numberProblem: String? {
        switch kind {
        case .resident, .hkMacaoTaiwan, .permanentResident2023:
            do throws(RecordError) {
                _ = try IdentityNumber(number)
                return nil
            } catch {
                return "\(error)"
            }
        case .permanentResident2017:
            return number.utf8.count == 15 ? nil : "should have 15 characters"
        }
    }
}

/// A bookings file: `{"bookings": [ … ]}`, or the list alone.
public enum BookingsFile {
    /// What is wrong with a file, all of it: nothing of such a file is imported.
    public struct Unusable: Error, Hashable, Sendable, CustomStringConvertible {
        public let problems: [String]
        public var description: String {
            let shown = problems.prefix(20).joined(separator: "\n")
            return shown + (problems.count > 20 ? "\nand \(problems.count - 20) more" : "")
                + "\nnothing was imported"
        }
    }

    /// - Parameters:
    ///   - name: of the file, for the words.
    ///   - programmes: those that may be booked; nil when no bank says so.
    /// - Throws: `Unusable` with every problem, by entry and member.
    public static func read(
        _ bytes: [UInt8], name: String, programmes: [ProgrammeCode: Programme]?
    ) throws(Unusable) -> [BookingEntry] {
        let document: JSONValue
        do { document = try JSONCoder.decode(JSONValue.self, from: bytes) } catch {
            let reason = JSONSyntaxFault.first(in: bytes)?.description ?? JSONCoder.explain(error)
            throw Unusable(problems: ["\(name): is not a bookings file: \(reason)"])
        }
        guard let list = document.arrayValue ?? document["bookings"]?.arrayValue else {
            throw Unusable(problems: ["\(name): should hold {\"bookings\": [ … ]}"])
        }
        var entries: [BookingEntry] = []
        var problems: [String] = []
        var seen: [[String]: Int] = [:]
        for (index, value) in list.enumerated() {
            let place = "\(name): booking \(index + 1)"
            guard let members = value.objectValue else {
                problems.append("\(place): should be an object")
                continue
            }
            let known = Set(BookingEntry.CodingKeys.allCases.map(\.rawValue))
            for member in members.keys.sorted() where !known.contains(member) {
                problems.append("\(place): \(member): is no member of a booking")
            }
            let facts = Set(EligibilityFacts.members)
            for member in (value["facts"]?.objectValue ?? [:]).keys.sorted() where !facts.contains(member) {
                problems.append("\(place): facts.\(member): is no fact of a booking")
            }
            let unknown = unknownWords(in: value)
            guard unknown.isEmpty else {
                problems += unknown.map { "\(place): \($0)" }
                continue
            }
            do {
                let entry = try JSONCoder.decode(BookingEntry.self, from: value.canonicalBytes)
                problems += entry.problems(programmes: programmes).map { "\(place): \($0.field): \($0.reason)" }
                let identity =
                    entry.id.map { [$0.rawValue] } ?? [
                        entry.kind.rawValue, entry.number, entry.programme.rawValue, entry.day.description,
                        String(entry.attempt),
                    ]
                if let other = seen[identity] {
                    problems.append("\(place): is the same booking as number \(other)")
                } else {
                    seen[identity] = index + 1
                }
                entries.append(entry)
            } catch {
                problems.append("\(place): \(JSONCoder.explain(error))")
            }
        }
        guard problems.isEmpty else { throw Unusable(problems: problems) }
        return entries
    }

    /// Members that hold none of the words that may stand there, with those words: the decoder names only its types.
    private static func unknownWords(in booking: JSONValue) -> [String] {
        let facts = booking["facts"]
        let lists: [(name: String, found: JSONValue?, words: [String])] = [
            ("kind", booking["kind"], DocumentKind.allCases.map(\.rawValue)),
            ("sex", booking["sex"], [BookedPerson.Sex.male, .female].map(\.rawValue)),
            ("facts.reason", facts?["reason"], ExamReason.allCases.map(\.rawValue)),
            (
                "facts.cancellation", facts?["cancellation"],
                EligibilityFacts.Cancellation.allCases.map(\.rawValue)
            ),
            ("facts.licence", facts?["licence"], EligibilityFacts.Licence.allCases.map(\.rawValue)),
            ("facts.holder", facts?["holder"], EligibilityFacts.Holder.allCases.map(\.rawValue)),
            (
                "facts.ban.cause", facts?["ban"]?["cause"],
                EligibilityFacts.Ban.Cause.allCases.map(\.rawValue)
            ),
        ]
        return lists.compactMap { name, found, words in
            guard let text = found?.stringValue, !words.contains(text) else { return nil }
            return "\(name): \"\(text)\" is none of \(words.joined(separator: ", "))"
        }
    }
}
