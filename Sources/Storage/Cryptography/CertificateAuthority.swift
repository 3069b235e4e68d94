internal import CCrypto
public import CivilTime
import Platform

/// The authority whose certificates make appliances and their center known to each other.
public struct CertificateAuthority: Sendable {
    public let key: TLSKey
    public let certificate: Certificate

    public init(key: TLSKey, certificate: Certificate) throws(CryptographyError) {
        guard X509_check_private_key(certificate.handle.pointer, key.handle.pointer) == 1 else {
            throw OpenSSL.lastError("take an authority's key and certificate")
        }
        self.key = key
        self.certificate = certificate
    }

    /// A new authority, its certificate signed by itself.
    public static func make(name: String, from: Timestamp, days: Int) throws(CryptographyError)
        -> CertificateAuthority
    {
        let key = try TLSKey.generate()
        let draft = try Draft(
            subject: name, publicKey: key.handle.pointer, issuer: nil, from: from, days: days)
        try draft.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
        try draft.add(NID_key_usage, "critical,keyCertSign,cRLSign")
        try draft.add(NID_subject_key_identifier, "hash")
        return try CertificateAuthority(key: key, certificate: try draft.signed(by: key))
    }

    /// A server's certificate for its names.
    public func issueServer(key server: TLSKey, names: [ServerName], from: Timestamp, days: Int)
        throws(CryptographyError) -> Certificate
    {
        guard let first = names.first else { throw CryptographyError("issue a certificate", "the server has no name") }
        let subject =
            switch first {
            case .dns(let name): name
            case .address: "kaotai-center"
            }
        var texts: [String] = []
        for name in names { texts.append(try name.extensionText()) }
        let draft = try Draft(
            subject: subject, publicKey: server.handle.pointer, issuer: certificate, from: from, days: days)
        try addLeafExtensions(to: draft, use: "serverAuth")
        try draft.add(NID_subject_alt_name, texts.joined(separator: ","))
        return try draft.signed(by: key)
    }

    /// A client's certificate for the key of its request; the name is the authority's choice, not the request's.
    public func issueClient(_ request: CertificateRequest, commonName: String, from: Timestamp, days: Int)
        throws(CryptographyError) -> Certificate
    {
        let publicKey = try OpenSSL.unwrap(
            X509_REQ_get0_pubkey(request.handle.pointer), "issue a certificate")
        guard EVP_PKEY_is_a(publicKey, "EC") == 1, EVP_PKEY_get_bits(publicKey) >= 256 else {
            throw CryptographyError("issue a certificate", "the request's key is no EC key of 256 bits")
        }
        let draft = try Draft(
            subject: commonName, publicKey: publicKey, issuer: certificate, from: from, days: days)
        try addLeafExtensions(to: draft, use: "clientAuth")
        return try draft.signed(by: key)
    }

    private func addLeafExtensions(to draft: Draft, use: String) throws(CryptographyError) {
        try draft.add(NID_basic_constraints, "critical,CA:FALSE")
        try draft.add(NID_key_usage, "critical,digitalSignature")
        try draft.add(NID_ext_key_usage, use)
        try draft.add(NID_subject_key_identifier, "hash")
        try draft.add(NID_authority_key_identifier, "keyid")
    }

    /// A certificate that is not signed yet.
    private struct Draft {
        private let certificate: Certificate
        private let issuer: Certificate?
        private var pointer: OpaquePointer { certificate.handle.pointer }

        init(subject: String, publicKey: OpaquePointer, issuer: Certificate?, from: Timestamp, days: Int)
            throws(CryptographyError)
        {
            let operation = "issue a certificate"
            certificate = Certificate(owning: try OpenSSL.unwrap(X509_new(), operation))
            self.issuer = issuer
            // Version 3 has the number 2.
            try OpenSSL.check(X509_set_version(pointer, 2), operation)
            try setSerial(operation)
            try setCommonName(subject, of: X509_get_subject_name(pointer))
            let issuerName = issuer.map { X509_get_subject_name($0.handle.pointer) } ?? X509_get_subject_name(pointer)
            try OpenSSL.check(X509_set_issuer_name(pointer, issuerName), operation)
            try OpenSSL.check(X509_set_pubkey(pointer, publicKey), operation)
            let start = time_t(from.millisecondsSinceEpoch / 1000)
            guard ASN1_TIME_set(X509_getm_notBefore(pointer), start) != nil,
                ASN1_TIME_set(X509_getm_notAfter(pointer), start + time_t(days) * 86_400) != nil
            else { throw OpenSSL.lastError(operation) }
        }

        /// 16 random bytes, positive: no two certificates share a number, and none tells how many there are.
        private func setSerial(_ operation: String) throws(CryptographyError) {
            var bytes = systemEntropy(16)
            bytes[0] = bytes[0] & 0x7F | 0x40
            let number = try OpenSSL.unwrap(BN_bin2bn(bytes, Int32(bytes.count), nil), operation)
            defer { BN_free(number) }
            guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil else {
                throw OpenSSL.lastError(operation)
            }
        }

        func add(_ kind: Int32, _ value: String) throws(CryptographyError) {
            var context = X509V3_CTX()
            X509V3_set_ctx(&context, issuer?.handle.pointer ?? pointer, pointer, nil, nil, 0)
            let made = try OpenSSL.unwrap(
                X509V3_EXT_conf_nid(nil, &context, kind, value), "add \"\(value)\" to a certificate")
            defer { X509_EXTENSION_free(made) }
            try OpenSSL.check(X509_add_ext(pointer, made, -1), "add \"\(value)\" to a certificate")
        }

        func signed(by key: TLSKey) throws(CryptographyError) -> Certificate {
            guard X509_sign(pointer, key.handle.pointer, Algorithms.sha256.pointer) > 0 else {
                throw OpenSSL.lastError("sign a certificate")
            }
            return certificate
        }
    }
}
