import CanonicalJSON
import Platform

/// A word after `kaotai`: one row in the table below, one function in a file of its own.
struct Command: Sendable {
    let word: String
    let summary: String
    let run: @Sendable (_ arguments: [String]) async throws -> ExitCode

    static let all = [
        Command(word: "bank", summary: "check, pack and look into question banks", run: bankCommand),
        Command(word: "card", summary: "card readers, and the card that lies on one", run: cardCommand),
        Command(word: "journal", summary: "verify, export and copy the journal", run: journalCommand),
        Command(word: "result", summary: "check signed results", run: resultCommand),
    ]

    static var help: String {
        """
        kaotai: what an operator, an author or an auditor asks for by word

        \(all.map { "  kaotai \($0.word)".padded(to: 20) + $0.summary }.joined(separator: "\n"))

        `kaotai WORD --help` tells more; `kaotai --version` tells the version.

        """
    }
}

/// A result as one JSON document on standard output.
func printJSON(_ document: JSONValue) throws { standardOutput(document.canonicalText + "\n") }

extension String {
    /// The text, with blanks behind it up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
