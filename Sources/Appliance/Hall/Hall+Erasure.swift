import CenterLink
import CivilTime
import Exam
import Ledger
import Platform

/// Whose personal data can be opened here, and whose are to go.
struct Erasures: Hashable, Sendable, Codable {
    /// Keys that are here by their names, each with the day that it was booked for.
    private(set) var kept: [String: CalendarDate] = [:]
    /// Names of keys that the center wants deleted once nobody sits under them, each with its reason.
    private(set) var due: [String: String] = [:]
    private(set) var count = 0

    mutating func take(_ booking: Booking) { kept[booking.subject] = booking.day }

    mutating func take(_ erasure: Erasure) {
        for subject in erasure.subjects where kept[subject] != nil { due[subject] = erasure.reason }
    }

    mutating func noteErased(_ subject: String) {
        kept[subject] = nil
        due[subject] = nil
        count += 1
    }

    /// A key that is gone, or is to go as soon as it can.
    func isShut(_ subject: String) -> Bool { kept[subject] == nil || due[subject] != nil }
}

extension Hall {
    /// Deletes keys at once, whoever sits.
    package func erase(subjects: [String], reason: String) async {
        let known = subjects.filter { erasures.kept[$0] != nil }
        guard !known.isEmpty, journalFault == nil else { return }
        do {
            fold(try await journal.erase(subjects: known.sorted(), reason: reason))
            onNews()
        } catch {
            journalProblem(error)
        }
    }

    /// What the policy wants erased, as of a day that the center signed: our own clock may be years ahead.
    ///
    /// Only what the center has is erased here: the receipt must be over everything that was signed.
    func takeRetention(_ receipt: Receipt) async {
        guard let days = configuration.retention?.days, receipt.sequence >= journal.health.signed else { return }
        let today = receipt.at.date()
        guard today != retentionDay else { return }
        retentionDay = today
        let sitting = subjectsSitting
        let old = erasures.kept.filter { $0.value.adding(days: days) < today && !sitting.contains($0.key) }
        await erase(subjects: Array(old.keys), reason: "retention")
    }

    /// Deletes the keys that the center wants erased, but of those who sit at this moment.
    func eraseDue() async {
        guard !erasures.due.isEmpty else { return }
        let sitting = subjectsSitting
        let free = erasures.due.filter { !sitting.contains($0.key) }
        for reason in Set(free.values).sorted() {
            await erase(subjects: free.filter { $0.value == reason }.map(\.key), reason: reason)
        }
    }

    private var subjectsSitting: Set<String> { Set(attempts.values.filter(\.isOpen).map(\.opened.subject)) }
}
