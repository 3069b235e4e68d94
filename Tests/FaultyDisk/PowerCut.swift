/// What may be on a disk after its power was cut: everything that was synced, and of the rest any part.
///
/// Models a block cache: writes since a file's last sync survive singly or not at all, torn at sectors of 512 bytes. It
/// models no drive that lies about its own cache; `believesSyncs` turns that on for the control.
public struct PowerCut {
    /// How much of what was not synced survives.
    public enum Survivors: CaseIterable, Sendable {
        case none
        case all
        case some
    }

    private var durable: [String: [UInt8]]
    private var pending: [String: [FaultyDisk.Operation]] = [:]
    private let believesSyncs: Bool

    /// - Parameters:
    ///   - files: what the files hold, durably, at the beginning.
    ///   - believesSyncs: false for a disk that reports a sync as done and does nothing.
    public init(files: [String: [UInt8]], believesSyncs: Bool = true) {
        durable = files
        self.believesSyncs = believesSyncs
    }

    /// Takes an operation that was done.
    public mutating func add(_ operation: FaultyDisk.Operation) {
        switch operation {
        case .write(let path, _, _), .truncate(let path, _): pending[path, default: []].append(operation)
        case .synchronize(let path):
            guard believesSyncs else { return }
            for operation in pending.removeValue(forKey: path) ?? [] {
                Self.apply(operation, to: &durable[path, default: []], keeping: { true })
            }
        }
    }

    /// The files after a cut now.
    public func image(_ survivors: Survivors, using random: inout some RandomNumberGenerator) -> [String: [UInt8]] {
        var files = durable
        for (path, operations) in pending {
            for operation in operations {
                switch survivors {
                case .none: break
                case .all: Self.apply(operation, to: &files[path, default: []], keeping: { true })
                case .some:
                    Self.apply(operation, to: &files[path, default: []], keeping: { Bool.random(using: &random) })
                }
            }
        }
        return files
    }

    private static func apply(
        _ operation: FaultyDisk.Operation, to file: inout [UInt8], keeping: () -> Bool
    ) {
        switch operation {
        case .write(_, let offset, let bytes):
            let end = offset + bytes.count
            var start = offset
            while start < end {
                // Up to the next border of a sector.
                let stop = min(end, (start / 512 + 1) * 512)
                if keeping() {
                    if file.count < stop { file += [UInt8](repeating: 0, count: stop - file.count) }
                    file.replaceSubrange(start..<stop, with: bytes[(start - offset)..<(stop - offset)])
                }
                start = stop
            }
        case .truncate(_, let size):
            guard keeping() else { return }
            file = file.count > size ? Array(file[..<size]) : file + [UInt8](repeating: 0, count: size - file.count)
        case .synchronize: break
        }
    }
}
