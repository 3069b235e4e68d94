public import CanonicalJSON
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
    /// Entries after the last head that fits; a copy and a journal that was closed have none.
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

/// Checks a journal's file: tables, chain, bodies, signed heads, keys of persons, and what others saw of it.
public enum JournalVerifier {
    /// - Parameters:
    ///   - trust: the keys that may have signed heads; without them heads are only compared with the entries.
    ///   - anchors: what somebody else has of this journal as JWS, receipts of a center, heads or results: the journal
    ///     must still hold what they saw.
    ///   - story: sees the entries that fit, in order, with their bodies; what it throws is a problem of that entry.
    public static func verify(
        path: String, trust: JWKS? = nil, anchors: [String] = [],
        story: (Entry, JSONValue) throws -> Void = { _, _ in }
    ) throws(JournalError) -> JournalReport {
        do throws(JournalError) {
            let file = try JournalFile(reading: path)
            var verification = JournalVerification(trust: trust)
            do {
                try verification.run(file, anchors: anchors, story: story)
            } catch {
                // What cannot be read to its end is damaged: that is a finding, not a failure to look.
                verification.note("the file cannot be read to its end: \(JournalFile.explain(error, path: path))")
            }
            return verification.report
        } catch .damaged(let firstBad, let problems) {
            var report = JournalReport()
            report.firstBad = firstBad
            report.problems = problems
            return report
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
