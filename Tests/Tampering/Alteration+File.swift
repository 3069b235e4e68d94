import Glibc
import Ledger
import Platform

/// Alterations of the schema, and of bytes.
extension Alterations {
    private func pick<Element>(_ list: [Element], _ random: inout SeededRandom) -> Element {
        list[Int(random.next() % UInt64(list.count))]
    }

    func alterSchema(_ path: String, _ random: inout SeededRandom) throws -> String {
        let file = try RawDatabase(path: path)
        let name = "n\(random.next() % 1_000_000)"
        let at = 1 + Int(random.next() % UInt64(entries.count))
        let way = Int(random.next() % 20)
        let columns = "sequence, kind, stream, body, previous, digest"
        /// The table built anew with other words, its rows as they were.
        func rebuild(_ table: String, columns: String, _ definition: String, _ more: [String] = []) throws {
            try file.run("ALTER TABLE \(table) RENAME TO old_\(table)")
            try file.run("CREATE TABLE \(table)\(definition)")
            try file.run("INSERT INTO \(table) SELECT \(columns) FROM old_\(table); DROP TABLE old_\(table)")
            if table == "entry" { try file.run("CREATE INDEX entry_stream ON entry(stream, sequence)") }
            for statement in more { try file.run(statement) }
        }
        switch way {
        case 0: try file.run("CREATE TRIGGER \(name) AFTER INSERT ON entry BEGIN DELETE FROM head; END")
        case 1: try file.run("CREATE VIEW \(name) AS SELECT * FROM entry WHERE sequence < \(at)")
        case 2: try file.run("CREATE TABLE \(name)(a, b)")
        case 3: try file.run("DROP INDEX \(pick(["entry_stream", "subject_sequence"], &random))")
        case 4: try file.run("CREATE INDEX \(name) ON entry(kind, sequence) WHERE sequence > \(at)")
        case 5:
            try file.run("ALTER TABLE entry RENAME TO \(name)")
            try file.run("CREATE VIEW entry AS SELECT \(columns) FROM \(name) WHERE sequence <> \(at)")
        case 6:
            try rebuild(
                "entry", columns: columns,
                "(sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, stream TEXT NOT NULL, body, previous, digest)")
        case 7:
            try rebuild(
                "entry", columns: columns,
                "(sequence INT PRIMARY KEY, kind TEXT, stream TEXT, body BLOB, previous BLOB, digest BLOB) WITHOUT ROWID",
                [
                    "INSERT INTO entry SELECT 'x' || sequence, kind, stream, body, previous, digest FROM entry LIMIT \(at)"
                ])
        case 8:
            try rebuild(
                "entry", columns: columns,
                "(sequence INTEGER, kind TEXT, stream TEXT, body BLOB, previous BLOB, digest BLOB)",
                ["INSERT INTO entry SELECT \(columns) FROM entry WHERE sequence = \(at)"])
        case 9: try file.run("ALTER TABLE \(pick(["entry", "head", "subject"], &random)) ADD COLUMN \(name) TEXT")
        case 10: try file.run("ALTER TABLE entry RENAME COLUMN kind TO \(name)")
        case 11:
            try rewriteSchema(
                file, "entry", replacing: "stream TEXT NOT NULL", with: "stream TEXT NOT NULL COLLATE NOCASE")
            try file.run("REINDEX")
        case 12:
            try file.run("PRAGMA writable_schema = ON")
            try file.run(
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'head') "
                    + "WHERE name = '\(pick(["entry", "subject"], &random))'")
        case 13:
            // An index that leaves entries out, under the words of one that does not.
            try keepingSchema(file, "entry_stream", adding: " WHERE sequence <> \(at)") { try file.run("REINDEX") }
        case 14:
            let column = pick(["kind", "stream"], &random)
            try keepingSchema(file, "entry", removing: " STRICT") {
                try file.run("UPDATE entry SET \(column) = CAST(\(column) AS BLOB) WHERE sequence = \(at)")
            }
        case 15:
            let column = pick(["body", "previous", "digest"], &random)
            try keepingSchema(file, "entry", removing: " STRICT") {
                try file.run("UPDATE entry SET \(column) = CAST(\(column) AS TEXT) WHERE sequence = \(at)")
            }
        case 16:
            try keepingSchema(file, "head", removing: " STRICT") {
                try file.run(
                    "UPDATE head SET jws = CAST(jws AS BLOB) WHERE sequence = \(pick(heads.keys.sorted(), &random))")
            }
        case 17: try file.run("PRAGMA user_version = \(pick([0, 2, 77, -1], &random))")
        case 18: try file.run("PRAGMA application_id = \(random.next() % 1_000_000)")
        default:
            try keepingSchema(file, "subject", removing: " STRICT") {
                try file.run("UPDATE subject SET appliance = CAST(appliance AS BLOB)")
            }
        }
        return "schema altered in way \(way)"
    }

    private func rewriteSchema(_ file: RawDatabase, _ name: String, replacing old: String, with new: String) throws {
        try file.run("PRAGMA writable_schema = ON")
        try file.run("UPDATE sqlite_schema SET sql = replace(sql, '\(old)', '\(new)') WHERE name = '\(name)'")
        try file.run("PRAGMA writable_schema = RESET")
    }

    /// Changes a definition, does something under it, and puts its words back.
    private func keepingSchema(
        _ file: RawDatabase, _ name: String, removing: String = "", adding: String = "", _ work: () throws -> Void
    ) throws {
        let sql = try file.rows("SELECT sql FROM sqlite_schema WHERE name = '\(name)'")[0]
        func set(_ sql: String) throws {
            try file.run("PRAGMA writable_schema = ON")
            try file.run("UPDATE sqlite_schema SET sql = CAST(\(blob(sql)) AS TEXT) WHERE name = '\(name)'")
            try file.run("PRAGMA writable_schema = RESET")
        }
        // The last word only: "STRICT" stands at the end.
        var changed = sql + adding
        if let place = changed.ranges(of: removing).last, !removing.isEmpty { changed.removeSubrange(place) }
        if !removing.isEmpty, changed == sql {
            let line = "\n" + removing.dropFirst()
            if let place = changed.ranges(of: line).last { changed.removeSubrange(place) }
        }
        try set(changed)
        try work()
        try set(sql)
    }

    func damage(_ path: String, _ random: inout SeededRandom) throws -> String {
        var bytes = day.journal
        let size = UInt64(bytes.count)
        let page = 4096
        let pages = bytes.count / page
        let words: String
        switch random.next() % 6 {
        case 0:
            let count = 1 + Int(random.next() % 8)
            for _ in 0..<count { bytes[Int(random.next() % size)] ^= UInt8(1 + random.next() % 255) }
            words = "\(count) bytes"
        case 1:
            let place = Int(random.next() % (size / 512)) * 512
            for index in place..<place + 512 { bytes[index] = 0 }
            words = "a sector of zeros at \(place)"
        case 2:
            let count = 1 + Int(random.next() % (size - 1))
            bytes.removeLast(count)
            words = "\(count) bytes cut off"
        case 3:
            let (a, b) = (Int(random.next() % UInt64(pages)), Int(random.next() % UInt64(pages)))
            for index in 0..<page { bytes.swapAt(a * page + index, b * page + index) }
            words = "pages \(a + 1) and \(b + 1) changed places"
        case 4:
            let (a, b) = (Int(random.next() % UInt64(pages)), Int(random.next() % UInt64(pages)))
            for index in 0..<page { bytes[a * page + index] = bytes[b * page + index] }
            words = "page \(b + 1) over page \(a + 1)"
        default:
            // One bit, as a disk that rots changes it.
            bytes[Int(random.next() % size)] ^= 1 << UInt8(random.next() % 8)
            words = "one bit"
        }
        unlink(path)
        try Self.write(bytes, to: path)
        return words
    }
}
