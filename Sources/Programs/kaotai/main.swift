import Platform

await runProgram("kaotai") {
    let arguments = CommandLine.arguments.dropFirst()
    guard let word = arguments.first else {
        standardError(Command.help)
        return .usage
    }
    switch word {
    case "--help", "help":
        standardOutput(Command.help)
        return .done
    case "--version":
        standardOutput("kaotai \(kaotaiVersion)\n")
        return .done
    default:
        guard let command = Command.all.first(where: { $0.word == word }) else {
            throw Failure(.usage, "there is no `kaotai \(word)`; `kaotai --help` lists what there is")
        }
        return try await command.run(Array(arguments.dropFirst()))
    }
}
