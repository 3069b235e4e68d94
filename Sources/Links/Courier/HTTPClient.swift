import CCurl
import Dispatch
import Glibc
import Platform
import Synchronization

/// The files that make a TLS connection ours.
public struct ClientTLS: Hashable, Sendable {
    /// The one authority whose servers are believed; the machine's own list of authorities is not.
    public var authority: String
    /// What we prove ourselves by; absent for the enrolment, which brings them.
    public var certificate: String?
    public var key: String?

    public init(authority: String, certificate: String? = nil, key: String? = nil) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }
}

/// Why no answer came.
public struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A CURLcode.
    public let code: Int
    public let reason: String
    public var description: String { reason }
}

/// What a server answered.
public struct HTTPAnswer: Hashable, Sendable {
    public let status: Int
    public let body: [UInt8]
}

/// One HTTPS connection by libcurl, on a queue of its own: a request blocks that queue and nothing else.
public actor HTTPClient {
    private nonisolated let executor: QueueExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the C callbacks see of the request that runs.
    fileprivate final class Exchange: Sendable {
        let cancelled = Atomic<Bool>(false)
        let body = Guarded<[UInt8]>([])
        let limit: Int
        init(limit: Int) { self.limit = limit }
    }

    private let tls: ClientTLS
    private let curl: UnsafeMutableRawPointer

    public init(_ tls: ClientTLS, label: String) {
        _ = Self.library
        self.tls = tls
        executor = QueueExecutor(label: label)
        guard let curl = curl_easy_init() else { preconditionFailure("libcurl gives no handle: out of memory") }
        self.curl = curl
    }

    isolated deinit { curl_easy_cleanup(curl) }

    private static let library: Void = {
        precondition(curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, "libcurl does not start")
    }()

    /// Sends a request and waits for the whole answer; the connection is kept for the next.
    ///
    /// - Parameters:
    ///   - body: nil sends a GET, else a POST.
    ///   - range: asks for these bytes of what is there only.
    ///   - limit: bytes of an answer beyond which it is dropped.
    /// - Throws: `TransportError` when none came: no connection, no trust, no time, too long, or the task was cancelled.
    public func send(
        _ url: String, body: [UInt8]? = nil, type: String = "application/json", range: Range<Int>? = nil,
        milliseconds: Int = 30_000,
        limit: Int = 4 << 20
    ) async throws(TransportError) -> HTTPAnswer {
        let exchange = Exchange(limit: limit)
        let result = await withTaskCancellationHandler {
            perform(url, body, type, range, milliseconds, exchange)
        } onCancel: {
            exchange.cancelled.store(true, ordering: .relaxed)
        }
        return try result.get()
    }

    private func perform(
        _ url: String, _ body: [UInt8]?, _ type: String, _ range: Range<Int>?, _ milliseconds: Int,
        _ exchange: Exchange
    ) -> Result<HTTPAnswer, TransportError> {
        // Everything is set anew for each request; connections and the TLS session outlive the reset.
        curl_easy_reset(curl)
        var message = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var headers: UnsafeMutablePointer<curl_slist>?
        // Without an empty "Expect:" libcurl waits for a 100 before it sends a long body.
        for line in ["Expect:", "Content-Type: \(type)", "Accept: application/json"] {
            headers = curl_slist_append(headers, line)
        }
        defer { curl_slist_free_all(headers) }
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        func text(_ option: CURLoption, _ value: String?) {
            if let value { _ = value.withCString { ccurl_set_pointer(curl, option, $0) } }
        }
        text(CURLOPT_URL, url)
        text(CURLOPT_PROTOCOLS_STR, "https")
        text(CURLOPT_PROXY, "")
        text(CURLOPT_RANGE, range.map { "\($0.lowerBound)-\($0.upperBound - 1)" })
        text(CURLOPT_USERAGENT, "kaotai-courier/\(kaotaiVersion)")
        text(CURLOPT_CAINFO, tls.authority)
        // Debian's libcurl has a folder of public authorities as default, which would be believed beside ours.
        ccurl_set_pointer(curl, CURLOPT_CAPATH, nil)
        text(CURLOPT_SSLCERT, tls.certificate)
        text(CURLOPT_SSLKEY, tls.key)
        ccurl_set_long(curl, CURLOPT_SSL_VERIFYPEER, 1)
        ccurl_set_long(curl, CURLOPT_SSL_VERIFYHOST, 2)
        ccurl_set_long(curl, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        ccurl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        ccurl_set_long(curl, CURLOPT_TCP_KEEPALIVE, 1)
        ccurl_set_long(curl, CURLOPT_CONNECTTIMEOUT_MS, min(milliseconds, 10_000))
        ccurl_set_long(curl, CURLOPT_TIMEOUT_MS, milliseconds)
        ccurl_set_pointer(curl, CURLOPT_HTTPHEADER, headers)
        ccurl_set_long(curl, CURLOPT_NOPROGRESS, 0)
        ccurl_set_progress(curl, transferGoesOn)
        ccurl_set_pointer(curl, CURLOPT_XFERINFODATA, context)
        ccurl_set_writer(curl, CURLOPT_WRITEFUNCTION, takeBytes)
        ccurl_set_pointer(curl, CURLOPT_WRITEDATA, context)
        if body != nil { ccurl_set_long(curl, CURLOPT_POST, 1) }

        let code = message.withUnsafeMutableBufferPointer { message in
            ccurl_set_pointer(curl, CURLOPT_ERRORBUFFER, message.baseAddress)
            return (body ?? []).withUnsafeBytes { bytes in
                if body != nil {
                    ccurl_set_offset(curl, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
                    ccurl_set_pointer(curl, CURLOPT_POSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(curl))
                }
                return curl_easy_perform(curl)
            }
        }
        guard code == CURLE_OK else {
            let detail = message.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
            let reason = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
            return .failure(TransportError(code: Int(code.rawValue), reason: "\(url): \(reason)"))
        }
        var status = 0
        ccurl_get_long(curl, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPAnswer(status: status, body: exchange.body.withLock { $0 }))
    }
}

private func takeBytes(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let exchange = Unmanaged<HTTPClient.Exchange>.fromOpaque(context).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: data, count: size * count)
    return exchange.body.withLock { body in
        guard body.count + bytes.count <= exchange.limit else { return 0 }
        body.append(contentsOf: bytes)
        return bytes.count
    }
}

private func transferGoesOn(
    _ context: UnsafeMutableRawPointer?, _: curl_off_t, _: curl_off_t, _: curl_off_t, _: curl_off_t
) -> Int32 {
    guard let context else { return 0 }
    return Unmanaged<HTTPClient.Exchange>.fromOpaque(context).takeUnretainedValue()
        .cancelled.load(ordering: .relaxed) ? 1 : 0
}
