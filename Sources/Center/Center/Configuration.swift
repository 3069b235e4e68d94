import CanonicalJSON
import CivilTime
public import Cryptography
public import Platform

/// The center's configuration file; paths are taken as they stand.
public struct CenterConfiguration: Sendable, Codable {
    public struct Listen: Sendable, Codable {
        /// An IPv4 address.
        public var address: String
        /// 0 takes a free one.
        public var port: Int
    }

    public struct TLS: Sendable, Codable {
        /// The center's own authority, which signs its server's and all couriers' certificates.
        public var authority: String
        public var authorityKey: String
        public var certificate: String
        public var key: String
    }

    /// `sqlite:FILE`
    public var store: String
    public var listen: Listen
    public var tls: TLS
    /// Folder of the signing, sealing and candidate keys.
    public var keys: String
    /// Folder of the packages that appliances may fetch.
    public var banks: String
    /// File of the keys (JWKS) whose signatures on packages count.
    public var bankSigners: String
    /// Socket of the command line.
    public var control: String

    /// - Throws: `Failure` with code 78 that names the file and the member.
    public static func load(_ path: String) throws(Failure) -> CenterConfiguration {
        let configuration: CenterConfiguration
        do {
            configuration = try JSONCoder.decode(CenterConfiguration.self, from: try readFile(path))
        } catch let error as SystemError {
            throw Failure(.badConfiguration, "\(error)")
        } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
        guard (0...65_535).contains(configuration.listen.port) else {
            throw Failure(.badConfiguration, "\(path): listen.port: should be 0 to 65535")
        }
        _ = try configuration.storePath
        return configuration
    }

    var storePath: String {
        get throws(Failure) {
            guard store.hasPrefix("sqlite:") else {
                throw Failure(.badConfiguration, "store: should be sqlite:FILE, not \"\(store)\"")
            }
            return String(store.dropFirst("sqlite:".count))
        }
    }
}

extension CenterConfiguration {
    /// Makes a center's folder: authority, server certificate, keys and `config.json`; what is there already stays.
    ///
    /// - Parameters:
    ///   - names: host names and IPv4 addresses that couriers will call it by.
    ///   - suite: of its signing and sealing keys.
    /// - Returns: the configuration's path.
    public static func initialize(
        folder: String, names: [String], address: String, port: Int, suite: CipherSuite = .intl, time: some TimeSource
    ) throws -> String {
        let path = folder + "/config.json"
        guard !fileExists(path) else { throw Failure(.notPermitted, "\(path) exists already: a center is made once") }
        let tls = TLS(
            authority: folder + "/tls/ca.pem", authorityKey: folder + "/tls/ca-key.pem",
            certificate: folder + "/tls/server.pem", key: folder + "/tls/server-key.pem")
        try makeDirectory(folder + "/tls", mode: 0o700)
        try makeDirectory(folder + "/banks")
        // An hour back, for appliances whose clock is a little behind ours.
        var from = time.wall()
        from.millisecondsSinceEpoch -= 3_600_000
        let authority = try CertificateAuthority.make(name: "kaotai-center-authority", from: from, days: 7300)
        let key = try TLSKey.generate()
        let certificate = try authority.issueServer(
            key: key, names: names.map { $0.allSatisfy { $0.isNumber || $0 == "." } ? .address($0) : .dns($0) },
            from: from, days: 3650)
        try AtomicFile.write(authority.key.pem, to: tls.authorityKey, mode: 0o600)
        try AtomicFile.write(authority.certificate.pem, to: tls.authority, mode: 0o644)
        try AtomicFile.write(key.pem, to: tls.key, mode: 0o600)
        try AtomicFile.write(certificate.pem, to: tls.certificate, mode: 0o644)
        try AtomicFile.write(try JSONCoder.text(JWKS()) + "\n", to: folder + "/bank-signers.jwks")
        _ = try CenterKeys(folder: folder + "/keys", suite: suite)
        let configuration = CenterConfiguration(
            store: "sqlite:" + folder + "/store.sqlite", listen: Listen(address: address, port: port), tls: tls,
            keys: folder + "/keys", banks: folder + "/banks", bankSigners: folder + "/bank-signers.jwks",
            control: folder + "/control.socket")
        // The configuration comes last: where it stands, everything stands.
        try AtomicFile.write(try JSONCoder.text(configuration) + "\n", to: path)
        return path
    }
}

/// The center's own keys: signing and sealing, and the key of keyed digests.
struct CenterKeys: Sendable {
    let store: FileKeyStore
    let candidateKey: [UInt8]

    /// - Parameter suite: of new keys; nil takes those that are there.
    init(folder: String, suite: CipherSuite? = nil) throws {
        store = try FileKeyStore(folder: folder, suite: suite)
        let path = folder + "/candidate.key"
        if !fileExists(path) { try AtomicFile.write(base64url(systemEntropy(32)) + "\n", to: path, mode: 0o600) }
        let text = try readPrivateFile(path)
        guard let key = bytes(base64url: text.filter { !$0.isWhitespace }), key.count == 32 else {
            throw Failure(.badConfiguration, "\(path): is not 32 bytes in base64url")
        }
        candidateKey = key
    }

    var trusted: JWKS { store.publicKeys() }
}
