public import CenterLink
import CanonicalJSON
import Exam
internal import Ledger
import Platform
import TerminalLink

/// The hall's side of the courier: orders and receipts in; segments are read from the journal.
extension Hall {
    public var lastOrder: Int { orders.sequence }

    /// Takes orders of the center in their sequence; each is journalled before it counts.
    public func take(_ signed: [SignedOrder]) async {
        for order in signed {
            var chain = orders
            let before = release
            do {
                guard let read = try chain.take(order, center: parts.trust) else { continue }
                _ = (try read.booking(), try read.clockStatement(), try read.erasure())
                let bank = try read.bankRelease()
                let recorded = await append(
                    [Draft(.order, stream: "orders", HallEntry.Order(jws: order.jws))],
                    subjects: order.subjects)
                guard recorded else { return }
                if let bank { await take(bank, sequence: read.sequence, insteadOf: before) }
            } catch {
                Log.warning("an order was refused: \(error)")
                await append([
                    Draft(
                        .orderRefused, stream: "orders",
                        HallEntry.OrderRefused(sequence: nil, reason: String(describing: error)))
                ])
                return
            }
        }
        await eraseDue()
    }

    /// Takes a receipt of the center; a forged or older one changes nothing.
    ///
    /// - Returns: whether it is the newest one, which is kept as the anchor.
    public func take(receipt jws: String) -> Bool {
        do {
            let read = try Receipt.read(jws, center: parts.trust, appliance: configuration.appliance)
            guard read.sequence > receipt?.sequence ?? 0 else { return false }
            receipt = read
            for id in seatIDs { show(seat: id) }
            Task { await self.takeRetention(read) }
            return true
        } catch {
            Log.warning("a receipt was refused: \(error)")
            return false
        }
    }
}
