import CanonicalJSON
import Cryptography
import Exam
import Ledger
import Platform
import QuestionBank

/// Reads a journal as an outsider would, entry after entry, and says what cannot be: it uses none of the hall's folds.
struct Audit {
    /// What the entries say of one attempt.
    struct Record {
        let id: String
        let person: String
        let programme: ProgrammeCode
        let number: Int
        var seat: Int
        /// Where it was before it moved.
        var formerSeats: Set<Int> = []
        var creditedMs = 0
        let language: String
        let extra: Int
        var steps: [String] = []
        var items: [(item: ItemID, options: [Int])] = []
        var answers: [Int: [Int]] = [:]
        var final: Set<Int> = []
        var spentMs = 0
        var budgetMs = 0
        var endedBy: String?
        var score: Int?
        var isPaused = false
        var interruptions = 0
        var result: Int?
        var isOpen = true
        /// Digest of the slip.
        var slip: String?

        var hasStarted: Bool { !items.isEmpty }
    }

    private let site: SimulatedSite
    private(set) var records: [String: Record] = [:]
    /// Attempts in the order of their opening.
    private(set) var order: [String] = []
    private(set) var sequence = 0
    private(set) var digests: [[UInt8]] = [[UInt8](repeating: 0, count: 32)]
    /// By terminal and reason.
    private(set) var refusals: [String: Int] = [:]
    private var seats: [Int: String] = [:]
    private var seenItems: [String: [(programme: ProgrammeCode, items: Set<ItemID>)]] = [:]
    private(set) var violation: Violation?

    init(_ site: SimulatedSite) { self.site = site }

    mutating func fail(_ invariant: Invariant, _ words: String) {
        if violation == nil { violation = Violation(invariant: invariant, words: words) }
    }

    mutating func take(_ entry: Entry) {
        guard violation == nil else { return }
        guard entry.sequence == sequence + 1, entry.previous == digests[sequence], entry.digest == Self.digest(entry)
        else { return fail(.chainHolds, "entry \(entry.sequence) does not follow \(sequence)") }
        sequence = entry.sequence
        digests.append(entry.digest)
        guard let body = try? JSONCoder.decode(JSONValue.self, from: entry.body), body["at"]?.stringValue != nil,
            body["monotonic"]?.integerValue != nil, body["boot"]?.stringValue != nil
        else { return fail(.entriesAreLawful, "the body of entry \(sequence)") }
        switch entry.kind {
        case "hall.tick": tick(body["spent"]?.objectValue ?? [:])
        case "checkIn.refused", "seat.refused":
            let name = "\(body["terminal"]?.stringValue ?? "") \(body["reason"]?.stringValue ?? "")"
            refusals[name, default: 0] += 1
        case "hall.started":
            let open = order.filter { records[$0]?.isOpen == true }.sorted()
            if body["recovered"]?.arrayValue?.compactMap(\.stringValue) != open {
                fail(.restartServes, "recovered \(body["recovered"]?.canonicalText ?? ""), open are \(open)")
            }
        default: if entry.stream.hasPrefix("attempt/") { attempt(entry, body) }
        }
    }

    /// SHA-256( previous ‖ sequence ‖ SHA-256(kind) ‖ SHA-256(stream) ‖ SHA-256(body) ), written from `interfaces.md`.
    private static func digest(_ entry: Entry) -> [UInt8] {
        let number = (0..<8).reversed().map { UInt8(truncatingIfNeeded: entry.sequence >> ($0 * 8)) }
        return sha256(
            entry.previous + number + sha256(Array(entry.kind.utf8)) + sha256(Array(entry.stream.utf8))
                + sha256(entry.body))
    }

    private mutating func tick(_ spent: [String: JSONValue]) {
        for (id, value) in spent.sorted(by: { $0.key < $1.key }) {
            guard let record = records[id], let total = value.integerValue else {
                fail(.entriesAreLawful, "a tick of \(id)")
                continue
            }
            // A tick may overtake an end on its way to the disk.
            guard record.endedBy == nil else { continue }
            if total < record.spentMs { fail(.timeIsSpent, "\(id) spent \(record.spentMs), then \(total)") }
            if total > record.budgetMs + record.creditedMs + 1500 {
                fail(.timeEnds, "\(id) spent \(total) of \(record.budgetMs)")
            }
            records[id]?.spentMs = total
        }
    }

    private mutating func attempt(_ entry: Entry, _ body: JSONValue) {
        let id = String(entry.stream.dropFirst("attempt/".count))
        let step = String(entry.kind.dropFirst("attempt.".count))
        if String(decoding: entry.body, as: UTF8.self).contains(SimulatedBank.canary) {
            fail(.keysStaySealed, "entry \(sequence) holds an explanation")
        }
        if step == "opened" { return open(id, body) }
        guard var record = records[id] else { return fail(.entriesAreLawful, "\(step) of unopened \(id)") }
        defer { records[id] = record }
        // At another seat the card is shown again.
        if step != "verified" || record.formerSeats.isEmpty || !record.steps.contains("verified") {
            record.steps.append(step)
        }
        let isRunning = record.hasStarted && record.endedBy == nil
        if let wanted = Self.after[step], record.steps.last == step {
            let before = record.steps.dropLast().last { Self.course.contains($0) } ?? "opened"
            if !wanted.contains(before) { fail(.entriesAreLawful, "\(id): \(step) after \(before)") }
        } else if !isRunning, Self.running.contains(step) {
            fail(.entriesAreLawful, "\(id): \(step) while it does not run")
        }
        switch step {
        case "started": start(&record, body)
        case "chose":
            let number = body["number"]?.integerValue ?? 0
            if record.final.contains(number) { fail(.answersStay, "\(id): question \(number) was final") }
            record.answers[number] = body["answer"]?.arrayValue?.compactMap(\.integerValue)
        case "committed": record.final.insert(body["number"]?.integerValue ?? 0)
        case "judged":
            let number = body["number"]?.integerValue ?? 0
            if body["right"]?.boolValue != isRight(record, number) || !record.final.contains(number) {
                fail(.verdictsAreTrue, "\(id): question \(number) was judged wrongly or too early")
            }
        case "interrupted": record.interruptions += 1
        case "credited": record.creditedMs += body["ms"]?.integerValue ?? 0
        case "moved": move(&record, body)
        case "slip": record.slip = body["digest"]?.stringValue
        case "paused":
            if record.isPaused { fail(.entriesAreLawful, "\(id) was paused twice") }
            record.isPaused = true
        case "resumed":
            if !record.isPaused { fail(.entriesAreLawful, "\(id) was resumed and not paused") }
            record.isPaused = false
        case "ended":
            record.endedBy = body["by"]?.stringValue
            let spent = body["spentMs"]?.integerValue ?? -1
            // A commit between two ticks knows more than the last tick; none knows less, but for one that overtook it.
            if spent < record.spentMs - 1500 { fail(.timeIsSpent, "\(id) spent \(record.spentMs), ended at \(spent)") }
            if spent > record.budgetMs + record.creditedMs {
                fail(.timeEnds, "\(id) ended at \(spent) of \(record.budgetMs) ms")
            }
            if record.endedBy == "timeUp", spent != record.budgetMs + record.creditedMs {
                fail(.timeEnds, "\(id) ran out at \(spent) ms")
            }
            record.spentMs = spent
        case "scored":
            record.score = body["score"]?.integerValue
            let rules = SimulatedBank.rules[record.programme]
            let right = (1...record.items.count).filter { isRight(record, $0) }.count
            if record.score != right * (rules?.points ?? 0)
                || body["passed"]?.boolValue != (right * (rules?.points ?? 0) >= rules?.passMark ?? 0)
            {
                fail(.scoreIsRight, "\(id): \(record.score ?? -1), \(right) answers are right")
            }
        case "result": result(&record, body, entry)
        case "left":
            record.isOpen = false
            if seats[record.seat] == id { seats[record.seat] = nil }
        default: break
        }
    }

    /// Steps that have their place, and what they follow.
    private static let after: [String: Set<String>] = [
        "verified": ["opened"], "rulesAcknowledged": ["verified"], "started": ["rulesAcknowledged"],
        "ended": ["started", "opened", "verified", "rulesAcknowledged"], "scored": ["ended"], "signed": ["scored"],
        "result": ["signed"], "final": ["result"], "left": ["final", "ended"],
    ]
    private static let course: Set<String> = [
        "verified", "rulesAcknowledged", "started", "ended", "scored", "signed", "result", "final", "left",
    ]
    private static let running: Set<String> = [
        "showed", "chose", "flagged", "committed", "judged", "earlyFailAsked", "wentOn", "paused", "resumed",
    ]

    private mutating func open(_ id: String, _ body: JSONValue) {
        let seat = body["seat"]?.integerValue ?? 0
        let person = body["candidate"]?.stringValue ?? ""
        if let other = seats[seat] { fail(.onePlace, "\(id) is opened at seat \(seat), where \(other) is open") }
        if let other = order.first(where: { records[$0]?.person == person && records[$0]?.isOpen == true }) {
            fail(.onePlace, "\(id) is opened while \(other) of the same person is open")
        }
        if records[id] != nil { fail(.entriesAreLawful, "\(id) is opened twice") }
        seats[seat] = id
        order.append(id)
        records[id] = Record(
            id: id, person: person, programme: ProgrammeCode(body["programme"]?.stringValue ?? ""),
            number: body["attemptNumber"]?.integerValue ?? 0, seat: seat,
            language: body["language"]?.stringValue ?? "", extra: body["extraTimePercent"]?.integerValue ?? 0)
    }

    private mutating func move(_ record: inout Record, _ body: JSONValue) {
        let to = body["to"]?.integerValue ?? 0
        if let other = seats[to] { fail(.onePlace, "\(record.id) moves to seat \(to), where \(other) is open") }
        if body["from"]?.integerValue != record.seat { fail(.onePlace, "\(record.id) moves from where it is not") }
        if seats[record.seat] == record.id { seats[record.seat] = nil }
        seats[to] = record.id
        record.formerSeats.insert(record.seat)
        record.seat = to
    }

    private mutating func start(_ record: inout Record, _ body: JSONValue) {
        if record.hasStarted { fail(.paperStays, "\(record.id) is given a second paper") }
        record.budgetMs = body["budgetMs"]?.integerValue ?? 0
        for item in body["paper"]?["items"]?.arrayValue ?? [] {
            record.items.append(
                (ItemID(item["item"]?.stringValue ?? ""), item["options"]?.arrayValue?.compactMap(\.integerValue) ?? [])
            )
        }
        let items = Set(record.items.map(\.item))
        let rules = SimulatedBank.rules[record.programme]
        if items.count != rules?.questions || record.items.count != items.count {
            fail(.paperStays, "\(record.id) has \(items.count) questions")
        }
        if record.budgetMs != (rules?.minutes ?? 0) * 600 * (100 + record.extra) {
            fail(.timeIsSpent, "\(record.id) has \(record.budgetMs) ms")
        }
        // The full paper takes most of the bank; the others find fresh questions.
        let earlier = seenItems[record.person, default: []].filter { $0.programme != "SIM-FULL" }
        if record.programme != "SIM-FULL", earlier.count < 3,
            earlier.contains(where: { !$0.items.isDisjoint(with: items) })
        {
            fail(.paperStays, "\(record.id) asks questions of an earlier paper")
        }
        seenItems[record.person, default: []].append((record.programme, items))
    }

    private mutating func result(_ record: inout Record, _ body: JSONValue, _ entry: Entry) {
        if record.result != nil { fail(.oneResult, "\(record.id) has two results") }
        record.result = entry.sequence
        guard let jws = body["jws"]?.stringValue,
            let payload = try? JWS.verify(jws, keys: site.keys.publicKeys()),
            let result = try? JSONCoder.decode(JSONValue.self, from: payload)
        else { return fail(.oneResult, "the result of \(record.id) is not signed") }
        let last = result["journal"]?["last"]?.integerValue ?? 0
        if result["attempt"]?.stringValue != record.id || result["score"]?.integerValue != record.score
            || result["candidate"]?.stringValue != record.person || result["endedBy"]?.stringValue != record.endedBy
            || result["creditedMs"]?.integerValue != record.creditedMs
            || result["spentMs"]?.integerValue != record.spentMs || result["seat"]?.integerValue != record.seat
            || result["attemptNumber"]?.integerValue != record.number
            || result["interruptions"]?["cuts"]?.integerValue != record.interruptions || last != entry.sequence - 1
            || result["journal"]?["digest"]?.stringValue != base64url(entry.previous)
        {
            fail(.oneResult, "the result of \(record.id) does not say what its entries say")
        }
    }

    private func isRight(_ record: Record, _ number: Int) -> Bool {
        guard (1...max(1, record.items.count)).contains(number), let key = site.bank.keys[record.items[number - 1].item]
        else { return false }
        return Set(record.answers[number] ?? []) == key
    }
}
