import CivilTime
import Platform
import Testing

@testable import Cryptography

/// The second opinion: the `openssl` command reads what we write.
@Suite struct OpenSSLCommandTests {
    private let start = Timestamp("2026-01-01T00:00:00Z")!
    /// A moment in the certificates' time, as `openssl verify -attime` takes it.
    private let inTime = String(Timestamp("2026-06-01T00:00:00Z")!.millisecondsSinceEpoch / 1000)

    private func openssl(_ arguments: String...) throws -> Int32 {
        try ChildProcess("openssl", arguments, standardOutput: nullDevice.raw, standardError: nullDevice.raw).wait()
    }
    private let nullDevice: FileDescriptor

    init() throws { nullDevice = try FileDescriptor(path: "/dev/null", flags: 1) }

    @Test func `a JWS signature is verified by openssl, and an altered text is not`() throws {
        try withTemporaryFolder { folder in
            let key = SigningKey.generate()
            let parts = try JWS.sign(payload: ["score": 95], key: key).split(separator: ".")
            try AtomicFile.write(key.verifyingKey.pem, to: folder + "/public.pem")
            try AtomicFile.write(parts[0] + "." + parts[1], to: folder + "/signed")
            try AtomicFile.write(parts[0] + "." + parts[1] + "A", to: folder + "/altered")
            try AtomicFile.write(bytes(base64url: parts[2])!, to: folder + "/signature")
            func verify(_ file: String) throws -> Int32 {
                try openssl(
                    "pkeyutl", "-verify", "-pubin", "-inkey", folder + "/public.pem", "-rawin", "-in",
                    folder + "/" + file, "-sigfile", folder + "/signature")
            }
            #expect(try verify("signed") == 0)
            #expect(try verify("altered") == 1)
        }
    }

    /// r and s as the two integers of a DER sequence, which is all that `openssl` needs.
    @Test func `an SM2 signature of a JWS is verified by openssl as DER, with its id alone`() throws {
        try withTemporaryFolder { folder in
            let key = SigningKey.generate(.gm)
            let parts = try JWS.sign(payload: ["score": 95], key: key).split(separator: ".")
            try AtomicFile.write(key.verifyingKey.pem, to: folder + "/public.pem")
            try AtomicFile.write(parts[0] + "." + parts[1], to: folder + "/signed")
            try AtomicFile.write(parts[0] + "." + parts[1] + "A", to: folder + "/altered")
            try AtomicFile.write(
                SM2.distinguishedEncoding(bytes(base64url: parts[2])!), to: folder + "/signature")
            func digest(_ file: String, id: String) throws -> Int32 {
                try openssl(
                    "dgst", "-sm3", "-sigopt", "distid:" + id, "-verify", folder + "/public.pem", "-signature",
                    folder + "/signature", folder + "/" + file)
            }
            #expect(try digest("signed", id: "1234567812345678") == 0)
            #expect(try digest("altered", id: "1234567812345678") != 0)
            #expect(try digest("signed", id: "8765432187654321") != 0)
            func utility(_ file: String) throws -> Int32 {
                try openssl(
                    "pkeyutl", "-verify", "-pubin", "-inkey", folder + "/public.pem", "-rawin", "-digest", "sm3",
                    "-pkeyopt", "distid:1234567812345678", "-in", folder + "/" + file, "-sigfile",
                    folder + "/signature")
            }
            #expect(try utility("signed") == 0)
            #expect(try utility("altered") != 0)
        }
    }

    @Test func `what openssl signs with SM2 is verified by us`() throws {
        try withTemporaryFolder { folder in
            #expect(try openssl("genpkey", "-algorithm", "sm2", "-out", folder + "/key.pem") == 0)
            try AtomicFile.write("a result", to: folder + "/text")
            #expect(
                try openssl(
                    "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-sign", folder + "/key.pem", "-out",
                    folder + "/signature", folder + "/text") == 0)
            let key = try SigningKey(pem: String(decoding: try readFile(folder + "/key.pem"), as: UTF8.self))
            // Two integers with up to one zero byte before their 32.
            var rest = try readFile(folder + "/signature")[2...]
            var signature: [UInt8] = []
            while let tag = rest.popFirst(), tag == 2, let count = rest.popFirst() {
                let number = rest.prefix(Int(count)).suffix(32)
                signature += [UInt8](repeating: 0, count: 32 - number.count) + number
                rest = rest.dropFirst(Int(count))
            }
            #expect(key.verifyingKey.isSignature(signature, of: Array("a result".utf8)))
            #expect(!key.verifyingKey.isSignature(signature, of: Array("a Result".utf8)))
        }
    }

    @Test(arguments: ["ed25519", "x25519", "sm2"]) func `openssl's keys are read and ours are read by it`(kind: String)
        throws
    {
        try withTemporaryFolder { folder in
            #expect(try openssl("genpkey", "-algorithm", kind, "-out", folder + "/theirs.pem") == 0)
            let theirs = String(decoding: try readFile(folder + "/theirs.pem"), as: UTF8.self)
            let ours: String
            if kind == "sm2" {
                #expect(try SigningKey(pem: theirs).pem == theirs)
                #expect(try SealingKey(pem: theirs).suite == .gm)
                ours = SealingKey.generate(.gm).pem
            } else if kind == "ed25519" {
                #expect(try SigningKey(pem: theirs).pem == theirs)
                #expect(throws: CryptographyError.self) { try SealingKey(pem: theirs) }
                ours = SigningKey.generate().pem
            } else {
                #expect(try SealingKey(pem: theirs).pem == theirs)
                #expect(throws: CryptographyError.self) { try SigningKey(pem: theirs) }
                ours = SealingKey.generate().pem
            }
            try AtomicFile.write(ours, to: folder + "/ours.pem")
            #expect(try openssl("pkey", "-in", folder + "/ours.pem", "-noout") == 0)
        }
    }

    @Test func `openssl accepts our server's and clients' certificates for their uses only`() throws {
        try withTemporaryFolder { folder in
            let authority = try CertificateAuthority.make(name: "kaotai", from: start, days: 3650)
            let server = try authority.issueServer(
                key: .generate(), names: [.dns("center.example"), .address("127.0.0.1"), .address("::1")],
                from: start, days: 365)
            let request = try CertificateRequest(
                pem: try CertificateRequest(key: .generate(), commonName: "what-it-asks-for").pem)
            let client = try authority.issueClient(request, commonName: "hall-1", from: start, days: 365)
            #expect(client.commonName == "hall-1")
            #expect(client.isIssued(by: authority.certificate))
            try AtomicFile.write(authority.certificate.pem, to: folder + "/ca.pem")
            try AtomicFile.write(server.pem, to: folder + "/server.pem")
            try AtomicFile.write(client.pem, to: folder + "/client.pem")
            func verify(_ file: String, _ purpose: String, _ more: String...) throws -> Int32 {
                try ChildProcess(
                    "openssl",
                    [
                        "verify", "-x509_strict", "-attime", inTime, "-CAfile", folder + "/ca.pem", "-purpose", purpose,
                    ] + more + [folder + "/" + file],
                    standardOutput: nullDevice.raw, standardError: nullDevice.raw
                ).wait()
            }
            #expect(try verify("server.pem", "sslserver", "-verify_ip", "127.0.0.1") == 0)
            #expect(try verify("server.pem", "sslserver", "-verify_ip", "::1") == 0)
            #expect(try verify("server.pem", "sslserver", "-verify_hostname", "center.example") == 0)
            #expect(try verify("client.pem", "sslclient") == 0)
            #expect(try verify("server.pem", "sslserver", "-verify_ip", "127.0.0.2") != 0)
            #expect(try verify("server.pem", "sslclient") != 0)
            #expect(try verify("client.pem", "sslserver") != 0)
        }
    }

    @Test func `a certificate of another authority is not ours`() throws {
        let authority = try CertificateAuthority.make(name: "kaotai", from: start, days: 10)
        let impostor = try CertificateAuthority.make(name: "kaotai", from: start, days: 10)
        let client = try impostor.issueClient(
            try CertificateRequest(key: .generate(), commonName: "a"), commonName: "hall-1", from: start, days: 1)
        #expect(client.isIssued(by: impostor.certificate))
        #expect(!client.isIssued(by: authority.certificate))
        #expect(throws: CryptographyError.self) {
            try CertificateAuthority(key: impostor.key, certificate: authority.certificate)
        }
        #expect(client.isValid(at: Timestamp("2026-01-01T12:00:00Z")!))
        #expect(!client.isValid(at: Timestamp("2026-01-03T00:00:00Z")!))
    }

    @Test func `a request that was altered or names nobody is refused`() throws {
        let request = try CertificateRequest(key: .generate(), commonName: "hall-1")
        #expect(request.commonName == "hall-1")
        var lines = request.pem.split(separator: "\n").map(String.init)
        lines[1] = String(lines[1].reversed())
        #expect(throws: CryptographyError.self) {
            try CertificateRequest(pem: lines.joined(separator: "\n") + "\n")
        }
        #expect(throws: CryptographyError.self) { try CertificateRequest(key: .generate(), commonName: "a/CN=b") }
    }

    @Test(arguments: ["a,IP:10.0.0.1", "", "a b", "*.example"]) func `a server name cannot smuggle another`(
        name: String
    )
        throws
    {
        let authority = try CertificateAuthority.make(name: "kaotai", from: start, days: 10)
        #expect(throws: CryptographyError.self) {
            try authority.issueServer(key: .generate(), names: [.dns(name)], from: start, days: 1)
        }
    }
}
