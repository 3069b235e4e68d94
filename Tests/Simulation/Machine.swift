import CardReaders
import CivilTime
import Cryptography
import Exam
import Hall
import Ledger
import Platform
import SimulatedDisk
import TerminalLink

extension Hall {
    /// Begins something on the hall's own executor; the driver of a simulation steps until it is done.
    func begin(_ work: @escaping @Sendable (isolated Hall) async -> Void) { Task { await work(self) } }
}

/// The appliance from one start to its end: journal and hall as they ship, on a stepped executor and a simulated disk.
/// The thread of its world alone looks at it.
final class Machine: @unchecked Sendable {
    static let seats = 4
    static let desk = "check-in"

    let stepper: Stepper
    let time: SimulatedTime
    let disk: SimulatedDisk
    let journal: Journal
    let hall: Hall
    private(set) var terminals: [String: SimulatedTerminal] = [:]
    private let executor: SteppedExecutor
    /// What the journal said when it stopped for good.
    let fatal = Slot<String?>(nil)
    /// The courier has been told that there is something to carry.
    let hasNews = Slot(false)

    static func seatName(_ seat: Int) -> String { "seat-\(seat)" }

    /// Switches the machine on.
    ///
    /// - Throws: `JournalError` when the journal does not open.
    init(
        site: SimulatedSite, disk: SimulatedDisk, stepper: Stepper, time: SimulatedTime, entropy: UInt64, isNew: Bool
    ) throws {
        self.disk = disk
        self.stepper = stepper
        self.time = time
        let state = disk.folder("state")
        try state.makeFolder(Hall.slips)
        var options = Journal.Options()
        options.ballastMiB = 1
        options.checkpointPages = 40
        journal = try Journal(
            in: state, time: time, appliance: SimulatedSite.appliance, key: site.keys, options: options,
            executor: stepper.executor())
        let banks = BankFolder(site.banks, signers: .init(keys: [site.author.publicJWK]), recipient: site.keys)
        executor = stepper.executor()
        let random = Guarded(SplitMix64(seed: entropy))
        hall = Hall(
            .init(
                configuration: Self.configuration(banks: site.banks), journal: journal, time: time, banks: banks,
                keys: site.keys, trust: site.center.publicKeys(), candidateKey: SimulatedSite.candidateKey,
                entropy: { count in
                    random.withLock { random in (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
                }, state: state), executor: executor)
        if isNew {
            let installed = Draft(kind: "bank.installed", stream: "bank", body: site.installed)
            let journal = journal
            begin { hall in
                hall.assertIsolated()
                _ = try? await journal.append([installed])
            }
            stepper.settle()
        }
    }

    private static func configuration(banks: String) -> HallConfiguration {
        var places = (1...seats).map {
            HallConfiguration.TerminalPlace(
                name: seatName($0), role: .seat, socket: "", seat: SeatID(rawValue: $0), reader: "R\($0)")
        }
        places.append(.init(name: desk, role: .checkIn, socket: "", reader: "R0"))
        return HallConfiguration(
            appliance: SimulatedSite.appliance, state: "state", keys: "", banks: banks, bankSigners: "", trust: "",
            grant: "", terminals: places, courierSocket: "", controlSocket: "", readerProfiles: nil,
            interlocks: .init(recorder: .waived, examiner: .waived, hours: .waived), diskFloorMiB: 8, ballastMiB: 1,
            noticeSeconds: 10)
    }

    /// Reads the journal; false when the hall does not come up.
    func recover(receipt: String?) -> Bool {
        let served = Slot(false)
        begin { [fatal, hasNews] hall in
            hall.onFatal { fatal.value = $0 }
            hall.onNews { hasNews.value = true }
            if let receipt { _ = hall.take(receipt: receipt) }
            do {
                try await hall.recover()
                served.value = true
            } catch {
                fatal.value = "\(error)"
            }
        }
        stepper.settle()
        return served.value
    }

    /// Does something in the hall at once, as a device's callback does.
    func enter(_ work: @escaping @Sendable (isolated Hall) -> Void) {
        let hall = hall
        executor.run { hall.assumeIsolated { work($0) } }
    }

    func begin(_ work: @escaping @Sendable (isolated Hall) async -> Void) { enter { $0.begin(work) } }

    // MARK: Terminals

    func connect(_ name: String, faults: [String] = [], onFrame: @escaping @Sendable (ToTerminal) -> Void) {
        terminals[name]?.leave()
        let terminal = SimulatedTerminal(name, onFrame: onFrame)
        terminals[name] = terminal
        enter { hall in
            hall.connect(name, output: terminal)
            hall.receive(.hello(.init(width: 1280, height: 800, environment: "e", faults: faults)), from: name)
        }
    }

    func disconnect(_ name: String) {
        guard let terminal = terminals.removeValue(forKey: name) else { return }
        terminal.leave()
        enter { $0.disconnect(name, output: terminal) }
    }

    // MARK: The end

    /// The machine is off: what was under way meets a disk that answers nothing and comes to its end unseen.
    func die() {
        for terminal in terminals.values { terminal.leave() }
        stepper.forgetTimers()
        stepper.settle()
        stepper.forgetTimers()
    }
}
