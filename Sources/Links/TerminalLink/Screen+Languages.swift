extension Screen {
    /// The choice of the language in which an exam goes on: the questions and answers stay.
    public struct Languages: Hashable, Sendable, Codable {
        /// Offered as `language/TAG`; control `back` leaves without a change.
        public var languages: [String]
        public init(languages: [String]) { self.languages = languages }
    }
}
