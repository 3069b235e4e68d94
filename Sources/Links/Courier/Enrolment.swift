import CanonicalJSON
public import CenterLink
import Cryptography
import Platform

/// Makes an appliance known to its center, once.
public enum Enrolment {
    /// Makes the courier's key, posts the token with the certificate request and the appliance's keys, and stores what
    /// comes back: certificate, authority, the center's keys and the sealed candidate key.
    ///
    /// A run that was cut off is repeated with the same token: key and request are kept from the first.
    /// - Parameters:
    ///   - authority: path of the center's authority certificate, brought by hand: nothing is believed without it.
    ///   - identity: the appliance's statement of its keys, a JWS.
    /// - Throws: `Failure` that names the file, or says what the center answered.
    public static func run(
        _ configuration: CourierConfiguration, token: String, authority: String, identity: String
    ) async throws -> EnrolmentAnswer {
        let request = try certificateRequest(configuration)
        let client = HTTPClient(ClientTLS(authority: authority), label: "courier.enrolment")
        let answer: HTTPAnswer
        do {
            answer = try await client.send(
                configuration.center + "/v1/enrolments",
                body: try JSONCoder.encode(EnrolmentRequest(token: token, request: request, identity: identity)))
        } catch let error as TransportError {
            throw Failure(.unavailable, "the center cannot be reached: \(error)")
        }
        guard answer.status == 200 else {
            let problem = readProblem(answer)
            throw Failure(
                answer.status == 403 ? .notPermitted : .unavailable,
                "the center answered \(answer.status): \(problem.detail)")
        }
        let granted: EnrolmentAnswer
        do {
            granted = try JSONCoder.decode(EnrolmentAnswer.self, from: answer.body)
            try check(granted, configuration)
        } catch {
            throw Failure(.badData, "the center's answer: \(JSONCoder.explain(error))")
        }
        // The certificate comes last: where it stands, everything stands.
        let files = [
            (configuration.tls.ca, granted.authority), (configuration.trustPath, try JSONCoder.text(granted.center)),
            (configuration.grantPath, granted.grant), (configuration.tls.certificate, granted.certificate),
        ]
        for (path, text) in files {
            try makeParent(of: path)
            try AtomicFile.write(text + (text.hasSuffix("\n") ? "" : "\n"), to: path)
        }
        return granted
    }

    /// The kept request with its key, or new ones.
    private static func certificateRequest(_ configuration: CourierConfiguration) throws -> String {
        let path = configuration.tls.key + ".request"
        if fileExists(configuration.tls.key), fileExists(path) {
            return String(decoding: try readFile(path), as: UTF8.self)
        }
        let key: TLSKey
        if fileExists(configuration.tls.key) {
            key = try TLSKey(pem: try readPrivateFile(configuration.tls.key))
        } else {
            key = try TLSKey.generate()
            try makeParent(of: configuration.tls.key)
            try AtomicFile.write(key.pem, to: configuration.tls.key, mode: 0o600)
        }
        let request = try CertificateRequest(key: key, commonName: configuration.appliance).pem
        try AtomicFile.write(request, to: path)
        return request
    }

    private static func check(_ answer: EnrolmentAnswer, _ configuration: CourierConfiguration) throws {
        guard answer.appliance == configuration.appliance else {
            throw Failure(
                .badData, "the token is for appliance \(answer.appliance), this is \(configuration.appliance)")
        }
        let certificate = try Certificate(pem: answer.certificate)
        guard certificate.isIssued(by: try Certificate(pem: answer.authority)) else {
            throw Failure(.badData, "the certificate is not of the authority that came with it")
        }
    }

    private static func makeParent(of path: String) throws {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try makeDirectory(String(path[..<slash]))
        }
    }
}
