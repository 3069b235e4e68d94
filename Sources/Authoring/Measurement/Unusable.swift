/// Answers, an archive, a correction or a bank that cannot be measured by: where, and what is wrong.
public struct Unusable: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file, and what in it.
    public let place: String
    public let problem: String

    public init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    public var description: String { "\(place): \(problem)" }
}
