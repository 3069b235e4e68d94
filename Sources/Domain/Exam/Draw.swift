public import CivilTime

/// Everything that decides a paper: whoever has it, the bank and the counters that it names draws the same paper.
public struct Draw: Hashable, Sendable, Codable {
    /// The digest of the bank.
    public let bank: String
    public let programme: ProgrammeCode
    /// The version of the blueprint.
    public let blueprint: Int
    public let vehicleClass: VehicleClass
    public let language: LanguageTag
    /// Where the exam is held, by its administrative division code (GB/T 2260), such as `330106`; "" where none is set.
    public let region: String
    public let day: CalendarDate
    /// The questions of this candidate's earlier papers, in order of their ids.
    public let excluded: [ItemID]
    /// The sequence of the journal's last `exposure` entry before the draw; 0 for counters at zero.
    public let exposure: Int
    /// The seed, hexadecimal in lower case.
    public let seed: String

    private enum CodingKeys: String, CodingKey {
        case bank, programme, blueprint
        case vehicleClass = "class"
        case language, region, day, excluded, exposure, seed
    }

    public init(
        bank: String, programme: ProgrammeCode, blueprint: Int, vehicleClass: VehicleClass, language: LanguageTag,
        region: String = "", day: CalendarDate, excluded: some Sequence<ItemID> = [], exposure: Int = 0, seed: [UInt8]
    ) {
        self.bank = bank
        self.programme = programme
        self.blueprint = blueprint
        self.vehicleClass = vehicleClass
        self.language = language
        self.region = region
        self.day = day
        self.excluded = Set(excluded).sorted()
        self.exposure = exposure
        self.seed = Self.hexadecimal(seed)
    }

    /// The seed's bytes; nil for what is no hexadecimal text.
    public var seedBytes: [UInt8]? {
        let digits = Array(seed.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for at in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[at]), let low = Self.value(digits[at + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 97...102: digit - 87
        default: nil
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for (index, byte) in bytes.enumerated() {
                text[2 * index] = digit(byte >> 4)
                text[2 * index + 1] = digit(byte & 15)
            }
            return 2 * bytes.count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 48 : 87) }
}

/// A recorded draw with the counters that it names: a file that `kaotai bank draw --draw` repeats anywhere.
public struct RecordedDraw: Hashable, Sendable, Codable {
    public let draw: Draw
    /// The counters of the draw's programme as they stood at its `exposure` entry, all appliances together.
    public let exposure: ProgrammeExposure

    public init(draw: Draw, exposure: ProgrammeExposure) {
        self.draw = draw
        self.exposure = exposure
    }
}

/// How far a cell of a paper had to give way, because the bank has no more questions.
public struct Relaxation: Hashable, Sendable, Codable, CustomStringConvertible {
    public let area: Area
    public let kind: ItemKind
    /// Questions beyond the blueprint's share of papers.
    public let overexposed: Int
    /// Questions that stood in an earlier paper of this candidate.
    public let repeated: Int

    public init(area: Area, kind: ItemKind, overexposed: Int, repeated: Int) {
        self.area = area
        self.kind = kind
        self.overexposed = overexposed
        self.repeated = repeated
    }

    public var description: String {
        "area \(area), kind \(kind.rawValue): \(repeated) questions seen before, \(overexposed) beyond their share"
    }
}

/// Why no paper was drawn.
public enum DrawError: Error, Hashable, Sendable, CustomStringConvertible {
    case seed(String)
    /// The draw names another bank, programme, blueprint, class, language, region or day than the pool was made for.
    case otherPool(Draw)
    case shortCell(ProgrammeCode, VehicleClass, ShortCell)
    /// Each of these cells has its questions, but they cannot be filled together without enemies beside each other; any
    /// of them left out, they could.
    case enemies(ProgrammeCode, VehicleClass, [ShortCell])
    case manyOptions(ItemID, Int)

    public var description: String {
        switch self {
        case .seed(let seed): "a seed is 64 hexadecimal digits in lower case, this one is \"\(seed)\""
        case .otherPool(let draw):
            "the draw is for \(draw.programme), blueprint \(draw.blueprint), class \(draw.vehicleClass), "
                + "\(draw.language), region \"\(draw.region)\" on \(draw.day): that is not what was prepared"
        case .shortCell(let programme, let vehicleClass, let cell):
            "the bank does not fill \(programme) for class \(vehicleClass): \(cell)"
        case .enemies(let programme, let vehicleClass, let cells):
            "the bank does not fill \(programme) for class \(vehicleClass): too many enemies among the questions of "
                + cells.map(\.description).joined(separator: "; ")
        case .manyOptions(let item, let options):
            "question \(item) has \(options) options, a paper's has at most \(DrawingPool.mostOptions)"
        }
    }
}
