/// What a disk holds and what is on its way there, as a value.
///
/// The model of a block cache above a journalling file system: what a file's last sync covered is durable; of what was
/// written since, each sector of 512 bytes may have reached the disk or not, in any order; names change in their order, so
/// that a cut keeps the first so many changes of names; syncing a folder makes durable what changed in it and all before.
/// A file's sync says nothing about its name. It models no drive that lies about its own cache; `Outcome.claimed` does.
public struct DiskModel: Sendable {
    /// A change as it reaches the disk. Files go by the number of their making, which a replay of all operations gives again.
    public enum Operation: Sendable {
        case makeFolder(String)
        case create(String)
        case write(file: Int, offset: Int, bytes: [UInt8])
        case truncate(file: Int, size: Int)
        case synchronize(file: Int)
        /// A sync failed: what the cache held since the last one never reaches the disk, though reads still see it.
        case forget(file: Int)
        case remove(String)
        case rename(String, to: String)
        case synchronizeNames(folder: String)
    }

    enum Change: Sendable {
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
    }

    struct File: Sendable {
        /// What reads see.
        var now = FileContent()
        var durable = FileContent()
        var pending: [(order: Int, change: Change)] = []
    }

    enum NameChange: Sendable {
        case folder(String)
        case link(String, Int)
        case unlink(String)
        case rename(String, to: String)

        func touches(_ folder: String) -> Bool {
            switch self {
            case .folder(let path), .link(let path, _), .unlink(let path): DiskModel.folder(of: path) == folder
            case .rename(let from, let to): DiskModel.folder(of: from) == folder || DiskModel.folder(of: to) == folder
            }
        }
    }

    struct Names: Sendable {
        var files: [String: Int] = [:]
        var folders: Set<String> = [""]

        mutating func apply(_ change: NameChange) {
            switch change {
            case .folder(let path): folders.insert(path)
            case .link(let path, let file): files[path] = file
            case .unlink(let path): files[path] = nil
            case .rename(let from, let to): files[to] = files.removeValue(forKey: from)
            }
        }
    }

    var files: [File] = []
    var names = Names()
    var durableNames = Names()
    var pendingNames: [(order: Int, change: NameChange)] = []
    /// Counts changes, so that those of several files have an order.
    private var order = 0

    public init() {}

    /// A disk with these files, durably.
    public init(files: [String: [UInt8]]) {
        for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
            let content = FileContent(bytes)
            self.files.append(File(now: content, durable: content))
            names.files[path] = self.files.count - 1
            var folder = Self.folder(of: path)
            while !folder.isEmpty {
                names.folders.insert(folder)
                folder = Self.folder(of: folder)
            }
        }
        durableNames = names
    }

    /// The paths of all files, sorted.
    public var paths: [String] { names.files.keys.sorted() }

    /// What a file holds as readers see it; nil when there is none.
    public func content(_ path: String) -> FileContent? { names.files[path].map { files[$0].now } }

    static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "" }

    public mutating func apply(_ operation: Operation) {
        order += 1
        switch operation {
        case .makeFolder(let path): change(.folder(path))
        case .create(let path):
            files.append(File())
            change(.link(path, files.count - 1))
        case .write(let file, let offset, let bytes):
            files[file].now.write(bytes, at: offset)
            files[file].pending.append((order, .write(offset: offset, bytes: bytes)))
        case .truncate(let file, let size):
            files[file].now.truncate(to: size)
            files[file].pending.append((order, .truncate(size: size)))
        case .synchronize(let file):
            for (_, change) in files[file].pending { files[file].durable.take(change) }
            files[file].pending.removeAll(keepingCapacity: true)
        case .forget(let file): files[file].pending = []
        case .remove(let path): change(.unlink(path))
        case .rename(let from, let to): change(.rename(from, to: to))
        case .synchronizeNames(let folder):
            guard let last = pendingNames.lastIndex(where: { $0.change.touches(folder) }) else { return }
            for (_, change) in pendingNames[...last] { durableNames.apply(change) }
            pendingNames.removeFirst(last + 1)
        }
    }

    private mutating func change(_ change: NameChange) {
        names.apply(change)
        pendingNames.append((order, change))
    }

    /// Equal for disks with equal files under equal names, as readers see them.
    public mutating func sum() -> UInt64 {
        var total: UInt64 = 0
        for (path, file) in names.files {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            total &+= (hash ^ files[file].now.sum()) &* 0x9E37_79B9_7F4A_7C15
        }
        return total
    }

    /// Sums what is durable, so that images, which share most of it, are summed quickly.
    public mutating func rememberSums() { for file in files.indices { _ = files[file].durable.sum() } }
}

extension FileContent {
    mutating func take(_ change: DiskModel.Change) {
        switch change {
        case .write(let offset, let bytes): write(bytes, at: offset)
        case .truncate(let size): truncate(to: size)
        }
    }
}
