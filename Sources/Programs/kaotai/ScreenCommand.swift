import CanonicalJSON
import Hall
import Platform

private let screenHelp = """
    kaotai screen: what terminals show

      kaotai screen capture TERMINAL FILE.png
                        what this terminal shows now; `kaotai status` lists the terminals' names

    \(OperatorSocket.help)

    With --json one document {terminal, file, bytes} goes to standard output.
    Exit codes: 0 done, 64 usage, 69 no daemon answers or no such terminal is connected, 74 I/O error.

    """

/// `kaotai screen …`: the arguments after `screen`.
func screenCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(screenHelp)
        return options.has("help") ? .done : .usage
    }
    guard options.words[0] == "capture" else {
        throw Failure(
            .usage, "there is no `kaotai screen \(options.words[0])`; `kaotai screen --help` lists what there is")
    }
    guard options.words.count == 3 else {
        throw Failure(.usage, "`kaotai screen capture` wants a terminal's name and a file")
    }
    let (terminal, file) = (options.words[1], options.words[2])
    guard let png = try OperatorSocket.ask(.capture(terminal), options).stringValue.flatMap({ bytes(base64url: $0) })
    else { throw Failure(.badData, "the daemon sent no picture of \(terminal)") }
    try AtomicFile.write(png, to: file)
    if options.has("json") {
        try printJSON(["terminal": .string(terminal), "file": .string(file), "bytes": .integer(png.count)])
    } else {
        standardError("\(file): \(png.count) bytes\n")
    }
    return .done
}
