import CivilTime
import Cryptography
import Exam
import Ledger
import Platform

/// Looks at each result once its segment is durable: recounts it, lists it, and warns where something does not hold.
///
/// Beside the ingest, so that a receipt never waits for a recount; what was not looked at yet stands in the store, so a
/// center that stopped in between goes on where it was.
final class Projector: Sendable {
    private let store: any CenterStore
    private let banks: BankShelf
    private let time: any TimeSource
    private let history: ExposureHistory
    private let last = Guarded<Task<Void, any Error>?>(nil)
    private let work = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(store: any CenterStore, banks: BankShelf, time: any TimeSource) {
        self.store = store
        history = ExposureHistory(store: store)
        self.banks = banks
        self.time = time
    }

    /// Tells that results came.
    func wake() { work.continuation.yield() }

    /// Works until the task is cancelled.
    func run() async {
        wake()
        for await _ in work.stream {
            do { try await settle() } catch { Log.error("recount: \(error)") }
            if Task.isCancelled { return }
        }
    }

    /// Looks at everything that waits; one after the other, so that nothing is warned of twice.
    func settle() async throws {
        let turn = last.withLock { last in
            let before = last
            let task = Task {
                _ = await before?.result
                try await lookAtAll()
            }
            last = task
            return task
        }
        try await turn.value
    }

    private func lookAtAll() async throws {
        while !Task.isCancelled {
            let waiting = try await store.unprojectedResults(limit: 100)
            if waiting.isEmpty { return }
            for result in waiting {
                try await look(at: result.entry, of: result.appliance, receivedAt: result.receivedAt)
            }
        }
    }

    /// Looks again at results whose bank was not here.
    func lookAgain() async throws {
        for record in try await store.unverifiedResults() {
            if let entry = try await store.entry(record.appliance, record.sequence) {
                try await look(at: entry, of: record.appliance, receivedAt: record.receivedAt)
            }
        }
    }

    /// The counters that the paper of an attempt was drawn by; nil when the entry that it names is none.
    private func exposure(of entries: [Entry], _ appliance: String) async throws -> ProgrammeExposure? {
        guard let entry = entries.first(where: { $0.kind == AttemptEntryKind.started.rawValue }),
            let draw = try? entry.decode(AttemptEntry.Started.self).paper.draw, draw.exposure < entry.sequence
        else { return nil }
        return try await history.counters(of: draw.programme, at: draw.exposure, appliance)
    }

    private func look(at entry: Entry, of appliance: String, receivedAt: Timestamp) async throws {
        let keys = JWKS(keys: try await store.allKeys().keys.filter { $0.appliance == appliance })
        let entries = try await store.entries(appliance, stream: entry.stream, upTo: entry.sequence)
        let banks = banks
        let outcome = await Recount(
            appliance: appliance, keys: keys, entries: entries, exposure: try await exposure(of: entries, appliance),
            bank: { await banks.recountBank($0) }
        ).run()
        let problem = outcome.problems.joined(separator: "; ")
        let attempt = String(entry.stream.drop { $0 != "/" }.dropFirst())
        if !outcome.problems.isEmpty {
            try await store.warn(
                appliance, kind: "result does not hold", detail: "\(attempt): \(problem)", at: time.wall())
        }
        let result = outcome.result
        let lacking = outcome.lacksBank ? "bank \(result?.paper.bank ?? "") is not at the center" : ""
        try await store.save(
            ResultRecord(
                attempt: attempt, appliance: appliance, seat: result?.seat.number ?? 0,
                programme: result?.programme.rawValue ?? "", language: result?.language.rawValue ?? "",
                score: result?.score ?? 0, full: result?.full ?? 0, passed: result?.passed ?? false,
                verified: outcome.problems.isEmpty ? (outcome.lacksBank ? nil : true) : false,
                problem: problem.isEmpty ? lacking : problem, receivedAt: receivedAt, sequence: entry.sequence,
                jws: outcome.jws))
    }
}
