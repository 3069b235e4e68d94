/// How a question is answered; papers hold their blocks in this order.
public enum ItemKind: String, CaseIterable, Codable, CodingKeyRepresentable, Hashable, Sendable {
    /// True (option 1) or false (option 2); the options are fixed and never shuffled.
    case judge
    /// Exactly one of the options is right.
    case single
    /// Two or more of the options are right, and all of them must be chosen.
    case multi
}
