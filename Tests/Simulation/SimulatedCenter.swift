import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Exam
import Ledger
import Platform

/// The center as the appliance meets it: orders one after the other, and receipts for what follows what it has.
struct SimulatedCenter {
    private let site: SimulatedSite
    private(set) var orders: [SignedOrder] = []
    private var previous = Order.origin
    /// What it has of the journal.
    private(set) var tip = Tip.origin
    /// The newest receipt that it signed.
    private(set) var receipt: String?
    /// Results by attempt, as they came in.
    private(set) var results: [String: Int] = [:]

    init(_ site: SimulatedSite) { self.site = site }

    /// The number of the order that brings the booking.
    mutating func book(_ booking: Booking, for citizen: Citizen, at wall: Timestamp) throws -> Int {
        let order = Order(
            appliance: SimulatedSite.appliance, sequence: orders.count + 1, previous: previous, at: wall,
            kind: .booking, body: try JSONCoder.tree(booking))
        let jws = try JWS.sign(payload: order, key: site.center)
        previous = Order.digest(of: jws)
        orders.append(SignedOrder(jws: jws, subjects: [citizen.subject]))
        return orders.count
    }

    /// Orders after the last that the appliance has.
    func page(after sequence: Int) -> [SignedOrder] { Array(orders.dropFirst(sequence)) }

    /// Takes a segment: one that it has already is answered as before, one with a gap is not answered.
    mutating func take(_ segment: Segment, at wall: Timestamp) throws(Violation) -> String? {
        if segment.to <= tip.sequence { return receipt }
        guard segment.from <= tip.sequence + 1 else { return nil }
        var check = ChainCheck(after: tip)
        for line in segment.lines.dropFirst(tip.sequence + 1 - segment.from) {
            let entry: Entry
            do { entry = try Entry(line: line) } catch {
                throw Violation(invariant: .centerHasTheSame, words: "a line is no entry: \(error)")
            }
            if let problem = check.problem(with: entry) {
                throw Violation(invariant: .centerHasTheSame, words: problem)
            }
            if entry.kind == "attempt.result" { results[entry.stream, default: 0] += 1 }
        }
        do {
            let head = try JSONCoder.decode(
                Head.self, from: try JWS.verify(segment.head, keys: site.keys.publicKeys()))
            guard head.sequence == check.tip.sequence, head.digest == base64url(check.tip.digest) else {
                throw Violation(invariant: .centerHasTheSame, words: "the head over \(segment.to) is of another entry")
            }
            tip = check.tip
            let receipt = try JWS.sign(
                payload: Receipt(
                    appliance: SimulatedSite.appliance, sequence: tip.sequence, digest: base64url(tip.digest), at: wall),
                key: site.center)
            self.receipt = receipt
            return receipt
        } catch let violation as Violation {
            throw violation
        } catch {
            throw Violation(invariant: .centerHasTheSame, words: "the head over \(segment.to): \(error)")
        }
    }
}
