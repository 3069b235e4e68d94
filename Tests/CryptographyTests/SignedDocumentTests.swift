import CanonicalJSON
import Cryptography
import Platform
import Testing

@Suite struct SignedDocumentTests {
    private let key = SigningKey.generate()
    private let chinese = SigningKey.generate(.gm)
    /// Both suites in one set, as a center with halls of both has them.
    private var trusted: JWKS { JWKS(keys: [key.publicJWK, chinese.publicJWK]) }

    private func signer(_ suite: CipherSuite) -> SigningKey { suite == .gm ? chinese : key }

    private func compact(_ algorithm: String, payload: String = #"{"a":1}"#, key: SigningKey) -> String {
        compact(header: ["alg": .string(algorithm), "kid": .string(key.thumbprint)], payload: payload, key: key)
    }

    private func compact(header: JSONValue, payload: String = #"{"a":1}"#, key: SigningKey) -> String {
        let signed = base64url(header.canonicalBytes) + "." + base64url(Array(payload.utf8))
        return signed + "." + base64url(key.sign(Array(signed.utf8)))
    }

    @Test(arguments: CipherSuite.allCases)
    func `what one key signed is verified by a set of both suites`(suite: CipherSuite) throws {
        let document = try JWS.sign(payload: ["b": 2, "a": 1], key: signer(suite))
        let verified = try JWS.verified(document, keys: trusted)
        #expect(String(decoding: verified.payload, as: UTF8.self) == #"{"a":1,"b":2}"#)
        #expect(verified.algorithm == (suite == .gm ? "SM2" : "EdDSA"))
        #expect(verified.thumbprint == signer(suite).thumbprint)
    }

    @Test(arguments: CipherSuite.allCases)
    func `every single changed character and every cut is found`(suite: CipherSuite) throws {
        let document = try JWS.sign(payload: ["score": 90], key: signer(suite))
        _ = try JWS.verify(document, keys: trusted)
        let characters = Array(document)
        for index in characters.indices {
            var changed = characters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(throws: JWSError.self) { try JWS.verify(String(changed), keys: trusted) }
            #expect(throws: JWSError.self) { try JWS.verify(String(characters[..<index]), keys: trusted) }
        }
    }

    @Test(arguments: ["none", "HS256", "ES256", "sm2", "SM3", "eddsa", "EdDSA "], CipherSuite.allCases)
    func `an algorithm of no suite does not count, even well signed`(algorithm: String, suite: CipherSuite) {
        let key = signer(suite)
        #expect(throws: JWSError.algorithm(algorithm)) {
            try JWS.verify(compact(algorithm, key: key), keys: trusted)
        }
        #expect(throws: Never.self) {
            try JWS.verify(compact(suite.signatureAlgorithm, key: key), keys: trusted)
        }
        let unsigned = compact("none", key: key).split(separator: ".")[..<2].joined(separator: ".") + "."
        #expect(throws: JWSError.self) { try JWS.verify(unsigned, keys: trusted) }
    }

    @Test(arguments: CipherSuite.allCases)
    func `the algorithm must be that of the key that is named`(suite: CipherSuite) {
        let other: CipherSuite = suite == .gm ? .intl : .gm
        let mismatch = JWSError.mismatch(header: other.signatureAlgorithm, key: suite.signatureAlgorithm)
        #expect(throws: mismatch) {
            try JWS.verify(compact(other.signatureAlgorithm, key: signer(suite)), keys: trusted)
        }
        // Signed by the one, named for the other.
        let header: JSONValue = [
            "alg": .string(suite.signatureAlgorithm), "kid": .string(signer(suite).thumbprint),
        ]
        #expect(throws: JWSError.badSignature) {
            try JWS.verify(compact(header: header, key: signer(other)), keys: trusted)
        }
    }

    @Test(arguments: CipherSuite.allCases)
    func `a MAC under the public key, the classic confusion, does not count`(suite: CipherSuite) {
        let key = signer(suite)
        let header: JSONValue = ["alg": "HS256", "kid": .string(key.thumbprint)]
        let signed = base64url(header.canonicalBytes) + "." + base64url(Array("{}".utf8))
        let mac = hmacSHA256(key: key.verifyingKey.raw, message: Array(signed.utf8))
        #expect(throws: JWSError.algorithm("HS256")) {
            try JWS.verify(signed + "." + base64url(mac), keys: trusted)
        }
    }

    @Test func `a stranger's key is named and not believed, also when the header brings it along`() {
        let stranger = SigningKey.generate()
        let header: JSONValue = [
            "alg": "EdDSA", "kid": .string(stranger.thumbprint),
            "jwk": ["kty": "OKP", "crv": "Ed25519", "x": .string(base64url(stranger.verifyingKey.raw))],
        ]
        #expect(throws: JWSError.unknownKey(stranger.thumbprint)) {
            try JWS.verify(compact(header: header, key: stranger), keys: trusted)
        }
    }

    @Test(arguments: CipherSuite.allCases)
    func `a key set that calls a stranger's key by a trusted name does not deceive`(suite: CipherSuite) {
        let stranger = SigningKey.generate(suite)
        var impostor = stranger.publicJWK
        impostor.kid = signer(suite).thumbprint
        let header: JSONValue = [
            "alg": .string(suite.signatureAlgorithm), "kid": .string(signer(suite).thumbprint),
        ]
        #expect(throws: JWSError.unknownKey(signer(suite).thumbprint)) {
            try JWS.verify(compact(header: header, key: stranger), keys: JWKS(keys: [impostor]))
        }
    }

    @Test(arguments: CipherSuite.allCases) func `a sealing key verifies nothing`(suite: CipherSuite) throws {
        let sealing = SealingKey.generate(suite)
        let header: JSONValue = [
            "alg": .string(suite.signatureAlgorithm), "kid": .string(sealing.publicJWK.thumbprint),
        ]
        // Also not when its owner signs with it: under gm both pairs are of one kind.
        let signer = suite == .gm ? try SigningKey(pem: sealing.pem) : key
        #expect(throws: JWSError.unknownKey(sealing.publicJWK.thumbprint)) {
            try JWS.verify(compact(header: header, key: signer), keys: JWKS(keys: [sealing.publicJWK]))
        }
        var nameless = sealing.publicJWK
        nameless.use = nil
        #expect(throws: JWSError.unknownKey(sealing.publicJWK.thumbprint)) {
            try JWS.verify(compact(header: header, key: signer), keys: JWKS(keys: [nameless]))
        }
    }

    @Test func `an extension that must be understood is refused`() {
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(key.thumbprint), "crit": ["b64"], "b64": false]
        #expect(throws: JWSError.self) { try JWS.verify(compact(header: header, key: key), keys: trusted) }
    }

    @Test(arguments: CipherSuite.allCases)
    func `an appliance's key speaks for that appliance only`(suite: CipherSuite) throws {
        let key = signer(suite)
        var document = key.publicJWK
        document.appliance = "hall-1"
        let keys = JWKS(keys: [document])
        #expect(throws: Never.self) {
            try JWS.verify(try JWS.sign(payload: ["appliance": "hall-1"], key: key), keys: keys)
        }
        let foreign = try JWS.sign(payload: ["appliance": "hall-2"], key: key)
        #expect(throws: JWSError.foreignAppliance(key: "hall-1", payload: "hall-2")) {
            try JWS.verify(foreign, keys: keys)
        }
    }

    @Test(arguments: ["", "a", "a.b", "a.b.c.d", "e30.e30.", "!.e30.AA", "W10.e30.AA"])
    func `what is no JWS is refused in words`(text: String) {
        #expect(throws: JWSError.self) { try JWS.verify(text, keys: trusted) }
    }

    @Test func `a key set of both suites goes through a file and back`() throws {
        let stores = CipherSuite.allCases.map { MemoryKeyStore(suite: $0).publicKeys(appliance: "hall-1") }
        let keys = JWKS(keys: stores.flatMap(\.keys))
        let again = try JWKS(json: try JSONCoder.encode(keys))
        #expect(again == keys)
        #expect(again.sealingKeys.map(\.suite) == CipherSuite.allCases)
        for (suite, store) in zip(CipherSuite.allCases, stores) {
            #expect(again.signingKey(store.keys[0].thumbprint)?.key.suite == suite)
            #expect(again.signingKey(store.keys[1].thumbprint) == nil)
        }
        #expect(throws: CryptographyError.self) { try JWKS(json: Array("{}".utf8)) }
    }

    @Test func `a key that its set calls otherwise, or nothing, is found by its own thumbprint`() throws {
        let document = try JWS.sign(payload: ["a": 1], key: chinese)
        for name in ["hall-7", nil] {
            var named = chinese.publicJWK
            named.kid = name
            #expect(throws: Never.self) { try JWS.verify(document, keys: JWKS(keys: [key.publicJWK, named])) }
        }
    }

    @Test func `an SM2 key is a document of two coordinates, named by RFC 7638 as keys on other curves are`() throws {
        let document = chinese.publicJWK
        #expect(document.kty == "EC" && document.crv == "SM2" && document.use == "sig")
        let tree = try JSONCoder.decode(JSONValue.self, from: try JSONCoder.encode(document))
        #expect(try JWK.thumbprint(of: tree) == document.thumbprint)
        #expect(try VerifyingKey(jwk: document) == chinese.verifyingKey)
        var changed = document
        changed.y = document.x
        #expect(changed.thumbprint != document.thumbprint)
        #expect(throws: CryptographyError("take an SM2 public key", "it is no point of SM2's curve")) {
            try VerifyingKey(jwk: changed)
        }
        changed.y = nil
        #expect(throws: CryptographyError.self) { try VerifyingKey(jwk: changed) }
        changed = document
        changed.kty = "OKP"
        #expect(throws: CryptographyError.self) { try VerifyingKey(jwk: changed) }
        #expect(throws: CryptographyError.self) { try PublicSealingKey(jwk: document) }
    }
}
