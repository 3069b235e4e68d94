import CanonicalJSON
import Dispatch
import Exam
import Ledger
import Platform
import Testing

@testable import Hall

@Suite struct OperatorTests {
    @Test func `pausing a seat where no exam runs is refused with what stands there`() async throws {
        let fixture = try await HallFixture(seats: 1)
        let nobody = await #expect(throws: Failure.self) { try await fixture.hall.perform(.pause, at: 1) }
        #expect(nobody?.message == "nobody sits at seat 1")
        try await fixture.book(1)
        let seat = try await fixture.begin(1)
        let running = await #expect(throws: Failure.self) { try await fixture.hall.perform(.resume, at: seat) }
        #expect(running?.message == "the exam at seat 1 is running, not paused")
        #expect(try await fixture.entries("attempt.resumed").isEmpty)
    }

    @Test func `the status table names seats, interlocks and what is wrong`() async throws {
        let fixture = try await HallFixture(
            seats: 2, interlocks: .init(recorder: .required, examiner: .waived, hours: .waived))
        let table = await fixture.hall.status(readers: [], courier: nil, journalSequence: 3).table
        #expect(table.hasPrefix("test: closed "))
        #expect(table.contains("  recorder  NOT READY: no recorder is connected\n"))
        #expect(table.contains("  examiner  waived\n"))
        #expect(table.contains("  1  seat-1  ready  free\n"))
        #expect(table.contains("not connected; no receipt from the center yet"))
    }

    @Test func `the status table shows how far each exam is`() async throws {
        let fixture = try await HallFixture(seats: 1)
        try await fixture.book(1)
        _ = try await fixture.begin(1)
        let status = await fixture.hall.status(readers: [], courier: nil, journalSequence: 3)
        let attempt = try #require(status.seats.first?.attempt)
        #expect(status.table.contains("running, question 1 of"))
        #expect(status.table.contains("left  \(attempt)\n"))
    }

    @Test func `commands reach the hall over its socket, and a request that is none is answered with words`()
        async throws
    {
        let fixture = try await HallFixture(seats: 1)
        let path = "\(fixture.folder)/control.sock"
        let listener = try ControlServer.listen(path) { _ in
            let status = await fixture.hall.status(readers: [], courier: nil, journalSequence: 7)
            return ControlAnswer(value: try? JSONCoder.tree(status))
        }
        let answer = try await blocking { try ControlClient.ask(.status, socket: path) }
        let status = try JSONCoder.decode(HallStatus.self, from: Array(answer.canonicalText.utf8))
        #expect(status.journalSequence == 7)
        #expect(status.seats.map(\.terminal) == ["seat-1"])

        let refusal = try await blocking {
            let connection = try BlockingFrames(path: path)
            try connection.send(Array(#"{"open":"the doors"}"#.utf8))
            return try JSONCoder.decode(ControlAnswer.self, from: try connection.receive(milliseconds: 60_000))
        }
        #expect(refusal.value == nil)
        #expect(refusal.error?.contains("a request has one member") == true)
        withExtendedLifetime(listener) {}
    }

    @Test func `without a daemon a command says where it looked`() async throws {
        let failure = #expect(throws: Failure.self) {
            try ControlClient.ask(.status, socket: "/tmp/kaotai-no-such-socket")
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("/tmp/kaotai-no-such-socket: no daemon answers there") == true)
    }

    /// Runs calls that wait for a socket off the pool that answers them.
    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
        }
    }
}
