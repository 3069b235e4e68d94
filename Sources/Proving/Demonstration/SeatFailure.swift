import Hall
import Platform
import TerminalLink
import VirtualCards

/// The end of one seat in the middle of an exam: its terminal is killed and not started again.
final class SeatFailure: Sendable {
    private struct State {
        var isArmed = false
        var hasStruck = false
    }

    let seat: Int
    private let site: Site
    private let state = Guarded(State())

    init(seat: Int, site: Site) {
        self.seat = seat
        self.site = site
    }

    /// From now on the seat may fail: everybody sits.
    func arm() { state.withLock { $0.isArmed = true } }

    /// Strikes once, when the exam at the seat is half over; the candidate waits at that question until everybody sits.
    func strikes(_ seat: Int, _ question: Screen.Question) async throws -> Bool {
        guard seat == self.seat, question.number * 2 >= question.total, !question.committed,
            !state.withLock({ $0.hasStruck })
        else { return false }
        while !state.withLock({ $0.isArmed }) { try await Task.sleep(for: .milliseconds(5)) }
        state.withLock { $0.hasStruck = true }
        site.supervisor.end(Site.seat(seat))
        return true
    }
}

extension Visit {
    /// How long the way to another seat takes.
    private static let wayMs = 3500

    /// Leaves a seat that failed, and lays the card on the reader of a free one.
    ///
    /// - Returns: the seat that shows the question of before.
    func walk(from old: Int, question: Int) async throws -> (seat: Int, eyes: Eyes) {
        progress.show(Site.seat(old), stage: "failed; its candidate looks for another seat")
        try await Task.sleep(for: .milliseconds(Self.wayMs))
        for _ in 0..<240 {
            let site = site
            let free = await offPool { site.status() }?.seats.first {
                $0.connected && $0.faults.isEmpty && $0.attempt == nil
            }
            if let seat = free?.seat, let eyes = await lay(at: seat, until: question, from: old) { return (seat, eyes) }
            try await Task.sleep(for: .milliseconds(250))
        }
        throw Failure(.unavailable, "seat \(old) failed, and its candidate found no other seat within a minute")
    }

    /// Lays the card on a seat's reader; nil when the seat does not show the question.
    private func lay(at seat: Int, until question: Int, from old: Int) async -> Eyes? {
        let terminal = Site.seat(seat)
        let eyes = Eyes(socket: site.assistanceSocket(terminal))
        await eyes.change(after: 0, milliseconds: 1000)
        var count = eyes.now.count
        card.remove()
        let begin = SystemTime().now()
        guard (try? card.insert(at: site.cards.readerSocket(terminal), lasting: true)) != nil else {
            eyes.close()
            return nil
        }
        for _ in 0..<20 {
            await eyes.change(after: count, milliseconds: 250)
            for (number, presented) in eyes.screens(after: count) {
                count = number
                guard case .question(let shown) = presented.scene.screen, shown.number == question else { continue }
                measurements.moved(
                    from: old, to: seat, question: question,
                    microseconds: presented.presentedAt - begin.microseconds)
                card.remove()
                return eyes
            }
        }
        card.remove()
        eyes.close()
        return nil
    }
}
