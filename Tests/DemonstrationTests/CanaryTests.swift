import Cryptography
import Demonstration
import Exam
import Glibc
import Platform
import TerminalLink
import Testing

/// A bank that is one canary beside the other: whoever holds a question in the plain is found out.
@Suite(.serialized) struct CanaryTests {
    @Test func `a daemon holds no question that it has not shown: not in memory, not on its disk`() async throws {
        let folder = "/tmp/kaotai-canary-\(hexadecimal(systemEntropy(4)))"
        defer { removeTree(folder) }
        let cage = Cage(beginning: "~\(hexadecimal(systemEntropy(5)))-")
        let planted = try cage.plant(in: "\(folder)/bank")
        #expect(planted.count >= 20)

        var options = ExamDay.all[0].options(out: "\(folder)/out")
        options.bank = "\(folder)/bank"
        options.seats = 1
        options.candidates = 1
        let report = try await Demonstration(options).run(disturber: cage)
        #expect(report.candidates.count == 1)

        let looks = cage.looks
        #expect(looks.count >= 2)
        for look in looks {
            #expect(look.inMemory.isSubset(of: look.shown), "not shown yet: \(look.inMemory.subtracting(look.shown))")
            #expect(look.onDisk == [])
            // The control: what was shown is found by the same search, in many mebibytes.
            #expect(!look.inMemory.isDisjoint(with: look.shown))
            #expect(look.bytes > 1 << 20)
        }
        // Some were shown and some were not, or nothing was proved.
        let shown = looks.reduce(into: Set<String>()) { $0.formUnion($1.shown) }
        #expect(shown.count >= 5 && shown.count < planted.count)
        // The search of files finds a plain copy where there is one.
        #expect(try cage.search.found(inFolder: "\(folder)/bank") == planted)
    }
}

/// Plants canaries in a copy of the test bank and looks for them while a candidate sits an exam.
private final class Cage: Disturber {
    struct Look: Sendable {
        var shown: Set<String>
        var inMemory: Set<String>
        var onDisk: Set<String>
        var bytes: Int
    }

    private struct State {
        var disturbance: Disturbance?
        var planted: Set<String> = []
        var shown: Set<String> = []
        var looks: [Look] = []
    }

    let search: MemorySearch
    private let beginning: String
    private let state = Guarded(State())

    init(beginning: String) {
        self.beginning = beginning
        search = MemorySearch(beginning: Array(beginning.utf8), length: "TEST-01".utf8.count)
    }

    var looks: [Look] { state.withLock { $0.looks } }

    /// Every text of every question gets a canary with the question's id.
    ///
    /// - Returns: the ids.
    func plant(in folder: String) throws -> Set<String> {
        let source = "\(ExamDay.repository)/Tests/Fixtures/bank"
        var ids: Set<String> = []
        for part in ["", "/blueprints", "/items", "/media"] {
            try makeDirectory(folder + part)
            for name in try listDirectory(source + part) where !isDirectory("\(source)\(part)/\(name)") {
                var bytes = try readFile("\(source)\(part)/\(name)")
                if name.hasSuffix(".items") {
                    var id = ""
                    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line -> String in
                        if line.hasPrefix("[") {
                            id = String(line.dropFirst().dropLast())
                            ids.insert(id)
                        }
                        let name = line.prefix { $0 != ":" }
                        let isText = name.hasSuffix(".zh-Hans") || name.hasSuffix(".en")
                        return isText && !id.isEmpty && !name.hasPrefix("picture")
                            ? "\(line) \(beginning)\(id)" : String(line)
                    }
                    bytes = Array(lines.joined(separator: "\n").utf8)
                }
                try AtomicFile.write(bytes, to: "\(folder)\(part)/\(name)")
            }
        }
        let planted = ids
        state.withLock { $0.planted = planted }
        return ids
    }

    func disturb(_ disturbance: Disturbance) async {
        state.withLock { $0.disturbance = disturbance }
    }

    func reached(_ terminal: String, _ screen: Screen) async {
        switch screen {
        case .question(let question):
            guard let place = question.stem.firstRange(of: beginning) else { return }
            let id = String(question.stem[place.upperBound...].prefix(search.length))
            let count = state.withLock { state in
                state.shown.insert(id)
                return state.shown.count
            }
            if count == 1 || count == 4 { look() }
        case .farewell: look()
        default: break
        }
    }

    private func look() {
        guard let disturbance = state.withLock({ $0.disturbance }), let daemon = disturbance.process("kaotaid"),
            let (inMemory, bytes) = try? search.found(inProcess: daemon),
            let onDisk = try? search.found(inFolder: disturbance.applianceFolder)
        else { return }
        state.withLock {
            // What was half overwritten since names no question any more.
            let questions = inMemory.intersection($0.planted)
            $0.looks.append(Look(shown: $0.shown, inMemory: questions, onDisk: onDisk, bytes: bytes))
        }
    }
}
