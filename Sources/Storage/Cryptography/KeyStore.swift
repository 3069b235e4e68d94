import Glibc
import Platform

/// Where an appliance's or a center's own keys are; a device that keeps them inside can stand here later.
public protocol KeyStore: Sendable {
    /// Signs heads, results, receipts and orders.
    var signing: SigningKey { get }
    /// Opens what others sealed to this machine.
    var sealing: SealingKey { get }
}

extension KeyStore {
    /// The public halves, as others come to trust them.
    ///
    /// - Parameter appliance: whose keys they are; then they count only for documents of that appliance.
    public func publicKeys(appliance: String? = nil) -> JWKS {
        var signing = signing.publicJWK
        var sealing = sealing.publicJWK
        signing.appliance = appliance
        sealing.appliance = appliance
        return JWKS(keys: [signing, sealing])
    }
}

/// Both keys in one PEM file of mode 0600, `keys.pem`, made at the first opening: signing first, sealing second.
///
/// One file, because after a cut at the first start there must be both keys or none.
public struct FileKeyStore: KeyStore {
    public let signing: SigningKey
    public let sealing: SealingKey

    /// - Throws: `CryptographyError` naming the file: it is damaged, others may read it, or the folder takes none.
    public init(folder: String) throws(CryptographyError) {
        let path = folder + "/keys.pem"
        if !fileExists(path) {
            do {
                try makeDirectory(folder, mode: 0o700)
                try AtomicFile.write(
                    SigningKey.generate().pem + SealingKey.generate().pem, to: path, mode: 0o600)
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
    }
}

/// Keys that live as long as the process: for tests and simulations.
public struct MemoryKeyStore: KeyStore {
    public let signing = SigningKey.generate()
    public let sealing = SealingKey.generate()

    public init() {}
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
