/// How much of what was not durable is on the disk after its power was cut.
public enum Survivors: Hashable, Sendable {
    case none
    /// Everything, as after the death of the process alone.
    case all
    /// What was written up to a moment between the last sync and the cut; its last write torn.
    case prefix(seed: UInt64)
    /// Any sectors of any writes, however late, and of the names' changes the first so many.
    case random(seed: UInt64)
}

extension DiskModel {
    static let sectorBytes = 512

    /// Whether a cut now could leave more than one disk behind.
    public var hasPending: Bool { !pendingNames.isEmpty || files.contains { !$0.pending.isEmpty } }

    /// The disk as it could be after its power was cut now.
    public func afterCut(_ survivors: Survivors) -> DiskModel {
        switch survivors {
        case .none: return image(namesUpTo: 0) { _, _ in false }
        case .all: return image(namesUpTo: pendingNames.count) { _, _ in true }
        case .prefix(let seed):
            var random = SplitMix64(seed: seed)
            let orders = (files.flatMap { $0.pending.map(\.order) } + pendingNames.map(\.order)).sorted()
            guard let border = orders.randomElement(using: &random) else { return afterCut(.none) }
            return image(namesUpTo: pendingNames.count { $0.order <= border }) { order, _ in
                order < border || order == border && Bool.random(using: &random)
            }
        case .random(let seed):
            var random = SplitMix64(seed: seed)
            // From images that lost nearly everything to such that kept it.
            let kept = UInt64.random(in: 1...15, using: &random)
            return image(namesUpTo: Int.random(in: 0...pendingNames.count, using: &random)) { _, _ in
                random.next() & 15 < kept
            }
        }
    }

    private func image(namesUpTo kept: Int, keeping keeps: (_ order: Int, _ sector: Int) -> Bool) -> DiskModel {
        var image = DiskModel()
        var names = durableNames
        for (_, change) in pendingNames.prefix(kept) { names.apply(change) }
        // In the order of the names, so that a seed gives the same disk again.
        for (path, number) in names.files.sorted(by: { $0.value < $1.value }) {
            let file = files[number]
            var content = file.durable
            for (order, change) in file.pending { content.take(change) { keeps(order, $0) } }
            image.files.append(File(now: content, durable: content))
            names.files[path] = image.files.count - 1
        }
        image.names = names
        image.durableNames = names
        return image
    }
}

extension FileContent {
    /// Takes the sectors of a change that survive.
    fileprivate mutating func take(_ change: DiskModel.Change, keeping keeps: (_ sector: Int) -> Bool) {
        switch change {
        case .truncate(let size): if keeps(0) { truncate(to: size) }
        case .write(let offset, let bytes):
            let end = offset + bytes.count
            var start = offset
            while start < end {
                // Up to the next border of a sector.
                let sector = start / DiskModel.sectorBytes
                let stop = min(end, (sector + 1) * DiskModel.sectorBytes)
                if keeps(sector) { write(bytes[(start - offset)..<(stop - offset)], at: start) }
                start = stop
            }
        }
    }
}

/// Steele, Lea and Flood's generator: one word of state, the same numbers for the same seed everywhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
