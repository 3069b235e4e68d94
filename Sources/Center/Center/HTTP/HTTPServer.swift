internal import CMicrohttpd
import Cryptography
internal import Dispatch
import Glibc
public import Platform

/// How the center listens.
public struct HTTPServerSettings: Sendable {
    /// An IPv4 address; the wildcard is `0.0.0.0`.
    public var address: String
    /// 0 takes a free one: see `HTTPServer.port`.
    public var port: Int
    /// The server's certificate and its key, and the authority that client certificates must come from, as PEM text.
    public var certificate: String
    public var key: String
    public var clientAuthority: String
    public var bodyLimit = 2 << 20
    /// What somebody without a certificate may send: an enrolment, no more.
    public var strangerBodyLimit = 64 << 10
    /// What a request's line and headers may take.
    public var headerLimit = 32 << 10
    public var connections = 1024
    /// Seconds without a byte after which a connection is closed.
    public var idleSeconds = 30
    /// Seconds within which a request's body must be whole, however it trickles in.
    public var bodySeconds = 60
    public var threads = 2

    /// As a configuration says, with the files that it names.
    public init(_ configuration: CenterConfiguration) throws {
        self.init(
            address: configuration.listen.address, port: configuration.listen.port,
            certificate: String(decoding: try readFile(configuration.tls.certificate), as: UTF8.self),
            key: try readPrivateFile(configuration.tls.key),
            clientAuthority: String(decoding: try readFile(configuration.tls.authority), as: UTF8.self))
    }

    public init(address: String = "127.0.0.1", port: Int = 0, certificate: String, key: String, clientAuthority: String)
    {
        self.address = address
        self.port = port
        self.certificate = certificate
        self.key = key
        self.clientAuthority = clientAuthority
    }
}

/// An HTTPS server over libmicrohttpd: asks every client for a certificate of its authority, hands over whole requests
/// and holds a connection without a thread until its answer is there, so that long polls cost nothing.
public final class HTTPServer: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct State {
        var daemon: Daemon?
        var stopping = false
        var running: [UInt64: Task<Void, Never>] = [:]
        var last: UInt64 = 0
    }

    /// The C library guards its daemon with locks of its own.
    private struct Daemon: @unchecked Sendable {
        let pointer: OpaquePointer
        /// What the C callbacks get: kept until no callback will come any more.
        let context: Unmanaged<Box>
    }

    public let port: Int
    let settings: HTTPServerSettings
    private let handler: Handler
    private let state = Guarded(State())
    private let executor = QueueExecutor(label: "http.stop")

    /// Starts to listen.
    ///
    /// - Throws: `Failure` when the address is none, the port is taken, or key and certificate do not fit.
    public init(_ settings: HTTPServerSettings, _ handler: @escaping Handler) throws(Failure) {
        self.settings = settings
        self.handler = handler
        let context = Unmanaged.passRetained(Box())
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(settings.port).bigEndian
        guard inet_pton(AF_INET, settings.address, &address.sin_addr) == 1 else {
            throw Failure(.badConfiguration, "\"\(settings.address)\" is no IPv4 address to listen at")
        }
        let flags =
            MHD_USE_TLS.rawValue | MHD_USE_EPOLL_INTERNAL_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
        let daemon = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                cmicrohttpd_start(
                    flags, address, accessHandler, context.toOpaque(), requestCompleted,
                    connectionNotice, settings.certificate, settings.key, settings.clientAuthority,
                    // Both ends are ours: nothing older than TLS 1.2 needs to be understood.
                    "SECURE128:%SERVER_PRECEDENCE:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", settings.headerLimit,
                    UInt32(settings.connections), UInt32(settings.idleSeconds), UInt32(settings.threads))
            }
        }
        guard let daemon else {
            context.release()
            throw Failure(
                .unavailable,
                "cannot listen at \(settings.address):\(settings.port): the port is taken, or the TLS key and "
                    + "certificate do not belong together")
        }
        port = Int(cmicrohttpd_port(daemon))
        state.withLock { $0.daemon = Daemon(pointer: daemon, context: context) }
        context.takeUnretainedValue().server.withLock { $0.value = self }
    }

    fileprivate final class Box: Sendable {
        struct Reference: Sendable { weak var value: HTTPServer? }
        let server = Guarded(Reference())
    }

    /// Takes no new connection, ends long polls, lets running answers out and closes.
    public func stop() async {
        let (daemon, tasks) = state.withLock { state -> (Daemon?, [Task<Void, Never>]) in
            state.stopping = true
            let daemon = state.daemon
            state.daemon = nil
            return (daemon, Array(state.running.values))
        }
        guard let daemon else { return }
        let listening = MHD_quiesce_daemon(daemon.pointer)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await withCheckedContinuation { continuation in
            executor.queue.async {
                MHD_stop_daemon(daemon.pointer)
                daemon.context.release()
                if listening >= 0 { close(listening) }
                continuation.resume()
            }
        }
    }

    /// Answers an exchange outside libmicrohttpd's threads; false when the server stops.
    fileprivate func begin(_ exchange: Exchange, _ request: HTTPRequest, _ connection: OpaquePointer) -> Bool {
        state.withLock { state in
            guard !state.stopping else { return false }
            state.last += 1
            let number = state.last
            exchange.connection = connection
            MHD_suspend_connection(connection)
            // The entry is made under the lock that its removal takes: the answer cannot come before it.
            state.running[number] = Task { [handler] in
                let response = await handler(request)
                exchange.answer(response)
                self.state.withLock { _ = $0.running.removeValue(forKey: number) }
            }
            return true
        }
    }
}

/// One request on its way: touched by the thread of its connection, then by its task, never by both at once.
private final class Exchange: @unchecked Sendable {
    var body: [UInt8] = []
    var begun = false
    let bodyLimit: Int
    let started = ContinuousClock.now
    var connection: OpaquePointer?
    private let response = Guarded<HTTPResponse?>(nil)

    init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    var ready: HTTPResponse? { response.withLock { $0 } }

    func answer(_ value: HTTPResponse) {
        response.withLock { $0 = value }
        if let connection { MHD_resume_connection(connection) }
    }
}

/// What is known of a connection: its peer, looked up at the first request.
private final class ConnectionNotes {
    var peer: TLSPeer?
    var looked = false
}

private func connectionNotice(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ what: MHD_ConnectionNotificationCode
) {
    guard let slot else { return }
    switch what {
    case .CONNECTION_NOTIFY_STARTED: slot.pointee = Unmanaged.passRetained(ConnectionNotes()).toOpaque()
    default:
        if let notes = slot.pointee { Unmanaged<ConnectionNotes>.fromOpaque(notes).release() }
        slot.pointee = nil
    }
}

private func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    guard let slot, let exchange = slot.pointee else { return }
    Unmanaged<Exchange>.fromOpaque(exchange).release()
    slot.pointee = nil
}

private func accessHandler(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let url, let method, let size, let slot,
        let server = Unmanaged<HTTPServer.Box>.fromOpaque(context).takeUnretainedValue().server.withLock({ $0.value })
    else { return .NO }

    guard let known = slot.pointee else {
        let settings = server.settings
        let limit =
            peer(of: connection) == nil ? min(settings.bodyLimit, settings.strangerBodyLimit) : settings.bodyLimit
        slot.pointee = Unmanaged.passRetained(Exchange(bodyLimit: limit)).toOpaque()
        if let announced = header("Content-Length", of: connection).flatMap({ Int($0) }),
            announced > limit
        {
            return queue(.problem(413, "too large", "a body of at most \(limit) bytes is taken"), on: connection)
        }
        return .YES
    }
    let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
    if size.pointee > 0 {
        // A body without a length that does not end, or one that trickles, costs its sender the connection.
        guard exchange.body.count + size.pointee <= exchange.bodyLimit,
            ContinuousClock.now - exchange.started < .seconds(server.settings.bodySeconds)
        else { return .NO }
        data?.withMemoryRebound(to: UInt8.self, capacity: size.pointee) {
            exchange.body.append(contentsOf: UnsafeBufferPointer(start: $0, count: size.pointee))
        }
        size.pointee = 0
        return .YES
    }
    if let response = exchange.ready { return queue(response, on: connection) }
    guard !exchange.begun else { return .YES }
    exchange.begun = true
    let request = HTTPRequest(
        method: String(cString: method), path: String(cString: url), query: values(.GET_ARGUMENT_KIND, connection),
        headers: values(.HEADER_KIND, connection), body: exchange.body, peer: peer(of: connection))
    exchange.body = []
    return server.begin(exchange, request, connection) ? .YES : .NO
}

private func header(_ name: String, of connection: OpaquePointer) -> String? {
    MHD_lookup_connection_value(connection, .HEADER_KIND, name).map { String(cString: $0) }
}

private func values(_ kind: MHD_ValueKind, _ connection: OpaquePointer) -> [String: String] {
    final class Collected { var values: [String: String] = [:] }
    let collected = Collected()
    MHD_get_connection_values(
        connection, kind,
        { context, _, key, value in
            guard let context, let key else { return .YES }
            Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue()
                .values[String(cString: key).lowercased()] = value.map { String(cString: $0) } ?? ""
            return .YES
        }, Unmanaged.passUnretained(collected).toOpaque())
    return collected.values
}

private func queue(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
    let made: OpaquePointer?
    switch response.body {
    case .bytes(let bytes):
        made = bytes.withUnsafeBytes {
            MHD_create_response_from_buffer(
                $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
        }
    case .file(let file, let offset, let count):
        // libmicrohttpd closes what it is given; ours stays with its owner.
        made = MHD_create_response_from_fd_at_offset64(UInt64(count), dup(file.raw), UInt64(offset))
    }
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
    return MHD_queue_response(connection, UInt32(response.status), made)
}

/// The client's certificate if it is one of our authority's, valid today; nil for none and for any other.
private func peer(of connection: OpaquePointer) -> TLSPeer? {
    guard let context = cmicrohttpd_connection_context(connection) else { return nil }
    let notes = Unmanaged<ConnectionNotes>.fromOpaque(context).takeUnretainedValue()
    if notes.looked { return notes.peer }
    notes.looked = true
    guard let session = cmicrohttpd_tls_session(connection) else { return nil }
    var status: UInt32 = 0
    guard gnutls_certificate_verify_peers2(session, &status) == 0, status == 0 else { return nil }
    var count: UInt32 = 0
    guard let chain = gnutls_certificate_get_peers(session, &count), count > 0 else { return nil }
    var certificate: gnutls_x509_crt_t?
    guard gnutls_x509_crt_init(&certificate) == 0, let certificate else { return nil }
    defer { gnutls_x509_crt_deinit(certificate) }
    var leaf = chain[0]
    guard gnutls_x509_crt_import(certificate, &leaf, GNUTLS_X509_FMT_DER) == 0 else { return nil }
    var name = [UInt8](repeating: 0, count: 256)
    var length = name.count
    guard gnutls_x509_crt_get_dn_by_oid(certificate, "2.5.4.3", 0, 0, &name, &length) == 0 else { return nil }
    var fingerprint = [UInt8](repeating: 0, count: 32)
    var size = fingerprint.count
    guard gnutls_x509_crt_get_fingerprint(certificate, GNUTLS_DIG_SHA256, &fingerprint, &size) == 0, size == 32 else {
        return nil
    }
    notes.peer = TLSPeer(name: String(decoding: name[..<length], as: UTF8.self), fingerprint: fingerprint)
    return notes.peer
}
