import CanonicalJSON
public import CenterLink
import Platform

/// The center as the courier sees it.
public struct CenterClient: Sendable {
    public enum SegmentAnswer: Hashable, Sendable {
        case receipt(String)
        /// The center lacks entries before these, or has some already: it wants to go on from here.
        case wanted(Int)
    }

    /// The center answered, but not with what was asked for.
    public struct Refused: Error, Hashable, Sendable, CustomStringConvertible {
        public let status: Int
        public let detail: String
        public var description: String { "the center answered \(status): \(detail)" }
    }

    private let root: String
    private let base: String
    private let appliance: String
    private let segments: HTTPClient
    private let orders: HTTPClient
    private let banks: HTTPClient

    /// - Parameter center: the center's address, `https://host:port`.
    public init(center: String, appliance: String, tls: ClientTLS) {
        let trimmed = center.hasSuffix("/") ? String(center.dropLast()) : center
        root = trimmed
        base = trimmed + "/v1/appliances/" + appliance
        self.appliance = appliance
        segments = HTTPClient(tls, label: "courier.segments")
        orders = HTTPClient(tls, label: "courier.orders")
        banks = HTTPClient(tls, label: "courier.banks")
    }

    /// The last receipt that the center gave; nil before the first.
    public func lastReceipt() async throws -> String? {
        let answer = try await segments.send(base + "/receipt")
        if answer.status == 404, problem(answer).title == "no receipt" { return nil }
        return try decode(ReceiptAnswer.self, answer).receipt
    }

    public func post(_ segment: Segment) async throws -> SegmentAnswer {
        let answer = try await segments.send(
            base + "/segments", body: try segment.jsonLines, type: Segment.mediaType)
        if answer.status == 409, let wanted = problem(answer).wanted { return .wanted(wanted) }
        return .receipt(try decode(ReceiptAnswer.self, answer).receipt)
    }

    /// The orders after a number; waits so many seconds for one to come.
    public func orders(after: Int, waitSeconds: Int) async throws -> [SignedOrder] {
        let answer = try await orders.send(
            base + "/orders?after=\(after)&wait=\(waitSeconds)", milliseconds: (waitSeconds + 15) * 1000)
        return try decode(OrderPage.self, answer).orders
    }

    /// Some bytes of a question bank's package.
    public func bank(_ digest: String, from offset: Int, count: Int) async throws -> [UInt8] {
        let answer = try await banks.send(
            root + "/v1/banks/" + digest, range: offset..<offset + count, milliseconds: 120_000, limit: count)
        guard answer.status == 206, answer.body.count == count else {
            throw Refused(
                status: answer.status,
                detail: answer.status == 206
                    ? "\(answer.body.count) bytes of bank \(digest), \(count) wanted" : problem(answer).detail)
        }
        return answer.body
    }

    private func decode<Value: Decodable>(_ type: Value.Type, _ answer: HTTPAnswer) throws -> Value {
        guard answer.status == 200 else { throw Refused(status: answer.status, detail: problem(answer).detail) }
        do {
            return try JSONCoder.decode(type, from: answer.body)
        } catch {
            throw Refused(status: answer.status, detail: "an answer that cannot be read: \(JSONCoder.explain(error))")
        }
    }

    private func problem(_ answer: HTTPAnswer) -> Problem { readProblem(answer) }
}

/// What an error's body says, or its beginning when it is no problem document.
func readProblem(_ answer: HTTPAnswer) -> Problem {
    (try? JSONCoder.decode(Problem.self, from: answer.body))
        ?? Problem(
            status: answer.status, title: "", detail: String(decoding: answer.body.prefix(200), as: UTF8.self))
}
