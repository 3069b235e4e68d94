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

      kaotai provision staff-authority --key FILE --out FILE [--suite intl|gm] [--json]
                      makes the key of the site's staff authority, unless it is there, and writes its public half: the
                      daemon's `staffAuthority`. The key is kept away from the hall
      kaotai provision approver --name NAME --authority KEY --key FILE [--days N] [--json]
                      makes an approver's key in FILE, unless it is there, and beside it, in FILE.jws, the certificate
                      by the authority's KEY, for N days (365). NAME tells one approver from another

      --suite         what the appliance signs and seals with, from now on: intl (Ed25519, X25519, AES-256-GCM), which
                      is taken when none is named, or gm (SM2, SM3, SM4). Keys that are there must be of that suite

    The private keys never leave DIR, or FILE; those files are of mode 0600.

    """

/// `kaotai provision …`
func provisionCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["appliance", "keys", "out", "suite", "key", "name", "authority", "days"],
        flags: ["json", "help"])
    if options.has("help") {
        standardOutput(provisionHelp)
        return .done
    }
    switch options.words {
    case ["staff-authority"]: return try makeStaffAuthority(options)
    case ["approver"]: return try makeApprover(options)
    case ["identity"]: return try makeIdentity(options)
    default:
        throw Failure(.usage, "`kaotai provision` wants a step; `kaotai provision --help` lists them")
    }
}

private func makeIdentity(_ options: Arguments) throws -> ExitCode {
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
