public import CanonicalJSON
public import Platform

/// Who proved to be at the other end of a connection: a certificate of the center's own authority.
public struct TLSPeer: Hashable, Sendable {
    /// The certificate's common name: an appliance's id.
    public let name: String
    /// SHA-256 of the certificate (DER): a later enrolment of the same appliance retires the earlier certificate by it.
    public let fingerprint: [UInt8]

    public init(name: String, fingerprint: [UInt8]) {
        self.name = name
        self.fingerprint = fingerprint
    }
}

/// One request, read whole.
public struct HTTPRequest: Sendable {
    public let method: String
    /// The path without its query, decoded.
    public let path: String
    public let query: [String: String]
    /// By lower-case name.
    public let headers: [String: String]
    public let body: [UInt8]
    public let peer: TLSPeer?

    public init(
        method: String, path: String, query: [String: String] = [:], headers: [String: String] = [:],
        body: [UInt8] = [], peer: TLSPeer? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

/// One answer.
public struct HTTPResponse: Sendable {
    public enum Body: Sendable {
        case bytes([UInt8])
        /// So many bytes of a file, from an offset.
        case file(FileDescriptor, offset: Int, count: Int)
    }

    public let status: Int
    public var headers: [String: String]
    public let body: Body

    public init(status: Int, headers: [String: String] = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON document, canonical.
    public static func json(_ value: JSONValue, status: Int = 200, type: String = "application/json") -> HTTPResponse {
        HTTPResponse(status: status, headers: ["Content-Type": type], body: .bytes(value.canonicalBytes))
    }

    /// An error as RFC 9457 writes it; `members` are beside `status`, `title` and `detail`.
    public static func problem(
        _ status: Int, _ title: String, _ detail: String, members: [String: JSONValue] = [:]
    ) -> HTTPResponse {
        let base: [String: JSONValue] = [
            "status": .integer(status), "title": .string(title), "detail": .string(detail),
        ]
        return json(
            .object(base.merging(members) { own, _ in own }), status: status, type: "application/problem+json")
    }
}
