import CanonicalJSON
import CenterLink
import CivilTime
import Exam
import Platform

// What the hall knows of finished exams: long lists, which stand in a snapshot in columns, so that ten thousand of each are
// read back in milliseconds.

/// How the sittings of bookings came out.
struct SittingBook: Hashable, Sendable {
    private var records: [Sitting: SittingRecord] = [:]

    subscript(sitting: Sitting) -> SittingRecord? {
        get { records[sitting] }
        set { records[sitting] = newValue }
    }
}

extension SittingBook: Codable {
    private struct Columns: Codable {
        var bookings: [String] = []
        var programmes: [String] = []
        var numbers: [Int] = []
        var attempts: [String] = []
        var outcomes: [String] = []
        /// "" for a sitting that is not over.
        var days: [String] = []
    }

    func encode(to encoder: any Encoder) throws {
        var columns = Columns()
        for (sitting, record) in records {
            columns.bookings.append(sitting.booking.rawValue)
            columns.programmes.append(sitting.programme.rawValue)
            columns.numbers.append(sitting.number)
            columns.attempts.append(record.attempt.rawValue)
            columns.outcomes.append(record.outcome.rawValue)
            columns.days.append(record.day?.description ?? "")
        }
        try columns.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let columns = try Columns(from: decoder)
        let count = columns.bookings.count
        let lengths = [columns.programmes, columns.attempts, columns.outcomes, columns.days].map(\.count)
        guard lengths.allSatisfy({ $0 == count }), columns.numbers.count == count else {
            throw wrong(decoder, "columns of different lengths")
        }
        records.reserveCapacity(count)
        for row in 0..<count {
            guard let outcome = SittingOutcome(rawValue: columns.outcomes[row]) else {
                throw wrong(decoder, "no outcome: \(columns.outcomes[row])")
            }
            let day = CalendarDate(columns.days[row])
            guard (day == nil) == columns.days[row].isEmpty else {
                throw wrong(decoder, "no day: \(columns.days[row])")
            }
            let sitting = Sitting(
                booking: BookingID(columns.bookings[row]), programme: ProgrammeCode(columns.programmes[row]),
                number: columns.numbers[row])
            records[sitting] = SittingRecord(
                attempt: AttemptID(columns.attempts[row]), outcome: outcome, day: day)
        }
    }
}

/// The bookings that the center made, each as the text it came in until somebody asks for it.
struct BookingBook: Hashable, Sendable {
    private struct Page: Hashable, Sendable {
        var candidate: String
        /// The booking in canonical JSON.
        var text: String
    }

    private var pages: [BookingID: Page] = [:]
    private var byCandidate: [String: [BookingID]] = [:]

    var count: Int { pages.count }

    /// A candidate's bookings in the order in which they came.
    subscript(candidate: String) -> [Booking] {
        (byCandidate[candidate] ?? []).compactMap { id in
            guard let page = pages[id] else { return nil }
            do {
                return try JSONCoder.decode(Booking.self, from: page.text.utf8)
            } catch {
                Log.error("booking \(id) cannot be read: \(JSONCoder.explain(error))")
                return nil
            }
        }
    }

    /// A later booking with the same id takes the place of the earlier.
    mutating func take(_ booking: Booking) throws {
        take(Page(candidate: booking.candidate, text: try JSONCoder.text(booking)), id: booking.id)
    }

    private mutating func take(_ page: Page, id: BookingID) {
        if let before = pages.updateValue(page, forKey: id) {
            byCandidate[before.candidate]?.removeAll { $0 == id }
            if byCandidate[before.candidate]?.isEmpty == true { byCandidate[before.candidate] = nil }
        }
        byCandidate[page.candidate, default: []].append(id)
    }
}

extension BookingBook: Codable {
    private struct Columns: Codable {
        var ids: [String] = []
        var candidates: [String] = []
        var texts: [String] = []
    }

    func encode(to encoder: any Encoder) throws {
        var columns = Columns()
        for (candidate, ids) in byCandidate {
            for id in ids {
                columns.ids.append(id.rawValue)
                columns.candidates.append(candidate)
                columns.texts.append(pages[id]?.text ?? "")
            }
        }
        try columns.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let columns = try Columns(from: decoder)
        let count = columns.ids.count
        guard columns.candidates.count == count, columns.texts.count == count else {
            throw wrong(decoder, "columns of different lengths")
        }
        pages.reserveCapacity(count)
        byCandidate.reserveCapacity(count)
        for row in 0..<count {
            take(Page(candidate: columns.candidates[row], text: columns.texts[row]), id: BookingID(columns.ids[row]))
        }
    }
}

/// Where the papers of each candidate stand in the journal.
struct PaperPlaces: Hashable, Sendable {
    private var places: [String: [Int]] = [:]

    subscript(candidate: String) -> [Int] { places[candidate] ?? [] }

    mutating func add(_ sequence: Int, of candidate: String) { places[candidate, default: []].append(sequence) }
}

extension PaperPlaces: Codable {
    private struct Columns: Codable {
        var candidates: [String] = []
        /// How many of `sequences` are each candidate's.
        var counts: [Int] = []
        var sequences: [Int] = []
    }

    func encode(to encoder: any Encoder) throws {
        var columns = Columns()
        for (candidate, sequences) in places {
            columns.candidates.append(candidate)
            columns.counts.append(sequences.count)
            columns.sequences += sequences
        }
        try columns.encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let columns = try Columns(from: decoder)
        guard columns.counts.count == columns.candidates.count, columns.counts.allSatisfy({ $0 > 0 }),
            columns.counts.reduce(0, +) == columns.sequences.count
        else { throw wrong(decoder, "columns of different lengths") }
        places.reserveCapacity(columns.candidates.count)
        var next = 0
        for (candidate, count) in zip(columns.candidates, columns.counts) {
            places[candidate] = Array(columns.sequences[next..<next + count])
            next += count
        }
    }
}

/// The counters of how often questions stood in papers, as the journal has them: what draws use.
struct ExposureRecord: Hashable, Sendable {
    private(set) var counters = ExposureCounters()
    /// The sequence of the last entry that they were taken from; 0 before the first.
    private(set) var sequence = 0

    mutating func take(_ counters: ExposureCounters, sequence: Int) {
        self.counters.merge(counters)
        self.sequence = sequence
    }
}

extension ExposureRecord: Codable {
    /// One programme at one appliance.
    private struct Columns: Codable {
        var appliance: String
        var programme: ProgrammeCode
        var papers: Int
        var items: [String]
        var uses: [Int]
    }

    private enum CodingKeys: String, CodingKey { case sequence, counts }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(sequence, forKey: .sequence)
        let columns = counters.counts.flatMap { appliance, programmes in
            programmes.map { programme, exposure in
                let items = Array(exposure.items)
                return Columns(
                    appliance: appliance, programme: programme, papers: exposure.papers,
                    items: items.map(\.key.rawValue), uses: items.map(\.value))
            }
        }
        try container.encode(columns, forKey: .counts)
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        sequence = try container.decode(Int.self, forKey: .sequence)
        var counts: [String: [ProgrammeCode: ProgrammeExposure]] = [:]
        for columns in try container.decode([Columns].self, forKey: .counts) {
            guard columns.items.count == columns.uses.count else {
                throw wrong(decoder, "columns of different lengths")
            }
            let items = Dictionary(zip(columns.items.map { ItemID($0) }, columns.uses), uniquingKeysWith: max)
            counts[columns.appliance, default: [:]][columns.programme] = ProgrammeExposure(
                papers: columns.papers, items: items)
        }
        counters = ExposureCounters(counts)
    }
}

private func wrong(_ decoder: any Decoder, _ reason: String) -> DecodingError {
    DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
}
