import Platform
import Testing

@testable import Cryptography

/// Answers printed in the standards of suite `gm`.
@Suite struct ChineseKnownAnswerTests {
    @Test(arguments: [
        ("abc", "66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0"),
        (
            String(repeating: "abcd", count: 16),
            "debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732"
        ),
    ])
    func `SM3 is that of GB/T 32905, appendix A`(message: String, digest: String) {
        #expect(sm3(Array(message.utf8)) == hex(digest))
    }

    @Test func `HMAC-SM3 is that of GM/T 0042, appendix D.3`() {
        let text = String(repeating: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", count: 2)
        #expect(
            hmacSM3(key: Array(1...32), message: Array(text.utf8))
                == hex("ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"))
        #expect(
            hmacSM3(key: Array(1...37), message: [UInt8](repeating: 0xcd, count: 50))
                == hex("220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"))
    }

    private let block = hex("0123456789abcdeffedcba9876543210")

    @Test func `SM4 is that of GB/T 32907, example 1`() {
        // The first block of CBC without a vector is the block cipher itself.
        let sealed = SM4.encrypt(block, key: block, vector: [UInt8](repeating: 0, count: 16))
        #expect(Array(sealed[..<16]) == hex("681edf34d206965e86b3e94f536e4246"))
        #expect(SM4.decrypt(sealed, key: block, vector: [UInt8](repeating: 0, count: 16)) == block)
    }

    @Test func `SM4 a million times is that of GB/T 32907, example 2`() {
        // Over zeros, CBC encrypts its own last block again and again, beginning with the vector.
        let rounds = 1_000_000
        let sealed = SM4.encrypt([UInt8](repeating: 0, count: 16 * rounds), key: block, vector: block)
        #expect(Array(sealed[(16 * (rounds - 1))..<(16 * rounds)]) == hex("595298c7c6fd271f0402f804c33d3f66"))
    }

    /// The pair of GB/T 32918.5, appendices A and C.
    private let number = hex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
    private let point = hex(
        """
        09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020
        ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13
        """)

    @Test func `SM2 verifies the signature that GB/T 32918.5 prints`() throws {
        let message = Array("message digest".utf8)
        let signature = hex(
            """
            f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3
            b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa
            """)
        let key = try VerifyingKey(raw: point, suite: .gm)
        #expect(key.isSignature(signature, of: message))
        #expect(!key.isSignature(signature, of: message + [0]))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.isSignature(changed, of: message))
            #expect(!key.isSignature(Array(signature[..<index]), of: message))
        }
        for edge in [[UInt8](repeating: 0, count: 64), [UInt8](repeating: 255, count: 64)] {
            #expect(!key.isSignature(edge, of: message))
        }
        let pair = try SigningKey(pem: privatePEM(sm2: number, point))
        #expect(pair.verifyingKey == key)
        let ours = pair.sign(message)
        #expect(ours != signature)
        #expect(key.isSignature(ours, of: message))
    }

    /// The id and the curve go into the digest that is signed, as appendix A prints it.
    @Test func `the digest of the signer's id is the one that GB/T 32918.5 prints`() {
        let curve = """
            fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc
            28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93
            32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7
            bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0
            """
        let z = sm3(hex("0080") + Array("1234567812345678".utf8) + hex(curve) + point)
        #expect(z == hex("b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3"))
        #expect(
            sm3(z + Array("message digest".utf8))
                == hex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640"))
    }

    @Test func `SM2 opens the ciphertext that GB/T 32918.5 prints`() throws {
        let pair = try SealingKey(pem: privatePEM(sm2: number, point))
        // C1 is x and y, C3 the digest, C2 the text; both coordinates begin with a byte below and above 128.
        let x = hex("04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73")
        let y = hex("e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0")
        let digest = hex("59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766")
        let text = hex("21886ca989ca9c7d58087307ca93092d651efa")
        func encoded(_ text: [UInt8]) -> [UInt8] {
            [0x30, UInt8(34 + 35 + 34 + 2 + text.count), 0x02, 0x20] + x + [0x02, 0x21, 0x00] + y + [0x04, 0x20]
                + digest
                + [0x04, UInt8(text.count)] + text
        }
        #expect(try SM2.decrypt(encoded(text), with: pair.handle) == Array("encryption standard".utf8))
        var changed = text
        changed[3] ^= 1
        #expect(throws: CryptographyError.self) { try SM2.decrypt(encoded(changed), with: pair.handle) }
        #expect(throws: CryptographyError.self) {
            try SM2.decrypt(encoded(text), with: SealingKey.generate(.gm).handle)
        }
    }
}
