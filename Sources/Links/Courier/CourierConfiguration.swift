import CanonicalJSON
public import Platform

/// The courier's configuration file.
public struct CourierConfiguration: Sendable, Codable {
    public struct TLS: Sendable, Codable {
        /// The center's authority, the courier's certificate and its key: paths of PEM files.
        public var ca: String
        public var certificate: String
        public var key: String

        public init(ca: String, certificate: String, key: String) {
            self.ca = ca
            self.certificate = certificate
            self.key = key
        }
    }

    public var appliance: String
    public var daemonSocket: String
    /// `https://host:port`
    public var center: String
    public var tls: TLS
    /// Where `enrol` puts the center's public keys for the daemon: `trust` of the daemon's configuration.
    public var trust: String?
    /// Where `enrol` puts the sealed candidate key for the daemon.
    public var grant: String?

    public init(
        appliance: String, daemonSocket: String, center: String, tls: TLS, trust: String? = nil, grant: String? = nil
    ) {
        self.appliance = appliance
        self.daemonSocket = daemonSocket
        self.center = center
        self.tls = tls
        self.trust = trust
        self.grant = grant
    }

    public var trustPath: String { trust ?? folder + "center.jwks" }
    public var grantPath: String { grant ?? folder + "candidate-key.jws" }
    private var folder: String { tls.ca.lastIndex(of: "/").map { String(tls.ca[...$0]) } ?? "" }

    /// - Throws: `Failure` with code 78 that names the file and the member.
    public static func load(_ path: String) throws(Failure) -> CourierConfiguration {
        let configuration: CourierConfiguration
        do {
            configuration = try JSONCoder.decode(CourierConfiguration.self, from: try readFile(path))
        } catch let error as SystemError {
            throw Failure(.badConfiguration, "\(error)")
        } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
        guard configuration.center.hasPrefix("https://") else {
            throw Failure(.badConfiguration, "\(path): center: should be an address that begins with https://")
        }
        return configuration
    }

    public var courier: Courier.Settings {
        Courier.Settings(
            daemonSocket: daemonSocket, center: center, appliance: appliance,
            tls: ClientTLS(authority: tls.ca, certificate: tls.certificate, key: tls.key))
    }
}
