/// How long to wait after failures: doubling from 0.2 s to 30 s, each time a random half of it, so that a hundred halls
/// do not come back to a center at once.
public struct Backoff: Sendable {
    public var first: Int
    public var longest: Int
    public private(set) var failures = 0

    /// - Parameters: milliseconds.
    public init(first: Int = 200, longest: Int = 30_000) {
        self.first = first
        self.longest = longest
    }

    public mutating func succeeded() { failures = 0 }

    /// Counts a failure; milliseconds to wait now.
    public mutating func failed(using generator: inout some RandomNumberGenerator) -> Int {
        let full = min(longest, first << min(failures, 20))
        failures += 1
        return full / 2 + Int.random(in: 0...(full - full / 2), using: &generator)
    }
}
