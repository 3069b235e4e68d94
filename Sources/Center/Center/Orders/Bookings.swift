import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import IdentityCards
import Ledger
import Platform

/// Turns rows of a bookings file into bookings: the name sealed, the number digested, both nowhere in the clear.
struct BookingMaker {
    let candidateKey: [UInt8]
    let appliance: PublicSealingKey
    let center: PublicSealingKey

    func record(_ entry: BookingEntry) throws -> BookingRecord {
        let candidate = candidateDigest(kind: entry.kind.rawValue, number: entry.number, key: candidateKey)
        let id =
            entry.id
            ?? BookingID(name(["id", candidate, entry.programme.rawValue, entry.day.description, "\(entry.attempt)"]))
        let subject = base64url(systemEntropy(16))
        let key = ContentKey.random(appliance.suite)
        let person = BookedPerson(name: entry.name, number: maskedNumber(entry.number), sex: entry.sex)
        let booking = Booking(
            id: id, candidate: candidate, subject: subject, sealed: try person.sealed(key: key, subject: subject),
            programme: entry.programme, then: entry.then ?? [], vehicleClass: entry.vehicleClass, day: entry.day,
            attemptNumber: entry.attempt, language: entry.language,
            accommodations: entry.accommodations ?? Accommodations(), facts: entry.facts)
        return BookingRecord(
            id: id.rawValue,
            // Keyed, so that the store does not say which names would give it.
            contentDigest: hmacSHA256(key: candidateKey, message: try JSONCoder.encode(entry)), booking: booking,
            keys: Subject(
                subject: subject, appliance: base64url(try appliance.wrap(key)),
                center: base64url(try center.wrap(key))))
    }

    private func name(_ parts: [String]) -> String {
        base64url(hmacSHA256(key: candidateKey, message: Array(parts.joined(separator: "|").utf8))[..<12])
    }
}

/// Wakes questions for orders that are held open.
final class OrderSignals: Sendable {
    private struct State {
        var waiting: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
        var last = 0
        var count: [String: Int] = [:]
        /// Questions whose time ran out before they began to wait.
        var expired: Set<Int> = []
    }

    private let state = Guarded(State())

    /// How often an appliance got orders; taken before the store is asked, so that nothing is missed in between.
    func count(_ appliance: String) -> Int { state.withLock { $0.count[appliance] ?? 0 } }

    /// How many questions are held open now.
    var waitingCount: Int { state.withLock { $0.waiting.values.reduce(0) { $0 + $1.count } } }

    func orders(for appliance: String) {
        let woken = state.withLock { state in
            state.count[appliance, default: 0] += 1
            return state.waiting.removeValue(forKey: appliance) ?? [:]
        }
        for continuation in woken.values { continuation.resume() }
    }

    /// Returns when orders came after the count, after so many seconds, or when the task is cancelled.
    func wait(_ appliance: String, after count: Int, seconds: Int) async {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let alarm = Task {
            try? await Task.sleep(for: .seconds(seconds))
            wake(appliance, number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let late = state.withLock { state in
                    guard state.count[appliance] ?? 0 == count, state.expired.remove(number) == nil,
                        !Task.isCancelled
                    else { return true }
                    state.waiting[appliance, default: [:]][number] = continuation
                    return false
                }
                if late { continuation.resume() }
            }
        } onCancel: {
            wake(appliance, number)
        }
        alarm.cancel()
        _ = state.withLock { $0.expired.remove(number) }
    }

    private func wake(_ appliance: String, _ number: Int) {
        let continuation = state.withLock { state in
            let waiting = state.waiting[appliance]?.removeValue(forKey: number)
            if waiting == nil { state.expired.insert(number) }
            return waiting
        }
        continuation?.resume()
    }
}
