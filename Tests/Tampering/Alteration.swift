import CanonicalJSON
import Cryptography
import Glibc
import Ledger
import Platform

/// What somebody does to a journal's file.
public enum AlterationKind: String, CaseIterable, Sendable {
    /// A value of an entry is another.
    case edit
    /// Entries are gone.
    case deletion
    /// Entries are there that nobody wrote.
    case insertion
    /// Entries have changed places.
    case reordering
    /// One of these, and all digests after it computed anew, by somebody who knows the format.
    case rewrite
    /// The last entries are gone, with all that stands in other tables for them.
    case cutTail
    /// The file is one that was right earlier.
    case oldCopy
    /// A head or a person's key is another, gone, or more than there were.
    case tables
    /// The file's schema hides, shows or does something else.
    case schema
    /// Bytes of the file are others.
    case damage

    /// The seven that change what the journal says as a list of entries.
    public static let ofEntries: [AlterationKind] = [
        .edit, .deletion, .insertion, .reordering, .rewrite, .cutTail, .oldCopy,
    ]
}

/// Makes altered copies of a day's journal; the same day, kind and seed, the same copy.
public struct Alterations: Sendable {
    public let day: SmallDay
    let folder: String
    let entries: [Entry]
    /// In order, each over the entry of its number.
    let heads: [Int: String]
    /// Entries that say that a head is over them.
    let promised: Set<Int>
    /// Columns of the keys' table as SQL literals.
    let subjects: [[String]]
    /// A key that nobody trusts.
    let stranger: SigningKey

    /// - Parameter folder: for copies, best in memory.
    public init(of day: SmallDay, folder: String) throws {
        self.day = day
        self.folder = folder
        let path = "\(folder)/original.sqlite"
        try Self.write(day.journal, to: path)
        var entries: [Entry] = []
        try JournalVerifier.forEach(path: path) { entries.append($0) }
        self.entries = entries
        let file = try RawDatabase(path: path)
        var heads: [Int: String] = [:]
        for row in try file.rows("SELECT sequence || ' ' || jws FROM head") {
            let parts = row.split(separator: " ")
            heads[Int(parts[0]) ?? 0] = String(parts[1])
        }
        self.heads = heads
        promised = Set(
            entries.filter { String(decoding: $0.body, as: UTF8.self).contains("\"head\":true") }.map(\.sequence))
        subjects = try file.rows(
            "SELECT quote(subject) || '|' || quote(appliance) || '|' || quote(center) || '|' || sequence FROM subject"
        ).map { $0.split(separator: "|").map(String.init) }
        stranger = .generate()
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    }

    /// An altered copy's path, and what was done to it.
    public struct Altered: Sendable {
        public let path: String
        public let words: String
        /// Whether the file still says what it said: damaged bytes may have stood for nothing.
        public let saysTheSame: Bool
    }

    /// Makes a copy, and alters it.
    public func make(_ kind: AlterationKind, seed: UInt64, name: String = "altered") throws -> Altered {
        var random = SeededRandom(
            seed: seed &* 0x1000_0001 &+ UInt64(AlterationKind.allCases.firstIndex(of: kind) ?? 0))
        let path = "\(folder)/\(name).sqlite"
        unlink(path)
        try Self.write(day.journal, to: path)
        let words: String
        switch kind {
        case .damage: words = try damage(path, &random)
        case .oldCopy: words = try restoreOldCopy(path, &random)
        case .cutTail: words = try cutTail(path, atHead: random.next() % 2 == 0, &random)
        case .tables: words = try alterTables(path, &random)
        case .schema: words = try alterSchema(path, &random)
        case .edit, .deletion, .insertion, .reordering:
            let (changed, what) = change(kind, &random, chaining: false)
            try replace(path, with: changed)
            words = what
        case .rewrite: words = try rewrite(path, &random)
        }
        return Altered(path: path, words: words, saysTheSame: (try? contents(path)) == (try contents(original)))
    }

    var original: String { "\(folder)/original.sqlite" }

    func contents(_ path: String) throws -> [String] { try RawDatabase(path: path).contents() }

    /// A copy of the right journal that is made in another way, so that its bytes differ: no alteration.
    public func makeSound(seed: UInt64, name: String = "sound") throws -> String {
        var random = SeededRandom(seed: seed)
        let path = "\(folder)/\(name).sqlite"
        unlink(path)
        try Self.write(day.journal, to: path)
        let file = try RawDatabase(path: path)
        switch random.next() % 4 {
        case 0: break
        case 1: try file.run("VACUUM")
        case 2: try file.run("PRAGMA page_size = \([512, 1024, 8192][Int(random.next() % 3)]); VACUUM")
        default: try file.run("REINDEX")
        }
        return path
    }

    // MARK: Entries

    /// The file with these entries instead of its own; heads and keys stay.
    func replace(_ path: String, with changed: [Entry], and sql: [String] = []) throws {
        let same = zip(entries, changed).prefix { $0 == $1 }.count
        let file = try RawDatabase(path: path)
        try file.run("BEGIN")
        if same < entries.count { try file.run("DELETE FROM entry WHERE sequence > \(same)") }
        for entry in changed.dropFirst(same) { try file.insert(entry) }
        for statement in sql { try file.run(statement) }
        try file.run("COMMIT")
    }

    /// The list of entries with one change of a kind.
    ///
    /// - Parameter chaining: whoever does it renumbers and will compute all digests anew.
    func change(_ kind: AlterationKind, _ random: inout SeededRandom, chaining: Bool) -> ([Entry], String) {
        var list = entries
        let place = Int(random.next() % UInt64(list.count))
        switch kind {
        case .deletion:
            let count = min(1 + Int(random.next() % 4), list.count - place)
            // Without the last ones a chain is right: that is the cut of a tail.
            let first = place + count == list.count ? max(0, place - 1) : place
            list.removeSubrange(first..<first + count)
            if chaining || random.next() % 2 == 0 { list = renumbered(list) }
            return (list, "\(count) entries from \(first + 1) deleted")
        case .insertion:
            let source = list[Int(random.next() % UInt64(list.count))]
            var new = source.with(body: altered(source.body, &random) ?? source.body)
            if !chaining, random.next() % 3 == 0 {
                // Where nobody expects a number.
                let number = [0, -1, -7, 1 << 40, Int.max, Int.min][Int(random.next() % 6)]
                new = new.with(sequence: number)
                list.append(new)
                return (list.sorted { $0.sequence < $1.sequence }, "an entry \(number) inserted")
            }
            list.insert(new, at: place)
            if !chaining, random.next() % 2 == 0, place > 0 {
                // Half a chain: the new one follows, what comes after it does not.
                list[place] = new.chained(after: list[place - 1].tip)
            }
            return (renumbered(list), "an entry inserted before \(place + 1)")
        case .reordering:
            var other = Int(random.next() % UInt64(list.count - 1))
            if other >= place { other += 1 }
            list.swapAt(place, other)
            let sequences = entries.map(\.sequence)
            list = zip(list, sequences).map { $0.with(sequence: $1) }
            return (list, "entries \(place + 1) and \(other + 1) changed places")
        default:
            let old = list[place]
            var new = old
            while new == old {
                switch random.next() % (chaining ? 3 : 6) {
                case 0: new = old.with(kind: flipped(old.kind, &random))
                case 1: new = old.with(stream: flipped(old.stream, &random))
                case 2: new = old.with(body: altered(old.body, &random) ?? old.body + [0x20])
                case 3: new = old.with(body: flipped(old.body, &random))
                case 4: new = old.with(previous: flipped(old.previous, &random))
                default: new = old.with(digest: flipped(old.digest, &random))
                }
            }
            if !chaining, random.next() % 2 == 0, new.digest == old.digest { new = new.redigested }
            list[place] = new
            return (list, "entry \(place + 1) edited")
        }
    }

    private func renumbered(_ list: [Entry]) -> [Entry] {
        list.enumerated().map { $1.with(sequence: $0 + 1) }
    }

    /// A body that is as well formed as before and says something else.
    private func altered(_ body: [UInt8], _ random: inout SeededRandom) -> [UInt8]? {
        let digits = body.indices.filter { (49...57).contains(body[$0]) }
        guard !digits.isEmpty else { return nil }
        var changed = body
        let place = digits[Int(random.next() % UInt64(digits.count))]
        changed[place] = 49 + UInt8((Int(body[place]) - 49 + 1 + Int(random.next() % 8)) % 9)
        return changed
    }

    private func flipped(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var changed = bytes
        let place = Int(random.next() % UInt64(bytes.count))
        changed[place] ^= 1 << UInt8(random.next() % 8)
        return changed
    }

    /// ASCII stays ASCII.
    private func flipped(_ text: String, _ random: inout SeededRandom) -> String {
        var bytes = Array(text.utf8)
        bytes[Int(random.next() % UInt64(bytes.count))] = 97 + UInt8(random.next() % 26)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Entry {
    func with(
        sequence: Int? = nil, kind: String? = nil, stream: String? = nil, body: [UInt8]? = nil,
        previous: [UInt8]? = nil, digest: [UInt8]? = nil
    ) -> Entry {
        Entry(
            sequence: sequence ?? self.sequence, kind: kind ?? self.kind, stream: stream ?? self.stream,
            body: body ?? self.body, previous: previous ?? self.previous, digest: digest ?? self.digest)
    }

    /// With the digest that its other values give.
    var redigested: Entry {
        with(
            digest: Entry.digest(previous: previous, sequence: sequence, kind: kind, stream: stream, body: body))
    }

    func chained(after tip: Tip) -> Entry { with(sequence: tip.sequence + 1, previous: tip.digest).redigested }
}

/// All digests from the first difference on, computed anew.
func rechained(_ list: [Entry]) -> [Entry] {
    var tip = Tip.origin
    return list.map { entry in
        let next = entry.chained(after: tip)
        tip = next.tip
        return next
    }
}
