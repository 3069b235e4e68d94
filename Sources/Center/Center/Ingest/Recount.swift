import CanonicalJSON
import Cryptography
public import Exam
import Ledger
import Platform

/// What a recount needs of a bank; the only place at the center that sees answer keys.
public protocol RecountBank: Sendable {
    var items: [ItemIndexEntry] { get }
    func programme(_ code: ProgrammeCode) -> Programme?
    func blueprint(_ programme: ProgrammeCode, version: Int, vehicleClass: VehicleClass) -> Blueprint?
    func key(_ item: ItemID) throws -> Set<Int>
}

/// Comes to a result's score once more, from the answers in the journal and the bank's keys, and holds every figure of
/// the signed result against what the entries say.
struct Recount {
    /// Whose result it is: an appliance and every key that spoke for it.
    let appliance: String
    let keys: JWKS
    /// The entries of the attempt, up to and with `attempt.result`.
    let entries: [Entry]
    /// The counters that the paper was drawn by; nil when the entry that its draw names is none.
    let exposure: ProgrammeExposure?
    let bank: (String) async -> (any RecountBank)?

    struct Outcome {
        var result: ExamResult?
        var jws = ""
        /// In words; empty when all holds.
        var problems: [String] = []
        /// The bank is not here: nothing can be said yet.
        var lacksBank = false
    }

    /// Reads signature, fold, figures and keys, in this order; what is found goes into the outcome, nothing throws.
    func run() async -> Outcome {
        var outcome = Outcome()
        guard let entry = entries.last, let issued = try? entry.decode(AttemptEntry.ResultIssued.self) else {
            outcome.problems = ["the entry holds no result"]
            return outcome
        }
        outcome.jws = issued.jws
        do throws(JWSError) {
            let payload = try JWS.verify(issued.jws, keys: keys)
            outcome.result = try? JSONCoder.decode(ExamResult.self, from: payload)
        } catch {
            outcome.problems.append("the result's signature: \(error)")
            return outcome
        }
        guard let result = outcome.result else {
            outcome.problems.append("what is signed is no result")
            return outcome
        }
        let attempt: Attempt
        do { attempt = try fold() } catch {
            outcome.problems.append("the entries contradict each other: \(error)")
            return outcome
        }
        outcome.problems += figures(result, attempt, entry)
        guard let started = attempt.started else {
            outcome.problems.append("the attempt never started")
            return outcome
        }
        guard let bank = await bank(started.paper.bank) else {
            outcome.lacksBank = true
            return outcome
        }
        outcome.problems += paper(started, attempt, bank)
        outcome.problems += score(result, started, attempt, bank)
        return outcome
    }

    private func fold() throws -> Attempt {
        var attempt: Attempt?
        for entry in entries {
            guard let kind = AttemptEntryKind(rawValue: entry.kind) else {
                throw BrokenSegment("entry \(entry.sequence) is of the unknown kind \(entry.kind)")
            }
            let read = try AttemptEntry(kind: kind) { type in try JSONCoder.decode(type, from: entry.body) }
            if case .opened(let opened) = read, attempt == nil {
                attempt = Attempt(id: AttemptID(entry.stream.dropFirst("attempt/".count)), opened: opened)
            } else {
                guard attempt != nil else { throw BrokenSegment("it does not begin with attempt.opened") }
                try attempt?.apply(read)
            }
        }
        guard let attempt else { throw BrokenSegment("there are none") }
        return attempt
    }

    /// The signed figures against the entries.
    private func figures(_ result: ExamResult, _ attempt: Attempt, _ entry: Entry) -> [String] {
        var problems: [String] = []
        func same<Value: Equatable>(_ name: String, _ signed: Value, _ found: Value?) {
            if signed != found {
                problems.append("\(name): signed \(signed), the entries say \(found.map { "\($0)" } ?? "nothing")")
            }
        }
        same("appliance", result.appliance, appliance)
        same("attempt", result.attempt, attempt.id)
        same("programme", result.programme, attempt.opened.programme)
        same("attemptNumber", result.attemptNumber, attempt.opened.attemptNumber)
        same("candidate", result.candidate, attempt.opened.candidate)
        same("seat", result.seat, attempt.seat)
        same("language", result.language, attempt.language)
        same("spentMs", result.spentMs, attempt.spentMs)
        same("creditedMs", result.creditedMs, attempt.creditedMs)
        same("endedBy", result.endedBy, attempt.ended?.by)
        same("score", result.score, attempt.scored?.score)
        same("full", result.full, attempt.started?.full)
        same("passMark", result.passMark, attempt.started?.passMark)
        same("passed", result.passed, result.score >= result.passMark)
        same("interruptions", result.interruptions, attempt.interruptions)
        if let budget = attempt.started?.budgetMs, result.spentMs > budget + result.creditedMs {
            problems.append("spentMs: \(result.spentMs) of \(budget) and \(result.creditedMs) credited")
        }
        same("paper.bank", result.paper.bank, attempt.paper?.bank)
        same("paper.blueprint", result.paper.blueprint, attempt.paper?.blueprint)
        same("paper.seed", result.paper.seed, attempt.paper?.seed)
        same("paper.digest", result.paper.digest, attempt.paper.map { base64url(sha256($0.canonicalItems())) })
        same("responses", result.responses, (try? JSONCoder.encode(attempt.responses)).map { base64url(sha256($0)) })
        same("journal.first", result.journal.first, entries.first?.sequence)
        same("journal.last", result.journal.last, entry.sequence - 1)
        same("journal.digest", result.journal.digest, base64url(entry.previous))
        return problems
    }

    /// The paper drawn once more from its seed, and the figures it was held to.
    private func paper(_ started: AttemptEntry.Started, _ attempt: Attempt, _ bank: any RecountBank) -> [String] {
        let code = attempt.opened.programme
        var problems: [String] = []
        if let complete = try? bank.programme(code)?.complete() {
            if (started.full, started.passMark, started.pointsEach) != (
                complete.full, complete.passMark, complete.pointsEach
            ) {
                problems.append("full, pass mark or points are not those of programme \(code) in the bank")
            }
        } else {
            problems.append("the bank does not hold programme \(code) with all its figures")
        }
        guard
            let blueprint = bank.blueprint(
                code, version: started.paper.blueprint, vehicleClass: attempt.opened.vehicleClass)
        else {
            return problems + ["the bank has no blueprint \(started.paper.blueprint) for \(code)"]
        }
        let draw = started.paper.draw
        if (draw.programme, draw.vehicleClass, draw.language) != (
            code, attempt.opened.vehicleClass, attempt.language
        ) {
            problems.append("the paper was drawn for another programme, class or language")
        }
        guard let exposure else {
            return problems + ["the paper names entry \(draw.exposure) for its counters, which holds none"]
        }
        do throws(DrawError) {
            let drawn = try Paper.draw(draw, blueprint: blueprint, index: bank.items, exposure: exposure)
            if drawn != started.paper { problems.append("the paper is not the one that its seed gives") }
        } catch {
            problems.append("the paper cannot be drawn again: \(error)")
        }
        return problems
    }

    private func score(
        _ result: ExamResult, _ started: AttemptEntry.Started, _ attempt: Attempt, _ bank: any RecountBank
    ) -> [String] {
        let areas = Dictionary(bank.items.map { ($0.id, $0.area) }, uniquingKeysWith: { first, _ in first })
        do {
            let counted = try Scorer.score(
                started, answers: attempt.answers, area: { areas[$0] }, key: { (item) throws in try bank.key(item) })
            if counted.score != result.score || counted.passed != result.passed {
                return ["the answers give \(counted.score) points, signed are \(result.score)"]
            }
            if counted.wrong != attempt.scored?.wrong { return ["the list of wrong answers is another"] }
            return []
        } catch {
            return ["the bank's keys cannot be read: \(error)"]
        }
    }
}
