import CenterLink
import Exam
import Platform

extension HallStatus {
    /// The hall as a technician reads it in a terminal window.
    public var table: String {
        """
        \(appliance): \(state)   kaotai \(version)   \(clock.wall)

        Interlocks
        \(rows(interlockRows))

        Seats
        \(rows(seats.map(row)))

        Check-in
        \(rows(checkIn.sorted { $0.key < $1.key }.map { [$0.key, $0.value ? "connected" : "not connected"] }))

        \(waiting.isEmpty ? "" : "Waits for two approvals (kaotai approve)\n\(rows(waiting.map(row)))\n\n")\
        Card readers\(cardService ? "" : ": the card service does not answer; is pcscd running?")
        \(rows(readers.map { [$0.name, $0.port ?? "", $0.profile ?? "no profile fits it", "card: \($0.card)"] }))

        Courier   \(courierWords)
        Bank      \(bank.map { "\($0.id), version \($0.version), \($0.items) questions, digest \($0.digest)" } ?? "none")
        Practice  \(practice ?? "not configured")
        Journal   \(journalSequence) entries
        Orders    \(orders) orders of the center, \(bookings) bookings
        Clock     \(clockWords)
        Disk      \(freeMiB.map { "\($0) MiB free" } ?? "the free space cannot be read")

        """
    }

    /// In the order in which they are checked; one that this version does not know comes last.
    private var interlockRows: [[String]] {
        let order = Interlock.allCases.map(\.rawValue)
        return interlocks.sorted { a, b in
            (order.firstIndex(of: a.key) ?? order.count, a.key) < (order.firstIndex(of: b.key) ?? order.count, b.key)
        }.map { [$0.key, $0.value == "ready" || $0.value == "waived" ? $0.value : "NOT READY: \($0.value)"] }
    }

    private func row(_ seat: Seat) -> [String] {
        let state =
            !seat.connected
            ? "not connected" : seat.faults.isEmpty ? "ready" : "out of order: \(seat.faults.joined(separator: ", "))"
        guard let phase = seat.phase else { return ["\(seat.seat)", seat.terminal, state, "free"] }
        var exam = phase
        if let question = seat.question, let questions = seat.questions {
            exam += ", question \(question) of \(questions), \(seat.answered ?? 0) answered"
        }
        if let left = seat.remainingMs {
            let seconds = left / 1000
            exam += ", \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left"
        }
        if let stands = seat.stands { exam += ", stands: \(stands)" }
        if seat.flagged == true { exam += ", \(seat.cuts ?? 0) CUTS" }
        return ["\(seat.seat)", seat.terminal, state, exam, seat.attempt ?? ""]
    }

    /// Whether the clock is believed, and its bounds, in words.
    public var clockWords: String {
        let bounds = clock.bounds
        let state =
            clock.fault.map { "NOT BELIEVED: it \($0); it may be \(clock.known): kaotai clock --help" }
            ?? clock.steppedMs.map {
                abs($0) > bounds.warnSeconds * 1000 ? "believed; it was set by \($0) ms" : "believed"
            }
            ?? "believed"
        return "\(state)\n          exams begin by one that was set by at most \(bounds.slackSeconds) s, after at most "
            + "\(bounds.absenceDays) days off, not before \(clock.signed ?? bounds.notBefore)"
    }

    private func row(_ waiting: Waiting) -> [String] {
        [
            waiting.digest, waiting.words,
            waiting.approvedBy.isEmpty
                ? "nobody yet" : "approved by \(waiting.approvedBy.joined(separator: ", "))",
            "\(waiting.secondsLeft / 60) min left",
        ]
    }

    private var courierWords: String {
        let receipts =
            courier.receiptedSequence.map { "the center has entries up to \($0) of \(journalSequence)" }
            ?? "no receipt from the center yet"
        return (courier.connected ? "connected; " : "not connected; ") + receipts
    }

    /// Columns as wide as their widest cell.
    private func rows(_ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "  none" }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = " "
            for (column, cell) in row.enumerated() {
                line += " " + cell + String(repeating: " ", count: widths[column] - cell.count + 1)
            }
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}

extension HallStatus.Waiting {
    /// The act in words.
    public var words: String {
        let what =
            switch act.act {
            case .assignSeat: "to seat \(act.seat?.number ?? 0)"
            case .credit: "credit \((act.milliseconds ?? 0) / 1000) s"
            case .void: "void"
            case .reopen: "reopen"
            }
        return "\(act.attempt): \(what) (\(act.reason))"
    }
}
