import CanonicalJSON
import Platform

/// A word after `kaotai`: one row in the table below, one function in a file of its own.
struct Command: Sendable {
    let word: String
    /// What may follow the word, as the overview shows it.
    let forms: String
    let summary: String
    let run: @Sendable (_ arguments: [String]) async throws -> ExitCode

    init(
        _ word: String, _ forms: String, _ summary: String,
        run: @escaping @Sendable (_ arguments: [String]) async throws -> ExitCode
    ) {
        self.word = word
        self.forms = forms
        self.summary = summary
        self.run = run
    }

    static let all = [
        Command("approve", "[DIGEST --key FILE]", "one person's yes to an act that wants two", run: approveCommand),
        Command("attempt", "pause|resume|void …", "stop an exam and its clock, let it go on", run: attemptCommand),
        Command("bank", "check|pack|inspect|draw …", "check, pack and look into question banks", run: bankCommand),
        Command("bench", "[NAME]", "figures beside their floors", run: benchCommand),
        Command("card", "list|read", "card readers, and the card that lies on one", run: cardCommand),
        Command(
            "clock", "confirm DAY --by NAME", "what the hall's clock says, and that it is right", run: clockCommand),
        Command("demo", "[--candidates N] …", "a hall of six seats and its center at work here", run: demoCommand),
        Command("dispute", "export ATTEMPT …", "one attempt in one signed archive", run: disputeCommand),
        Command("gallery", "--out DIR", "every screen, drawn from sample scenes", run: galleryCommand),
        Command(
            "journal", "copy|verify|replay …", "the appliance's record: copy, check, show again", run: journalCommand),
        Command("provision", "identity …", "what makes a machine an appliance", run: provisionCommand),
        Command("result", "verify|rescore|archive …", "check signed results, count them again", run: resultCommand),
        Command(
            "rules", "eligibility|deadlines …", "who sits an exam, and the dates that are computed", run: rulesCommand),
        Command("screen", "capture TERMINAL FILE.png", "what a terminal shows now", run: screenCommand),
        Command("seat", "assign ATTEMPT SEAT", "let an exam go on at another seat", run: seatCommand),
        Command("status", "", "the hall now: seats, readers, interlocks, courier, disk", run: statusCommand),
    ]

    static var help: String {
        """
        kaotai: what an operator, an author or an auditor asks for by word

        \(all.map { "  kaotai \($0.word) \($0.forms)".padded(to: 44) + $0.summary }.joined(separator: "\n"))

        `kaotai WORD --help` tells more; `kaotai --version` tells the version. Where a result is printed, --json prints it
        as one JSON document. Exit codes are those of sysexits: 0 done, 1 checked and found wrong, 64 usage, 65 bad data,
        69 unavailable, 74 I/O error, 77 not permitted, 78 bad configuration.

        """
    }
}

/// A result as one JSON document on standard output.
func printJSON(_ document: JSONValue) throws { standardOutput(document.canonicalText + "\n") }

extension String {
    /// The text, with blanks behind it up to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
