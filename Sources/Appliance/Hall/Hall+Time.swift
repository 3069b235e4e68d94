import Exam
import Ledger
import Platform

extension Hall {
    /// A longer gap between two looks at the clock is an interruption, not spent time.
    static let longestTickMs = 2000
    static let tickMs = 1000

    /// Spent time of an attempt as of now, of which up to a second is not journalled yet.
    func spentNow(_ attempt: Attempt, at id: SeatID) -> Int {
        guard attempt.phase == .running, let since = seats[id]?.since else { return attempt.spentMs }
        let running = parts.time.now().milliseconds(since: since)
        return attempt.spentMs + (running > Self.longestTickMs ? 0 : max(0, running))
    }

    /// Takes the time that ran at a seat into the attempt before its clock stands still.
    func settleClock(_ id: SeatID) {
        guard let attempt = seats[id]?.attempt, let value = attempts[attempt], value.phase == .running else { return }
        attempts[attempt]?.spend(totalMs: spentNow(value, at: id))
    }

    /// Takes what the machine slept out of every running time, to the microsecond; called before anything that happened
    /// since is looked at.
    func noteSleep() {
        let total = parts.time.slept()
        let microseconds = total - slept
        guard microseconds > 0 else { return }
        slept = total
        Log.warning("the machine slept for \(microseconds / 1000) ms; no time of an exam ran")
        for id in seatIDs {
            guard let since = seats[id]?.since else { continue }
            seats[id]?.since = Instant(microseconds: since.microseconds + microseconds)
            if microseconds > Self.longestTickMs * 1000 { post(.interrupted(.suspend, stoodMs: nil), to: .seat(id)) }
        }
    }

    /// Looks at the clock; called a few times a second.
    public func tick() async {
        noteSleep()
        let now = parts.time.now()
        listen(now)
        for id in seatIDs {
            if let notice = seats[id]?.notice, notice.until <= now { post(.noticeOver, to: .seat(id)) }
            if let touched = seats[id]?.practiceTouched, seats[id]?.practice != nil,
                now.milliseconds(since: touched) >= Self.practiceIdleMs
            {
                await endPractice(at: id)
                show(seat: id)
            }
            if let leaveAt = seats[id]?.leaveAt, leaveAt <= now,
                let attempt = seats[id]?.attempt.flatMap({ attempts[$0] })
            {
                seats[id]?.leaveAt = nil
                if attempt.phase == .issued {
                    await leave(attempt, at: id)
                    show(seat: id)
                }
            }
            if let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
                attempt.isTimeUp(spentMs: spentNow(attempt, at: id))
            {
                post(.timeUp, to: .seat(id))
            }
        }
        for (name, desk) in desks {
            if let notice = desk.notice, notice.until <= now {
                desks[name]?.notice = nil
                show(desk: name)
            }
        }
        guard now.milliseconds(since: lastTick) >= Self.tickMs else { return }
        lastTick = now
        await journalSecond(now)
        await lookAtClock()
        await lookAtApprovals()
        await lookAtValidity()
        lookAtSnapshot()
        showDesks()
        for id in seatIDs where seats[id]?.attempt.flatMap({ attempts[$0] })?.started == nil { show(seat: id) }
    }

    /// One commit a second: the time spent by all running attempts, and what the screens saw.
    private func journalSecond(_ now: Instant) async {
        var spent: [AttemptID: Int] = [:]
        var drafts: [Draft] = []
        for id in seatIDs {
            guard let seat = seats[id] else { continue }
            // Before what refers to them: a reader meets each scene before its touches and its digest.
            if !seat.showings.isEmpty {
                drafts.append(Draft(.scenes, stream: id.stream, HallEntry.Scenes(scenes: seat.showings)))
            }
            if !seat.touches.isEmpty {
                drafts.append(Draft(.touches, stream: id.stream, HallEntry.Touches(records: seat.touches)))
            }
            if !seat.shown.isEmpty {
                drafts.append(Draft(.shown, stream: id.stream, HallEntry.Shown(scenes: seat.shown)))
            }
            seats[id]?.showings = []
            seats[id]?.touches = []
            seats[id]?.shown = []
            guard let attempt = seat.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
                let since = seat.since
            else { continue }
            let running = now.milliseconds(since: since)
            if running > Self.longestTickMs {
                seats[id]?.since = now
                post(.interrupted(.gap, stoodMs: running), to: .seat(id))
            } else if running > 0 {
                spent[attempt.id] = attempt.spentMs + running
                // Whole milliseconds move over, so that the moment at which the time runs out stays where it is.
                seats[id]?.since = since.adding(milliseconds: running)
                attempts[attempt.id]?.spend(totalMs: attempt.spentMs + running)
            }
        }
        // While the disk is full each second's entry is the try that finds out when there is room.
        if journalIsFull {
            for attempt in attempts.values where attempt.phase == .running { spent[attempt.id] = attempt.spentMs }
        }
        if !spent.isEmpty || journalIsFull { drafts.append(Draft(.tick, stream: "hall", HallEntry.Tick(spent: spent))) }
        if !drafts.isEmpty { await append(drafts) }
        // The journal signs a head at least every minute by itself; the courier travels when there is a new one.
        let signed = journal.health.signed
        if signed > toldHead {
            toldHead = signed
            onNews()
        }
    }

    /// The disk took no entry: nothing can be saved now, so nobody's time runs and every screen says why.
    func noRoom() {
        guard !journalIsFull else { return }
        journalIsFull = true
        for id in seatIDs {
            settleClock(id)
            seats[id]?.since = nil
            show(seat: id)
        }
        showDesks()
    }

    /// An entry fitted again: exams go on where they stood.
    func roomAgain() {
        journalIsFull = false
        Log.notice("journal: there is room again")
        let now = parts.time.now()
        for id in seatIDs {
            guard let seat = seats[id] else { continue }
            if let attempt = seat.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
                attempt.interruption == nil, !attempt.awaitsProof, seat.isTested
            {
                seats[id]?.since = now
            }
            post(.condition, to: .seat(id))
            if seat.attempt.flatMap({ attempts[$0] })?.phase == .signed { post(.resultDue, to: .seat(id)) }
            show(seat: id)
        }
        showDesks()
    }

    func pause(_ reason: AttemptEntry.PauseReason, at id: SeatID) async {
        guard let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }), attempt.phase == .running,
            attempt.interruption == nil
        else { return }
        settleClock(id)
        seats[id]?.since = nil
        let spent: [AttemptID: Int] = [attempt.id: attempts[attempt.id]?.spentMs ?? attempt.spentMs]
        await append([
            Draft(.tick, stream: "hall", HallEntry.Tick(spent: spent)),
            Draft(.paused(.init(reason: reason)), attempt: attempt.id),
        ])
    }

    func resume(at id: SeatID) async {
        guard let attempt = seats[id]?.attempt.flatMap({ attempts[$0] }), attempt.phase == .paused,
            attempt.pause != .credit
        else { return }
        guard await append([Draft(.resumed, attempt: attempt.id)]) else { return }
        await followCondition(of: id)
    }
}
