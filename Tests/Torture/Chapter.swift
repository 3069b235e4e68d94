import Platform

/// One subject of the torture: what it does is named, how far it must go and what it must find is counted.
protocol Chapter: Sendable {
    /// One word, for `--chapter`.
    var name: String { get }
    /// What is tried, in one sentence for the report.
    var subject: String { get }

    /// Goes at least as far as the figures want, and on until the course's end where it has one.
    func run(_ course: Course) async throws -> [Figure]
}

/// How long a chapter goes on and where its randomness begins.
struct Course: Sendable {
    /// The same seeds, the same work.
    let firstSeed: UInt64
    /// When to stop trying new seeds; nil once the figures are reached.
    let end: ContinuousClock.Instant?
    /// Says on standard error how far it is.
    let progress: @Sendable (String) -> Void

    /// Whether a chapter that has reached its figures goes on.
    var goesOn: Bool { end.map { ContinuousClock.now < $0 } ?? false }
}

/// One counted figure, and what it must be.
struct Figure: Sendable {
    enum Demand: Sendable {
        case atLeast(Int)
        case exactly(Int)
        /// Only told.
        case none
    }

    let name: String
    let value: Int
    let demand: Demand
    /// What a reader must know beside the number.
    let remark: String

    init(_ name: String, _ value: Int, _ demand: Demand = .none, remark: String = "") {
        self.name = name
        self.value = value
        self.demand = demand
        self.remark = remark
    }

    var isMet: Bool {
        switch demand {
        case .atLeast(let least): value >= least
        case .exactly(let wanted): value == wanted
        case .none: true
        }
    }

    var demanded: String {
        switch demand {
        case .atLeast(let least): "at least \(grouped(least))"
        case .exactly(let wanted): grouped(wanted)
        case .none: ""
        }
    }
}

/// 1234567 as "1,234,567".
func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    let text = digits.enumerated().map { place, digit in
        place > 0 && (digits.count - place) % 3 == 0 ? ",\(digit)" : "\(digit)"
    }.joined()
    return number < 0 ? "-" + text : text
}
