/// How a question is answered; papers hold their blocks in this order.
public enum ItemKind: String, CaseIterable, Codable, CodingKeyRepresentable, Hashable, Sendable {
    /// True (option 1) or false (option 2); the options are fixed and never shuffled.
    case judge
    /// Exactly one of the options is right.
    case single
    /// Two or more of the options are right, and all of them must be chosen.
    case multi
}

/// What drawing a paper needs to know of a question: nothing of its text, nothing of its key.
public struct ItemIndexEntry: Codable, Hashable, Sendable {
    public let id: ItemID
    public let version: Int
    public let kind: ItemKind
    public let area: Area
    public let classes: [VehicleClass]
    /// How many options the question has; 2 for a judge question.
    public let options: Int

    public init(id: ItemID, version: Int, kind: ItemKind, area: Area, classes: [VehicleClass], options: Int) {
        self.id = id
        self.version = version
        self.kind = kind
        self.area = area
        self.classes = classes
        self.options = options
    }
}
