/// What stood on a command line: words, and options declared beforehand.
public struct Arguments: Sendable {
    public let words: [String]
    private let values: [String: [String]]
    private let flags: Set<String>

    /// Reads `--name value`, `--name=value` and bare flags; `--` ends the options.
    ///
    /// - Throws: `Failure` with code 64 for an option that was not declared or lacks its value.
    public init(_ arguments: some Sequence<String>, options: Set<String> = [], flags known: Set<String> = [])
        throws(Failure)
    {
        var words: [String] = []
        var values: [String: [String]] = [:]
        var flags: Set<String> = []
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                break
            }
            guard argument.hasPrefix("--") else {
                words.append(argument)
                continue
            }
            let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if options.contains(name) {
                if parts.count == 2 {
                    values[name, default: []].append(String(parts[1]))
                } else if let value = rest.popFirst() {
                    values[name, default: []].append(value)
                } else {
                    throw Failure(.usage, "--\(name) wants a value")
                }
            } else if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else {
                throw Failure(.usage, "unknown option --\(name); --help lists them")
            }
        }
        self.words = words
        self.values = values
        self.flags = flags
    }

    public func has(_ flag: String) -> Bool { flags.contains(flag) }
    public func value(_ name: String) -> String? { values[name]?.last }
    public func values(_ name: String) -> [String] { values[name] ?? [] }

    public func required(_ name: String) throws(Failure) -> String {
        guard let value = value(name) else { throw Failure(.usage, "--\(name) is missing; --help shows the usage") }
        return value
    }

    public func integer(_ name: String) throws(Failure) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text) else { throw Failure(.usage, "--\(name) wants a whole number, not \"\(text)\"") }
        return number
    }
}

public let kaotaiVersion = "0.1.0"
