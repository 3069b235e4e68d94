import CanonicalJSON
import Cryptography
import Glibc
import Ledger
import Platform

/// Alterations of what stands beside the entries, and of the file as a whole.
extension Alterations {
    private func pick<Element>(_ list: [Element], _ random: inout SeededRandom) -> Element {
        list[Int(random.next() % UInt64(list.count))]
    }

    private var appliance: String { "hall-1" }

    private func head(over entry: Entry, by key: SigningKey) throws -> String {
        try JWS.sign(payload: Head(appliance: appliance, tip: entry.tip, at: "2026-11-22T09:00:00.000Z"), key: key)
    }

    /// What looks signed by the appliance, and was not.
    private func forgedHead(over entry: Entry, header: Substring) throws -> String {
        let own = try head(over: entry, by: stranger).split(separator: ".")
        let signed = "\(header).\(own[1])"
        return "\(signed).\(base64url(stranger.sign(Array(signed.utf8))))"
    }

    // MARK: The chain computed anew

    func rewrite(_ path: String, _ random: inout SeededRandom) throws -> String {
        let kind = pick([AlterationKind.edit, .deletion, .insertion, .reordering], &random)
        var (list, words) = change(kind, &random, chaining: true)
        let way = random.next() % 4
        let same = zip(entries, list).prefix { $0 == $1 }.count
        if way > 0 { list = list.enumerated().map { $0 < same ? $1 : $1.promisingNoHead } }
        list = rechained(list)
        var sql: [String] = []
        if way > 0 { sql.append("DELETE FROM head WHERE sequence > \(same)") }
        if way > 1, let last = list.last, let header = heads.values.first?.split(separator: ".").first {
            let jws = way == 2 ? try head(over: last, by: stranger) : try forgedHead(over: last, header: header)
            sql.append("INSERT INTO head VALUES (\(last.sequence), '\(jws)')")
        }
        try replace(path, with: list, and: sql)
        words += [", heads left", ", heads removed", ", a stranger's head", ", a forged head"][Int(way)]
        return words + ", digests computed anew"
    }

    /// A rewrite by somebody who minds everything that can be minded without the appliance's key: for the control.
    public func makeCarefulRewrite(name: String = "careful") throws -> String {
        let path = "\(folder)/\(name).sqlite"
        unlink(path)
        try Self.write(day.journal, to: path)
        guard let place = entries.firstIndex(where: { $0.kind == "checkIn.refused" }) else {
            throw Failure(.badData, "nobody was refused that day")
        }
        var list = entries
        let body = String(decoding: list[place].body, as: UTF8.self)
        list[place] = list[place].with(body: Array(body.replacing("noBooking", with: "expiredCard").utf8))
        // Results name the digest before them, and are signed as well.
        var tip = Tip.origin
        list = try list.enumerated().map { index, entry in
            let original = entries[index]
            var next = entry
            if index >= place, original.kind == "attempt.result" {
                next = entry.with(body: try resigned(original.body, after: tip))
            }
            next = next.chained(after: tip)
            tip = next.tip
            return next
        }
        let sql = try heads.keys.filter { $0 > place }.map {
            "UPDATE head SET jws = '\(try head(over: list[$0 - 1], by: stranger))' WHERE sequence = \($0)"
        }
        try replace(path, with: list, and: sql)
        return path
    }

    private func resigned(_ body: [UInt8], after tip: Tip) throws -> [UInt8] {
        var members = try JSONCoder.decode([String: JSONValue].self, from: body)
        let payload = try JWS.unverifiedPayload(members["jws"]?.stringValue ?? "")
        var result = try JSONCoder.decode([String: JSONValue].self, from: payload)
        var journal = result["journal"]?.objectValue ?? [:]
        journal["digest"] = .string(base64url(tip.digest))
        result["journal"] = .object(journal)
        members["jws"] = .string(try JWS.sign(payload: JSONValue.object(result), key: stranger))
        return JSONValue.object(members).canonicalBytes
    }

    // MARK: Less than there was

    /// Everything after an entry removed.
    private func cut(_ path: String, after sequence: Int, and more: [String] = []) throws {
        let file = try RawDatabase(path: path)
        for table in ["entry", "head", "subject"] { try file.run("DELETE FROM \(table) WHERE sequence > \(sequence)") }
        for statement in more { try file.run(statement) }
    }

    func cutTail(_ path: String, atHead: Bool, _ random: inout SeededRandom) throws -> String {
        let places = atHead ? heads.keys.sorted().filter { $0 < entries.count } : Array(1..<entries.count)
        let last = pick(places, &random)
        try cut(path, after: last)
        return "everything after entry \(last) cut off"
    }

    /// The journal as it was at one of its heads, with the keys that were there then.
    func restoreOldCopy(_ path: String, _ random: inout SeededRandom) throws -> String {
        let last = pick(heads.keys.sorted().filter { $0 < entries.count }, &random)
        try cut(path, after: last, and: try keysThen(last))
        if random.next() % 2 == 0 {
            try RawDatabase(path: path).run("PRAGMA page_size = \(pick([1024, 2048, 8192], &random)); VACUUM")
        }
        return "the file as it was at entry \(last)"
    }

    /// A cut at a head that leaves nothing contradictory behind: for the control.
    public func makeCleanCut(name: String = "cut") throws -> String {
        let path = "\(folder)/\(name).sqlite"
        unlink(path)
        try Self.write(day.journal, to: path)
        guard let last = heads.keys.filter({ $0 < entries.count }).max() else {
            throw Failure(.badData, "there is one head only")
        }
        try cut(path, after: last, and: try keysThen(last))
        return path
    }

    /// Keys that were erased after an entry, put back from an earlier copy.
    private func keysThen(_ last: Int) throws -> [String] {
        guard let copy = day.earlier.last else { return [] }
        let path = "\(folder)/earlier.sqlite"
        try Self.write(copy, to: path)
        let rows = try RawDatabase(path: path).rows(
            "SELECT quote(subject) || ',' || quote(appliance) || ',' || quote(center) || ',' || sequence FROM subject "
                + "WHERE sequence <= \(last)")
        let erased = Set(
            entries.filter { $0.kind == Entry.subjectErased && $0.sequence <= last }.compactMap {
                (try? JSONCoder.decode(JSONValue.self, from: $0.body))?["subject"]?.stringValue
            })
        return rows.filter { row in !erased.contains { row.hasPrefix("'\($0)'") } }
            .map { "INSERT OR IGNORE INTO subject VALUES (\($0))" }
    }

    // MARK: Tables beside the entries

    func alterTables(_ path: String, _ random: inout SeededRandom) throws -> String {
        let file = try RawDatabase(path: path)
        let sequences = heads.keys.sorted()
        let at = pick(sequences, &random)
        let jws = heads[at] ?? ""
        let other = pick(sequences.filter { $0 != at }, &random)
        let bare = pick(entries.map(\.sequence).filter { heads[$0] == nil }, &random)
        let entry = entries[at - 1]
        let header = jws.split(separator: ".")[0]
        func set(_ jws: String) throws { try file.run("UPDATE head SET jws = '\(jws)' WHERE sequence = \(at)") }
        let way = random.next() % 18
        switch way {
        case 0: try file.run("DELETE FROM head WHERE sequence = \(pick(promised.sorted(), &random))")
        case 1: try file.run("DELETE FROM head WHERE sequence >= \(pick(promised.sorted(), &random))")
        case 2:
            var bytes = Array(jws.utf8)
            let place = Int(random.next() % UInt64(bytes.count))
            let old = bytes[place]
            while bytes[place] == old { bytes[place] = pick(Array("ABCXYZabcxyz019-_.".utf8), &random) }
            try set(String(decoding: bytes, as: UTF8.self))
        case 3: try file.run("UPDATE head SET sequence = \(bare) WHERE sequence = \(at)")
        case 4:
            try set(heads[other] ?? "")
            try file.run("UPDATE head SET jws = '\(jws)' WHERE sequence = \(other)")
        case 5: try file.run("INSERT INTO head VALUES (\(pick([bare, 0, -1, entries.count + 3], &random)), '\(jws)')")
        case 6: try set(try head(over: entry, by: stranger))
        case 7: try set(try forgedHead(over: entry, header: header))
        case 8:
            // What was signed for another entry, under this one's words.
            let parts = (heads[other] ?? "").split(separator: ".")
            try set("\(header).\(jws.split(separator: ".")[1]).\(parts[2])")
        default: try alterKeys(file, way, &random)
        }
        return way < 9 ? "heads altered in way \(way)" : "keys of persons altered in way \(way)"
    }

    private func alterKeys(_ file: RawDatabase, _ way: UInt64, _ random: inout SeededRandom) throws {
        let row = pick(subjects, &random)
        let others = subjects.filter { $0 != row }
        func set(_ column: String, _ value: String) throws {
            try file.run("UPDATE subject SET \(column) = \(value) WHERE subject = \(row[0])")
        }
        switch way {
        case 9: try set("appliance", "substr(appliance, 1, 20) || '\(random.next() % 10)x' || substr(appliance, 23)")
        case 10: try set("center", "substr(center, 1, 20) || '\(random.next() % 10)x' || substr(center, 23)")
        case 11: try set("center", "NULL")
        case 12: try set("subject", "'subject-\(100 + random.next() % 900)'")
        case 13: try set("sequence", "sequence + \(1 + random.next() % 40)")
        case 14: try file.run("DELETE FROM subject WHERE subject = \(row[0])")
        case 15: try file.run("INSERT INTO subject VALUES ('s\(random.next())', 'a', 'b', \(1 + random.next() % 50))")
        case 16:
            guard let second = others.first else { return try set("center", "NULL") }
            try set("appliance", second[1])
            try file.run("UPDATE subject SET appliance = \(row[1]) WHERE subject = \(second[0])")
        default:
            try restoreErased(file)
        }
    }

    /// A key that was erased comes back.
    private func restoreErased(_ file: RawDatabase) throws {
        let path = "\(folder)/earlier.sqlite"
        try Self.write(day.earlier[day.earlier.count - 1], to: path)
        for row in try RawDatabase(path: path).rows(
            "SELECT quote(subject) || ',' || quote(appliance) || ',' || quote(center) || ',' || sequence FROM subject")
        {
            try file.run("INSERT OR IGNORE INTO subject VALUES (\(row))")
        }
    }
}

extension Entry {
    /// Without the word that a head is over it.
    var promisingNoHead: Entry {
        with(body: Array(String(decoding: body, as: UTF8.self).replacing("\"head\":true,", with: "").utf8))
    }
}
