import Glibc
import Platform

/// Both keys in one PEM file of mode 0600, `keys.pem`, made at the first opening: signing first, sealing second.
///
/// One file, because after a cut at the first start there must be both keys or none.
public struct FileKeyStore: KeyStore {
    private let signing: SigningKey
    private let sealing: SealingKey

    /// Opens the keys in a folder, or makes them if there are none.
    ///
    /// - Parameter suite: of new keys, `intl` if none is named; keys that are there must be of the suite that is named.
    /// - Throws: `CryptographyError` naming the file: it is damaged, of another suite, others may read it, or the folder
    ///   takes none.
    public init(folder: String, suite: CipherSuite? = nil) throws(CryptographyError) {
        let path = folder + "/keys.pem"
        if !fileExists(path) {
            do {
                try makeDirectory(folder, mode: 0o700)
                let fresh = suite ?? .intl
                try AtomicFile.write(
                    SigningKey.generate(fresh).pem + SealingKey.generate(fresh).pem, to: path, mode: 0o600)
            } catch {
                throw CryptographyError("make keys in \(folder)", error.description)
            }
        }
        let text = try readPrivateFile(path)
        let blocks = text.split(separator: "-----BEGIN ").map { "-----BEGIN " + $0 }
        guard blocks.count == 2 else {
            throw CryptographyError(
                "key file \(path)", "it holds \(blocks.count) keys, not a signing and a sealing key")
        }
        do {
            signing = try SigningKey(pem: blocks[0])
            sealing = try SealingKey(pem: blocks[1])
        } catch {
            throw CryptographyError("key file \(path)", error.reason)
        }
        guard signing.suite == sealing.suite else {
            throw CryptographyError(
                "key file \(path)",
                "its signing key is of suite \(signing.suite), its sealing key of suite \(sealing.suite)")
        }
        if let suite, suite != signing.suite {
            throw CryptographyError(
                "key file \(path)",
                "its keys are of suite \(signing.suite), not \(suite); a machine changes its suite only with new keys "
                    + "and a new enrolment")
        }
    }

    public var verifyingKey: VerifyingKey { signing.verifyingKey }
    public var publicSealingKey: PublicSealingKey { sealing.publicSealingKey }

    public func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }

    public func open(_ sealed: [UInt8], purpose: String, associated: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try sealing.open(sealed, purpose: purpose, associated: associated)
    }
}

/// A secret file's text; one that group or others may open is refused.
public func readPrivateFile(_ path: String) throws(CryptographyError) -> String {
    var status = stat()
    guard stat(path, &status) == 0 else {
        throw CryptographyError("key file \(path)", SystemError("look at it").description)
    }
    guard status.st_mode & 0o077 == 0 else {
        throw CryptographyError(
            "key file \(path)", "others may open it; run chmod 600, and replace the key if in doubt")
    }
    do {
        return String(decoding: try readFile(path), as: UTF8.self)
    } catch {
        throw CryptographyError("key file \(path)", error.description)
    }
}
