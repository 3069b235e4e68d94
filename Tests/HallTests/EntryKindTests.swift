import Exam
import Platform
import Testing

@testable import Hall

/// The auditors' list of entry kinds is that of the code.
@Suite struct EntryKindTests {
    static let declared =
        AttemptEntryKind.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }
        + HallEntryKind.allCases.map { "| `\($0.rawValue)` | \($0.meaning) |" }

    /// The rows of the table under the heading.
    static func listed(in document: String) -> [String] {
        document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .drop { $0 != "## What the journal says" }.drop { !$0.hasPrefix("| `") }
            .prefix { $0.hasPrefix("|") }.map { $0 }
    }

    @Test func `CONTRIBUTING lists every kind of journal entry with its meaning`() throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let listed = Self.listed(in: String(decoding: try readFile("\(root)/CONTRIBUTING.md"), as: UTF8.self))
        #expect(listed == Self.declared, "the table should be\n\(Self.declared.joined(separator: "\n"))")
    }

    @Test func `a kind that is not listed is missed`() {
        let document =
            "| `before` | x |\n## What the journal says\n\nwords\n| `a` | b |\n| `c` | d |\n\n| `after` | x |\n"
        #expect(Self.listed(in: document) == ["| `a` | b |", "| `c` | d |"])
    }

    @Test func `no two kinds share a name`() {
        let names = AttemptEntryKind.allCases.map(\.rawValue) + HallEntryKind.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
    }
}
