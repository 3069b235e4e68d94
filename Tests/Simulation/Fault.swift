/// What goes wrong, each counted.
public enum Fault: String, CaseIterable, Sendable, Codable {
    /// The plug is pulled; what was not synced is lost, torn or out of order.
    case powerCut
    /// The plug is pulled again while the hall comes up.
    case cutInRecovery
    /// The process dies and the machine lives.
    case processKilled
    case orderlyRestart
    /// A write or a sync fails.
    case diskError
    case diskFull
    /// There is room, but less than a new exam wants.
    case diskLow
    case wallClockJump
    /// The machine sleeps for seconds to hours.
    case suspend
    case cardServiceLost
    case cardUnreadable
    case cardLate
    case cardTwice
    /// A card is left on the reader, or taken away without notice.
    case cardStays
    case terminalGone
    case panelFault
    case intentStale
    case intentTwice
    case intentLost
    case centerAway
    case segmentTwice
    case segmentLost
    case receiptLost
    case receiptOld
    case ordersTwice
    case ordersOutOfOrder
    case ordersLate
    case examinerPause
    case slipLost

    /// How often it comes beside the others.
    var weight: Int {
        switch self {
        case .powerCut: 5
        case .cutInRecovery, .processKilled, .diskError, .diskFull: 3
        case .orderlyRestart: 2
        case .intentStale, .intentTwice, .intentLost, .cardLate, .cardTwice, .terminalGone, .suspend: 5
        default: 4
        }
    }

    static let wheel: [Fault] = allCases.flatMap { fault in Array(repeating: fault, count: fault.weight) }
}
