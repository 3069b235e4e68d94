import Exam
import Glibc
import Packages
import Platform
import QuestionBank

/// The packages that appliances may fetch, a file each in one folder, named by the bank's digest.
public final class BankShelf: Sendable {
    private let folder: String
    private let open = Guarded<[String: any RecountBank]>([:])

    public init(folder: String) { self.folder = folder }

    /// Verifies a package and puts a copy on the shelf.
    ///
    /// - Returns: the bank's digest.
    /// - Throws: `Failure` with code 65 for a file that is no sound package.
    public func add(_ path: String) throws -> String {
        let package: QuestionPackage
        do throws(PackageError) { package = try QuestionPackage(path: path) } catch {
            throw Failure(.badData, "\(path): \(error)")
        }
        try makeDirectory(folder)
        let shelved = self.path(package.digest)
        if !fileExists(shelved) { try AtomicFile.write(try readFile(path), to: shelved) }
        return package.digest
    }

    /// The file of a bank and its length; nil for one that is not here, or a name that is no digest.
    func file(_ digest: String) -> (file: FileDescriptor, size: Int)? {
        guard isDigest(digest), let file = try? FileDescriptor(path: path(digest), flags: O_RDONLY) else { return nil }
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { return nil }
        return (file, Int(status.st_size))
    }

    /// A bank to recount by; nil for one that is not here or not sound.
    func recountBank(_ digest: String) async -> (any RecountBank)? {
        if let known = open.withLock({ $0[digest] }) { return known }
        guard isDigest(digest), fileExists(path(digest)) else { return nil }
        do throws(PackageError) {
            let package = try QuestionPackage(path: path(digest))
            guard package.digest == digest else { return nil }
            let bank = PackagedBank(package: package)
            open.withLock { $0[digest] = bank }
            return bank
        } catch {
            Log.error("bank \(digest): \(error)")
            return nil
        }
    }

    /// Every programme that some bank here knows; nil when there is no bank.
    func programmes() async -> [ProgrammeCode: Programme]? {
        let digests = ((try? listDirectory(folder)) ?? []).filter { $0.hasSuffix(Self.suffix) }
            .map { String($0.dropLast(Self.suffix.count)) }
        var programmes: [ProgrammeCode: Programme] = [:]
        for digest in digests {
            for programme in (await recountBank(digest) as? PackagedBank)?.package.index.programmes ?? [] {
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
    let package: QuestionPackage
    var items: [ItemIndexEntry] { package.index.items }
    func programme(_ code: ProgrammeCode) -> Programme? { package.index.programme(code) }
    func blueprint(_ programme: ProgrammeCode, version: Int, vehicleClass: VehicleClass) -> Blueprint? {
        package.index.blueprint(for: programme, vehicleClass: vehicleClass, version: version)
    }
    func key(_ item: ItemID) throws -> Set<Int> { try package.key(item) }
}
