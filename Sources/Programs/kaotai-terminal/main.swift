import Platform
import Terminal

let usage = """
    usage: kaotai-terminal --config FILE

    Draws the hall's scenes on one display and sends what fingers do on one touch panel.
    Runs in the foreground until SIGTERM.

      --config FILE   what this terminal is made of:
                      {"socket": the daemon's socket for it,
                       "display": {"device": "/dev/fb0"} or {"file": PATH, "width": W, "height": H, "stride": BYTES},
                       "panel": {"widthMM": W, "heightMM": H},
                       "touch": {"device": "/dev/input/by-path/…"} or {"socket": PATH}, "calibration": six numbers,
                       "kiosk": folder with theme.json and strings/,
                       "language": tag, "minimumContactMs": 30, "deadTimeMs": 300,
                       "assistance": a socket that tells what is on the screen and where}
      --help          this text
      --version       the version

    """

await runProgram("kaotai-terminal") {
    let arguments = try Arguments(CommandLine.arguments.dropFirst(), options: ["config"], flags: ["help", "version"])
    if arguments.has("help") {
        standardOutput(usage)
        return .done
    }
    if arguments.has("version") {
        standardOutput("kaotai-terminal \(kaotaiVersion)\n")
        return .done
    }
    let configuration = try TerminalConfiguration.load(try arguments.required("config"))
    let terminal = try TerminalRuntime(configuration)
    try await terminal.start()
    notifyServiceManager("READY=1")
    await waitForTermination()
    notifyServiceManager("STOPPING=1")
    exitUnlessDone(within: 3000, code: 75)
    await terminal.stop()
    return .done
}
