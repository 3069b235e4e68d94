import CanonicalJSON
public import Cryptography
import Platform
import SQLite

/// What a check of a whole journal found.
public struct JournalReport: Codable, Hashable, Sendable {
    /// Entries in the file.
    public var entries = 0
    /// The first entry that is wrong; what stands before it is proven.
    public var firstBad: Int?
    /// Signed heads that fit.
    public var heads = 0
    /// Entries after the last head that fits: they can be cut off without a trace.
    public var unsigned = 0
    /// What is wrong, in words.
    public var problems: [String] = []

    public var isGood: Bool { problems.isEmpty }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entries, forKey: .entries)
        // Null rather than absent: who reads the report finds every member.
        try container.encode(firstBad, forKey: .firstBad)
        try container.encode(heads, forKey: .heads)
        try container.encode(unsigned, forKey: .unsigned)
        try container.encode(problems, forKey: .problems)
    }
}

/// Checks a journal's file: chain, bodies, signed heads, and what others saw of it.
public enum JournalVerifier {
    /// Problems beyond these are counted, not listed.
    private static let maximumProblems = 100

    /// - Parameters:
    ///   - trust: the keys that may have signed heads; without them heads are only compared with the entries.
    ///   - anchors: receipts of a center as JWS: the journal must still hold what they saw.
    public static func verify(path: String, trust: JWKS? = nil, anchors: [String] = []) throws(JournalError)
        -> JournalReport
    {
        let file = try JournalFile(reading: path)
        do {
            return try verify(file, trust: trust, anchors: anchors)
        } catch {
            throw JournalFile.explain(error, path: path)
        }
    }

    /// All entries in order, for an export.
    public static func forEach(path: String, _ body: (Entry) throws -> Void) throws {
        let file = try JournalFile(reading: path)
        var last = Int.min
        while true {
            let batch: [Entry]
            do {
                batch = try file.entries(after: last, limit: 1000)
            } catch {
                throw JournalFile.explain(error, path: path)
            }
            for entry in batch { try body(entry) }
            guard let newest = batch.last else { return }
            last = newest.sequence
        }
    }

    private static func verify(_ file: JournalFile, trust: JWKS?, anchors: [String]) throws -> JournalReport {
        var report = JournalReport()
        let lastBeforeBad = try checkEntries(file, &report)
        var lastHead = 0
        var appliances: Set<String> = []
        try file.connection.forEach("SELECT sequence, jws FROM head ORDER BY sequence") { row in
            let sequence = row.integer(0)
            do {
                let head = try self.head(row.text(1), trust: trust)
                appliances.insert(head.appliance)
                if let problem = try problem(with: head, at: sequence, in: file) {
                    note(problem, &report)
                } else if sequence <= lastBeforeBad {
                    report.heads += 1
                    lastHead = sequence
                }
            } catch {
                note("the head over entry \(sequence): \(error)", &report)
            }
            return true
        }
        if appliances.count > 1 {
            note("heads speak for several appliances: \(appliances.sorted().joined(separator: ", "))", &report)
        }
        report.unsigned = max(0, report.entries - lastHead)
        for anchor in anchors {
            do {
                let seen = try head(anchor, trust: trust)
                if let problem = try problem(with: seen, at: seen.sequence, in: file) {
                    note("an anchor: " + problem, &report)
                } else if !appliances.isEmpty && !appliances.contains(seen.appliance) {
                    note("an anchor is of another appliance: \(seen.appliance)", &report)
                }
            } catch {
                note("an anchor: \(error)", &report)
            }
        }
        return report
    }

    /// Follows the chain; gives the last entry before the first bad one.
    private static func checkEntries(_ file: JournalFile, _ report: inout JournalReport) throws -> Int {
        var check = ChainCheck()
        var last = Int.min
        while true {
            let batch = try file.entries(after: last, limit: 1000)
            guard let newest = batch.last else { break }
            last = newest.sequence
            for entry in batch {
                report.entries += 1
                // After the first break every later entry would be reported for the same cause.
                guard report.firstBad == nil else { continue }
                if let problem = check.problem(with: entry) ?? ChainCheck.problem(withBodyOf: entry) {
                    report.firstBad = check.tip.sequence < entry.sequence ? check.tip.sequence + 1 : entry.sequence
                    note(problem, &report)
                }
            }
        }
        return (report.firstBad ?? Int.max) - 1
    }

    private static func note(_ problem: String, _ report: inout JournalReport) {
        if report.problems.count < maximumProblems { report.problems.append(problem) }
    }

    /// What a head's JWS says; its signature counts only where somebody is trusted.
    static func head(_ jws: String, trust: JWKS?) throws -> Head {
        let payload: [UInt8]
        if let trust {
            payload = try JWS.verify(jws, keys: trust)
        } else {
            payload = try JWS.unverifiedPayload(jws)
        }
        return try JSONCoder.decode(Head.self, from: payload)
    }

    /// What is wrong with a head over this entry.
    static func problem(with head: Head, at sequence: Int, in file: JournalFile) throws(SQLiteError) -> String? {
        guard head.sequence == sequence else {
            return "the head stored at entry \(sequence) speaks of entry \(head.sequence)"
        }
        guard let tip = try file.tip(at: sequence) else {
            return "entry \(sequence) was signed as being there, and is not: entries were removed"
        }
        guard base64url(tip.digest) == head.digest else {
            return "entry \(sequence) has another digest than the one that was signed"
        }
        return nil
    }
}

extension Journal {
    /// Start-up is recovery: what was stored is proven before anything is written after it.
    static func check(_ file: JournalFile, trusted: JWKS, appliance: String, whole: Bool) throws(JournalError)
        -> (tip: Tip, signed: Int)
    {
        do {
            var start = Tip.origin
            var signed = 0
            if let (sequence, jws) = try file.lastHead(upTo: Int.max) {
                let head: Head
                do {
                    head = try JournalVerifier.head(jws, trust: trusted)
                } catch {
                    throw JournalError.damaged(
                        firstBad: nil, problems: ["the last signed head, over entry \(sequence): \(error)"])
                }
                guard head.appliance == appliance else {
                    throw JournalError.damaged(
                        firstBad: nil, problems: ["the journal is of appliance \(head.appliance), not \(appliance)"])
                }
                if let problem = try JournalVerifier.problem(with: head, at: sequence, in: file) {
                    throw JournalError.damaged(firstBad: sequence, problems: [problem])
                }
                signed = sequence
                if !whole, let tip = try file.tip(at: sequence) { start = tip }
            }
            var check = ChainCheck(after: start)
            while true {
                let batch = try file.entries(after: check.tip.sequence, limit: 1000)
                for entry in batch {
                    if let problem = check.problem(with: entry) {
                        throw JournalError.damaged(firstBad: check.tip.sequence + 1, problems: [problem])
                    }
                }
                if batch.isEmpty { return (check.tip, signed) }
            }
        } catch {
            throw JournalFile.explain(error, path: file.path)
        }
    }

    /// Checks every entry from the first while the journal is at work; the first problem ends the check.
    public nonisolated func verifyWhole() async throws(JournalError) {
        var check = ChainCheck()
        while true {
            let batch = try await entries(after: check.tip.sequence, limit: 1000)
            for entry in batch {
                if let problem = check.problem(with: entry) {
                    throw .damaged(firstBad: check.tip.sequence + 1, problems: [problem])
                }
            }
            if batch.isEmpty { return }
        }
    }
}
