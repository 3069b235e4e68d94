import CenterLink
import Platform

/// Carries segments from the daemon to the center and receipts and orders back.
///
/// One segment is on its way at a time, and the next is asked for only with the receipt in hand: nothing can overtake.
/// The courier keeps nothing; where to go on it learns from the center's last receipt and from the daemon's last order.
public struct Courier: Sendable {
    public struct Settings: Sendable {
        public var daemonSocket: String
        public var center: String
        public var appliance: String
        public var tls: ClientTLS
        /// Seconds for which the center may hold a question for orders.
        public var orderWaitSeconds = 25
        public var backoff = Backoff()

        public init(daemonSocket: String, center: String, appliance: String, tls: ClientTLS) {
            self.daemonSocket = daemonSocket
            self.center = center
            self.appliance = appliance
            self.tls = tls
        }
    }

    private let settings: Settings
    private let center: CenterClient

    public init(_ settings: Settings) {
        self.settings = settings
        center = CenterClient(center: settings.center, appliance: settings.appliance, tls: settings.tls)
    }

    /// Works until the task is cancelled; the daemon and the center may both be away for as long as they like.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { await repeatedly("segments") { try await carrySegments($0, &$1) } }
            group.addTask { await repeatedly("orders") { try await carryOrders($0, &$1) } }
            group.addTask { await repeatedly("question banks") { try await carryBanks($0, &$1) } }
        }
    }

    /// Runs one of the loops on a connection of its own to the daemon, again after every failure.
    private func repeatedly(
        _ what: String, _ loop: (HallConnection, inout Backoff) async throws -> Void
    ) async {
        var backoff = settings.backoff
        var generator = SystemRandomNumberGenerator()
        var lastComplaint = ""
        while !Task.isCancelled {
            do {
                let hall = try HallConnection(path: settings.daemonSocket)
                defer { hall.close() }
                try await loop(hall, &backoff)
            } catch {
                if Task.isCancelled { return }
                // A center that is away for hours is told once, and again when the cause changes.
                let complaint = "\(what): \(error)"
                if complaint != lastComplaint { Log.warning(complaint) }
                lastComplaint = complaint
                try? await Task.sleep(for: .milliseconds(backoff.failed(using: &generator)))
            }
        }
    }

    private func carrySegments(_ hall: HallConnection, _ backoff: inout Backoff) async throws {
        var after = 0
        if let receipt = try await center.lastReceipt() {
            // Also an old receipt goes to the daemon: it shows a journal that was turned back.
            try await hall.hand(receipt: receipt)
            after = Receipt.unverifiedSequence(receipt) ?? 0
        }
        while true {
            try Task.checkCancellation()
            let segment = try await hall.segment(after: after)
            switch try await center.post(segment) {
            case .receipt(let receipt):
                try await hall.hand(receipt: receipt)
                after = segment.to
                backoff.succeeded()
            case .wanted(let sequence):
                // Without progress the daemon's journal does not hold what the center wants: no reason to hurry.
                guard sequence - 1 != after else {
                    throw CenterClient.Refused(
                        status: 409,
                        detail: "it wants entry \(sequence), which the daemon's segment does not begin with")
                }
                after = sequence - 1
            }
        }
    }

    /// Fetches what the daemon wants from where it stopped: the daemon alone knows how far it is.
    private func carryBanks(_ hall: HallConnection, _ backoff: inout Backoff) async throws {
        var last: BankWanted?
        while true {
            try Task.checkCancellation()
            let wanted = try await hall.wantedBank()
            // What it did not take at its first coming it will not take at once.
            guard wanted != last else {
                throw HallConnection.Closed(
                    description: "the daemon did not take bank \(wanted.digest) from byte \(wanted.offset)")
            }
            last = wanted
            let bytes = try await center.bank(
                wanted.digest, from: wanted.offset, count: min(wanted.length, BankPart.limit))
            try await hall.hand(bank: wanted.digest, offset: wanted.offset, bytes: bytes)
            backoff.succeeded()
        }
    }

    private func carryOrders(_ hall: HallConnection, _ backoff: inout Backoff) async throws {
        var last = try await hall.lastOrder()
        while true {
            try Task.checkCancellation()
            let orders = try await center.orders(after: last, waitSeconds: settings.orderWaitSeconds)
            guard !orders.isEmpty else {
                backoff.succeeded()
                continue
            }
            try await hall.hand(orders: orders)
            let now = try await hall.lastOrder()
            guard now > last else {
                throw HallConnection.Closed(description: "the daemon did not take order \(last + 1)")
            }
            last = now
            backoff.succeeded()
        }
    }
}
