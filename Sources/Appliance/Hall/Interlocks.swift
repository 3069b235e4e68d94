import CivilTime
import TerminalLink

/// What must be well before an exam begins, in the order in which it is shown and checked.
public enum Interlock: String, CaseIterable, Sendable, Codable {
    /// Free space above the floor.
    case disk
    /// The journal takes entries.
    case journal
    /// A package is loaded, verified and valid.
    case bank
    /// The wall clock is believed: see `ClockRecord`.
    case clock
    /// At least one seat has passed its own test.
    case seat
    /// The recorder runs (Order 162 Art. 53: no recorder, no exam); waived by configuration until one is connected.
    case recorder
    /// An examiner is on duty (Art. 49); waived by configuration until the console exists.
    case examiner
    /// Inside the working hours; waived by configuration until the calendar exists.
    case hours
}

/// How an interlock stands.
public enum InterlockState: Hashable, Sendable {
    case ready
    case waived
    /// What is wrong, for the technician.
    case failing(String)

    public var isFailing: Bool { if case .failing = self { true } else { false } }

    /// `ready`, `waived`, or what is wrong.
    public var text: String {
        switch self {
        case .ready: "ready"
        case .waived: "waived"
        case .failing(let reason): reason
        }
    }
}

/// What the interlocks look at.
struct InterlockFacts: Sendable {
    var freeMiB: Int?
    var diskFloorMiB: Int
    var journalFault: String?
    var bankFault: String?
    var clock: ClockReading
    var testedSeats: Int
    var waivers: HallConfiguration.Interlocks

    func state(of interlock: Interlock) -> InterlockState {
        switch interlock {
        case .disk:
            guard let freeMiB else { return .failing("the free space cannot be read") }
            return freeMiB >= diskFloorMiB ? .ready : .failing("\(freeMiB) MiB free, \(diskFloorMiB) MiB wanted")
        case .journal: return journalFault.map { .failing($0) } ?? .ready
        case .bank: return bankFault.map { .failing($0) } ?? .ready
        case .clock:
            return clock.fault.map { .failing("the clock says \(clock.wall): it \($0.words)") } ?? .ready
        case .seat: return testedSeats > 0 ? .ready : .failing("no seat has passed its test")
        case .recorder: return waiver(waivers.recorder, "no recorder is connected")
        case .examiner: return waiver(waivers.examiner, "no examiner is on duty")
        case .hours: return waiver(waivers.hours, "no working hours are configured")
        }
    }

    var states: [(Interlock, InterlockState)] { Interlock.allCases.map { ($0, state(of: $0)) } }

    /// The interlocks that keep an exam from starting, in words for the screen.
    var closed: [Message] {
        states.filter { $0.1.isFailing }.map { interlock, _ in
            let values = interlock == .clock ? ["date": clock.wall.date().description] : [:]
            return Message("interlock.\(interlock.rawValue)", values)
        }
    }

    private func waiver(_ waiver: HallConfiguration.Waiver, _ missing: String) -> InterlockState {
        waiver == .waived ? .waived : .failing(missing)
    }
}
