import Center
import Platform

await runProgram("kaotai-center") {
    let arguments = try Arguments(
        CommandLine.arguments.dropFirst(), options: CenterCommands.options, flags: CenterCommands.flags)
    if arguments.has("help") {
        standardOutput(CenterCommands.usage)
        return .done
    }
    if arguments.has("version") {
        standardOutput("kaotai-center \(kaotaiVersion)\n")
        return .done
    }
    return try await CenterCommands.run(arguments)
}
