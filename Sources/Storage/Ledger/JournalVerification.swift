import CanonicalJSON
import Cryptography
import Platform
import SQLite

/// One check of one file, from its first page to its last; `Documentation/journal.md` says the same for others.
struct JournalVerification {
    private(set) var report = JournalReport()
    private let trust: JWKS?
    /// Problems beyond these are not listed.
    private static let maximumProblems = 100

    /// What is said of entries from elsewhere, by sequence: digest (base64url) and who says so.
    private var claims: [Int: [(digest: String, by: String)]] = [:]
    private var heads: Set<Int> = []
    private var appliances: Set<String> = []
    private var lastHead = 0
    /// The last entry whose digest somebody signed.
    private var proven = 0
    /// Keys of persons that must be in their table, with the entry that brought them.
    private var subjects: [String: (sequence: Int, digest: String)] = [:]

    init(trust: JWKS?) { self.trust = trust }

    mutating func note(_ problem: String) {
        if report.problems.count < Self.maximumProblems { report.problems.append(problem) }
    }

    mutating func run(
        _ file: JournalFile, anchors: [String], story: (Entry, JSONValue) throws -> Void
    ) throws {
        let sound = try file.connection.first("PRAGMA integrity_check(1)") { $0.text(0) }
        if sound != "ok" { note("the database is damaged: \(sound ?? "nothing can be read")") }
        try readHeads(file)
        for anchor in anchors { readAnchor(anchor) }
        try readEntries(file, story)
        try compareSubjects(file)
        // Behind the first bad entry nothing was looked up.
        let unseen = claims.filter { report.firstBad == nil || $0.key > report.entries || $0.key < 1 }
        for (sequence, all) in unseen.sorted(by: { $0.key < $1.key }) {
            note("entry \(sequence) was seen by \(all[0].by), and is not there: entries were removed")
        }
        report.unsigned = max(0, report.entries - lastHead)
        if report.entries == 0 { note("there is no entry") }
        if report.unsigned > 0, report.firstBad == nil {
            note("no head that fits is over the last \(report.unsigned) entries: nothing shows that they are all")
        }
        if appliances.count > 1 {
            note("heads and anchors speak for several appliances: \(appliances.sorted().joined(separator: ", "))")
        }
    }

    // MARK: What is claimed

    private mutating func readHeads(_ file: JournalFile) throws {
        var rows: [(sequence: Int, jws: String)] = []
        var strange = 0
        try file.connection.forEach("SELECT sequence, jws FROM head ORDER BY sequence") { row in
            if row.storage(0) == .integer, row.storage(1) == .text {
                rows.append((row.integer(0), row.text(1)))
            } else {
                strange += 1
            }
            return true
        }
        if strange > 0 { note("\(strange) heads are not stored as a number and a text") }
        for (sequence, jws) in rows {
            do {
                let head = try JournalVerifier.head(jws, trust: trust)
                guard head.sequence == sequence else {
                    note("the head stored at entry \(sequence) speaks of entry \(head.sequence)")
                    continue
                }
                appliances.insert(head.appliance)
                heads.insert(sequence)
                claims[sequence, default: []].append((head.digest, "its signed head"))
            } catch {
                note("the head over entry \(sequence): \(error)")
            }
        }
    }

    /// A receipt, a head, or a result, which names the entry before it.
    private struct Anchor: Decodable {
        struct Place: Decodable {
            let last: Int
            let digest: String
        }
        let appliance: String
        let sequence: Int?
        let digest: String?
        let journal: Place?
    }

    private mutating func readAnchor(_ jws: String) {
        do {
            let payload =
                if let trust { try JWS.verify(jws, keys: trust) } else { try JWS.unverifiedPayload(jws) }
            let anchor = try JSONCoder.decode(Anchor.self, from: payload)
            guard let sequence = anchor.sequence ?? anchor.journal?.last,
                let digest = anchor.digest ?? anchor.journal?.digest
            else { return note("an anchor names no entry of a journal") }
            appliances.insert(anchor.appliance)
            claims[sequence, default: []].append((digest, "the holder of an anchor"))
        } catch {
            note("an anchor: \((error as? JWSError)?.description ?? JSONCoder.explain(error))")
        }
    }

    // MARK: Entries

    private mutating func readEntries(_ file: JournalFile, _ story: (Entry, JSONValue) throws -> Void) throws {
        var check = ChainCheck()
        var last = Int.min
        try file.connection.forEach(
            "SELECT sequence, kind, stream, body, previous, digest FROM entry NOT INDEXED ORDER BY sequence"
        ) { row in
            // Pages of a damaged file may lead back to each other: reading on would never end.
            guard row.integer(0) > last else {
                note("entry \(row.integer(0)) stands after entry \(last)")
                report.firstBad = report.firstBad ?? check.tip.sequence + 1
                return false
            }
            last = row.integer(0)
            report.entries += 1
            // After the first break every later entry would be reported for the same cause.
            guard report.firstBad == nil else { return true }
            let next = check.tip.sequence + 1
            do {
                guard let entry = Self.entry(row) else {
                    throw ChainCheck.Problem("entry \(next) is not stored as numbers, texts and bytes should be")
                }
                if let problem = check.problem(with: entry) { throw ChainCheck.Problem(problem) }
                let body = try ChainCheck.body(of: entry)
                try take(entry, body)
                do {
                    try story(entry, body)
                } catch {
                    throw ChainCheck.Problem("entry \(next): \(JSONCoder.explain(error))")
                }
            } catch {
                report.firstBad = error is Mismatch ? proven + 1 : next
                note("\(error)")
            }
            return true
        }
    }

    /// A row whose values are stored in the classes that their columns declare; an altered file may hold others.
    private static func entry(_ row: borrowing Row) -> Entry? {
        let classes = (0..<6).map { row.storage($0) }
        guard classes == [.integer, .text, .text, .blob, .blob, .blob],
            let kind = String(validating: row.blob(1), as: UTF8.self),
            let stream = String(validating: row.blob(2), as: UTF8.self)
        else { return nil }
        return Entry(
            sequence: row.integer(0), kind: kind, stream: stream, body: row.blob(3), previous: row.blob(4),
            digest: row.blob(5))
    }

    /// The chain holds, and is not the one that somebody signed: it was computed anew.
    private struct Mismatch: Error, CustomStringConvertible { let description: String }

    private mutating func take(_ entry: Entry, _ body: JSONValue) throws {
        let sequence = entry.sequence
        let claimed = claims.removeValue(forKey: sequence) ?? []
        for claim in claimed where claim.digest != base64url(entry.digest) {
            throw Mismatch(description: "entry \(sequence) has another digest than the one that \(claim.by) says")
        }
        if !claimed.isEmpty { proven = sequence }
        if heads.contains(sequence) {
            report.heads += 1
            lastHead = sequence
        } else if body[Promise.head] == true {
            throw ChainCheck.Problem("the head over entry \(sequence) was removed")
        }
        for (name, digest) in body[Promise.subjects]?.objectValue ?? [:] {
            subjects[name] = (sequence, digest.stringValue ?? "")
        }
        if entry.kind == Entry.subjectErased, let name = body["subject"]?.stringValue { subjects[name] = nil }
    }

    // MARK: Keys of persons

    private mutating func compareSubjects(_ file: JournalFile) throws {
        // Beyond the first bad entry nobody knows which keys came and went.
        guard report.firstBad == nil else { return }
        var found: [(subject: Subject, sequence: Int)] = []
        var strange = 0
        try file.connection.forEach("SELECT subject, appliance, center, sequence FROM subject NOT INDEXED") { row in
            let isText = row.storage(0) == .text && row.storage(1) == .text
            if isText, row.storage(2) == .text || row.storage(2) == .null, row.storage(3) == .integer {
                let subject = Subject(subject: row.text(0), appliance: row.text(1), center: row.optionalText(2))
                found.append((subject, row.integer(3)))
            } else {
                strange += 1
            }
            return true
        }
        if strange > 0 { note("\(strange) keys of persons are not stored as texts and a number") }
        for (subject, sequence) in found {
            guard let known = subjects.removeValue(forKey: subject.subject) else {
                note("the key of subject \(subject.subject) came with no entry, or should have been erased")
                continue
            }
            guard known == (sequence, subject.digest) else {
                note("the key of subject \(subject.subject) is not the one that entry \(known.sequence) brought")
                continue
            }
        }
        for (name, known) in subjects.sorted(by: { $0.value.sequence < $1.value.sequence }) {
            note(
                "the key of subject \(name), brought by entry \(known.sequence), is gone, and no entry says that it was erased"
            )
        }
    }
}
