import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform
import TerminalLink
import Testing

@testable import Hall

/// Personal data go when they should, and nothing else goes with them.
@Suite struct ErasureTests {
    private func audit(_ fixture: HallFixture) async throws -> JournalReport {
        let copy = "\(fixture.folder)/audit.sqlite"
        try await fixture.journal.copy(to: copy)
        return try JournalAudit.verify(path: copy, trust: fixture.keys.publicKeys())
    }

    /// Whether a text stands in any file of the hall's folder, banks and packages left out.
    private func occurs(_ text: String, in folder: String) throws -> Bool {
        for name in try listDirectory(folder) {
            let path = "\(folder)/\(name)"
            if isDirectory(path) {
                if try occurs(text, in: path) { return true }
            } else if String(decoding: try readFile(path), as: UTF8.self).contains(text) {
                return true
            }
        }
        return false
    }

    @Test func `an order of the center erases a key from every file, and the journal still verifies`() async throws {
        let fixture = try await HallFixture(seats: 1)
        let booking = try await fixture.book(1)
        try await fixture.book(2)
        let seat = try await fixture.begin(1)
        try await fixture.finish(at: seat)
        try await fixture.deliverSlip(at: seat)
        await fixture.touch(.confirm, at: seat)
        let wrapped = try #require(try await fixture.journal.subject(booking.subject)).appliance
        try await fixture.journal.checkpoint()
        #expect(try occurs(wrapped, in: fixture.folder))
        let attempt = try AttemptID(#require(try await fixture.entries("attempt.slip").first).stream.dropFirst(8))
        let out = "\(fixture.folder)/printed.pdf"
        try await fixture.hall.openSlip(attempt, to: out)

        try await fixture.give(.erase, Erasure(subjects: [booking.subject], reason: "asked for"))
        await fixture.settle()
        #expect(try !occurs(wrapped, in: fixture.folder))
        let erased = try await fixture.entries("subject.erased").map { try $0.decode(HallEntry.SubjectErased.self) }
        #expect(erased.map(\.subject) == [booking.subject] && erased.map(\.reason) == ["asked for"])
        await #expect(throws: Failure.self) { try await fixture.hall.openSlip(attempt, to: out) }
        #expect(try await audit(fixture).problems == [])

        try await fixture.restart()
        #expect(try await audit(fixture).problems == [])
        // Others sit on.
        try await fixture.sit(2)
        #expect(try await audit(fixture).problems == [])
    }

    @Test func `who sits is erased after leaving; who was erased before the exam is not admitted`() async throws {
        let fixture = try await HallFixture(seats: 1)
        let sitting = try await fixture.book(1)
        let absent = try await fixture.book(2)
        let seat = try await fixture.begin(1)
        try await fixture.give(
            .erase, Erasure(subjects: [sitting.subject, absent.subject], reason: "withdrawn"))
        #expect(try await fixture.journal.subject(sitting.subject) != nil)
        #expect(try await fixture.journal.subject(absent.subject) == nil)
        try await fixture.finish(at: seat)
        await fixture.touch(.confirm, at: seat)
        await fixture.settle()
        #expect(try await fixture.journal.subject(sitting.subject) == nil)
        try await fixture.tapCard(of: 2, at: "R0")
        #expect(fixture.desk.isRefusal)
        #expect(try await audit(fixture).problems == [])
    }

    @Test(arguments: [29, 31])
    func `the policy erases by the center's day, once the center has everything`(days: Int) async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.restart(retention: .init(days: 30))
        let booking = try await fixture.book(1)
        try await fixture.sit(1)
        try await fixture.journal.signHead()
        var at = fixture.time.wall()
        at.millisecondsSinceEpoch += days * 86_400_000
        let tip = fixture.journal.tip.sequence
        await fixture.hall.takeRetention(
            Receipt(appliance: "test", sequence: tip - 1, digest: "", at: at))
        #expect(try await fixture.journal.subject(booking.subject) != nil)
        await fixture.hall.takeRetention(Receipt(appliance: "test", sequence: tip, digest: "", at: at))
        #expect(try await (fixture.journal.subject(booking.subject) == nil) == (days > 30))
    }
}

extension Screen {
    fileprivate var isRefusal: Bool { if case .refused = self { true } else { false } }
}
