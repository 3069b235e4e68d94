import Platform

/// One Swift file of the tree, as the house rules see it.
struct SourceFile {
    /// From the repository's root: `Sources/Domain/Exam/Paper.swift`.
    let path: String
    let text: String
    let lines: [String]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private var parts: [Substring] { path.split(separator: "/") }
    /// `Domain`, for a file under `Sources`.
    var floor: String { parts.count > 3 ? String(parts[1]) : "" }
    /// `Exam`, for a file under `Sources`.
    var module: String { parts.count > 3 ? String(parts[2]) : "" }

    /// The modules that the file imports.
    var imports: [String] {
        lines.compactMap { line in
            var words = line.split(separator: " ")
            while let first = words.first, first.hasPrefix("@") || ["public", "internal", "private"].contains(first) {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { return nil }
            return String(words[1].prefix { $0 != "." && $0 != ";" })
        }
    }
}

/// The tree that these tests were built from.
enum House {
    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// Floors from the ground up; a floor imports from itself and from those below it.
    static let floors = [
        "SystemLibraries", "Platform", "Domain", "Storage", "Devices", "Links", "Authoring", "Center", "Appliance",
        "Proving", "Programs",
    ]

    static func sources() throws -> [SourceFile] { try swiftFiles(under: "Sources") }

    /// The tests, but not these: they hold examples of what they forbid.
    static func tests() throws -> [SourceFile] {
        try swiftFiles(under: "Tests").filter { !$0.path.hasPrefix("Tests/HouseTests/") }
    }

    /// Each module with its floor.
    static func modules() throws -> [String: String] {
        var modules: [String: String] = [:]
        for floor in try listDirectory("\(root)/Sources") {
            for module in try listDirectory("\(root)/Sources/\(floor)") { modules[module] = floor }
        }
        return modules
    }

    private static func swiftFiles(under folder: String) throws -> [SourceFile] {
        try listDirectory("\(root)/\(folder)").sorted().flatMap { name -> [SourceFile] in
            let path = "\(folder)/\(name)"
            if isDirectory("\(root)/\(path)") { return try swiftFiles(under: path) }
            guard name.hasSuffix(".swift") else { return [] }
            return [SourceFile(path: path, text: String(decoding: try readFile("\(root)/\(path)"), as: UTF8.self))]
        }
    }
}
