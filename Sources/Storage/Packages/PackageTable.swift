internal import Platform

/// Where each sealed part stands and by which digest it is known: the parts in their fixed order.
struct PackageTable: Sendable {
    /// Bytes of one record: length (4, big-endian), digest (32).
    static let recordBytes = 36

    private let bytes: [UInt8]
    /// Where each part begins, and at the end where the last one ends.
    private let starts: [Int]
    let items: Int
    let pictures: Int

    /// How many parts a package with so many questions and pictures has.
    static func count(items: Int, pictures: Int) -> Int { 2 * items + 1 + pictures }

    /// - Returns: nil when a length is impossible or the lengths do not make up `total`.
    init?(_ bytes: [UInt8], items: Int, pictures: Int, from start: Int, total: Int) {
        let count = Self.count(items: items, pictures: pictures)
        guard bytes.count == count * Self.recordBytes else { return nil }
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        var place = start
        for record in stride(from: 0, to: bytes.count, by: Self.recordBytes) {
            starts.append(place)
            let length =
                Int(bytes[record]) << 24 | Int(bytes[record + 1]) << 16 | Int(bytes[record + 2]) << 8
                | Int(bytes[record + 3])
            guard length <= PackageLimits.part else { return nil }
            place += length
        }
        guard place - start == total else { return nil }
        starts.append(place)
        self.bytes = bytes
        self.starts = starts
        self.items = items
        self.pictures = pictures
    }

    static func record(length: Int, digest: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + digest
    }

    var count: Int { starts.count - 1 }
    func place(_ part: Int) -> Range<Int> { starts[part]..<starts[part + 1] }
    func digest(_ part: Int) -> [UInt8] { Array(bytes[part * Self.recordBytes + 4..<(part + 1) * Self.recordBytes]) }

    func item(_ position: Int) -> Int { position }
    func key(_ position: Int) -> Int { items + position }
    var list: Int { 2 * items }
    func picture(_ position: Int) -> Int { 2 * items + 1 + position }
}
