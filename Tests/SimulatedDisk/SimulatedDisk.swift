import Glibc
import Platform

/// A disk in memory for SQLite and for a daemon's state folder, whose power can be cut and whose operations can fail.
///
/// Open a journal in `folder("state")`: it names the VFS by itself. Two things cost nothing until they are asked for: a
/// rule that decides about each operation, and the list of all that was done.
public final class SimulatedDisk: Sendable {
    /// What somebody wants of the disk.
    public struct Request: Hashable, Sendable {
        public enum Kind: Hashable, Sendable, CaseIterable {
            case open, read, write, truncate, synchronize, create, rename, remove, synchronizeNames, makeFolder, reserve
        }

        public var kind: Kind
        /// From the disk's root: `state/journal.sqlite-wal`.
        public var path: String
        /// Where in the file, for reads and writes.
        public var offset: Int
        /// Counts all requests of this disk, from 0.
        public var index: Int
    }

    /// What becomes of a request.
    public enum Outcome: Sendable {
        case passes
        /// ENOSPC; of a write, the first half of its sectors is done.
        case noSpace
        /// EIO. A sync that fails loses what the cache held: reads still see it, the disk never will.
        case failed
        /// Reported as done and not done, as by a drive that lies about its cache.
        case claimed
    }

    struct State: Sendable {
        var model: DiskModel
        var log: [DiskModel.Operation]?
        var rule: (@Sendable (Request) -> Outcome)?
        var requests = 0
        var isOff = false
        var capacity: Int
        /// Bytes in whole blocks of all files that have a name.
        var used = 0
        var locks: [Int: FileLocks] = [:]
    }

    /// The VFS's name: the paths say which disk is meant.
    public static let fileSystem = "simulated"
    /// Where the disk stands among all simulated ones: `/simulated/7`.
    public let path: String
    private let number: Int
    let state: Guarded<State>

    /// - Parameters:
    ///   - model: what is on it.
    ///   - capacity: bytes in all.
    ///   - isRecording: keeps a list of all operations.
    public init(_ model: DiskModel = DiskModel(), capacity: Int = 8 << 30, isRecording: Bool = false) {
        var fresh = State(model: model, log: isRecording ? [] : nil, capacity: capacity)
        for file in model.names.files.values { fresh.used += State.blocks(model.files[file].now.count) }
        state = Guarded(fresh)
        number = Self.register()
        path = "/\(Self.fileSystem)/\(number)"
        Self.disks.withLock { $0.byNumber[number] = Unmanaged.passUnretained(self) }
    }

    deinit { _ = Self.disks.withLock { $0.byNumber.removeValue(forKey: number) } }

    // MARK: What a test does to it

    /// Decides from now on what becomes of each request; nil lets all pass. It may block: no lock is held.
    public func setRule(_ rule: (@Sendable (Request) -> Outcome)?) { state.withLock { $0.rule = rule } }

    /// What is on the disk and on its way there.
    public var model: DiskModel { state.withLock { $0.model } }

    /// How many operations were recorded so far: the moment at which something else happens.
    public var recorded: Int { state.withLock { $0.log?.count ?? 0 } }
    /// All operations since the beginning, in order; empty when none are recorded.
    public var log: [DiskModel.Operation] { state.withLock { $0.log ?? [] } }
    /// How many requests there were.
    public var requests: Int { state.withLock { $0.requests } }

    /// Free bytes from now on, by making the disk smaller or larger.
    public func setFreeSpace(_ bytes: Int) { state.withLock { $0.capacity = $0.used + bytes } }

    /// Cuts the power: this disk answers nothing any more, and what survived is on the new one.
    public func cut(_ survivors: Survivors) -> SimulatedDisk { replaced { $0.afterCut(survivors) } }

    /// The process dies and the machine lives: a new disk with all that was written, durable or not yet.
    public func kill() -> SimulatedDisk { replaced { $0 } }

    private func replaced(_ change: (DiskModel) -> DiskModel) -> SimulatedDisk {
        let (model, capacity, isRecording) = state.withLock { state in
            state.isOff = true
            return (state.model, state.capacity, state.log != nil)
        }
        return SimulatedDisk(change(model), capacity: capacity, isRecording: isRecording)
    }

    // MARK: Doing

    /// Asks the rule; nil when the request may be done.
    func refusal(_ kind: Request.Kind, _ path: @autoclosure () -> String, at offset: Int = 0) -> Outcome? {
        let (rule, index, isOff) = state.withLock { state in
            defer { state.requests += 1 }
            return (state.rule, state.requests, state.isOff)
        }
        if isOff { return .failed }
        guard let rule else { return nil }
        let outcome = rule(Request(kind: kind, path: path(), offset: offset, index: index))
        if case .passes = outcome { return nil }
        return outcome
    }

    /// Changes the disk and writes down how.
    func perform(_ operation: DiskModel.Operation) {
        state.withLock { $0.perform(operation) }
    }

    /// Writes or makes longer, if there is room.
    func grow(_ file: Int, to end: Int, _ operation: DiskModel.Operation) -> Bool {
        state.withLock { state in
            let more = State.blocks(end) - State.blocks(state.model.files[file].now.count)
            guard more <= 0 || state.used + more <= state.capacity else { return false }
            state.used += max(0, more)
            state.perform(operation)
            return true
        }
    }

    // MARK: All disks

    private struct Disks {
        var count = 0
        var byNumber: [Int: Unmanaged<SimulatedDisk>] = [:]
    }

    private static let disks = Guarded(Disks())

    private static func register() -> Int {
        SimulatedFileSystem.registerOnce()
        return disks.withLock { disks in
            disks.count += 1
            return disks.count
        }
    }

    /// The disk of a path and the path on it.
    static func find(_ path: String) -> (SimulatedDisk, String)? {
        let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0] == fileSystem, let number = Int(parts[1]),
            let disk = disks.withLock({ $0.byNumber[number]?.takeUnretainedValue() })
        else { return nil }
        return (disk, String(parts[2]))
    }
}

extension SimulatedDisk.State {
    static func blocks(_ bytes: Int) -> Int { (bytes + 4095) & ~4095 }

    mutating func perform(_ operation: DiskModel.Operation) {
        switch operation {
        case .remove(let path): release(path)
        case .rename(_, let path): release(path)
        case .truncate(let file, let size):
            used -= max(0, Self.blocks(model.files[file].now.count) - Self.blocks(size))
        default: break
        }
        log?.append(operation)
        model.apply(operation)
    }

    private mutating func release(_ path: String) {
        if let file = model.names.files[path] { used -= Self.blocks(model.files[file].now.count) }
    }
}

/// Who holds which of SQLite's locks on one file.
struct FileLocks: Sendable {
    var levels: [Int: Int32] = [:]
}
