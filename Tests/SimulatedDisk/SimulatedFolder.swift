import Glibc
public import Platform

extension SimulatedDisk {
    /// A state folder on this disk; an empty name is its root.
    public func folder(_ name: String) -> SimulatedFolder { SimulatedFolder(disk: self, name: name) }
}

/// A daemon's state folder on a simulated disk.
public struct SimulatedFolder: StateFolder {
    public let disk: SimulatedDisk
    let name: String

    public var path: String { full("").isEmpty ? disk.path : "\(disk.path)/\(full(""))" }
    public var databaseFileSystem: String? { SimulatedDisk.fileSystem }

    private func full(_ other: String) -> String {
        if name.isEmpty { return other }
        return other.isEmpty ? name : "\(name)/\(other)"
    }

    /// - Returns: false when the disk claims to have done what it did not.
    @discardableResult
    private func ask(_ kind: SimulatedDisk.Request.Kind, _ name: String) throws(SystemError) -> Bool {
        switch disk.refusal(kind, full(name)) {
        case nil, .passes: return true
        case .claimed: return false
        case .noSpace: throw SystemError(code: ENOSPC, "\(kind) \(disk.path)/\(full(name))")
        case .failed: throw SystemError(code: EIO, "\(kind) \(disk.path)/\(full(name))")
        }
    }

    private func file(_ name: String) throws(SystemError) -> Int {
        guard let file = disk.state.withLock({ $0.model.names.files[full(name)] }) else {
            throw SystemError(code: ENOENT, "find \(disk.path)/\(full(name))")
        }
        return file
    }

    public func makeFolder(_ name: String) throws(SystemError) {
        guard try ask(.makeFolder, name) else { return }
        var path = ""
        for part in full(name).split(separator: "/") {
            path += path.isEmpty ? String(part) : "/\(part)"
            let isThere = disk.state.withLock { [path] in $0.model.names.folders.contains(path) }
            if !isThere { disk.perform(.makeFolder(path)) }
        }
    }

    public func exists(_ name: String) -> Bool {
        disk.state.withLock {
            $0.model.names.files[full(name)] != nil || $0.model.names.folders.contains(full(name))
        }
    }

    public func read(_ name: String) throws(SystemError) -> [UInt8] {
        let number = try file(name)
        try ask(.read, name)
        return disk.state.withLock { $0.model.files[number].now }.bytes
    }

    public func create(_ name: String, mode: UInt32) throws(SystemError) -> SimulatedFile {
        let path = full(name)
        try ask(.create, name)
        let (isThere, hasFolder) = disk.state.withLock {
            ($0.model.names.files[path] != nil, $0.model.names.folders.contains(DiskModel.folder(of: path)))
        }
        guard !isThere else { throw SystemError(code: EEXIST, "create \(disk.path)/\(path)") }
        guard hasFolder else { throw SystemError(code: ENOENT, "create \(disk.path)/\(path)") }
        disk.perform(.create(path))
        return SimulatedFile(disk: disk, path: path, number: try file(name))
    }

    public func rename(_ name: String, to other: String) throws(SystemError) {
        _ = try file(name)
        if try ask(.rename, name) { disk.perform(.rename(full(name), to: full(other))) }
    }

    public func remove(_ name: String) throws(SystemError) {
        _ = try file(name)
        if try ask(.remove, name) { disk.perform(.remove(full(name))) }
    }

    public func synchronizeNames(in folder: String) throws(SystemError) {
        if try ask(.synchronizeNames, folder) { disk.perform(.synchronizeNames(folder: full(folder))) }
    }

    public func reserve(_ name: String, bytes: Int) throws(SystemError) {
        try ask(.reserve, name)
        let file = try create(name, mode: 0o600)
        guard disk.grow(file.number, to: bytes, .truncate(file: file.number, size: bytes)) else {
            disk.perform(.remove(full(name)))
            throw SystemError(code: ENOSPC, "reserve \(disk.path)/\(full(name))")
        }
    }

    public func freeSpace() throws(SystemError) -> Int {
        disk.state.withLock { max(0, $0.capacity - $0.used) }
    }
}

extension SimulatedFolder {
    /// Copies the files of this folder, not of those inside it, to one of the system's.
    public func export(to target: String) throws(SystemError) {
        try makeDirectory(target)
        let model = disk.model
        for path in model.paths where DiskModel.folder(of: path) == full("") {
            guard let content = model.content(path), let file = path.split(separator: "/").last else { continue }
            try AtomicFile.write(content.bytes, to: "\(target)/\(file)")
        }
    }
}

/// A file that is written on a simulated disk, from its beginning on.
public struct SimulatedFile: WritableFile {
    let disk: SimulatedDisk
    let path: String
    let number: Int

    public func write(_ bytes: [UInt8]) throws(SystemError) {
        let offset = disk.state.withLock { $0.model.files[number].now.count }
        let code = disk.write(bytes, to: number, at: offset, path: path)
        guard code == 0 else { throw SystemError(code: code, "write \(disk.path)/\(path)") }
    }

    public func synchronize() throws(SystemError) {
        let code = disk.synchronize(number, path: path)
        guard code == 0 else { throw SystemError(code: code, "fsync \(disk.path)/\(path)") }
    }
}

extension SimulatedDisk {
    /// - Returns: 0 or an `errno`.
    func write(_ bytes: [UInt8], to file: Int, at offset: Int, path: @autoclosure () -> String) -> Int32 {
        switch refusal(.write, path(), at: offset) {
        case .failed: return EIO
        case .claimed: return 0
        case .noSpace:
            let half = bytes.count / 2 / DiskModel.sectorBytes * DiskModel.sectorBytes
            if half > 0 {
                _ = grow(
                    file, to: offset + half, .write(file: file, offset: offset, bytes: Array(bytes.prefix(half))))
            }
            return ENOSPC
        case nil, .passes:
            let fits = grow(file, to: offset + bytes.count, .write(file: file, offset: offset, bytes: bytes))
            return fits ? 0 : ENOSPC
        }
    }

    /// - Returns: 0 or an `errno`.
    func synchronize(_ file: Int, path: @autoclosure () -> String) -> Int32 {
        switch refusal(.synchronize, path()) {
        case .failed, .noSpace:
            perform(.forget(file: file))
            return EIO
        case .claimed: return 0
        case nil, .passes:
            perform(.synchronize(file: file))
            return 0
        }
    }
}
