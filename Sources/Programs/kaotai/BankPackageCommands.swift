import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Glibc
import Hall
import Packages
import Platform
import QuestionBank
import Workshop

private let packHelp = """
    kaotai bank pack DIR --out FILE --sign KEY --seal-to KEY…: a bank as one signed and sealed file

      --sign KEY           the private key of who vouches for the bank
      --seal-to KEY…       who is to open it: appliances, the center for its recounts, an auditor; files one after the
                           other or the option several times
      --texts-only KEY     who is to open texts and pictures, but no answer key
      --suite intl|gm      the algorithms of the sealed parts (that of the signing key)

    \(KeyFiles.help)

    """

/// Opens a package whose signer the caller does not know beforehand; with keys that count, only one signed by them.
func openPackage(_ path: String, trust: String? = nil) throws -> QuestionPackage {
    let keys = try trust.map { try JWKS(json: try readFile($0)) }
    do throws(PackageError) {
        return try QuestionPackage(path: path, trust: keys.map { .keys($0) } ?? .anyone)
    } catch .unreadable(let error) {
        throw Failure(.inputOutput, "\(error)")
    } catch {
        throw Failure(.badData, error.description)
    }
}

/// The key that opens a package, which a person must name.
func packageOpener(_ key: String?) throws -> SealingKey {
    guard let key else { throw Failure(.usage, "a package's texts and keys are sealed: --open-with KEY is wanted") }
    return try KeyFiles.opener(key)
}

/// Everything in a package, in the plain.
func packageContents(_ path: String, openWith key: String?) throws -> BankContents {
    let opener = try packageOpener(key)
    let package = try openPackage(path)
    do throws(PackageError) { return try package.contents(with: opener) } catch {
        throw Failure(.badData, error.description)
    }
}

/// `kaotai bank pack …`
func bankPackCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["out", "sign", "seal-to", "texts-only", "suite"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(packHelp)
        return .done
    }
    guard let folder = options.words.first else { throw Failure(.usage, "`kaotai bank pack` wants a folder") }
    guard isDirectory(folder) else { throw Failure(.inputOutput, "\(folder): there is no such folder") }
    let out = try options.required("out")
    let signer = try KeyFiles.signer(try options.required("sign"))
    _ = try options.required("seal-to")
    let suite = try options.value("suite").map { name in
        guard let suite = CipherSuite(rawValue: name) else {
            throw Failure(.usage, "--suite wants \(CipherSuite.allCases.map(\.rawValue).joined(separator: " or "))")
        }
        return suite
    }
    // What stands behind the folder belongs to --seal-to, which may name several files.
    let files = options.values("seal-to") + options.words.dropFirst()
    let full = Set(try files.flatMap(KeyFiles.recipients))
    let readers = Set(try options.values("texts-only").flatMap(KeyFiles.recipients)).subtracting(full)
    let recipients =
        full.map { QuestionPackage.Access($0) } + readers.map { QuestionPackage.Access($0, answers: false) }
    let progress = SlowProgress()
    let source = BankSource(folder: folder) { progress.say("read \($0) questions") }
    do {
        let package = try source.pack(
            to: out, signer: signer, recipients: recipients.sorted { $0.key.thumbprint < $1.key.thumbprint },
            suite: suite, progress: { progress.say("packed \($0 * 100 / max(1, $1)) %") })
        return try describe(package, trusted: true, json: options.has("json"))
    } catch let refused as BankSource.Refused {
        standardError("kaotai bank pack: \(refused)\n")
        return .foundWrong
    }
}

/// `kaotai bank inspect …`
func bankInspectCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["trust"], flags: ["json", "help"])
    guard options.words.count == 1, !options.has("help") else {
        standardOutput(
            """
            kaotai bank inspect FILE [--trust JWKS] [--json]: what a package is; no key is needed

            Signature, index and every sealed part are verified. Without --trust the signer's key is the one that the
            package itself names: damage is found so, forgery is not.

            """)
        return options.has("help") ? .done : .usage
    }
    let package = try openPackage(options.words[0], trust: options.value("trust"))
    do throws(PackageError) { try package.verifyParts() } catch { throw Failure(.badData, error.description) }
    return try describe(package, trusted: options.value("trust") != nil, json: options.has("json"))
}

private func describe(_ package: QuestionPackage, trusted: Bool, json: Bool) throws -> ExitCode {
    let index = package.index
    let recipients = package.recipients
    if json {
        guard case .object(var members) = try JSONCoder.tree(BankSummary(package)) else { return .badData }
        members["suite"] = .string(package.suite.rawValue)
        members["signedBy"] = .string(package.signer)
        members["signerTrusted"] = .bool(trusted)
        members["bytes"] = .integer(package.length)
        members["sealedTo"] = .array(recipients.answers.map { .string($0) })
        members["textsSealedTo"] = .array(recipients.texts.map { .string($0) })
        try printJSON(.object(members))
        return .done
    }
    standardOutput(
        """
        bank \(index.id), version \(index.version)
        digest \(package.digest)
        \(index.items.count) items in \(index.languages.map(\.rawValue).joined(separator: ", "))
        valid from \(index.validFrom?.description ?? "any day") until \(index.validUntil?.description ?? "further notice")
        \(package.length) bytes, suite \(package.suite.rawValue)
        signed by \(package.signer)\(trusted ? "" : ", a key that nobody vouched for here (--trust JWKS)")
        \(recipients.texts.map { "texts\(recipients.answers.contains($0) ? " and keys" : "") for \($0)" }.joined(separator: "\n"))

        """)
    return .done
}

/// `kaotai bank open …`
func bankOpenCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["open-with", "out", "trust"], flags: ["json", "help"])
    guard options.words.count == 1, !options.has("help") else {
        standardOutput(
            """
            kaotai bank open FILE --open-with KEY --out DIR [--trust JWKS] [--json]: everything in the plain

            DIR gets `index.json`, `items/ID.json`, `answers/ID.json` and `pictures/DIGEST.png`, each byte for byte what
            the bank's digest was made of. What is there must not be a bank already.

            """)
        return options.has("help") ? .done : .usage
    }
    let out = try options.required("out")
    let opener = try KeyFiles.opener(try options.required("open-with"))
    let package = try openPackage(options.words[0], trust: options.value("trust"))
    guard !fileExists("\(out)/index.json") else { throw Failure(.notPermitted, "\(out)/index.json is there already") }
    do {
        let contents = try package.contents(with: opener)
        for name in ["items", "answers", "pictures"] { try makeDirectory("\(out)/\(name)", mode: 0o700) }
        for (id, item) in contents.items {
            try write(try JSONCoder.encode(item), to: "\(out)/items/\(id).json")
        }
        for (id, key) in contents.keys {
            try write(try JSONCoder.encode(key.sorted()), to: "\(out)/answers/\(id).json")
        }
        for (digest, png) in contents.pictures {
            try write(png, to: "\(out)/pictures/\(digest).png")
        }
        // The index comes last: where it stands, everything stands.
        try AtomicFile.write(try JSONCoder.encode(contents.index), to: "\(out)/index.json", mode: 0o600)
        return try describe(package, trusted: options.value("trust") != nil, json: options.has("json"))
    } catch let error as PackageError {
        throw Failure(.badData, error.description)
    }
}

/// Thousands of files need not be durable one by one.
private func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
    try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600).write(bytes)
}

/// `kaotai bank install …`
func bankInstallCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["socket"], flags: ["json", "help"])
    guard options.words.count == 1, !options.has("help") else {
        standardOutput(
            """
            kaotai bank install FILE [--json]: make the daemon examine by a package

            The daemon copies the file, verifies every byte, and refuses in words what is not signed by a key that it
            trusts, not sealed to it, not valid today, altered, or older than what it has. Exams that run keep the bank
            that they began with.

            \(OperatorSocket.help)

            """)
        return options.has("help") ? .done : .usage
    }
    let answer = try OperatorSocket.ask(.installBank(try absolute(options.words[0])), options)
    if options.has("json") {
        try printJSON(answer)
    } else {
        standardOutput(
            "bank \(answer["bank"]?.stringValue ?? ""), version \(answer["version"]?.integerValue ?? 0), "
                + "\(answer["items"]?.integerValue ?? 0) items: installed\n")
    }
    return .done
}

/// `kaotai bank keys …`
func bankKeysCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(arguments, options: ["suite"], flags: ["json", "help"])
    guard options.words.count == 1, !options.has("help") else {
        standardOutput(
            """
            kaotai bank keys DIR [--suite intl|gm]: a signing and a sealing key for who makes or audits banks

            Makes both in DIR unless they are there, and prints their public halves as a JWKS: what `bankSigners` of the
            daemon, `kaotai-center bank signer` and `kaotai bank pack --seal-to` take.

            """)
        return options.has("help") ? .done : .usage
    }
    let suite = try options.value("suite").map { name in
        guard let suite = CipherSuite(rawValue: name) else { throw Failure(.usage, "--suite wants intl or gm") }
        return suite
    }
    standardOutput(try JSONCoder.text(FileKeyStore(folder: options.words[0], suite: suite).publicKeys()) + "\n")
    return .done
}

/// Says on standard error how far long work is, once it takes more than two seconds.
private final class SlowProgress {
    private let begin = SystemTime().now()
    private var last = SystemTime().now()

    func say(_ words: @autoclosure () -> String) {
        let now = SystemTime().now()
        guard now.milliseconds(since: begin) > 2000, now.milliseconds(since: last) > 500 else { return }
        last = now
        standardError("\(words())\n")
    }
}
