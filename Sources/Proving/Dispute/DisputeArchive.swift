import CanonicalJSON
import CenterLink
import CivilTime
public import Cryptography
public import Exam
import Hall
import Interchange
import Ledger
public import Packages
import Platform
import QuestionBank
import TerminalLink

/// Everything about one attempt in one archive that an outsider can check: `Provisioning/audit/dispute.py` does, from the
/// published formats alone.
///
/// The chain of journal entries goes from the attempt's first entry to a signed head, and to the center's receipt where
/// there is one that covers it. Entries of others in between stand there as the three hashes that their digests are made
/// of: the chain can be followed over them, and what they say stays theirs.
public struct DisputeArchive {
    /// Whose key opens the questions.
    public struct Bank {
        let package: QuestionPackage
        let texts: QuestionTexts
        /// Nil where the key opens texts only.
        let answers: AnswerKeys?

        /// - Throws: `PackageError` when the texts are not sealed to the recipient.
        public init(_ package: QuestionPackage, with recipient: some Recipient) throws(PackageError) {
            self.package = package
            texts = try QuestionTexts(package, with: recipient)
            answers = try? AnswerKeys(package, with: recipient)
        }
    }

    /// What stands beside the journal.
    public struct Beside {
        /// The keys by which the archive's documents are signed, JWKS.
        public var trust: [UInt8]
        /// The center's receipt, a JWS.
        public var receipt: String?
        /// The slip's PDF.
        public var slip: [UInt8]?

        public init(trust: [UInt8], receipt: String? = nil, slip: [UInt8]? = nil) {
            self.trust = trust
            self.receipt = receipt
            self.slip = slip
        }
    }

    /// So many entries of others are gone over at most to reach a receipt.
    private static let longestWay = 50_000

    /// The files but for the manifest, by name.
    public private(set) var files: [String: [UInt8]] = [:]

    /// - Parameter path: a journal that nobody writes: a copy.
    /// - Throws: `JournalError`, `PackageError`, or `Failure` in words: no such attempt, no signed head over it, another bank.
    public init(of id: AttemptID, journal path: String, beside: Beside, bank: Bank? = nil) throws {
        let history = try AttemptHistory(id, journal: path)
        let attempt = try Self.fold(history)
        let end = try addChain(history, journal: path, receipt: beside.receipt)
        files["trust.jwks"] = beside.trust
        if let result = attempt.result { files["result.jws"] = Array((result + "\n").utf8) }
        if let paper = attempt.paper {
            files["paper.json"] = paper.canonicalItems()
            files["answers.json"] = try JSONCoder.encode(attempt.responses)
        }
        // A slip that is not the journalled one is none of this attempt's.
        if let slip = beside.slip, base64url(sha256(slip)) == attempt.slipDigest { files["slip.pdf"] = slip }
        files["shown.jsonl"] = Self.shown(history)
        if let bank, let paper = attempt.paper {
            guard paper.bank == bank.package.digest else {
                throw Failure(
                    .badData, "attempt \(id) was sat with bank \(paper.bank), the package holds \(bank.package.digest)")
            }
            files["questions.json"] = try Self.questions(of: paper, bank, languages: history.languages)
        }
        files["README.txt"] = Array(Self.readme(id, files: files.keys.sorted(), end: end).utf8)
    }

    /// Whose journal it is, as its head says.
    public func appliance() throws -> String {
        let jws = String(decoding: files["head.jws"] ?? [], as: UTF8.self).filter { !$0.isWhitespace }
        return try JSONCoder.decode(Head.self, from: try JWS.unverifiedPayload(jws)).appliance
    }

    /// SHA-256 of each file, lower-case hexadecimal: what a manifest signs.
    public var digests: [String: String] { files.mapValues { hexadecimal(sha256($0)) } }

    /// The archive with its signed manifest; the same files and manifest give the same bytes.
    public func bytes(manifest: String) throws -> [UInt8] {
        try ZipArchive.bytes(
            of: [("manifest.jws", Array((manifest + "\n").utf8))]
                + files.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private static func fold(_ history: AttemptHistory) throws -> Attempt {
        var attempt: Attempt?
        for entry in history.entries {
            guard let value = try AttemptEntry(journal: entry) else { continue }
            if case .opened(let opened) = value {
                attempt = Attempt(id: history.attempt, opened: opened)
            } else {
                try attempt?.apply(value)
            }
        }
        guard let attempt else {
            throw Failure(.badData, "attempt \(history.attempt) has no beginning in this journal")
        }
        return attempt
    }

    // MARK: The chain

    /// - Returns: the last entry of the chain.
    private mutating func addChain(_ history: AttemptHistory, journal path: String, receipt: String?) throws -> Int {
        let first = history.sequences.min() ?? 1
        let last = history.sequences.max() ?? 1
        let heads = try JournalVerifier.heads(from: last, path: path)
        guard var head = heads.first else {
            throw Failure(
                .badData, "\(path): no signed head covers the end of attempt \(history.attempt); take a newer copy")
        }
        // A receipt is over an entry that a head is over.
        if let receipt, let seen = Receipt.unverifiedSequence(receipt), seen - last <= Self.longestWay,
            let over = heads.first(where: { $0.sequence == seen })
        {
            head = over
            files["receipt.jws"] = Array((receipt + "\n").utf8)
        }
        var lines = ""
        try JournalVerifier.forEach(path: path) { entry in
            guard entry.sequence >= first, entry.sequence <= head.sequence else { return }
            if lines.isEmpty { lines = Self.line(["previous": .string(hexadecimal(entry.previous))]) }
            lines += Self.line(
                history.sequences.contains(entry.sequence)
                    ? [
                        "sequence": .integer(entry.sequence), "kind": .string(entry.kind),
                        "stream": .string(entry.stream), "body": .string(String(decoding: entry.body, as: UTF8.self)),
                    ]
                    : [
                        "sequence": .integer(entry.sequence),
                        "hidden": .array(
                            [Array(entry.kind.utf8), Array(entry.stream.utf8), entry.body].map {
                                .string(hexadecimal(sha256($0)))
                            }),
                    ])
        }
        files["chain.jsonl"] = Array(lines.utf8)
        files["head.jws"] = Array((head.jws + "\n").utf8)
        return head.sequence
    }

    private static func line(_ members: JSONValue) -> String { members.canonicalText + "\n" }

    // MARK: What was shown

    private static func shown(_ history: AttemptHistory) -> [UInt8] {
        var lines = ""
        for shown in history.shown {
            var members: [String: JSONValue] = [
                "seat": .integer(shown.seat.number), "revision": .integer(shown.revision),
                "entry": .integer(shown.entry),
                "at": .string(shown.wall.description), "contacts": .integer(shown.touches.count { $0.phase == .down }),
            ]
            members["digest"] = shown.digest.map { .string($0.digest) }
            members["environment"] = shown.digest.map { .string($0.environment) }
            lines += line(.object(members))
        }
        return Array(lines.utf8)
    }

    private struct Question: Encodable {
        struct Text: Encodable {
            var stem: String
            var options: [String: String]
            var explanation: String
        }
        var item: ItemID
        var version: Int
        var kind: ItemKind
        /// Authored numbers in the order on the screen.
        var shown: [Int]
        /// The right ones; absent where the exporter's key does not open them.
        var key: [Int]?
        var texts: [String: Text]
    }

    private static func questions(of paper: Paper, _ bank: Bank, languages: Set<LanguageTag>) throws -> [UInt8] {
        let fallback = bank.package.index.languages.first
        return try JSONCoder.encode(
            try paper.items.map { place in
                let item = try bank.texts.item(place.item)
                var texts = item.texts.filter { languages.contains($0.key) }
                if texts.isEmpty { texts = item.texts.filter { $0.key == fallback } }
                return Question(
                    item: place.item, version: place.version, kind: item.kind, shown: place.options,
                    key: try bank.answers?.key(place.item).sorted(),
                    texts: Dictionary(
                        uniqueKeysWithValues: texts.map { tag, text in
                            let options = text.options.map { ("\($0.key)", $0.value) }
                            return (
                                tag.rawValue,
                                Question.Text(
                                    stem: text.stem, options: Dictionary(uniqueKeysWithValues: options),
                                    explanation: text.explanation)
                            )
                        }))
            })
    }
}
