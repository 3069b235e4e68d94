import CanonicalJSON
import CenterLink
import CivilTime
import Cryptography
import Platform

/// `kaotai provision staff-authority`: who certifies a site's approvers.
func makeStaffAuthority(_ options: Arguments) throws -> ExitCode {
    let path = try options.required("key")
    let out = try options.required("out")
    let key = try signingKey(path, suite: try options.value("suite").map(CipherSuite.init(option:)))
    try AtomicFile.write(try JSONCoder.text(JWKS(keys: [key.publicJWK])) + "\n", to: out, mode: 0o644)
    if options.has("json") {
        try printJSON(["key": .string(path), "authority": .string(out), "thumbprint": .string(key.thumbprint)])
    } else {
        standardOutput("staff authority \(key.thumbprint): its public half is in \(out)\n")
    }
    return .done
}

/// `kaotai provision approver`: one of those whom the authority certifies.
func makeApprover(_ options: Arguments) throws -> ExitCode {
    let name = try options.required("name")
    let path = try options.required("key")
    let days = try options.integer("days") ?? 365
    guard !name.isEmpty, name.utf8.count <= 80, !name.contains(where: \.isNewline) else {
        throw Failure(.usage, "--name wants a name or number of one line, in 80 bytes at most")
    }
    guard (1...3660).contains(days) else { throw Failure(.usage, "--days is from 1 to 3660") }
    let authority = try KeyFiles.signer(try options.required("authority"))
    let key = try signingKey(path, suite: authority.suite)
    guard key.thumbprint != authority.thumbprint else {
        throw Failure(.usage, "\(path) is the authority's own key: an approver has another")
    }
    let until = SystemTime().wall().date().adding(days: days)
    let certificate = StaffCertificate(approver: name, key: key.publicJWK, validUntil: until)
    try AtomicFile.write(try JWS.sign(payload: certificate, key: authority) + "\n", to: "\(path).jws", mode: 0o644)
    if options.has("json") {
        try printJSON([
            "approver": .string(name), "key": .string(path), "certificate": .string("\(path).jws"),
            "thumbprint": .string(key.thumbprint), "validUntil": .string(until.description),
        ])
    } else {
        standardOutput("\(name): key in \(path), certificate in \(path).jws, valid until \(until)\n")
    }
    return .done
}

/// The key in a file, made if there is none.
private func signingKey(_ path: String, suite: CipherSuite?) throws -> SigningKey {
    if !fileExists(path) { try AtomicFile.write(SigningKey.generate(suite ?? .intl).pem, to: path, mode: 0o600) }
    let key = try KeyFiles.signer(path)
    if let suite, suite != key.suite {
        throw Failure(.usage, "\(path): the key is of suite \(key.suite.rawValue), not \(suite.rawValue)")
    }
    return key
}
