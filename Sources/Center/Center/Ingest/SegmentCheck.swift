import CanonicalJSON
import CenterLink
import Cryptography
import Ledger
import Platform

/// Why a segment is broken: kept as evidence, never taken.
struct BrokenSegment: Error, Hashable, Sendable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Everything about a segment that can be judged without looking at what came before it.
enum SegmentCheck {
    /// The entries of a segment whose inner chain holds and whose last entry the appliance signed.
    ///
    /// - Throws: `BrokenSegment` in words.
    static func verify(_ body: [UInt8], appliance: String, keys: JWKS) throws(BrokenSegment) -> (
        segment: Segment, entries: [Entry]
    ) {
        let segment: Segment
        let entries: [Entry]
        do throws(Segment.Malformed) {
            (segment, entries) = try Segment.parse(jsonLines: body, appliance: appliance)
        } catch {
            throw BrokenSegment(error.description)
        }
        guard let first = entries.first, let last = entries.last, first.sequence >= 1 else {
            throw BrokenSegment("entries count from 1")
        }
        var chain = ChainCheck(after: Tip(sequence: first.sequence - 1, digest: first.previous))
        for entry in entries {
            if let problem = chain.problem(with: entry) { throw BrokenSegment(problem) }
        }
        if first.sequence == 1, first.previous != Tip.origin.digest {
            throw BrokenSegment("the first entry of a journal follows 32 zero bytes")
        }
        try checkHead(segment.head, of: last, appliance: appliance, keys: keys)
        return (segment, entries)
    }

    private static func checkHead(_ jws: String, of last: Entry, appliance: String, keys: JWKS) throws(BrokenSegment) {
        let payload: [UInt8]
        do throws(JWSError) { payload = try JWS.verify(jws, keys: keys) } catch {
            throw BrokenSegment("the head of entry \(last.sequence): \(error)")
        }
        guard let head = try? JSONCoder.decode(Head.self, from: payload) else {
            throw BrokenSegment("what is signed as head is no head")
        }
        guard head.appliance == appliance else { throw BrokenSegment("the head is of appliance \(head.appliance)") }
        guard head.sequence == last.sequence, bytes(base64url: head.digest) == last.digest else {
            throw BrokenSegment("the head is of entry \(head.sequence), not of the last entry \(last.sequence)")
        }
    }
}
