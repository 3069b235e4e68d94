import CanonicalJSON
import Cryptography
import Platform
import Testing

@Suite struct SignedDocumentTests {
    private let key = SigningKey.generate()
    private var trusted: JWKS { JWKS(keys: [key.publicJWK]) }

    private func compact(header: JSONValue, payload: String = #"{"a":1}"#, key: SigningKey) -> String {
        let signed = base64url(header.canonicalBytes) + "." + base64url(Array(payload.utf8))
        return signed + "." + base64url(key.sign(Array(signed.utf8)))
    }

    @Test func `what one key signed is verified by its set`() throws {
        let document = try JWS.sign(payload: ["b": 2, "a": 1], key: key)
        let payload = try JWS.verify(document, keys: trusted)
        #expect(String(decoding: payload, as: UTF8.self) == #"{"a":1,"b":2}"#)
    }

    @Test func `every single changed character is found`() throws {
        let document = try JWS.sign(payload: ["score": 90], key: key)
        _ = try JWS.verify(document, keys: trusted)
        let characters = Array(document)
        for index in characters.indices {
            var changed = characters
            changed[index] = changed[index] == "A" ? "B" : "A"
            #expect(throws: JWSError.self) { try JWS.verify(String(changed), keys: trusted) }
        }
    }

    @Test(arguments: ["none", "HS256", "ES256", "SM2", "eddsa", "EdDSA "])
    func `an algorithm other than EdDSA does not count, even well signed`(algorithm: String) {
        let document = compact(
            header: ["alg": .string(algorithm), "kid": .string(key.thumbprint)], key: key)
        #expect(throws: JWSError.algorithm(algorithm)) { try JWS.verify(document, keys: trusted) }
        let control = compact(header: ["alg": "EdDSA", "kid": .string(key.thumbprint)], key: key)
        #expect(throws: Never.self) { try JWS.verify(control, keys: trusted) }
    }

    @Test func `a MAC under the public key, the classic confusion, does not count`() {
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

    @Test func `a key set that calls a stranger's key by a trusted name does not deceive`() {
        let stranger = SigningKey.generate()
        var impostor = stranger.publicJWK
        impostor.kid = key.thumbprint
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(key.thumbprint)]
        #expect(throws: JWSError.unknownKey(key.thumbprint)) {
            try JWS.verify(compact(header: header, key: stranger), keys: JWKS(keys: [impostor]))
        }
    }

    @Test func `a sealing key verifies nothing`() {
        let sealing = SealingKey.generate()
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(sealing.thumbprint)]
        #expect(throws: JWSError.unknownKey(sealing.thumbprint)) {
            try JWS.verify(compact(header: header, key: key), keys: JWKS(keys: [sealing.publicJWK]))
        }
    }

    @Test func `an extension that must be understood is refused`() {
        let header: JSONValue = ["alg": "EdDSA", "kid": .string(key.thumbprint), "crit": ["b64"], "b64": false]
        #expect(throws: JWSError.self) { try JWS.verify(compact(header: header, key: key), keys: trusted) }
    }

    @Test func `an appliance's key speaks for that appliance only`() throws {
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

    @Test func `a key set goes through a file and back`() throws {
        let keys = MemoryKeyStore().publicKeys(appliance: "hall-1")
        let again = try JWKS(json: try JSONCoder.encode(keys))
        #expect(again == keys)
        #expect(again.sealingKeys.count == 1)
        #expect(again.signingKey(keys.keys[0].thumbprint) != nil)
        #expect(throws: CryptographyError.self) { try JWKS(json: Array("{}".utf8)) }
    }
}
