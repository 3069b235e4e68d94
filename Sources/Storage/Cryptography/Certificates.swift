internal import CCrypto
public import CivilTime
import Platform

/// An EC P-256 key for TLS: the kind that every TLS library takes. It signs nothing but handshakes and certificates.
public struct TLSKey: Sendable {
    let handle: KeyHandle

    private init(handle: KeyHandle) { self.handle = handle }

    public static func generate() throws(CryptographyError) -> TLSKey {
        let operation = "make a TLS key"
        let context = try OpenSSL.unwrap(EVP_PKEY_CTX_new_from_name(nil, "EC", nil), operation)
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSL.check(EVP_PKEY_keygen_init(context), operation)
        try OpenSSL.check(EVP_PKEY_CTX_set_group_name(context, "P-256"), operation)
        var pointer: OpaquePointer?
        try OpenSSL.check(EVP_PKEY_generate(context, &pointer), operation)
        return TLSKey(handle: KeyHandle(owning: try OpenSSL.unwrap(pointer, operation)))
    }

    public init(pem: String) throws(CryptographyError) {
        handle = try KeyHandle(pem: pem)
        guard handle.isKind("EC") else {
            throw CryptographyError("read a private key from PEM", "the key is no EC key")
        }
    }

    /// PKCS #8 PEM, not encrypted.
    public var pem: String { handle.pem }
}

/// An X.509 certificate.
public struct Certificate: Sendable {
    final class Handle: @unchecked Sendable {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { X509_free(pointer) }
    }

    let handle: Handle

    init(owning pointer: OpaquePointer) { handle = Handle(owning: pointer) }

    /// The first certificate of a PEM text.
    public init(pem: String) throws(CryptographyError) {
        let bio = MemoryBuffer(Array(pem.utf8))
        self.init(owning: try OpenSSL.unwrap(PEM_read_bio_X509(bio.pointer, nil, nil, nil), "read a certificate"))
    }

    /// From the DER form, as TLS libraries hand over a peer's.
    public init(der: [UInt8]) throws(CryptographyError) {
        let pointer = der.withUnsafeBufferPointer { buffer in
            var start = buffer.baseAddress
            return d2i_X509(nil, &start, buffer.count)
        }
        self.init(owning: try OpenSSL.unwrap(pointer, "read a certificate"))
    }

    public var pem: String {
        let bio = MemoryBuffer()
        let written = PEM_write_bio_X509(bio.pointer, handle.pointer)
        precondition(written == 1, "a certificate cannot be written")
        return bio.text
    }

    /// The common name of its subject: an appliance's id in a client certificate.
    public var commonName: String? { commonNameText(X509_get_subject_name(handle.pointer)) }

    /// SHA-256 of the DER form, in lower-case hexadecimal.
    public var fingerprint: String {
        var digest = [UInt8](repeating: 0, count: 32)
        let done = X509_digest(handle.pointer, Algorithms.sha256.pointer, &digest, nil)
        precondition(done == 1, "a certificate cannot be hashed")
        return hexadecimal(digest)
    }

    /// Whether the authority's key signed it; validity in time is the TLS library's to check.
    public func isIssued(by authority: Certificate) -> Bool {
        guard let key = X509_get0_pubkey(authority.handle.pointer) else { return false }
        let names = X509_NAME_cmp(
            X509_get_issuer_name(handle.pointer), X509_get_subject_name(authority.handle.pointer))
        let signed = X509_verify(handle.pointer, key) == 1
        ERR_clear_error()
        return names == 0 && signed
    }

    /// Whether it is valid at that moment by its own dates.
    public func isValid(at moment: Timestamp) -> Bool {
        var seconds = time_t(moment.millisecondsSinceEpoch / 1000)
        return X509_cmp_time(X509_get0_notBefore(handle.pointer), &seconds) < 0
            && X509_cmp_time(X509_get0_notAfter(handle.pointer), &seconds) > 0
    }
}

/// A PKCS #10 request: a key asks for a certificate under a name.
public struct CertificateRequest: Sendable {
    final class Handle: @unchecked Sendable {
        let pointer: OpaquePointer
        init(owning pointer: OpaquePointer) { self.pointer = pointer }
        deinit { X509_REQ_free(pointer) }
    }

    let handle: Handle

    /// A request by the key itself.
    public init(key: TLSKey, commonName: String) throws(CryptographyError) {
        let operation = "make a certificate request"
        handle = Handle(owning: try OpenSSL.unwrap(X509_REQ_new(), operation))
        try setCommonName(commonName, of: X509_REQ_get_subject_name(handle.pointer))
        try OpenSSL.check(X509_REQ_set_pubkey(handle.pointer, key.handle.pointer), operation)
        guard X509_REQ_sign(handle.pointer, key.handle.pointer, Algorithms.sha256.pointer) > 0 else {
            throw OpenSSL.lastError(operation)
        }
    }

    /// From PEM.
    ///
    /// - Throws: `CryptographyError` when it is no request, or not signed by the key it asks for.
    public init(pem: String) throws(CryptographyError) {
        let operation = "read a certificate request"
        let bio = MemoryBuffer(Array(pem.utf8))
        handle = Handle(owning: try OpenSSL.unwrap(PEM_read_bio_X509_REQ(bio.pointer, nil, nil, nil), operation))
        guard X509_REQ_verify(handle.pointer, X509_REQ_get0_pubkey(handle.pointer)) == 1 else {
            throw OpenSSL.lastError(operation)
        }
    }

    public var pem: String {
        let bio = MemoryBuffer()
        let written = PEM_write_bio_X509_REQ(bio.pointer, handle.pointer)
        precondition(written == 1, "a certificate request cannot be written")
        return bio.text
    }

    public var commonName: String? { commonNameText(X509_REQ_get_subject_name(handle.pointer)) }
}

/// A name that a server's certificate is for.
public enum ServerName: Hashable, Sendable {
    case dns(String)
    /// An IPv4 or IPv6 address in text.
    case address(String)

    func extensionText() throws(CryptographyError) -> String {
        // The text goes into a list that libcrypto parses: a comma or a colon too many would add other names.
        switch self {
        case .dns(let name):
            guard !name.isEmpty, name.utf8.allSatisfy({ isNameByte($0) }) else {
                throw CryptographyError("name a server", "\"\(name)\" is no host name")
            }
            return "DNS:" + name
        case .address(let address):
            guard !address.isEmpty,
                address.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || isHexDigit($0) })
            else { throw CryptographyError("name a server", "\"\(address)\" is no IP address") }
            return "IP:" + address
        }
    }
}

/// Whether a text can stand as a common name: letters, digits, dot, dash and underscore, at most 64.
public func isCertificateName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "_") }
}

func isNameByte(_ byte: UInt8) -> Bool {
    (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
        || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (65...70).contains(byte) || (97...102).contains(byte) || (48...57).contains(byte)
}

func commonNameText(_ name: OpaquePointer?) -> String? {
    guard let name else { return nil }
    let index = X509_NAME_get_index_by_NID(name, NID_commonName, -1)
    guard index >= 0, let entry = X509_NAME_get_entry(name, index), let data = X509_NAME_ENTRY_get_data(entry),
        let bytes = ASN1_STRING_get0_data(data)
    else { return nil }
    return String(
        decoding: UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(data))), as: UTF8.self)
}

func setCommonName(_ text: String, of name: OpaquePointer?) throws(CryptographyError) {
    guard isCertificateName(text) else {
        throw CryptographyError(
            "name a certificate", "\"\(text)\" is not 1 to 64 letters, digits, dots, dashes and underscores")
    }
    try OpenSSL.check(
        X509_NAME_add_entry_by_NID(
            name, NID_commonName, MBSTRING_FLAG, Array(text.utf8), Int32(text.utf8.count), -1, 0),
        "name a certificate")
}
