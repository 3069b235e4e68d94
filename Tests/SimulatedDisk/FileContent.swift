import Glibc

/// A file's bytes in pieces of 4 KiB that copies share until one of them is written.
public struct FileContent: Sendable {
    static let pieceBytes = 4096

    public private(set) var count = 0
    /// An empty or missing piece is all zeros.
    private var pieces: [[UInt8]] = []
    /// Sum of each piece with its place; 0 where it is not known, or the piece is all zeros.
    private var sums: [UInt64] = []

    public init() {}

    public init(_ bytes: [UInt8]) { write(bytes, at: 0) }

    public var bytes: [UInt8] {
        var all = [UInt8](repeating: 0, count: count)
        all.withUnsafeMutableBytes { _ = read(into: $0, at: 0) }
        return all
    }

    /// Copies what is there; gives how many bytes that was.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        let end = min(count, offset + buffer.count)
        guard offset < end else { return 0 }
        var place = offset
        while place < end {
            let (index, start) = place.quotientAndRemainder(dividingBy: Self.pieceBytes)
            let length = min(Self.pieceBytes - start, end - place)
            let target = buffer.baseAddress! + (place - offset)
            if index < pieces.count, !pieces[index].isEmpty {
                pieces[index].withUnsafeBytes { _ = memcpy(target, $0.baseAddress! + start, length) }
            } else {
                memset(target, 0, length)
            }
            place += length
        }
        return end - offset
    }

    public mutating func write(_ bytes: [UInt8], at offset: Int) { write(bytes[...], at: offset) }

    /// Writes; what lies between the end and the offset becomes zeros.
    public mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        guard !bytes.isEmpty else { return }
        let end = offset + bytes.count
        let wanted = (end + Self.pieceBytes - 1) / Self.pieceBytes
        if pieces.count < wanted {
            pieces.append(contentsOf: repeatElement([], count: wanted - pieces.count))
            sums.append(contentsOf: repeatElement(0, count: wanted - sums.count))
        }
        bytes.withUnsafeBytes { source in
            var place = offset
            while place < end {
                let (index, start) = place.quotientAndRemainder(dividingBy: Self.pieceBytes)
                let length = min(Self.pieceBytes - start, end - place)
                if pieces[index].isEmpty { pieces[index] = [UInt8](repeating: 0, count: Self.pieceBytes) }
                pieces[index].withUnsafeMutableBytes {
                    _ = memcpy($0.baseAddress! + start, source.baseAddress! + (place - offset), length)
                }
                sums[index] = 0
                place += length
            }
        }
        count = max(count, end)
    }

    /// Cuts the file, or makes it longer by zeros.
    public mutating func truncate(to size: Int) {
        defer { count = size }
        guard size < count else { return }
        let (whole, rest) = size.quotientAndRemainder(dividingBy: Self.pieceBytes)
        let kept = whole + (rest > 0 ? 1 : 0)
        if pieces.count > kept {
            pieces.removeLast(pieces.count - kept)
            sums.removeLast(sums.count - kept)
        }
        guard rest > 0, whole < pieces.count, !pieces[whole].isEmpty else { return }
        pieces[whole].withUnsafeMutableBytes { _ = memset($0.baseAddress! + rest, 0, Self.pieceBytes - rest) }
        sums[whole] = 0
    }

    /// Equal for equal bytes and, but for chance of 2^-64, only for those. What was summed once is remembered.
    mutating func sum() -> UInt64 {
        var total = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
        for index in pieces.indices where !pieces[index].isEmpty {
            if sums[index] == 0 { sums[index] = Self.sum(pieces[index], at: index) }
            total &+= sums[index]
        }
        return total
    }

    /// 0 for a piece of zeros only, wherever it stands: such a piece may as well be missing.
    private static func sum(_ piece: [UInt8], at index: Int) -> UInt64 {
        var a = UInt64(truncatingIfNeeded: index) &* 0xD6E8_FEB8_6659_FD93
        var any: UInt64 = 0
        piece.withUnsafeBytes { raw in
            for word in raw.assumingMemoryBound(to: UInt64.self) {
                any |= word
                a = (a ^ word) &* 0x9FB2_1C65_1E98_DF25
                a ^= a >> 32
            }
        }
        return any == 0 ? 0 : a | 1
    }
}
