import Ledger
import CanonicalJSON
import CenterLink
import Courier
import Cryptography
import Platform
import Testing

@testable import Center

@Suite struct TransportTests {
    @Test func `without a certificate only the door is open`() async throws {
        let center = try TestCenter()
        let client = HTTPClient(ClientTLS(authority: center.authority), label: "test")
        #expect(try await client.send(center.url + "/health", milliseconds: patience).status == 200)
        #expect(
            try await client.send(center.url + "/v1/appliances/hall-1/orders", milliseconds: patience).status == 401)
        #expect(
            try await client.send(center.url + "/v1/appliances/hall-1/segments", body: [1], milliseconds: patience)
                .status == 401)
        #expect(
            try await client.send(center.url + "/v1/banks/" + String(repeating: "a", count: 64), milliseconds: patience)
                .status == 401)
        await center.stop()
    }

    @Test func `a certificate of another authority counts as none`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let stranger = try CertificateAuthority.make(name: "stranger", from: center.time.wall(), days: 1)
        let key = try TLSKey.generate()
        let certificate = try stranger.issueClient(
            CertificateRequest(key: key, commonName: "hall-1"), commonName: "hall-1", from: center.time.wall(), days: 1)
        try AtomicFile.write(key.pem, to: center.folder.path + "/k.pem", mode: 0o600)
        try AtomicFile.write(certificate.pem, to: center.folder.path + "/c.pem")
        let client = HTTPClient(
            ClientTLS(
                authority: center.authority, certificate: center.folder.path + "/c.pem",
                key: center.folder.path + "/k.pem"), label: "test")
        let status = (try? await client.send(center.url + "/v1/appliances/hall-1/orders", milliseconds: patience))?
            .status
        #expect(status == nil || status == 401)
        // The control: the same question with the right certificate is answered.
        #expect(
            try await HTTPClient(hall.tls, label: "test").send(
                center.url + "/v1/appliances/hall-1/orders", milliseconds: patience
            ).status
                == 200)
        await center.stop()
    }

    @Test func `an appliance speaks for itself alone`() async throws {
        let center = try TestCenter()
        let one = try TestHall("hall-1", center: center)
        let two = try TestHall("hall-2", center: center)
        try await one.enrol(at: center)
        try await two.enrol(at: center)
        try await one.write(1)
        let segment = try await one.segment(after: 0)
        let stranger = CenterClient(center: center.url, appliance: "hall-1", tls: two.tls)
        let refusal = await #expect(throws: CenterClient.Refused.self) { try await stranger.post(segment) }
        #expect(refusal?.status == 403)
        #expect(try await center.store.tip("hall-1").sequence == 0)
        await center.stop()
    }

    @Test func `the courier believes the pinned authority alone`() async throws {
        let center = try TestCenter()
        let other = try TestCenter()
        let client = HTTPClient(ClientTLS(authority: other.authority), label: "test")
        let refused = await #expect(throws: TransportError.self) {
            try await client.send(center.url + "/health", milliseconds: patience)
        }
        #expect(refused?.code == 60)
        await center.stop()
        await other.stop()
    }

    @Test func `curl of the command line sees the same doors`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        func curl(_ arguments: [String]) async throws -> String {
            let out = hall.folder.path + "/curl.out"
            let format = ["-s", "-o", "/dev/null", "-w", "%{http_code} %{ssl_verify_result}"]
            let code = try await run("curl", format + arguments, output: out)
            return "\(code): " + (try text(out))
        }
        let certificate = ["--cert", hall.tls.certificate ?? "", "--key", hall.tls.key ?? ""]
        let orders = center.url + "/v1/appliances/hall-1/orders"
        #expect(try await curl(["--cacert", center.authority] + certificate + [orders]) == "0: 200 0")
        #expect(try await curl(["--cacert", center.authority, orders]) == "0: 401 0")
        #expect(try await curl(["--cacert", center.authority, "--tls-max", "1.1", orders]).hasPrefix("35:"))
        // Without our authority the machine's own list does not know the center.
        #expect(try await curl(certificate + [orders]).hasPrefix("60:"))
        await center.stop()
    }

    @Test func `a body over the limit is refused, announced or not`() async throws {
        let center = try TestCenter { $0.bodyLimit = 10_000 }
        let client = HTTPClient(ClientTLS(authority: center.authority), label: "test")
        let large = [UInt8](repeating: 32, count: 10_001)
        #expect(try await client.send(center.url + "/v1/enrolments", body: large, milliseconds: patience).status == 413)
        #expect(
            try await client.send(center.url + "/v1/enrolments", body: Array(large.dropLast()), milliseconds: patience)
                .status == 400)
        let code = try await run(
            "curl",
            [
                "-s", "-o", "/dev/null", "--cacert", center.authority, "-H", "Transfer-Encoding: chunked",
                "--data-binary", "@/bin/sh", center.url + "/v1/enrolments",
            ])
        #expect(code != 0)
        #expect(try await client.send(center.url + "/health", milliseconds: patience).status == 200)
        await center.stop()
    }

    @Test func `who shows no certificate may send little`() async throws {
        let center = try TestCenter()
        let hall = try TestHall(center: center)
        try await hall.enrol(at: center)
        let body = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        let url = center.url + "/v1/enrolments"
        let stranger = HTTPClient(ClientTLS(authority: center.authority), label: "test")
        // The server answers and hangs up without reading on; the client may still be sending, and then sees only that.
        let answer = try? await stranger.send(url, body: body, milliseconds: patience)
        #expect(answer == nil || answer?.status == 413)
        #expect(
            try await HTTPClient(hall.tls, label: "test").send(url, body: body, milliseconds: patience).status == 400)
        await center.stop()
    }

    @Test func `deep nesting and broken text are refused like any other wrong document`() async throws {
        let center = try TestCenter()
        let client = HTTPClient(ClientTLS(authority: center.authority), label: "test")
        for body in [[UInt8](repeating: UInt8(ascii: "["), count: 60_000), [0xFF, 0xFE, 0x80], []] {
            let answer = try await client.send(center.url + "/v1/enrolments", body: body, milliseconds: patience)
            #expect(answer.status == 400)
            #expect((try? JSONCoder.decode(Problem.self, from: answer.body))?.status == 400)
        }
        await center.stop()
    }

    @Test func `a path or a method that is none gets its words`() async throws {
        let center = try TestCenter()
        #expect(await center.center.answer(HTTPRequest(method: "GET", path: "/v2")).status == 404)
        let refused = await center.center.answer(HTTPRequest(method: "DELETE", path: "/health"))
        #expect(refused.status == 405)
        #expect(refused.headers["Allow"] == "GET")
        await center.stop()
    }

    @Test func `the description of the interface is JSON and names every route and no other`() throws {
        let document = try JSONCoder.decode(JSONValue.self, from: Array(openAPIDocument.utf8))
        #expect(document["openapi"]?.stringValue == "3.1.0")
        var described: Set<String> = []
        for (path, methods) in try #require(document["paths"]?.objectValue) {
            for method in (methods.objectValue ?? [:]).keys where method != "parameters" {
                described.insert(method.uppercased() + " " + path)
            }
        }
        #expect(described == Set(Route.allCases.map { $0.method + " " + $0.template }))
        // Every reference leads somewhere.
        for part in openAPIDocument.split(separator: "\"$ref\": \"#/").dropFirst() {
            var node: JSONValue? = document
            for name in part.prefix(while: { $0 != "\"" }).split(separator: "/") { node = node?[String(name)] }
            #expect(node != nil, "\(part.prefix(60))")
        }
    }

    @Test(arguments: [
        ("bytes=0-9", ByteRange.part(0..<10)), ("bytes=5-", .part(5..<100)), ("bytes=-7", .part(93..<100)),
        ("bytes=90-500", .part(90..<100)), ("bytes=-500", .part(0..<100)), ("bytes=100-", .outside),
        ("bytes=-0", .outside), ("bytes=9-5", .whole), ("bytes=0-1,4-5", .whole), ("lines=1-2", .whole),
        ("bytes=a-b", .whole), ("bytes=-", .whole), ("bytes=+1-2", .whole),
    ])
    func `ranges are read as RFC 9110 says`(_ header: String, _ expected: ByteRange) {
        #expect(ByteRange.parse(header, size: 100) == expected)
    }
}
