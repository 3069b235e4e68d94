import CSQLite
import Glibc
import Platform

/// The SQLite VFS of all simulated disks: files and locks as the system's, without system calls and without shared memory.
enum SimulatedFileSystem {
    static func registerOnce() { _ = registered }

    private static let registered: Bool = {
        let own = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        var vfs = sqlite3_vfs()
        vfs.iVersion = 2
        vfs.szOsFile = Int32(MemoryLayout<OpenFile>.stride)
        vfs.mxPathname = 512
        vfs.zName = UnsafePointer(strdup(SimulatedDisk.fileSystem))
        vfs.xOpen = { _, name, file, flags, outFlags in open(name, file!, flags, outFlags) }
        vfs.xDelete = { _, name, synchronizes in remove(name!, synchronizes != 0) }
        vfs.xAccess = { _, name, _, result in look(name!, result!) }
        vfs.xFullPathname = { _, name, size, out in
            guard strlen(name!) < size else { return SQLITE_CANTOPEN }
            strcpy(out!, name!)
            return SQLITE_OK
        }
        vfs.xRandomness = { _, size, out in
            let real = sqlite3_vfs_find("unix")!
            return real.pointee.xRandomness(real, size, out)
        }
        vfs.xSleep = { _, microseconds in microseconds }
        vfs.xCurrentTime = { _, out in
            let real = sqlite3_vfs_find("unix")!
            return real.pointee.xCurrentTime(real, out)
        }
        vfs.xCurrentTimeInt64 = { _, out in
            let real = sqlite3_vfs_find("unix")!
            return real.pointee.xCurrentTimeInt64(real, out)
        }
        vfs.xGetLastError = { _, _, _ in 0 }
        own.initialize(to: vfs)
        return sqlite3_vfs_register(own, 0) == SQLITE_OK
    }()

    private static func open(
        _ name: UnsafePointer<CChar>?, _ file: UnsafeMutablePointer<sqlite3_file>, _ flags: Int32,
        _ outFlags: UnsafeMutablePointer<Int32>?
    ) -> Int32 {
        file.pointee.pMethods = nil
        // A file without a name is for sorting and statement journals, which the journal keeps in memory.
        guard let name, let (disk, path) = SimulatedDisk.find(String(cString: name)) else { return SQLITE_CANTOPEN }
        switch disk.refusal(.open, path) {
        case nil, .passes, .claimed: break
        case .failed: return SQLITE_IOERR
        case .noSpace: return SQLITE_FULL
        }
        let creates = flags & SQLITE_OPEN_CREATE != 0
        let (found, hasFolder) = disk.state.withLock {
            ($0.model.names.files[path], $0.model.names.folders.contains(DiskModel.folder(of: path)))
        }
        if found == nil {
            guard creates, hasFolder else { return SQLITE_CANTOPEN }
            disk.perform(.create(path))
        }
        guard let number = disk.state.withLock({ $0.model.names.files[path] }) else { return SQLITE_CANTOPEN }
        let isLog = flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL) != 0
        let handle = FileHandle(
            disk: disk, path: path, number: number, makesNameDurable: found == nil && isLog,
            isTemporary: flags & SQLITE_OPEN_DELETEONCLOSE != 0)
        let open = UnsafeMutableRawPointer(file).bindMemory(to: OpenFile.self, capacity: 1)
        open.pointee.handle = Unmanaged.passRetained(handle).toOpaque()
        open.pointee.base.pMethods = methods.table
        outFlags?.pointee = flags
        return SQLITE_OK
    }

    private static func remove(_ name: UnsafePointer<CChar>, _ synchronizes: Bool) -> Int32 {
        guard let (disk, path) = SimulatedDisk.find(String(cString: name)) else { return SQLITE_IOERR }
        guard disk.state.withLock({ $0.model.names.files[path] != nil }) else { return SQLITE_IOERR | 23 << 8 }
        switch disk.refusal(.remove, path) {
        case nil, .passes: disk.perform(.remove(path))
        case .claimed: return SQLITE_OK
        case .failed, .noSpace: return SQLITE_IOERR | 10 << 8
        }
        return synchronizes ? synchronizeFolder(of: path, on: disk) : SQLITE_OK
    }

    fileprivate static func synchronizeFolder(of path: String, on disk: SimulatedDisk) -> Int32 {
        let folder = DiskModel.folder(of: path)
        switch disk.refusal(.synchronizeNames, folder) {
        case nil, .passes: disk.perform(.synchronizeNames(folder: folder))
        case .claimed: break
        case .failed, .noSpace: return SQLITE_IOERR | 5 << 8
        }
        return SQLITE_OK
    }

    /// As the system's: a file without bytes is none.
    private static func look(_ name: UnsafePointer<CChar>, _ result: UnsafeMutablePointer<Int32>) -> Int32 {
        result.pointee = 0
        guard let (disk, path) = SimulatedDisk.find(String(cString: name)) else { return SQLITE_OK }
        let size = disk.state.withLock { state in state.model.names.files[path].map { state.model.files[$0].now.count }
        }
        result.pointee = (size ?? 0) > 0 ? 1 : 0
        return SQLITE_OK
    }
}

/// What SQLite allocates for an open file.
private struct OpenFile {
    var base: sqlite3_file
    var handle: UnsafeMutableRawPointer?
}

private final class FileHandle: Sendable {
    let disk: SimulatedDisk
    let path: String
    let number: Int
    let isTemporary: Bool
    /// The first sync of a log that was made now also makes its name durable, as in SQLite's own VFS.
    let makesNameDurable: Guarded<Bool>
    private static let count = Guarded(0)
    let id: Int

    init(disk: SimulatedDisk, path: String, number: Int, makesNameDurable: Bool, isTemporary: Bool) {
        self.disk = disk
        self.path = path
        self.number = number
        self.isTemporary = isTemporary
        self.makesNameDurable = Guarded(makesNameDurable)
        id = Self.count.withLock { count in
            count += 1
            return count
        }
    }

    /// Takes a lock as SQLite's ladder wants it; false when somebody else is in the way.
    func lock(_ level: Int32) -> Bool {
        disk.state.withLock { state in
            var locks = state.locks[number] ?? FileLocks()
            let others = locks.levels.filter { $0.key != id }.values.max() ?? SQLITE_LOCK_NONE
            switch level {
            case SQLITE_LOCK_SHARED: if others >= SQLITE_LOCK_PENDING { return false }
            case SQLITE_LOCK_RESERVED: if others >= SQLITE_LOCK_RESERVED { return false }
            default:
                if others >= SQLITE_LOCK_RESERVED { return false }
                if others > SQLITE_LOCK_NONE {
                    locks.levels[id] = SQLITE_LOCK_PENDING
                    state.locks[number] = locks
                    return false
                }
            }
            locks.levels[id] = max(level, locks.levels[id] ?? SQLITE_LOCK_NONE)
            state.locks[number] = locks
            return true
        }
    }

    func unlock(_ level: Int32) {
        disk.state.withLock { state in
            state.locks[number]?.levels[id] = level == SQLITE_LOCK_NONE ? nil : level
            if state.locks[number]?.levels.isEmpty == true { state.locks[number] = nil }
        }
    }
}

private func handle(_ file: UnsafeMutablePointer<sqlite3_file>) -> FileHandle {
    let open = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenFile.self)
    return Unmanaged<FileHandle>.fromOpaque(open.pointee.handle!).takeUnretainedValue()
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
        let open = UnsafeMutableRawPointer(file!).assumingMemoryBound(to: OpenFile.self)
        let handle = Unmanaged<FileHandle>.fromOpaque(open.pointee.handle!).takeRetainedValue()
        open.pointee.handle = nil
        handle.unlock(SQLITE_LOCK_NONE)
        if handle.isTemporary { handle.disk.perform(.remove(handle.path)) }
        return SQLITE_OK
    }
    own.xRead = { file, buffer, count, offset in
        let handle = handle(file!)
        switch handle.disk.refusal(.read, handle.path, at: Int(offset)) {
        case nil, .passes, .claimed: break
        case .failed, .noSpace: return SQLITE_IOERR | 1 << 8
        }
        let target = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
        nonisolated(unsafe) let place = target
        let number = handle.number
        let got = handle.disk.state.withLock { $0.model.files[number].now.read(into: place, at: Int(offset)) }
        guard got < target.count else { return SQLITE_OK }
        memset(target.baseAddress! + got, 0, target.count - got)
        return SQLITE_IOERR | 2 << 8
    }
    own.xWrite = { file, buffer, count, offset in
        let handle = handle(file!)
        let bytes = Array(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
        switch handle.disk.write(bytes, to: handle.number, at: Int(offset), path: handle.path) {
        case 0: return SQLITE_OK
        case ENOSPC: return SQLITE_FULL
        default: return SQLITE_IOERR | 3 << 8
        }
    }
    own.xTruncate = { file, size in
        let handle = handle(file!)
        switch handle.disk.refusal(.truncate, handle.path) {
        case nil, .passes: handle.disk.perform(.truncate(file: handle.number, size: Int(size)))
        case .claimed: break
        case .failed, .noSpace: return SQLITE_IOERR | 6 << 8
        }
        return SQLITE_OK
    }
    own.xSync = { file, _ in
        let handle = handle(file!)
        guard handle.disk.synchronize(handle.number, path: handle.path) == 0 else { return SQLITE_IOERR | 4 << 8 }
        let isFirst = handle.makesNameDurable.withLock { first in
            defer { first = false }
            return first
        }
        return isFirst ? SimulatedFileSystem.synchronizeFolder(of: handle.path, on: handle.disk) : SQLITE_OK
    }
    own.xFileSize = { file, size in
        let handle = handle(file!)
        let number = handle.number
        size!.pointee = Int64(handle.disk.state.withLock { $0.model.files[number].now.count })
        return SQLITE_OK
    }
    own.xLock = { file, level in handle(file!).lock(level) ? SQLITE_OK : SQLITE_BUSY }
    own.xUnlock = { file, level in
        handle(file!).unlock(level)
        return SQLITE_OK
    }
    own.xCheckReservedLock = { file, result in
        let handle = handle(file!)
        let number = handle.number
        let highest = handle.disk.state.withLock { $0.locks[number]?.levels.values.max() ?? SQLITE_LOCK_NONE }
        result!.pointee = highest >= SQLITE_LOCK_RESERVED ? 1 : 0
        return SQLITE_OK
    }
    own.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    own.xSectorSize = { _ in 4096 }
    // As the system's VFS says by itself: a write does no harm to bytes beside it.
    own.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
    table.initialize(to: own)
    return Methods(table: UnsafePointer(table))
}()
