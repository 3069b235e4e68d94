import Glibc
import Platform
import Testing

/// A rule that a line of code can break.
struct HouseRule: Sendable {
    let name: String
    /// The paths it holds for, by their beginnings.
    let within: [String]
    /// The paths it does not hold for.
    let except: [String]
    let words: [String]
    /// Whether a comment can break it too.
    let inComments: Bool

    init(_ name: String, within: [String], except: [String] = [], words: [String], inComments: Bool = false) {
        self.name = name
        self.within = within
        self.except = except
        self.words = words
        self.inComments = inComments
    }

    func problems(in file: SourceFile) -> [String] {
        guard within.contains(where: file.path.hasPrefix), !except.contains(where: file.path.hasPrefix) else {
            return []
        }
        // Most files break no rule: one look at the whole text spares looking at its lines.
        guard words.contains(where: { word in file.text.withCString { strstr($0, word) != nil } }) else { return [] }
        return file.lines.enumerated().flatMap { number, line in
            let code = inComments ? line[...] : Self.withoutComment(line)
            return words.filter { Self.contains($0, in: code) }.map { "\(file.path):\(number + 1): \(name): \($0)" }
        }
    }

    private static func withoutComment(_ line: String) -> Substring {
        guard let slashes = line.firstRange(of: "//"), !line[..<slashes.lowerBound].contains("\"") else {
            return line[...]
        }
        return line[..<slashes.lowerBound]
    }

    /// Whether a word stands in a line as a word, not as the end or the beginning of a longer one.
    private static func contains(_ word: String, in line: Substring) -> Bool {
        var rest = line
        while let found = rest.firstRange(of: word) {
            let before = found.lowerBound > line.startIndex ? line[line.index(before: found.lowerBound)] : " "
            let after = found.upperBound < line.endIndex ? line[found.upperBound] : " "
            let startsClean = !isPart(before) || !isPart(word.first ?? " ")
            let endsClean = !isPart(after) || !isPart(word.last ?? " ")
            if startsClean && endsClean { return true }
            rest = rest[found.upperBound...]
        }
        return false
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    static let all = [
        HouseRule(
            "unfinished work is reported, not left in the tree", within: ["Sources/", "Tests/"],
            words: ["TODO", "FIXME", "XXX", "HACK"], inComments: true),
        HouseRule(
            "what can fail throws, and what cannot is a precondition with words", within: ["Sources/"],
            words: ["try!", "as!", "fatalError("]),
        HouseRule(
            "output goes through standardOutput, standardError or Log", within: ["Sources/"],
            words: ["print(", "debugPrint(", "NSLog("]),
        HouseRule(
            "one way to read and write JSON: JSONCoder", within: ["Sources/"],
            except: ["Sources/Platform/CanonicalJSON/"],
            words: ["JSONEncoder", "JSONDecoder", "JSONSerialization", "FoundationEssentials"]),
        HouseRule(
            "Dispatch's sources are used through Platform's watches and timers", within: ["Sources/"],
            except: ["Sources/Platform/"], words: ["DispatchSource"]),
        HouseRule(
            "what threads share is Guarded", within: ["Sources/"],
            except: ["Sources/Platform/Platform/Guarded.swift"], words: ["Mutex"]),
        HouseRule(
            "what a daemon keeps is written through StateFolder and replaced by AtomicFile",
            within: ["Sources/Storage/", "Sources/Links/", "Sources/Center/", "Sources/Appliance/Hall/"],
            // Puts together what comes in parts, then hands it to AtomicFile.
            except: ["Sources/Appliance/Hall/BankFolder.swift"],
            words: ["O_CREAT", "O_TRUNC", "O_APPEND", "rename(", "fopen(", "creat(", "posix_fallocate("]),
        HouseRule("a task belongs to whoever started it", within: ["Sources/"], words: ["Task.detached"]),
        HouseRule(
            "points, times and counts are integers where something is decided",
            within: [
                "Sources/Domain/", "Sources/Storage/", "Sources/Links/", "Sources/Center/", "Sources/Appliance/Hall/",
            ],
            words: ["Double", "Float", "CGFloat"]),
        HouseRule(
            "the domain has no clock and no randomness of its own", within: ["Sources/Domain/"],
            words: [
                ".random(", ".shuffled()", ".randomElement()", "SystemRandomNumberGenerator", "ContinuousClock",
                "SuspendingClock", "clock_gettime", "Date()",
            ]),
        HouseRule(
            "a day and a date of the hall come from Hall.clock and Hall.today, which know whether the clock is believed",
            within: ["Sources/Appliance/Hall/"], except: ["Sources/Appliance/Hall/Hall+Clock.swift"],
            words: ["wall()"]),
        HouseRule(
            "a test waits for what happens, not for time to pass", within: ["Tests/"],
            // Looks for a condition again and again, and gives way in between.
            except: ["Tests/LedgerTests/Support.swift", "Tests/DemonstrationTests/Storm.swift"],
            words: ["Task.sleep", "Thread.sleep", "usleep", "nanosleep"]),
    ]
}

@Suite struct RuleTests {
    @Test(arguments: HouseRule.all.map(\.name))
    func `the tree keeps the rule`(name: String) throws {
        let rule = try #require(HouseRule.all.first { $0.name == name })
        let problems = try (House.sources() + House.tests()).flatMap(rule.problems)
        #expect(problems == [])
    }

    @Test(arguments: [
        ("Sources/Links/Courier/A.swift", "    // TODO: later"),
        ("Sources/Appliance/Hall/A.swift", "let entry = try! read()"),
        ("Sources/Appliance/Hall/A.swift", "let seat = value as! SeatID"),
        ("Sources/Programs/kaotaid/main.swift", "print(\"started\")"),
        ("Sources/Storage/Ledger/A.swift", "let text = try JSONEncoder().encode(value)"),
        ("Sources/Devices/Touch/A.swift", "let source = DispatchSource.makeReadSource(fileDescriptor: 3)"),
        ("Sources/Center/Center/A.swift", "let count = Mutex(0)"),
        ("Sources/Center/Center/A.swift", "Task.detached { }"),
        ("Sources/Appliance/Hall/A.swift", "guard rename(temporary, path) == 0 else { return }"),
        ("Sources/Storage/Ledger/A.swift", "let file = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT)"),
        ("Sources/Domain/Exam/A.swift", "let share: Double = 0.9"),
        ("Sources/Domain/Exam/A.swift", "let seat = seats.randomElement()!"),
        ("Sources/Appliance/Hall/A.swift", "let today = parts.time.wall().date()"),
        ("Tests/ExamTests/A.swift", "try await Task.sleep(for: .seconds(1))"),
    ])
    func `a line that breaks a rule is found`(path: String, line: String) {
        let file = SourceFile(path: path, text: "let before = 1\n\(line)\n")
        let found = HouseRule.all.flatMap { $0.problems(in: file) }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("\(path):2: ") == true)
    }

    @Test func `words inside longer words, and code words in comments, break no rule`() {
        let file = SourceFile(
            path: "Sources/Domain/Exam/A.swift",
            text: "blueprint(at: 1) // a Double would round here\nlet notADoubleAtAll = fingerprint(2)\n")
        #expect(HouseRule.all.flatMap { $0.problems(in: file) } == [])
    }

    @Test func `a file has one subject, a name that says it, and fewer than 400 lines`() throws {
        let files = try House.sources() + House.tests()
        #expect(files.filter { $0.lines.count > 400 }.map { "\($0.path): \($0.lines.count) lines" } == [])
        let vague = ["Manager", "Helper", "Util", "Misc", "Common"]
        #expect(
            files.map(\.path).filter { path in vague.contains { path.split(separator: "/").last?.contains($0) == true }
            } == [])
    }

    @Test(arguments: ["README.md", "CONTRIBUTING.md", "QuestionBank/README.md"])
    func `what the documents point at is there`(document: String) throws {
        let text = String(decoding: try readFile("\(House.root)/\(document)"), as: UTF8.self)
        let folder = document.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        for piece in text.split(separator: "](", omittingEmptySubsequences: false).dropFirst() {
            let target = piece.prefix { $0 != ")" && $0 != "#" }
            if target.isEmpty || target.contains("://") { continue }
            #expect(fileExists("\(House.root)\(folder)/\(target)"), "\(document) points at \(target)")
        }
    }
}
