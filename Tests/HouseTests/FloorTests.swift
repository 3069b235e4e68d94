import Testing

/// Who imports whom.
@Suite struct FloorTests {
    /// What comes with Swift and the system.
    static let outside: Set<String> = ["Dispatch", "FoundationEssentials", "Glibc", "Synchronization"]
    /// Pure modules below the domain.
    static let pure: Set<String> = ["CanonicalJSON", "CivilTime"]

    /// What a file imports although it stands on the wrong floor for it.
    static func problems(in file: SourceFile, modules: [String: String]) -> [String] {
        guard let floor = House.floors.firstIndex(of: file.floor) else {
            return ["\(file.path): \(file.floor) is no floor of the house"]
        }
        return file.imports.compactMap { module in
            if file.floor == "Domain", !pure.contains(module), modules[module] != "Domain" {
                return "\(file.path): the domain is pure and may not import \(module)"
            }
            if outside.contains(module) { return nil }
            guard let other = modules[module], let otherFloor = House.floors.firstIndex(of: other) else {
                return "\(file.path): imports \(module), which is no module of ours"
            }
            return otherFloor <= floor
                ? nil : "\(file.path): \(file.floor) imports \(module) from \(other), a floor above"
        }
    }

    @Test func `every module imports only from its own floor and those below`() throws {
        let modules = try House.modules()
        let files = try House.sources()
        #expect(files.count > 100)
        let problems = files.flatMap { Self.problems(in: $0, modules: modules) }
        #expect(problems == [])
    }

    @Test(arguments: [
        ("Sources/Domain/Exam/A.swift", "import Glibc", "the domain is pure and may not import Glibc"),
        ("Sources/Domain/Exam/A.swift", "internal import Ledger", "the domain is pure and may not import Ledger"),
        ("Sources/Storage/Ledger/A.swift", "public import Hall", "Storage imports Hall from Appliance, a floor above"),
        ("Sources/Links/Courier/A.swift", "import Foundation", "imports Foundation, which is no module of ours"),
        ("Sources/Utilities/Odds/A.swift", "", "Utilities is no floor of the house"),
    ])
    func `an import on the wrong floor is found`(path: String, line: String, problem: String) throws {
        let file = SourceFile(path: path, text: "// made up\n\(line)\n")
        #expect(Self.problems(in: file, modules: try House.modules()) == ["\(path): \(problem)"])
    }

    /// Each program, and what it must not even link: the least it needs is all it gets.
    static let forbidden: [(program: String, modules: Set<String>)] = [
        (
            "kaotai-terminal",
            [
                "SQLite", "Ledger", "Cryptography", "QuestionBank", "Packages", "CardReaders", "CenterLink", "Hall",
                "CCurl",
            ]
        ),
        (
            "kaotaid",
            [
                "Terminal", "Display", "Touch", "CPangoCairo", "CQRencode", "CRSVG", "COpenCC", "Workshop", "Courier",
                "CCurl",
                "Center", "CMicrohttpd", "CVNCServer", "VirtualCards",
            ]
        ),
        ("kaotai-courier", ["QuestionBank", "Packages", "CardReaders", "IdentityCards", "Hall", "Terminal", "Center"]),
        ("kaotai-center", ["CardReaders", "Hall", "Terminal", "Courier", "CCurl", "CPangoCairo"]),
    ]

    /// Everything that a module imports, and what that imports in turn.
    static func reach(of module: String, in files: [SourceFile]) -> Set<String> {
        var reached: Set<String> = []
        var waiting = [module]
        while let next = waiting.popLast() {
            for imported in files.filter({ $0.module == next }).flatMap(\.imports)
            where reached.insert(imported).inserted {
                waiting.append(imported)
            }
        }
        return reached
    }

    @Test(arguments: forbidden.map(\.program))
    func `a program reaches nothing that it must not have`(program: String) throws {
        let row = try #require(Self.forbidden.first { $0.program == program })
        let reached = Self.reach(of: program, in: try House.sources())
        #expect(reached.contains("Platform"))
        #expect(reached.intersection(row.modules).sorted() == [])
        // The names are those of modules that exist: a renamed one is not watched by mistake.
        let modules = try House.modules()
        #expect(row.modules.filter { modules[$0] == nil } == [])
    }

    @Test func `what a program reaches through another module is found`() {
        let files = [
            SourceFile(path: "Sources/Programs/p/main.swift", text: "import Near"),
            SourceFile(path: "Sources/Links/Near/A.swift", text: "import Far"),
        ]
        #expect(Self.reach(of: "p", in: files) == ["Near", "Far"])
    }
}
