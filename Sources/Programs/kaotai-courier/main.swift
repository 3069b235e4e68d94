import CanonicalJSON
import CenterLink
import Courier
import Platform

let usage = """
    usage: kaotai-courier [serve] --config FILE
           kaotai-courier enrol --config FILE --token TOKEN --authority FILE --identity FILE [--json]

    Carries signed segments of the journal from kaotaid to the center, and receipts and orders back.

      enrol         makes the courier's TLS key, posts the one-time token, and stores certificate, authority,
                    the center's keys and the sealed candidate key at the paths of the configuration
      --authority   the certificate of the center's authority (tls/ca.pem of the center), brought by hand
      --identity    the appliance's statement of its keys, a JWS that kaotaid signed

    The configuration is JSON: {appliance, daemonSocket, center: "https://host:port",
    tls: {ca, certificate, key}, trust (the center's keys, for kaotaid), grant (the candidate key, for kaotaid)}.

    """

await runProgram("kaotai-courier") {
    let arguments = try Arguments(
        CommandLine.arguments.dropFirst(), options: ["config", "token", "authority", "identity"],
        flags: ["help", "version", "json"])
    if arguments.has("help") {
        standardOutput(usage)
        return .done
    }
    if arguments.has("version") {
        standardOutput("kaotai-courier \(kaotaiVersion)\n")
        return .done
    }
    switch arguments.words {
    case [], ["serve"]:
        let configuration = try CourierConfiguration.load(try arguments.required("config"))
        let work = Task { await Courier(configuration.courier).run() }
        notifyServiceManager("READY=1")
        Log.info("carries for \(configuration.appliance) to \(configuration.center)")
        await waitForTermination()
        notifyServiceManager("STOPPING=1")
        exitUnlessDone(within: 4000, code: 75)
        work.cancel()
        await work.value
        return .done
    case ["enrol"]:
        let configuration = try CourierConfiguration.load(try arguments.required("config"))
        let identity = String(decoding: try readFile(try arguments.required("identity")), as: UTF8.self)
        let answer = try await Enrolment.run(
            configuration, token: try arguments.required("token"), authority: try arguments.required("authority"),
            identity: String(identity.filter { !$0.isWhitespace }))
        if arguments.has("json") {
            let summary: JSONValue = [
                "appliance": .string(answer.appliance), "certificate": .string(configuration.tls.certificate),
                "trust": .string(configuration.trustPath), "grant": .string(configuration.grantPath),
            ]
            standardOutput(summary.canonicalText + "\n")
        } else {
            standardError("\(answer.appliance) is enrolled; the certificate is \(configuration.tls.certificate)\n")
        }
        return .done
    default:
        throw Failure(.usage, "unknown command \"\(arguments.words.joined(separator: " "))\"; --help lists them")
    }
}
