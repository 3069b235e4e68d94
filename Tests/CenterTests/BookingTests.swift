import Cryptography
import Courier
import Ledger
import CanonicalJSON
import CenterLink
import Exam
import Platform
import Testing

@testable import Center

@Suite struct BookingTests {
    private func row(_ changes: [String: JSONValue] = [:]) throws -> JSONValue {
        var members = try #require(try JSONCoder.tree(BookingEntry.sample(1)).objectValue)
        for (name, value) in changes {
            if value == .null { members.removeValue(forKey: name) } else { members[name] = value }
        }
        return .object(members)
    }

    private func problems(_ rows: [JSONValue], programmes: [ProgrammeCode: Programme]? = nil) -> [String] {
        let bytes = JSONValue.object(["bookings": .array(rows)]).canonicalBytes
        do throws(BookingsFile.Unusable) {
            _ = try BookingsFile.read(bytes, name: "b.json", programmes: programmes)
            return []
        } catch {
            return error.problems
        }
    }

    @Test func `a sound file is read, as a list or as an object`() throws {
        let list = JSONValue.array([try row()]).canonicalBytes
        #expect(try BookingsFile.read(list, name: "b.json", programmes: nil) == [.sample(1)])
        #expect(problems([try row(), try row(["attempt": 2])]).isEmpty)
    }

    @Test func `every fault is named by entry and member, all at once`() throws {
        let found = problems([
            try row(), try row(["number": "110101199003074515"]), try row(["day": "2026-02-30"]),
            try row(["kind": "passport"]), try row(["programme": nil]), try row(["name": "  "]),
            try row(["klass": "C1"]), try row(["attempt": "1"]), try row(["facts": ["reason": "luck"]]), 7, try row(),
        ])
        let expected = [
            "booking 2: number:", "booking 3: day:", "booking 4: kind: \"passport\" is none of resident,",
            "booking 5: the document: \"programme\"",
            "booking 6: name:", "booking 7: klass:", "booking 8: attempt:", "booking 9: facts.reason:",
            "booking 10: should be an object", "booking 11: is the same booking as number 1",
        ]
        for words in expected { #expect(found.contains { $0.hasPrefix("b.json: " + words) }, "\(words) in \(found)") }
        #expect(found.allSatisfy { $0.hasPrefix("b.json: booking ") && !$0.hasPrefix("b.json: booking 1:") })
    }

    @Test func `facts that no rule knows, and facts that a rule wants, are named`() throws {
        func exam(_ code: String, reasons: [JSONValue], subject: String? = nil) throws -> Programme {
            var members: [String: JSONValue] = [
                "code": .string(code), "names": [:], "classes": ["C1", "B2"], "reasons": .array(reasons),
                "policies": try JSONCoder.tree(Policies.shipped), "legalBasis": [], "evidence": [:], "notes": "",
            ]
            members["subject"] = subject.map { .string($0) }
            return try JSONCoder.decode(Programme.self, from: JSONValue.object(members).canonicalBytes)
        }
        let programmes: [ProgrammeCode: Programme] = [
            "K1": try exam("K1", reasons: ["first"], subject: "one"),
            "K4": try exam("K4", reasons: ["first"], subject: "four"),
            "R": try exam("R", reasons: ["restore"]), "M": try exam("M", reasons: ["military"], subject: "one"),
        ]
        func found(_ changes: [String: JSONValue]) throws -> [String] {
            problems([try row(changes)], programmes: programmes).map {
                String($0.dropFirst("b.json: booking 1: ".count))
            }
        }
        #expect(try found(["programme": "K1"]) == [])
        #expect(
            try found(["programme": "K1", "facts": ["reason": "first", "licenceExpired": true]]) == [
                "facts.licenceExpired: is no fact of a booking"
            ])
        #expect(
            try found(["programme": "R", "facts": ["reason": "restore", "cancellation": "lost"]]) == [
                "facts.cancellation: \"lost\" is none of expired, medical, revoked"
            ])
        #expect(
            try found(["programme": "R", "facts": ["reason": "restore", "cancellation": "expired"]]) == [
                "facts.cancelledOn: is wanted for reason \"restore\" and programme R (L162 Art. 79 p3)"
            ])
        #expect(
            try found(["programme": "R", "facts": ["reason": "first"]]) == [
                "programme: programme R is not for reason \"first\""
            ])
        #expect(
            try found(["programme": "K1", "then": ["K4", "K1"]]) == [
                "then: one exam stands twice in the booking",
                "facts.learnerCertificateOn: is wanted for reason \"first\" and programme K4 (L162 Art. 41)",
            ])
        // Who is refused by the rules is booked all the same: the hall says why.
        #expect(try found(["programme": "M", "facts": ["reason": "military"]]) == [])
        #expect(
            try found(["programme": "M", "class": "B2", "facts": ["reason": "military"]]).first?.hasPrefix(
                "facts.licence: is wanted") == true)
        #expect(
            try found(["facts": ["reason": "points", "pointsReduced": 9], "programme": "K9"]) == [
                "facts.pointsReduced: should be 0 to 6", "programme: \"K9\" is in no bank of this center",
            ])
    }

    @Test(arguments: ["", "{", "nonsense", "{\"bookings\": 3}", "[1.5]", "{\"booking\": []}"])
    func `a file that is none says so and where`(_ text: String) {
        let unusable = #expect(throws: BookingsFile.Unusable.self) {
            try BookingsFile.read(Array(text.utf8), name: "b.json", programmes: nil)
        }
        #expect(unusable?.description.hasPrefix("b.json: ") == true)
        #expect(unusable?.description.hasSuffix("nothing was imported") == true)
    }

    @Test func `a document broken in the middle is told by its line`() {
        let unusable = #expect(throws: BookingsFile.Unusable.self) {
            try BookingsFile.read(Array("{\"bookings\": [\n{},\n{]}\n".utf8), name: "b.json", programmes: nil)
        }
        #expect(unusable?.problems.first?.contains("line 3") == true)
    }

    @Test func `orders chain, and an import repeated changes nothing`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        let trust = try await hall.enrol(at: center).center
        var counts = try await center.center.book([.sample(1), .sample(2)], appliance: "hall-1")
        #expect((counts.new, counts.changed, counts.same) == (2, 0, 0))
        var moved = BookingEntry.sample(2)
        moved.language = "en"
        counts = try await center.center.book([.sample(1), moved, .sample(3)], appliance: "hall-1")
        #expect((counts.new, counts.changed, counts.same) == (1, 1, 1))

        let orders = try await hall.client().orders(after: 0, waitSeconds: 0)
        var chain = OrderChain(appliance: "hall-1")
        let bookings = try orders.map { try #require(try chain.take($0, center: trust)?.booking()) }
        #expect(bookings.map(\.language) == ["zh-Hans", "zh-Hans", "en", "zh-Hans"])
        #expect(bookings[1].id == bookings[2].id)
        #expect(try await hall.client().orders(after: 3, waitSeconds: 0) == Array(orders.suffix(1)))

        // One out of place, one altered, one of another center: each is refused and the chain stays.
        var fresh = OrderChain(appliance: "hall-1")
        #expect(throws: CenterDocumentError.self) { try fresh.take(orders[1], center: trust) }
        #expect(throws: CenterDocumentError.self) { try fresh.take(orders[0], center: hall.keys.publicKeys()) }
        var other = OrderChain(appliance: "hall-2")
        #expect(throws: CenterDocumentError.self) { try other.take(orders[0], center: trust) }
        #expect(fresh.sequence == 0)
        #expect(try fresh.take(orders[0], center: trust)?.sequence == 1)
        #expect(try fresh.take(orders[0], center: trust) == nil)
        await center.stop()
    }

    @Test(arguments: CipherSuite.allCases, CipherSuite.allCases)
    func `neither name nor number stands in an order; appliance and center open the name`(
        centerSuite: CipherSuite, hallSuite: CipherSuite
    ) async throws {
        let center = try TestCenter(suite: centerSuite)
        let hall = try TestHall(center: center, suite: hallSuite)
        let trust = try await hall.enrol(at: center).center
        _ = try await center.center.book([.sample(1)], appliance: nil)
        let order = try #require(try await hall.client().orders(after: 0, waitSeconds: 0).first)
        var chain = OrderChain(appliance: "hall-1")
        let taken = try #require(try chain.take(order, center: trust))
        let text = try JSONCoder.text(taken)
        #expect(!text.contains("张三"))
        #expect(!text.contains("110101199003074514"))
        // The key travels beside the order, never inside: deleting it erases the name.
        let keys = try #require(order.subjects.first)
        #expect(!text.contains(keys.appliance))

        let booking = try #require(try taken.booking())
        #expect(keys.subject == booking.subject)
        let byAppliance = try hall.keys.unwrap(try #require(bytes(base64url: keys.appliance)))
        let byCenter = try center.center.keys.store.unwrap(try #require(bytes(base64url: keys.center ?? "")))
        #expect(byAppliance == byCenter)
        #expect(byAppliance.suite == hallSuite)
        let person = try BookedPerson(sealed: booking.sealed, key: byAppliance, subject: booking.subject)
        #expect(person == BookedPerson(name: "张三", number: "110***********4514", sex: .male))
        #expect(
            booking.candidate
                == candidateDigest(
                    kind: "resident", number: "110101199003074514", key: center.center.keys.candidateKey))
        await center.stop()
    }

    @Test func `bookings for an appliance that is not there are refused in words`() async throws {
        let center = try TestCenter()
        await #expect(throws: Failure.self) { try await center.center.book([.sample(1)], appliance: "hall-9") }
        await #expect(throws: Failure.self) { try await center.center.book([.sample(1)], appliance: nil) }
        await center.stop()
    }

    @Test func `the command line asks the running center, and the store when none runs`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let port = try AdminPort(path: center.configuration.control, center: center.center)
        let access = try CenterAccess(center.configuration)
        #expect(access.isRunning)
        let answer = try await access.perform(.book(appliance: nil, bookings: [.sample(1)]))
        guard case .booked("hall-1", 1, 0, 0) = answer else {
            Issue.record("\(answer)")
            return
        }
        let failure = await #expect(throws: Failure.self) {
            try await access.perform(.book(appliance: "hall-9", bookings: []))
        }
        #expect(failure?.code == .badData)
        port.close()
        await center.stop()
    }
}
