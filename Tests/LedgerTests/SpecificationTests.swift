import Cryptography
import Ledger
import Platform
import Testing

/// The page for outsiders says what the program does.
@Suite struct SpecificationTests {
    private let page: String

    init() throws {
        let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
        page = String(decoding: try readFile(root + "/Documentation/journal.md"), as: UTF8.self)
    }

    @Test func `the example's chain is one, and its parts are as the page says`() throws {
        let lines = page.split(separator: "\n").filter { $0.hasPrefix("{\"body\"") }
        let entries = try lines.map { try Entry(line: $0) }
        #expect(entries.count == 3)
        var check = ChainCheck()
        for entry in entries {
            #expect(check.problem(with: entry) == nil)
            _ = try ChainCheck.body(of: entry)
        }
        for part in [Array(entries[0].kind.utf8), Array(entries[0].stream.utf8), entries[0].body] {
            #expect(page.contains("`\(hexadecimal(sha256(part)))`"))
        }
        let key =
            "{\"appliance\":\"wrapped for the appliance\",\"center\":\"wrapped for the center\",\"subject\":\"s1\"}"
        #expect(page.contains("`\(key)`"))
        #expect(String(decoding: entries[1].body, as: UTF8.self).contains(base64url(sha256(Array(key.utf8)))))
    }

    @Test func `the page's statements are the schema, word for word`() async throws {
        let folder = try JournalFolder()
        let journal = try folder.open()
        try await journal.append([draft(1)], head: true)
        try await journal.close()
        let block = try #require(page.firstRange(of: "```sql\n"))
        let end = try #require(page[block.upperBound...].firstRange(of: "```"))
        let words = page[block.upperBound..<end.lowerBound].split { $0 == " " || $0 == "\n" }
        let file = String(decoding: try readFile(folder.journalPath), as: UTF8.self)
        for statement in words.joined(separator: " ").components(beginning: "CREATE ") {
            let found = file.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
            #expect(found.contains(statement), "\(statement)")
        }
    }
}

extension String {
    /// The parts that begin so.
    fileprivate func components(beginning word: String) -> [String] {
        ranges(of: word).map(\.lowerBound).enumerated().map { index, start in
            let next = ranges(of: word).map(\.lowerBound).dropFirst(index + 1).first ?? endIndex
            return String(self[start..<next]).trimmed
        }
    }

    private var trimmed: String { hasSuffix(" ") ? String(dropLast()) : self }
}
