import Platform
import SQLite
import SimulatedDisk
import Testing

/// The simulated disk does for SQLite what the system's does, and its cuts are what they say.
@Suite struct SimulatedDiskTests {
    private static func open(_ disk: SimulatedDisk, _ mode: String) throws -> Connection {
        try disk.folder("d").makeFolder("")
        return try connect("\(disk.path)/d/a.sqlite", SimulatedDisk.fileSystem, mode)
    }

    private static func connect(_ path: String, _ fileSystem: String?, _ mode: String) throws -> Connection {
        let connection = try Connection(path: path, fileSystem: fileSystem)
        try connection.execute(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = \(mode); PRAGMA cache_size = 4; PRAGMA temp_store = MEMORY"
        )
        return connection
    }

    /// Some hundred statements that grow, shrink and rebuild a database; gives what is in it in the end.
    private static func work(_ connection: Connection) throws -> [String] {
        try connection.execute("CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c BLOB) STRICT; CREATE INDEX i ON t(b)")
        for round in 1...20 {
            try connection.transaction {
                for number in 1...30 {
                    try connection.run(
                        "INSERT INTO t VALUES (?, ?, ?)", round * 1000 + number, "text \(number % 7)",
                        [UInt8](repeating: UInt8(number), count: number * 97))
                }
            }
            try connection.execute("DELETE FROM t WHERE a / 1000 >= \(round - 1) AND a % 5 = \(round % 5)")
            if round % 6 == 0 {
                connection.rollBack()
                try connection.execute("BEGIN; DELETE FROM t; ROLLBACK")
            }
        }
        try connection.checkpoint(truncating: true)
        try connection.execute("VACUUM")
        #expect(try connection.first("PRAGMA integrity_check") { $0.text(0) } == "ok")
        return try connection.rows("SELECT a, b, length(c), hex(c) FROM t ORDER BY b, a") {
            "\($0.integer(0)) \($0.text(1)) \($0.integer(2)) \($0.text(3))"
        }
    }

    @Test(arguments: ["WAL", "DELETE", "TRUNCATE", "PERSIST"])
    func `SQLite finds on it what it finds on the system's`(mode: String) throws {
        let folder = "/tmp/kaotai-simulated-\(mode)-\(systemEntropy(6).map(String.init).joined())"
        try makeDirectory(folder)
        defer { removeTree(folder) }
        let real = try Self.work(try Self.connect("\(folder)/a.sqlite", nil, mode))
        let disk = SimulatedDisk()
        #expect(try Self.work(try Self.open(disk, mode)) == real)
        #expect(real.count > 300)
        // And again by who opens it after the process died.
        let again = try Self.open(disk.kill(), mode)
        #expect(try again.first("SELECT count(*) FROM t") { $0.integer(0) } == real.count)
    }

    @Test func `one writer at a time, and a dead disk answers nobody`() throws {
        let disk = SimulatedDisk()
        let first = try Self.open(disk, "WAL")
        try first.execute("CREATE TABLE t(a INTEGER) STRICT")
        let busy = #expect(throws: SQLiteError.self) { try Self.open(disk, "WAL").execute("SELECT * FROM t") }
        #expect(busy?.isBusy == true)
        let next = try Self.open(disk.kill(), "WAL")
        try next.execute("INSERT INTO t VALUES (1)")
        #expect(throws: SQLiteError.self) { try first.execute("INSERT INTO t VALUES (2)") }
    }

    @Test func `pieces that copies share hold what a plain array holds`() {
        var random = SplitMix64(seed: 7)
        var content = FileContent()
        var plain: [UInt8] = []
        var copies: [(FileContent, [UInt8])] = []
        for round in 0..<400 {
            if Int.random(in: 0..<6, using: &random) == 0 {
                let size = Int.random(in: 0...30_000, using: &random)
                content.truncate(to: size)
                plain = Array(plain.prefix(size)) + [UInt8](repeating: 0, count: max(0, size - plain.count))
            } else {
                let offset = Int.random(in: 0...25_000, using: &random)
                let bytes = (0..<Int.random(in: 1...9_000, using: &random)).map {
                    UInt8(truncatingIfNeeded: $0 ^ round)
                }
                content.write(bytes, at: offset)
                plain += [UInt8](repeating: 0, count: max(0, offset + bytes.count - plain.count))
                plain.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
            }
            if round % 40 == 0 { copies.append((content, plain)) }
        }
        #expect(content.bytes == plain)
        #expect(copies.allSatisfy { $0.0.bytes == $0.1 })
    }

    @Test func `a cut keeps what was synced, and of the rest any sectors`() throws {
        let disk = SimulatedDisk(DiskModel(files: ["d/a": [UInt8](repeating: 1, count: 4096)]))
        let folder = disk.folder("d")
        let file = try folder.create("b", mode: 0o640)
        try file.write([UInt8](repeating: 2, count: 4096))
        try file.synchronize()
        #expect(disk.model.afterCut(.none).paths == ["d/a"])
        try folder.synchronizeNames(in: "")
        #expect(disk.model.afterCut(.none).content("d/b")?.bytes == [UInt8](repeating: 2, count: 4096))
        try file.write([UInt8](repeating: 3, count: 4096))
        #expect(disk.model.afterCut(.none).content("d/b")?.count == 4096)
        #expect(disk.model.afterCut(.all).content("d/b")?.count == 8192)
        var seen: Set<[UInt8]> = []
        for seed in 0..<200 as Range<UInt64> {
            let bytes = try #require(disk.model.afterCut(.random(seed: seed)).content("d/b")).bytes
            #expect(bytes.prefix(4096).allSatisfy { $0 == 2 })
            // Sectors are whole: all new, or as if never written.
            for start in stride(from: 4096, to: bytes.count, by: 512) {
                let sector = Set(bytes[start..<(start + 512)])
                #expect(sector == [3] || sector == [0])
            }
            seen.insert(bytes)
        }
        #expect(seen.count > 50)
    }

    @Test func `names change in their order, and a renamed file may be without its bytes`() throws {
        let disk = SimulatedDisk(DiskModel(files: ["d/a": [1]]))
        let folder = disk.folder("d")
        try folder.create("b", mode: 0o640).write([2])
        try folder.rename("b", to: "a")
        try folder.remove("a")
        let images = (0..<100 as Range<UInt64>).map { disk.model.afterCut(.random(seed: $0)) }
        let found = Set(images.map { model in model.paths.map { "\($0)=\(model.content($0)?.bytes ?? [])" } })
        // Nothing; the file made; its byte there or not; the old one replaced by what was not synced; all gone.
        #expect(
            found.isSubset(of: [
                ["d/a=[1]"], ["d/a=[1]", "d/b=[]"], ["d/a=[1]", "d/b=[2]"], ["d/a=[]"], ["d/a=[2]"], [],
            ]))
        #expect(found.contains(["d/a=[]"]) && found.contains(["d/a=[1]"]) && found.contains([]))
    }

    @Test func `what replaces a file is there whole or not at all; without its sync it is not`() throws {
        func replace(_ rule: (@Sendable (SimulatedDisk.Request) -> SimulatedDisk.Outcome)?) throws -> Set<[UInt8]> {
            let disk = SimulatedDisk(DiskModel(files: ["d/a": [1, 1]]), isRecording: true)
            var cut = disk.model
            disk.setRule(rule)
            try AtomicFile.write([UInt8](repeating: 2, count: 2048), to: "a", in: disk.folder("d"))
            var seen: Set<[UInt8]> = []
            for operation in disk.log + [.synchronizeNames(folder: "none")] {
                for seed in 0..<40 as Range<UInt64> {
                    seen.insert(cut.afterCut(.random(seed: seed)).content("d/a")?.bytes ?? [])
                }
                cut.apply(operation)
            }
            return seen
        }
        #expect(try replace(nil) == [[1, 1], [UInt8](repeating: 2, count: 2048)])
        #expect(try replace { $0.kind == .synchronize ? .claimed : .passes }.count > 2)
    }

    @Test func `the log played back gives the same disk, and equal disks have equal sums`() throws {
        let disk = SimulatedDisk(isRecording: true)
        let connection = try Self.open(disk, "WAL")
        _ = try Self.work(connection)
        var played = DiskModel()
        for operation in disk.log { played.apply(operation) }
        var live = disk.model
        #expect(live.paths == played.paths)
        #expect(live.paths.allSatisfy { live.content($0)?.bytes == played.content($0)?.bytes })
        #expect(live.sum() == played.sum())
        let before = live.sum()
        try connection.execute("DELETE FROM t WHERE a = (SELECT max(a) FROM t)")
        live = disk.model
        #expect(live.sum() != before)
    }

    @Test func `a full disk refuses what needs room and takes what needs none`() throws {
        let disk = SimulatedDisk(capacity: 64 << 10)
        let folder = disk.folder("d")
        try folder.makeFolder("")
        try folder.reserve("ballast", bytes: 40 << 10)
        #expect(try folder.freeSpace() == 24 << 10)
        let file = try folder.create("a", mode: 0o640)
        try file.write([UInt8](repeating: 1, count: 24 << 10))
        let error = #expect(throws: SystemError.self) { try file.write([1]) }
        #expect(error?.isOutOfSpace == true)
        try folder.remove("ballast")
        try file.write([1])
        #expect(try folder.freeSpace() == 36 << 10)
    }
}
