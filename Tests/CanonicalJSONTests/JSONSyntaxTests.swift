import CanonicalJSON
import Testing

@Suite struct JSONSyntaxTests {
    @Test(arguments: [
        "{}", " [1, -0.5e+3, \"a\\u00e9\\n\", true, false, null, {\"a\": [[]]}] \n", "0", "\"\"",
    ])
    func `sound documents have no fault`(_ text: String) {
        #expect(JSONSyntaxFault.first(in: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        ("", 1, 1), ("{\n\"a\": 1,\n}", 3, 1), ("[1,\n 2\n 3]", 3, 2), ("{\"a\" 1}", 1, 6), ("[01]", 1, 3),
        ("\"a", 1, 3), ("[tru]", 1, 5), ("{} {}", 1, 4), ("\"\\x\"", 1, 3), ("[1.]", 1, 4), ("{a: 1}", 1, 2),
    ])
    func `the first fault is told by line and column`(_ text: String, _ line: Int, _ column: Int) {
        let fault = JSONSyntaxFault.first(in: Array(text.utf8))
        #expect(fault?.line == line)
        #expect(fault?.column == column)
    }

    @Test func `endless nesting is a fault, not a crash`() {
        #expect(JSONSyntaxFault.first(in: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) != nil)
    }
}
