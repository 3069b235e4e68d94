import CanonicalJSON
import CenterLink
import Courier
import IdentityCards
import Ledger
import Platform
import Testing

@testable import Center

@Suite struct ErasureTests {
    @Test func `a person's keys are ordered away, and go at the center when the hall says that they went there`()
        async throws
    {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        _ = try await center.center.book([.sample(1), .sample(2)], appliance: "hall-1")
        let orders = try await center.store.orders("hall-1", after: 0, limit: 10)
        let keys = orders.flatMap(\.subjects)
        #expect(keys.count == 2)
        try await hall.journal.append(
            [Draft(kind: "order.received", stream: "orders", body: [:])], head: true, subjects: keys)

        let person = BookingEntry.sample(1)
        let count = try await center.center.erase(
            kind: person.kind.rawValue, number: person.number, reason: "asked for", appliance: nil)
        #expect(count == 1)
        let last = try #require(try await center.store.orders("hall-1", after: 2, limit: 10).first)
        var chain = OrderChain(appliance: "hall-1")
        let trust = try await center.center.trust()
        for order in orders { _ = try chain.take(order, center: trust) }
        let erasure = try #require(try chain.take(last, center: trust)?.erasure())
        #expect(erasure == Erasure(subjects: [keys[0].subject], reason: "asked for"))

        try await hall.journal.erase(subjects: erasure.subjects, reason: erasure.reason)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        let left = try await center.store.orders("hall-1", after: 0, limit: 10).flatMap(\.subjects)
        #expect(left == [keys[1]])
        #expect(try await center.center.receipts(of: nil).count == 1)
        await #expect(throws: Failure.self) {
            try await center.center.erase(kind: "resident", number: "0", reason: "x", appliance: nil)
        }
        await center.stop()
    }
}
