import Hall
import Platform

let usage = """
    kaotaid: the daemon of an exam hall.

    usage: kaotaid --config FILE
           kaotaid --help | --version

    Holds the journal, the device keys, the question bank and the card readers; serves the terminals, the courier and
    the operators over Unix sockets named in FILE. Runs in the foreground, logs to standard error, stops at SIGTERM.
    Starting is recovering: every exam stands where the journal ends.

    """

await runProgram("kaotaid") {
    let arguments = try Arguments(CommandLine.arguments.dropFirst(), options: ["config"], flags: ["help", "version"])
    if arguments.has("help") {
        standardOutput(usage)
        return .done
    }
    if arguments.has("version") {
        standardOutput("kaotaid \(kaotaiVersion)\n")
        return .done
    }
    let daemon = try await Daemon(configurationFile: try arguments.required("config")) { reason in
        // Nothing may be shown as saved any more: the supervisor starts us again, and starting is verifying.
        Log.error("stopping: \(reason)")
        exitUnlessDone(within: 0, code: ExitCode.inputOutput.rawValue)
    }
    notifyServiceManager("READY=1")
    Log.notice("the hall is served")
    await waitForTermination()
    notifyServiceManager("STOPPING=1")
    exitUnlessDone(within: 4500, code: ExitCode.inputOutput.rawValue)
    await daemon.stop()
    return .done
}
