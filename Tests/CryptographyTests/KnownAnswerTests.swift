import CanonicalJSON
import Platform
import Testing

@testable import Cryptography

/// Answers printed in the standards themselves.
@Suite struct KnownAnswerTests {
    @Test func `SHA-256 of abc is FIPS 180's`() {
        let expected = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(sha256(Array("abc".utf8)) == expected)
        var pieces = SHA256()
        pieces.update(Array("a".utf8))
        pieces.update([])
        pieces.update(Array("bc".utf8))
        let digest = pieces.finish()
        #expect(digest == expected)
    }

    @Test func `HMAC is that of RFC 4231, also with a long key`() {
        #expect(
            hmacSHA256(key: Array(repeating: 0x0b, count: 20), message: Array("Hi There".utf8))
                == hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"))
        #expect(
            hmacSHA256(
                key: Array(repeating: 0xaa, count: 131),
                message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                == hex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"))
    }

    @Test func `HKDF is that of RFC 5869, with and without salt`() {
        let first = HKDF.expand(
            HKDF.extract(salt: hex("000102030405060708090a0b0c"), key: Array(repeating: 0x0b, count: 22)),
            info: hex("f0f1f2f3f4f5f6f7f8f9"), count: 42)
        #expect(
            first
                == hex(
                    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"))
        let third = HKDF.expand(
            HKDF.extract(salt: [], key: Array(repeating: 0x0b, count: 22)), info: [], count: 42)
        #expect(
            third
                == hex(
                    "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"))
    }

    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func `Ed25519 signs as RFC 8032 does`(secret: String, public: String, message: String, signature: String) throws {
        let key = try SigningKey(pem: privatePEM(ed25519: hex(secret)))
        #expect(key.verifyingKey.raw == hex(`public`))
        #expect(key.sign(hex(message)) == hex(signature))
        #expect(key.verifyingKey.isSignature(hex(signature), of: hex(message)))
        #expect(!key.verifyingKey.isSignature(hex(signature), of: hex(message) + [0]))
    }

    @Test func `the thumbprint of RFC 7638's example is the one it prints`() throws {
        let document = try JSONCoder.decode(
            JSONValue.self,
            from: Array(
                #"""
                {"kty": "RSA",
                 "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
                 "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
                """#.utf8))
        #expect(try JWK.thumbprint(of: document) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test func `a JWS is RFC 8037's, byte for byte`() throws {
        let key = try SigningKey(
            pem: privatePEM(ed25519: bytes(base64url: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")!))
        #expect(key.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        #expect(
            base64url(key.sign(Array(signed.utf8)))
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    }

    /// A.1.1 of RFC 9180, whose key encapsulation and schedule are ours; only the AES key is shorter.
    @Test func `HPKE encapsulates and derives as RFC 9180 does`() throws {
        let recipient = try SealingKey(
            pem: privatePEM(x25519: hex("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8")))
        let ephemeral = try SealingKey(
            pem: privatePEM(x25519: hex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736")))
        let sent = try HPKE.encapsulate(to: recipient.publicSealingKey, ephemeral: ephemeral)
        #expect(sent.encapsulated == hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"))
        #expect(sent.shared == hex("fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc"))
        #expect(try HPKE.decapsulate(sent.encapsulated, recipient: recipient) == sent.shared)
        let schedule = HPKE.schedule(
            shared: sent.shared, info: hex("4f6465206f6e2061204772656369616e2055726e"), cipher: .aes128)
        #expect(schedule.key == hex("4531685d41d65f03dc48f6b8302c05b0"))
        #expect(schedule.nonce == hex("56d890e5accaaf011cff4b7d"))
        let sealed = GCM.encrypt(
            hex("4265617574792069732074727574682c20747275746820626561757479"), key: schedule.key,
            nonce: schedule.nonce, associated: hex("436f756e742d30"))
        #expect(
            sealed
                == hex(
                    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a"))
    }

    @Test func `AES-256-GCM is that of the GCM specification's test case 15`() throws {
        let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let nonce = hex("cafebabefacedbaddecaf888")
        let plain = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
        )
        let expected = hex(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
                + "b094dac5d93471bdec1a502270e3cc6c")
        #expect(GCM.encrypt(plain, key: key, nonce: nonce, associated: []) == expected)
        #expect(try GCM.decrypt(expected, key: key, nonce: nonce, associated: []) == plain)
    }
}
