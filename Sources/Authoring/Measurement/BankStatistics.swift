internal import Exam

/// What answers tell about the questions of a bank, by version, programme and language.
public struct BankStatistics: Sendable {
    /// When a figure is flagged.
    public struct Bands: Sendable {
        /// Fewer whole attempts than these flag nothing: chance would speak.
        public var minimum = 100

        public init(minimum: Int = 100) { self.minimum = minimum }
    }

    public let banks: [MeasuredBank]
    public let bands: Bands
    /// Attempts that were counted; voided ones and those of other banks are not.
    public private(set) var attempts = 0
    public private(set) var answers = 0
    /// Attempts of banks that are not at hand, by the bank's digest.
    public private(set) var otherBanks: [String: Int] = [:]
    /// By programme, all languages first and then each.
    public private(set) var programmes: [ProgrammeStatistics] = []
    /// By programme and question, all languages first and then each.
    public private(set) var items: [ItemStatistics] = []
    public private(set) var differences: [LanguageDifference] = []

    /// - Parameter name: what errors call the answers.
    /// - Throws: `Unusable` for answers that fit no question.
    public init(
        _ archive: AnswerArchive, name: String, banks: [MeasuredBank], bands: Bands = Bands()
    ) throws(Unusable) {
        self.banks = banks
        self.bands = bands
        let known = archive.banks(among: banks)
        var tally = try Tally(archive, name: name, banks: known)
        for row in archive.rows {
            guard known[Int(row.bank)] != nil else {
                otherBanks[archive.banks[Int(row.bank)], default: 0] += 1
                continue
            }
            guard AnswerArchive.endings[Int(row.endedBy)] != .voided else { continue }
            attempts += 1
            answers += Int(row.count)
            tally.take(row)
        }
        let result = tally.finish()
        programmes = result.programmes
        items = result.items
        differences = Self.differences(
            items, programmes, original: banks.first?.languages.first, minimum: bands.minimum)
        flag()
    }

    /// Each language against the bank's first, or against the one that most people sat the programme in where too few
    /// sat it in that.
    private static func differences(
        _ items: [ItemStatistics], _ programmes: [ProgrammeStatistics], original: LanguageTag?, minimum: Int
    ) -> [LanguageDifference] {
        var references: [ProgrammeCode: LanguageTag] = [:]
        for programme in Set(programmes.map(\.programme)) {
            let languages = programmes.filter { $0.programme == programme && $0.language != nil }
            let first = languages.first { $0.language == original && $0.whole >= minimum }
            references[programme] = (first ?? languages.max { $0.whole < $1.whole })?.language
        }
        struct Place: Hashable {
            let item: ItemID
            let version: Int
            let programme: ProgrammeCode
        }
        var base: [Place: ItemStatistics] = [:]
        for item in items {
            if item.language == references[item.programme] {
                base[Place(item: item.item, version: item.version, programme: item.programme)] = item
            }
        }
        var found: [LanguageDifference] = []
        for focal in items {
            guard let language = focal.language, language != references[focal.programme], focal.whole >= minimum,
                let reference = base[Place(item: focal.item, version: focal.version, programme: focal.programme)],
                let tag = reference.language, reference.whole >= minimum,
                let statistic = MantelHaenszel(reference: reference.strata, focal: focal.strata)
            else { continue }
            found.append(
                LanguageDifference(
                    item: focal.item, version: focal.version, programme: focal.programme, reference: tag,
                    language: language, counts: (reference.whole, focal.whole), statistic: statistic))
        }
        return found
    }

    private mutating func flag() {
        for place in items.indices {
            let item = items[place]
            guard item.whole >= bands.minimum else { continue }
            var flags: [ItemStatistics.Flag] = []
            var notes: [ItemStatistics.Note] = []
            if let r = item.strata.pointBiserial {
                // 1.645 standard errors of a correlation that is 0: chance alone goes below it in one of twenty cases.
                if r < 0 && -r * Double(item.whole - 1).squareRoot() >= 1.645 {
                    flags.append(.keyCheck)
                } else if r < 0 {
                    notes.append(.negative)
                } else if r < 0.2 {
                    notes.append(.weak)
                }
            }
            if let share = item.share {
                if share < 300 { flags.append(.hard) }
                if share > 850 { notes.append(.easy) }
            }
            let differs = differences.contains {
                $0.isFlagged && $0.item == item.item && $0.version == item.version && $0.programme == item.programme
                    && (item.language == nil || $0.language == item.language)
            }
            if differs { flags.append(.languageDifference) }
            items[place].flags = flags
            items[place].notes = notes
        }
    }

    /// Questions with a flag in any language, by programme and id.
    public var flagged: [ItemStatistics] { items.filter { !$0.flags.isEmpty } }
}
