import Glibc

/// A file that is being written.
public protocol WritableFile: Sendable {
    func write(_ bytes: [UInt8]) throws(SystemError)
    /// Makes what was written durable.
    func synchronize() throws(SystemError)
}

extension FileDescriptor: WritableFile {}

/// The folder in which a daemon keeps what must outlive it: the journal and everything beside it.
///
/// Names are relative: `anchors.jws`, `slips/A-1.sealed`. These are the single steps; `AtomicFile` puts them in the order that
/// survives a cut. Tests keep the folder on a disk of their own whose power they cut.
public protocol StateFolder: Sendable {
    associatedtype File: WritableFile

    /// Where it is: for messages, and for SQLite.
    var path: String { get }
    /// The SQLite VFS through which databases in it are opened; nil for the system's.
    var databaseFileSystem: String? { get }

    /// Makes a folder in it, or itself for an empty name; it is no error when it exists.
    func makeFolder(_ name: String) throws(SystemError)
    func exists(_ name: String) -> Bool
    func read(_ name: String) throws(SystemError) -> [UInt8]
    /// Begins a file that is not there yet.
    func create(_ name: String, mode: UInt32) throws(SystemError) -> File
    func rename(_ name: String, to other: String) throws(SystemError)
    /// Takes a file away; one that is not there is an error.
    func remove(_ name: String) throws(SystemError)
    /// Makes durable which names are in a folder; an empty name means this one.
    func synchronizeNames(in folder: String) throws(SystemError)
    /// Makes a file of so many bytes whose blocks are set aside on the disk.
    func reserve(_ name: String, bytes: Int) throws(SystemError)
    /// Bytes free for an ordinary user.
    func freeSpace() throws(SystemError) -> Int
}

extension StateFolder {
    /// MiB free; nil when it cannot be read.
    public var freeMiB: Int? { (try? freeSpace()).map { $0 >> 20 } }
}

/// A folder of the system.
public struct SystemStateFolder: StateFolder {
    public let path: String
    public var databaseFileSystem: String? { nil }

    public init(_ path: String) { self.path = path }

    private func full(_ name: String) -> String { name.isEmpty ? path : "\(path)/\(name)" }

    public func makeFolder(_ name: String) throws(SystemError) { try makeDirectory(full(name)) }
    public func exists(_ name: String) -> Bool { fileExists(full(name)) }
    public func read(_ name: String) throws(SystemError) -> [UInt8] { try readFile(full(name)) }

    public func create(_ name: String, mode: UInt32) throws(SystemError) -> FileDescriptor {
        try FileDescriptor(path: full(name), flags: O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    }

    public func rename(_ name: String, to other: String) throws(SystemError) {
        guard Glibc.rename(full(name), full(other)) == 0 else { throw SystemError("rename \(full(name))") }
    }

    public func remove(_ name: String) throws(SystemError) {
        guard unlink(full(name)) == 0 else { throw SystemError("remove \(full(name))") }
    }

    public func synchronizeNames(in folder: String) throws(SystemError) { try synchronizeDirectory(full(folder)) }

    public func reserve(_ name: String, bytes: Int) throws(SystemError) {
        let file = try FileDescriptor(path: full(name), flags: O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
        let code = posix_fallocate(file.raw, 0, off_t(bytes))
        guard code == 0 else {
            unlink(full(name))
            throw SystemError(code: code, "reserve \(full(name))")
        }
    }

    public func freeSpace() throws(SystemError) -> Int { try Platform.freeSpace(at: path) }
}
