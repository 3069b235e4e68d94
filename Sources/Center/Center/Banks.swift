import CanonicalJSON
import CenterLink
import Cryptography
import Exam
import Glibc
import Packages
import Platform
import QuestionBank

/// The packages that appliances may fetch, a file each in one folder, named by the bank's digest.
public final class BankShelf: Sendable {
    private let folder: String
    /// File of the keys (JWKS) whose signatures on packages count; read anew each time, so that a new one counts at once.
    private let signers: String
    /// The center's own key, to which packages are sealed for recounts.
    private let recipient: any Recipient
    private let open = Guarded<[String: any RecountBank]>([:])

    init(folder: String, signers: String, recipient: any Recipient) {
        self.folder = folder
        self.signers = signers
        self.recipient = recipient
    }

    private func package(_ path: String) throws -> QuestionPackage {
        try QuestionPackage(path: path, trust: .keys(try Self.keys(signers)))
    }

    private static func keys(_ signers: String) throws -> JWKS {
        do { return try JWKS(json: try readFile(signers)) } catch {
            throw Failure(.badConfiguration, "bankSigners: \(signers): \(error)")
        }
    }

    /// Makes the signatures of more keys count.
    static func add(signers file: String, to signers: String) throws {
        let added: JWKS
        do { added = try JWKS(json: try readFile(file)) } catch let error as SystemError { throw error } catch {
            throw Failure(.badData, "\(file): \(error)")
        }
        let usable = added.keys.filter { (try? VerifyingKey(jwk: $0)) != nil }
        guard !usable.isEmpty else { throw Failure(.badData, "\(file): holds no public key that signs") }
        var all = try keys(signers)
        for key in usable where !all.keys.contains(where: { $0.thumbprint == key.thumbprint }) { all.keys.append(key) }
        try AtomicFile.write(try JSONCoder.text(all) + "\n", to: signers)
    }

    /// Verifies a package with all that it holds, and puts a copy on the shelf; one of the same bank that is sealed to
    /// others takes the place of the one before.
    ///
    /// - Returns: the bank's digest.
    /// - Throws: `Failure` with code 65 for a file that is no sound package or that the center cannot recount by.
    public func add(_ path: String) throws -> String {
        do {
            let package = try package(path)
            // Every part is opened once: a recount years later must not be the first to notice.
            _ = try package.contents(with: recipient)
            try makeDirectory(folder)
            try AtomicFile.write(try readFile(path), to: self.path(package.digest))
            _ = open.withLock { $0.removeValue(forKey: package.digest) }
            return package.digest
        } catch let error as PackageError {
            var words = error.description
            if case .badSignature = error { words += "; kaotai-center bank signer FILE adds a key that may" }
            throw Failure(.badData, words)
        }
    }

    /// What an appliance is told of a bank that it is to examine by.
    ///
    /// - Parameter key: thumbprint of the appliance's sealing key.
    /// - Throws: `Failure` for a bank that is not here, or that the appliance could not open.
    func release(_ digest: String, to appliance: String, key: String) throws -> BankRelease {
        guard isDigest(digest), fileExists(path(digest)) else {
            throw Failure(.badData, "bank \(digest) is not at this center; kaotai-center bank add FILE puts it there")
        }
        do {
            let package = try package(path(digest))
            let bytes = try readFile(path(digest))
            guard package.recipients.texts.contains(key), package.recipients.answers.contains(key) else {
                throw Failure(
                    .badData,
                    "bank \(package.index.id) \(package.index.version) is not sealed to \(appliance) (key \(key)); "
                        + "pack it again with that key after --seal-to, and add it")
            }
            return BankRelease(
                bank: package.index.id, version: package.index.version, digest: digest, length: bytes.count,
                file: hexadecimal(sha256(bytes)))
        } catch let error as PackageError {
            throw Failure(.badData, error.description)
        }
    }

    /// The file of a bank, its length, and a tag that another file does not have; nil for one that is not here, or a name
    /// that is no digest.
    func file(_ digest: String) -> (file: FileDescriptor, size: Int, tag: String)? {
        guard isDigest(digest), let file = try? FileDescriptor(path: path(digest), flags: O_RDONLY) else { return nil }
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { return nil }
        let tag = "\(digest)-\(status.st_ino)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)"
        return (file, Int(status.st_size), tag)
    }

    /// A bank to recount by; nil for one that is not here or not sound.
    func recountBank(_ digest: String) async -> (any RecountBank)? {
        if let known = open.withLock({ $0[digest] }) { return known }
        guard isDigest(digest), fileExists(path(digest)) else { return nil }
        do {
            let package = try package(path(digest))
            guard package.digest == digest else { return nil }
            let bank = PackagedBank(index: package.index, answers: try AnswerKeys(package, with: recipient))
            open.withLock { $0[digest] = bank }
            return bank
        } catch {
            Log.error("bank \(digest): \(error)")
            return nil
        }
    }

    /// Every programme that some bank here knows; nil when there is no bank.
    static func programmes(folder: String, signers: String) throws -> [ProgrammeCode: Programme]? {
        let trust = QuestionPackage.Trust.keys(try keys(signers))
        var programmes: [ProgrammeCode: Programme] = [:]
        for name in ((try? listDirectory(folder)) ?? []).filter({ $0.hasSuffix(suffix) }) {
            let package = try? QuestionPackage(path: "\(folder)/\(name)", trust: trust)
            for programme in package?.index.programmes ?? [] {
                programmes[programme.code] = programme
            }
        }
        return programmes.isEmpty ? nil : programmes
    }

    private static let suffix = ".bank"
    private func path(_ digest: String) -> String { folder + "/" + digest + Self.suffix }
    private func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

private struct PackagedBank: RecountBank {
    let index: BankIndex
    let answers: AnswerKeys
    var items: [ItemIndexEntry] { index.items }
    func programme(_ code: ProgrammeCode) -> Programme? { index.programme(code) }
    func blueprint(_ programme: ProgrammeCode, version: Int, vehicleClass: VehicleClass) -> Blueprint? {
        index.blueprint(for: programme, vehicleClass: vehicleClass, version: version)
    }
    func key(_ item: ItemID) throws -> Set<Int> { try answers.key(item) }
}
