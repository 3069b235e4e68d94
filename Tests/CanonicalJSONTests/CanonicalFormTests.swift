import CanonicalJSON
import Testing

@Suite struct CanonicalFormTests {
    @Test func `members are sorted by UTF-16 code units and nothing is spaced`() throws {
        // U+FB33 sorts before the surrogates of U+1F600 by code point, after them by UTF-16: RFC 8785 §3.2.3 wants UTF-16.
        let value: JSONValue = ["\u{FB33}": 1, "\u{1F600}": 2, "b": [true, nil, -7], "a": "x"]
        #expect(value.canonicalText == "{\"a\":\"x\",\"b\":[true,null,-7],\"\u{1F600}\":2,\"\u{FB33}\":1}")
    }

    @Test func `strings take the shortest escapes`() {
        let value: JSONValue = "\u{8}\t\n\u{C}\r\"\\/\u{1}é考"
        #expect(value.canonicalText == "\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001é考\"")
    }

    @Test func `a floating-point number is refused with its path`() {
        struct Wrong: Encodable { let inner = ["share": 0.5] }
        #expect(throws: EncodingError.self) { try JSONCoder.encode(Wrong()) }
    }

    @Test func `what is encoded decodes to the same value`() throws {
        struct Document: Codable, Equatable {
            var name: String
            var numbers: [Int]
            var inner: [String: Bool]
            var absent: Int?
        }
        let document = Document(name: "考台", numbers: [1, 2, 3], inner: ["x": true], absent: nil)
        let bytes = try JSONCoder.encode(document)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"inner":{"x":true},"name":"考台","numbers":[1,2,3]}"#)
        #expect(try JSONCoder.decode(Document.self, from: bytes) == document)
    }

    @Test func `a missing member is named with its place`() {
        struct Outer: Decodable { struct Inner: Decodable { let seat: Int }; let inner: [Inner] }
        do {
            _ = try JSONCoder.decode(Outer.self, from: Array(#"{"inner":[{"seat":1},{}]}"#.utf8))
            Issue.record("should not decode")
        } catch {
            #expect(JSONCoder.explain(error) == #"inner.[1]: "seat" is missing"#)
        }
    }
}
