public import Cryptography
import Glibc
import Packages
import Platform
import QuestionBank

/// A package that this appliance can open: texts for scenes, keys for the scorer.
struct OpenBank: Sendable {
    let package: QuestionPackage
    let texts: BankTexts
    let answers: AnswerKeys

    /// - Throws: `PackageError` when the package is not sealed to this appliance.
    init(_ package: QuestionPackage, with recipient: any Recipient) throws(PackageError) {
        self.package = package
        texts = BankTexts(try QuestionTexts(package, with: recipient))
        answers = try AnswerKeys(package, with: recipient)
    }
}

/// The packages on this appliance: each that is installed as `DIGEST.ktbank`, what is on its way in `incoming/`.
///
/// What stands in the folder is only offered; which bank is in use, the journal says.
public struct BankFolder: Sendable {
    private let folder: String
    private let trust: QuestionPackage.Trust
    private let recipient: any Recipient

    /// - Parameter signers: the keys whose signatures on packages count.
    public init(_ folder: String, signers: JWKS, recipient: any Recipient) {
        self.folder = folder
        trust = .keys(signers)
        self.recipient = recipient
    }

    private var incoming: String { "\(folder)/incoming" }
    private func path(_ digest: String) -> String { "\(folder)/\(digest).ktbank" }
    /// Where a package that the courier brings is put together.
    func incoming(_ digest: String) -> String { "\(incoming)/\(digest).part" }

    /// Makes the folder; what a copy left behind that was cut short goes.
    package func prepare() throws {
        try makeDirectory(incoming)
        for name in try listDirectory(incoming) where name.hasSuffix(".copy") { unlink("\(incoming)/\(name)") }
    }

    /// Opens an installed package; every byte of it is verified.
    func open(_ digest: String) throws(PackageError) -> OpenBank {
        let package = try QuestionPackage(path: path(digest), trust: trust)
        guard package.digest == digest else {
            throw .badManifest(path(digest), "it is of bank \(package.index.id), not the one that stood there")
        }
        try package.verifyParts()
        return try OpenBank(package, with: recipient)
    }

    /// Verifies every byte of a file that is to be installed.
    ///
    /// - Parameter name: what refusals call it.
    @concurrent func verify(_ path: String, name: String) async throws(PackageError) -> OpenBank {
        let package = try QuestionPackage(path: path, name: name, trust: trust)
        try package.verifyParts()
        return try OpenBank(package, with: recipient)
    }

    /// Copies an operator's file in: what is verified is then what is installed, whatever becomes of the file meanwhile.
    ///
    /// - Parameter room: bytes that may be used up.
    /// - Returns: the copy's path.
    @concurrent func copy(_ path: String, room: Int?) async throws(PackageError) -> String {
        let copy = "\(incoming)/\(hexadecimal(systemEntropy(8))).copy"
        do throws(SystemError) {
            let source = try FileDescriptor(path: path, flags: O_RDONLY)
            var status = stat()
            guard fstat(source.raw, &status) == 0 else { throw SystemError("look at \(path)") }
            guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(code: EINVAL, "read \(path) as a file") }
            if let room, Int(status.st_size) > room { throw SystemError(code: ENOSPC, "copy \(path)") }
            let target = try FileDescriptor(path: copy, flags: O_WRONLY | O_CREAT | O_EXCL)
            var chunk = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = retrying { read(source.raw, &chunk, chunk.count) }
                guard count >= 0 else { throw SystemError("read \(path)") }
                if count == 0 { break }
                try target.write(Array(chunk[..<count]))
            }
            try target.synchronize()
            return copy
        } catch {
            unlink(copy)
            throw .unreadable(error)
        }
    }

    /// Puts a verified file in its place, durably: after a cut at any moment it stands there whole or not at all.
    func place(_ file: String, digest: String) throws(SystemError) {
        try AtomicFile.place(file, at: path(digest))
    }

    /// Takes away a copy that was not put in its place.
    func discard(_ copy: String) { unlink(copy) }

    /// Takes away the packages that nobody needs any more.
    func keepOnly(_ digests: Set<String>) {
        for name in (try? listDirectory(folder)) ?? [] where name.hasSuffix(".ktbank") {
            if !digests.contains(String(name.dropLast(".ktbank".count))) { unlink("\(folder)/\(name)") }
        }
    }

    /// Bytes that the courier brought so far of a package.
    func received(_ digest: String) -> Int {
        var status = stat()
        return stat(incoming(digest), &status) == 0 ? Int(status.st_size) : 0
    }

    /// Adds what the courier brought.
    func add(_ bytes: [UInt8], to digest: String, at offset: Int) throws(SystemError) {
        let file = try FileDescriptor(path: incoming(digest), flags: O_WRONLY | O_CREAT)
        let written = bytes.withUnsafeBytes { buffer -> Result<Void, SystemError> in
            do throws(SystemError) { return .success(try file.write(buffer, at: offset)) } catch {
                return .failure(error)
            }
        }
        try written.get()
    }

    /// Forgets what the courier brought of a package.
    func drop(_ digest: String) { unlink(incoming(digest)) }

    /// SHA-256 of what the courier brought, hexadecimal, made durable before.
    @concurrent func fingerprint(_ digest: String) async throws(SystemError) -> String {
        let file = try FileDescriptor(path: incoming(digest), flags: O_RDONLY)
        try file.synchronize()
        var sum = SHA256()
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = retrying { read(file.raw, &chunk, chunk.count) }
            guard count >= 0 else { throw SystemError("read \(incoming(digest))") }
            if count == 0 { return hexadecimal(sum.finish()) }
            sum.update(Array(chunk[..<count]))
        }
    }
}
