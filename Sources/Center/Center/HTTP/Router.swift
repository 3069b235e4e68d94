import CanonicalJSON
import CenterLink
import Cryptography
import Platform

/// Every call of the web interface; `/openapi.json` names the same ones.
enum Route: CaseIterable {
    case health, openAPI, enrol, segment, receipt, orders, bank

    var method: String {
        switch self {
        case .enrol, .segment: "POST"
        default: "GET"
        }
    }

    var template: String {
        switch self {
        case .health: "/health"
        case .openAPI: "/openapi.json"
        case .enrol: "/v1/enrolments"
        case .segment: "/v1/appliances/{id}/segments"
        case .receipt: "/v1/appliances/{id}/receipt"
        case .orders: "/v1/appliances/{id}/orders"
        case .bank: "/v1/banks/{digest}"
        }
    }

    /// The part of the path that stands for the braces; nil when the path is another.
    func parameter(in path: String) -> String? {
        let wanted = template.split(separator: "/", omittingEmptySubsequences: false)
        let found = path.split(separator: "/", omittingEmptySubsequences: false)
        guard wanted.count == found.count else { return nil }
        var parameter = ""
        for (want, got) in zip(wanted, found) {
            if want.hasPrefix("{") {
                guard !got.isEmpty else { return nil }
                parameter = String(got)
            } else if want != got {
                return nil
            }
        }
        return parameter
    }
}

extension Center {
    /// Answers one request.
    public func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let matching = Route.allCases.compactMap { route in route.parameter(in: request.path).map { (route, $0) } }
        guard !matching.isEmpty else {
            return .problem(404, "not found", "there is nothing at \(request.path); /openapi.json lists what there is")
        }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let (route, parameter) = matching.first(where: { $0.0.method == method }) else {
            var refusal = HTTPResponse.problem(405, "method not allowed", "\(request.method) is not for this path")
            refusal.headers["Allow"] = matching.map { $0.0.method }.joined(separator: ", ")
            return refusal
        }
        do {
            switch route {
            case .health: return try await health()
            case .openAPI:
                return HTTPResponse(
                    status: 200, headers: ["Content-Type": "application/json"],
                    body: .bytes(Array(openAPIDocument.utf8)))
            case .enrol: return try await enrolment(request)
            case .segment: return try await segment(request, try await appliance(parameter, request))
            case .receipt: return try await receipt(try await appliance(parameter, request))
            case .orders: return try await orders(request, try await appliance(parameter, request))
            case .bank: return try await bank(parameter, request)
            }
        } catch let refusal as Refusal {
            return refusal.response
        } catch {
            // What failed inside is for the log; the caller learns to come again.
            Log.error("\(request.method) \(request.path): \(error)")
            return .problem(503, "unavailable", "the center cannot do this now; what was sent is not stored")
        }
    }

    private struct Refusal: Error {
        let response: HTTPResponse
        init(_ status: Int, _ title: String, _ detail: String, members: [String: JSONValue] = [:]) {
            response = .problem(status, title, detail, members: members)
        }
    }

    // MARK: Who asks

    /// The enrolled holder of the certificate that the caller showed.
    private func caller(_ request: HTTPRequest) async throws -> ApplianceRecord {
        guard let peer = request.peer else {
            throw Refusal(401, "no certificate", "a client certificate of this center's authority is needed")
        }
        guard let record = try await store.appliance(peer.name), record.fingerprint == peer.fingerprint else {
            throw Refusal(403, "retired certificate", "this certificate is not of \(peer.name)'s last enrolment")
        }
        return record
    }

    private func appliance(_ id: String, _ request: HTTPRequest) async throws -> ApplianceRecord {
        let record = try await caller(request)
        guard record.id == id else {
            throw Refusal(
                403, "another appliance", "the certificate is of \(record.id), not of the appliance in the path")
        }
        return record
    }

    // MARK: Answers

    private func health() async throws -> HTTPResponse {
        _ = try await store.appliance("")
        return .json(["status": "pass", "version": .string(kaotaiVersion)])
    }

    private func enrolment(_ request: HTTPRequest) async throws -> HTTPResponse {
        let wanted: EnrolmentRequest
        do { wanted = try JSONCoder.decode(EnrolmentRequest.self, from: request.body) } catch {
            throw Refusal(400, "bad request", JSONCoder.explain(error))
        }
        do {
            return .json(try JSONCoder.tree(try await enrol(wanted)))
        } catch let refusal as TokenRefusal {
            let words =
                switch refusal {
                case .unknown: "this token is none of ours"
                case .expired: "this token's time has run out; ask for a new one"
                case .used: "this token was used already; ask for a new one"
                }
            throw Refusal(403, "token refused", words)
        } catch let error as CenterDocumentError {
            throw Refusal(400, "bad request", "identity: \(error)")
        } catch let error as CryptographyError {
            throw Refusal(400, "bad request", "\(error)")
        }
    }

    private func segment(_ request: HTTPRequest, _ appliance: ApplianceRecord) async throws -> HTTPResponse {
        switch try await ingest(request.body, from: appliance) {
        case .receipt(let receipt): return .json(["receipt": .string(receipt)])
        case .wanted(let sequence):
            throw Refusal(
                409, "gap", "entries are missing before these; the next is \(sequence)",
                members: ["wanted": .integer(sequence)])
        case .broken(let reason): throw Refusal(422, "broken segment", reason + "; it is kept as evidence")
        }
    }

    private func receipt(_ appliance: ApplianceRecord) async throws -> HTTPResponse {
        guard let receipt = try await store.lastReceipt(appliance.id) else {
            throw Refusal(404, "no receipt", "nothing was received from \(appliance.id) yet")
        }
        return .json(["receipt": .string(receipt)])
    }

    private func orders(_ request: HTTPRequest, _ appliance: ApplianceRecord) async throws -> HTTPResponse {
        func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
            guard let text = request.query[name] else { return 0 }
            guard let number = Int(text), range.contains(number) else {
                throw Refusal(
                    400, "bad request", "\(name): should be a whole number, \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        let after = try number("after", 0...(1 << 53))
        let wait = try number("wait", 0...60)
        return .json(
            try JSONCoder.tree(OrderPage(orders: try await orders(appliance.id, after: after, waitSeconds: wait))))
    }

    private func bank(_ digest: String, _ request: HTTPRequest) async throws -> HTTPResponse {
        _ = try await caller(request)
        guard let (file, size, mark) = banks.file(digest) else {
            throw Refusal(404, "not found", "no bank with this digest is at this center")
        }
        let tag = "\"\(mark)\""
        var headers = ["Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", "ETag": tag]
        let conditional = request.headers["if-range"].map { $0 == tag } ?? true
        switch conditional ? ByteRange.parse(request.headers["range"], size: size) : .whole {
        case .whole:
            return HTTPResponse(status: 200, headers: headers, body: .file(file, offset: 0, count: size))
        case .part(let range):
            headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
            return HTTPResponse(
                status: 206, headers: headers, body: .file(file, offset: range.lowerBound, count: range.count))
        case .outside:
            var refusal = Refusal(416, "range", "the file has \(size) bytes").response
            refusal.headers["Content-Range"] = "bytes */\(size)"
            return refusal
        }
    }
}

/// The header `Range` (RFC 9110 §14), one range of bytes; several or others are passed over, as the RFC allows.
enum ByteRange: Hashable {
    case whole
    case part(Range<Int>)
    case outside

    static func parse(_ header: String?, size: Int) -> ByteRange {
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return .whole }
        let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .whole }
        let digits = ends.allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } && $0.count <= 18 }
        guard digits else { return .whole }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < size ? .part(first..<min(last + 1, size)) : .outside
        case (let first?, nil): return first < size ? .part(first..<size) : .outside
        case (nil, let count?): return count > 0 && size > 0 ? .part(max(0, size - count)..<size) : .outside
        case (nil, nil): return .whole
        }
    }
}
