import CanonicalJSON
import CenterLink
import Cryptography
import Platform

private let provisionHelp = """
    kaotai provision: what makes a machine an appliance

      kaotai provision identity --appliance ID --keys DIR --out FILE [--suite intl|gm] [--json]
                      makes the appliance's signing and sealing keys in DIR, unless they are there, and writes its
                      statement of their public halves, signed by itself: `kaotai-courier enrol --identity FILE` takes it
                      to the center

      --suite         what the appliance signs and seals with, from now on: intl (Ed25519, X25519, AES-256-GCM), which
                      is taken when none is named, or gm (SM2, SM3, SM4). Keys that are there must be of that suite

    The private keys never leave DIR.

    """

/// `kaotai provision …`
func provisionCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["appliance", "keys", "out", "suite"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(provisionHelp)
        return .done
    }
    guard options.words == ["identity"] else {
        throw Failure(.usage, "`kaotai provision` wants a step; `kaotai provision --help` lists them")
    }
    let appliance = try options.required("appliance")
    let folder = try options.required("keys")
    let out = try options.required("out")
    guard !appliance.isEmpty, appliance.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }) else {
        throw Failure(.usage, "--appliance wants a name of plain letters, digits and signs without blanks or slashes")
    }
    let suite = try options.value("suite").map(CipherSuite.init(option:))
    try makeDirectory(folder, mode: 0o700)
    let keys = try FileKeyStore(folder: folder, suite: suite)
    try AtomicFile.write(try ApplianceIdentity.sign(appliance: appliance, keys: keys) + "\n", to: out, mode: 0o644)
    let fingerprint = keys.thumbprint
    if options.has("json") {
        try printJSON([
            "appliance": .string(appliance), "keys": .string(folder), "identity": .string(out),
            "signingKey": .string(fingerprint), "suite": .string(keys.suite.rawValue),
        ])
    } else {
        standardOutput("\(appliance): suite \(keys.suite), signing key \(fingerprint); its statement is in \(out)\n")
    }
    return .done
}
