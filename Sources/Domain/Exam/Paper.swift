internal import CanonicalJSON

/// One question of a paper, with its options in the order in which this candidate sees them.
public struct PaperItem: Codable, Hashable, Sendable {
    public let item: ItemID
    public let version: Int
    /// The authored numbers of the options in shown order; always [1, 2] (true, false) for a judge question.
    public let options: [Int]

    public init(item: ItemID, version: Int, options: [Int]) {
        self.item = item
        self.version = version
        self.options = options
    }
}

/// The questions one candidate answers, in order, and what they were drawn from.
public struct Paper: Codable, Hashable, Sendable {
    public let draw: Draw
    public let items: [PaperItem]
    /// The cells that had to take questions seen before, or beyond their share of papers; mostly none.
    public let relaxed: [Relaxation]

    public init(draw: Draw, items: [PaperItem], relaxed: [Relaxation] = []) {
        self.draw = draw
        self.items = items
        self.relaxed = relaxed
    }

    /// The digest of the bank.
    public var bank: String { draw.bank }
    public var programme: ProgrammeCode { draw.programme }
    /// The version of the blueprint.
    public var blueprint: Int { draw.blueprint }
    /// The seed, hexadecimal in lower case.
    public var seed: String { draw.seed }

    /// The paper that a draw gives; whoever draws many from one bank keeps a `DrawingPool`.
    ///
    /// - Parameter exposure: the programme's counters at the entry that the draw names.
    /// - Throws: `DrawError` for a draw that does not fit the blueprint, or a cell that the bank cannot fill.
    public static func draw(
        _ draw: Draw, blueprint: Blueprint, index: [ItemIndexEntry], exposure: ProgrammeExposure = ProgrammeExposure()
    ) throws(DrawError) -> Paper {
        var pool = try DrawingPool(
            blueprint: blueprint, index: index, vehicleClass: draw.vehicleClass, language: draw.language,
            region: draw.region, day: draw.day)
        pool.take(exposure)
        return try pool.draw(draw)
    }

    /// The RFC 8785 form of `[{item, version, options}]`, whose SHA-256 is the paper's digest in a result.
    public func canonicalItems() -> [UInt8] {
        JSONValue.array(
            items.map { item in
                [
                    "item": .string(item.item.rawValue), "version": .integer(item.version),
                    "options": .array(item.options.map(JSONValue.integer)),
                ]
            }
        ).canonicalBytes
    }
}
