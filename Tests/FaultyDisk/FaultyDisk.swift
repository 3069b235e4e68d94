import Platform
import CSQLite
import Glibc

/// A SQLite file system over the system's own, whose writes and syncs a test may refuse, count, or look at.
///
/// Register one under a name of its own for each test; it stays registered until the process ends.
public final class FaultyDisk: Sendable {
    public enum Operation: Sendable, Hashable {
        case write(path: String, offset: Int, bytes: [UInt8])
        case synchronize(path: String)
        case truncate(path: String, size: Int)
    }

    /// What becomes of an operation.
    public enum Outcome: Sendable {
        case passes
        case noSpace
        case writeError
        case synchronizeError

        var code: Int32 {
            switch self {
            case .passes: SQLITE_OK
            case .noSpace: SQLITE_FULL
            case .writeError: SQLITE_IOERR | 3 << 8
            case .synchronizeError: SQLITE_IOERR | 4 << 8
            }
        }
    }

    private struct State: Sendable {
        var rule: @Sendable (Operation) -> Outcome = { _ in .passes }
        var operations: [Operation] = []
    }

    public let name: String
    private let state = Guarded(State())

    public init(name: String) {
        self.name = name
        register()
    }

    /// Decides from now on what becomes of each operation.
    public func setRule(_ rule: @escaping @Sendable (Operation) -> Outcome) { state.withLock { $0.rule = rule } }

    /// What was done since the last call.
    public func takeOperations() -> [Operation] {
        state.withLock { state in
            defer { state.operations = [] }
            return state.operations
        }
    }

    fileprivate func outcome(_ operation: Operation) -> Int32 {
        let rule = state.withLock { state in
            state.operations.append(operation)
            return state.rule
        }
        return rule(operation).code
    }

    private func register() {
        let real = sqlite3_vfs_find(nil)!
        let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        own.initialize(to: real.pointee)
        own.pointee.zName = UnsafePointer(strdup(name))
        own.pointee.szOsFile = Int32(MemoryLayout<FaultyFile>.stride) + real.pointee.szOsFile
        own.pointee.pNext = nil
        // The disk and the real file system are reached from SQLite's callbacks through this pointer.
        own.pointee.pAppData = Unmanaged.passRetained(self).toOpaque()
        own.pointee.xOpen = { vfs, path, file, flags, outFlags in
            let real = sqlite3_vfs_find(nil)!
            let inner = innerFile(file!)
            file!.pointee.pMethods = nil
            let code = real.pointee.xOpen(real, path, inner, flags, outFlags)
            guard code == SQLITE_OK else { return code }
            UnsafeMutableRawPointer(file!).bindMemory(to: FaultyFile.self, capacity: 1).pointee.disk =
                vfs!.pointee.pAppData
            UnsafeMutableRawPointer(file!).bindMemory(to: FaultyFile.self, capacity: 1).pointee.path = path
            file!.pointee.pMethods = methods.table
            return SQLITE_OK
        }
        sqlite3_vfs_register(own, 0)
    }
}

/// What SQLite allocates for an open file; the real file system's part stands behind it.
private struct FaultyFile {
    var base: sqlite3_file
    var disk: UnsafeMutableRawPointer?
    /// SQLite keeps a file's name as long as the file is open.
    var path: UnsafePointer<CChar>?
}

private func innerFile(_ file: UnsafeMutablePointer<sqlite3_file>) -> UnsafeMutablePointer<sqlite3_file> {
    (UnsafeMutableRawPointer(file) + MemoryLayout<FaultyFile>.stride).assumingMemoryBound(to: sqlite3_file.self)
}

private func decide(
    _ file: UnsafeMutablePointer<sqlite3_file>, _ make: (String) -> FaultyDisk.Operation
) -> Int32 {
    let own = UnsafeMutableRawPointer(file).assumingMemoryBound(to: FaultyFile.self).pointee
    let disk = Unmanaged<FaultyDisk>.fromOpaque(own.disk!).takeUnretainedValue()
    return disk.outcome(make(own.path.map { String(cString: $0) } ?? ""))
}

private struct Methods: @unchecked Sendable {
    let table: UnsafePointer<sqlite3_io_methods>
}

private let methods: Methods = {
    let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    var own = sqlite3_io_methods()
    // Version 1: no shared memory, as the journal wants it anyway.
    own.iVersion = 1
    own.xClose = { file in
        let inner = innerFile(file!)
        return inner.pointee.pMethods == nil ? SQLITE_OK : inner.pointee.pMethods.pointee.xClose(inner)
    }
    own.xRead = { file, buffer, count, offset in
        innerFile(file!).pointee.pMethods.pointee.xRead(innerFile(file!), buffer, count, offset)
    }
    own.xWrite = { file, buffer, count, offset in
        let code = decide(file!) {
            .write(
                path: $0, offset: Int(offset),
                bytes: Array(UnsafeRawBufferPointer(start: buffer, count: Int(count))))
        }
        guard code == SQLITE_OK else { return code }
        return innerFile(file!).pointee.pMethods.pointee.xWrite(innerFile(file!), buffer, count, offset)
    }
    own.xTruncate = { file, size in
        let code = decide(file!) { .truncate(path: $0, size: Int(size)) }
        guard code == SQLITE_OK else { return code }
        return innerFile(file!).pointee.pMethods.pointee.xTruncate(innerFile(file!), size)
    }
    own.xSync = { file, flags in
        let code = decide(file!) { .synchronize(path: $0) }
        guard code == SQLITE_OK else { return code }
        return innerFile(file!).pointee.pMethods.pointee.xSync(innerFile(file!), flags)
    }
    own.xFileSize = { file, size in innerFile(file!).pointee.pMethods.pointee.xFileSize(innerFile(file!), size) }
    own.xLock = { file, lock in innerFile(file!).pointee.pMethods.pointee.xLock(innerFile(file!), lock) }
    own.xUnlock = { file, lock in innerFile(file!).pointee.pMethods.pointee.xUnlock(innerFile(file!), lock) }
    own.xCheckReservedLock = { file, result in
        innerFile(file!).pointee.pMethods.pointee.xCheckReservedLock(innerFile(file!), result)
    }
    own.xFileControl = { file, operation, argument in
        innerFile(file!).pointee.pMethods.pointee.xFileControl(innerFile(file!), operation, argument)
    }
    own.xSectorSize = { file in innerFile(file!).pointee.pMethods.pointee.xSectorSize(innerFile(file!)) }
    own.xDeviceCharacteristics = { file in
        innerFile(file!).pointee.pMethods.pointee.xDeviceCharacteristics(innerFile(file!))
    }
    table.initialize(to: own)
    return Methods(table: UnsafePointer(table))
}()
