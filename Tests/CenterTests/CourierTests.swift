import Ledger
import IdentityCards
import CenterLink
import CivilTime
import Courier
import Exam
import Platform
import Testing

@testable import Center

@Suite struct CarryingTests {
    @Test func `everything arrives in order, once, though the center goes away and comes back`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let courier = hall.runCourier()
        var receipts = hall.receipts.makeAsyncIterator()
        try await hall.write(3)
        #expect(await receipts.next()?.sequence == hall.journal.tip.sequence)

        await center.stop()
        for _ in 0..<20 { try await hall.write(2) }
        let written = hall.journal.tip.sequence
        #expect(try await center.store.tip("hall-1").sequence < written)
        try center.start()
        var last = 0
        while last < written, let receipt = await receipts.next() {
            #expect(receipt.sequence >= last)
            last = receipt.sequence
        }
        let tip = try await center.store.tip("hall-1")
        #expect(tip == hall.journal.tip)
        #expect(try await center.store.warnings().isEmpty)
        courier.cancel()
        await courier.value
        await center.stop()
    }

    @Test func `a courier that begins while the center is away waits for it`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        await center.stop()
        let courier = hall.runCourier()
        try await hall.write(5)
        try center.start()
        var receipts = hall.receipts.makeAsyncIterator()
        #expect(await receipts.next()?.sequence == hall.journal.tip.sequence)
        courier.cancel()
        await courier.value
        await center.stop()
    }

    @Test func `after a restart the courier goes on from the center's receipt, not from the start`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        try await hall.write(3)
        _ = try await hall.client().post(try await hall.segment(after: 0))
        let before = hall.journal.tip.sequence
        let courier = hall.runCourier()
        var receipts = hall.receipts.makeAsyncIterator()
        #expect(await receipts.next()?.sequence == before)
        try await hall.write(1)
        #expect(await receipts.next()?.sequence == hall.journal.tip.sequence)
        courier.cancel()
        await courier.value
        await center.stop()
    }

    @Test func `an order reaches the hall while it waits, verified and in the chain`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let courier = hall.runCourier()
        var orders = hall.orders.makeAsyncIterator()
        _ = try await center.center.book([.sample(1)], appliance: nil)
        #expect(try await orders.next()?.booking()?.programme == "K1-CAR")
        _ = try await center.center.book([.sample(2), .sample(3)], appliance: nil)
        #expect(await orders.next()?.sequence == 2)
        #expect(await orders.next()?.sequence == 3)
        #expect(hall.lastOrder == 3)
        courier.cancel()
        await courier.value
        await center.stop()
    }

    @Test func `a held question for orders ends when the server stops`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let client = hall.client()
        let question = Task { try await client.orders(after: 0, waitSeconds: 60) }
        // The question is at the center once somebody waits there.
        while center.center.signals.waitingCount == 0 { await Task.yield() }
        let started = ContinuousClock.now
        await center.stop()
        _ = try? await question.value
        #expect(ContinuousClock.now - started < .seconds(10))
    }
}

extension BookingEntry {
    static func sample(_ number: Int, attempt: Int = 1) -> BookingEntry {
        BookingEntry(
            kind: .resident, number: ["110101199003074514", "110101199003072519", "110101199003078515"][number - 1],
            name: "张三", sex: .male, programme: "K1-CAR", vehicleClass: "C1",
            day: CalendarDate("2026-11-22") ?? CalendarDate(daysSinceEpoch: 0), language: "zh-Hans", attempt: attempt,
            facts: EligibilityFacts(reason: .first))
    }
}
