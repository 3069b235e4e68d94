import CardReaders
import CenterLink
import CivilTime
import Hall
import Ledger
import Platform
import SimulatedDisk
import TerminalLink

/// What goes wrong, when, and the courier between hall and center.
extension World {
    /// Lets something go wrong when it has been quiet long enough.
    func provoke() {
        guard !isCalm, !plan.isPeaceful, machine != nil, now >= asleepUntil, commits >= nextFault else { return }
        nextFault = commits + pick(plan.calm / 6...plan.calm)
        guard let fault = Fault.wheel.randomElement(using: &random) else { return }
        watch?("\(steps) \(clock) fault: \(fault.rawValue)")
        happen(fault)
    }

    private func happen(_ fault: Fault) {
        switch fault {
        case .powerCut:
            count(fault)
            cutPower(in: pick(1...40))
        case .cutInRecovery:
            armed[fault] = 1
            count(.powerCut)
            cutPower(in: pick(1...10))
        case .processKilled:
            count(fault)
            restart(after: pick(300...3000))
        case .orderlyRestart:
            count(fault)
            stopInOrder()
        case .diskError: breakDisk()
        case .diskFull: fillDisk(to: pick(0...3) * 4096, fault)
        case .diskLow: fillDisk(to: 5 << 20, fault)
        case .wallClockJump: turnClock()
        case .suspend: sleep()
        case .cardServiceLost:
            count(fault)
            enter { $0.receive(.serviceLost) }
            after(pick(1000...20_000)) { $0.enter { $0.receive(.serviceBack) } }
        case .terminalGone: loseTerminal()
        case .panelFault: breakPanel()
        case .centerAway:
            count(fault)
            isCenterAway = true
            after(pick(10_000...120_000)) { $0.isCenterAway = false }
        case .examinerPause: pause()
        default: armed[fault, default: 0] += 1
        }
    }

    /// Nothing goes wrong any more; what was broken is whole again.
    func calmDown() {
        isCalm = true
        armed = [:]
        isCenterAway = false
        wallOffset = 0
        machine?.time.setWall(offset: 0)
        disk.setRule(nil)
        isDiskBad = false
        panelFaults = [:]
        disk.setFreeSpace(48 << 20)
        watch?("\(steps) \(clock) calm")
    }

    private func stopInOrder() {
        guard let machine else { return }
        machine.begin { [journal = machine.journal] hall in
            await hall.stop()
            try? await journal.close()
        }
        machine.stepper.settle()
        restart(after: pick(300...3000))
    }

    private func breakDisk() {
        count(.diskError)
        isDiskBad = true
        let left = Guarded(pick(1...20))
        let isSticky = chance(2)
        let isSync = chance(2)
        disk.setRule { request in
            guard request.kind == (isSync ? .synchronize : .write) else { return .passes }
            return left.withLock { left in
                left -= 1
                return left == 0 || (left < 0 && isSticky) ? .failed : .passes
            }
        }
        after(5000) { world in
            world.disk.setRule(nil)
            world.isDiskBad = false
        }
    }

    private func fillDisk(to free: Int, _ fault: Fault) {
        count(fault)
        isDiskBad = true
        disk.setFreeSpace(free)
        after(pick(2000...30_000)) { world in
            world.disk.setFreeSpace(48 << 20)
            world.isDiskBad = false
        }
    }

    private func turnClock() {
        count(.wallClockJump)
        let years = [-30, -2, 1, 8, 40].randomElement(using: &random) ?? 1
        wallOffset = years * 31_557_600_000 + pick(0...86_400_000)
        machine?.time.setWall(offset: wallOffset)
        after(pick(2000...60_000)) { world in
            world.wallOffset = 0
            world.wallRightSince = world.now
            world.machine?.time.setWall(offset: 0)
        }
    }

    private func sleep() {
        count(.suspend)
        let isShort = chance(4)
        isSleep = !isShort && chance(2)
        if isShort {
            asleepUntil = now + pick(1...8) * 100_000
        } else {
            model.interrupted(at: now)
            asleepUntil = now + pick(3000...(isSleep && chance(3) ? 3_600_000 : 20_000)) * 1000
        }
        nextTick = asleepUntil
    }

    private func loseTerminal() {
        count(.terminalGone)
        let seat = pick(0...Machine.seats)
        let name = seat == 0 ? Machine.desk : Machine.seatName(seat)
        model.gone(seat, at: now)
        machine?.disconnect(name)
        after(pick(500...15_000)) { $0.connect(name) }
    }

    private func breakPanel() {
        count(.panelFault)
        let name = Machine.seatName(pick(1...Machine.seats))
        let faults = ["touch: lost"]
        panelFaults[name] = faults
        enter { $0.receive(.health(.init(faults: faults)), from: name) }
        after(pick(1000...20_000)) { $0.panelFaults[name] = nil }
    }

    private func pause() {
        let seat = pick(1...Machine.seats)
        guard model.sitting(at: seat)?.stage == .running else { return }
        count(.examinerPause)
        machine?.begin { _ = try? await $0.perform(.pause, at: seat) }
        after(pick(2000...40_000)) { world in world.resume(seat) }
    }

    private func resume(_ seat: Int) {
        guard isServing, machine?.journal.health.state == .good else {
            return after(5000) { $0.resume(seat) }
        }
        machine?.begin { _ = try? await $0.perform(.resume, at: seat) }
        // An examiner looks whether it was taken.
        after(5000) { world in
            let screen = world.machine?.terminals[Machine.seatName(seat)]?.scene?.screen
            if case .paused? = screen { world.resume(seat) }
        }
    }

    // MARK: The courier

    /// The courier's round: entries to the center, orders back.
    func carry(isPrompt: Bool = false) {
        if !isPrompt { after(pick(1500...5000)) { $0.carry() } }
        guard isServing, let machine, !isCenterAway else { return }
        let after = center.tip.sequence
        let segment = Slot<Segment?>(nil)
        let order = Slot(0)
        machine.begin { [journal = machine.journal] hall in
            order.value = hall.lastOrder
            guard let head = try? await journal.head(upTo: journal.tip.sequence), head.sequence > after,
                let next = try? await Segment.next(of: journal, after: after, limit: min(500, head.sequence - after))
            else { return }
            segment.value = next
        }
        machine.stepper.settle()
        ordersTaken = max(ordersTaken, order.value)
        if let segment = segment.value { deliver(segment, isPrompt: isPrompt) }
        fetchOrders(after: order.value)
    }

    private func deliver(_ segment: Segment, isPrompt: Bool) {
        if misfires(.segmentLost) { return }
        let times = misfires(.segmentTwice) ? 2 : 1
        for _ in 0..<times {
            if isPrompt { return arrive(segment) }
            after(pick(0...3000)) { $0.arrive(segment) }
        }
    }

    private func arrive(_ segment: Segment) {
        let old = center.receipt
        do throws(Violation) {
            guard let receipt = try center.take(segment, at: wall) else { return }
            if misfires(.receiptLost) { return }
            let told = misfires(.receiptOld) ? old ?? receipt : receipt
            after(pick(0...2000)) { $0.enter { _ = $0.take(receipt: told) } }
        } catch {
            fail(error.invariant, error.words)
        }
    }

    private func fetchOrders(after sequence: Int) {
        var page = center.page(after: sequence)
        guard !page.isEmpty else { return }
        if misfires(.ordersOutOfOrder) { page.shuffle(using: &random) }
        let times = misfires(.ordersTwice) ? 2 : 1
        let delay = misfires(.ordersLate) ? pick(5000...60_000) : pick(0...1000)
        for _ in 0..<times {
            after(delay) { world in
                guard world.isServing else { return }
                world.machine?.begin { [page] in await $0.take(page) }
            }
        }
    }
}
