public import TerminalLink

/// One finger's contact with a panel.
public struct Contact: Hashable, Sendable {
    public struct Place: Hashable, Sendable {
        public var x: Int
        public var y: Int
    }

    public enum End: Hashable, Sendable {
        case lifted
        /// The panel took it back.
        case cancelled
        /// It went on, on another scene.
        case open
    }

    /// When it began and when it was last heard of: CLOCK_BOOTTIME, microseconds.
    public private(set) var began: Int
    public private(set) var ended: Int
    /// Never empty.
    public private(set) var path: [Place]
    public private(set) var end = End.open

    private init(_ record: TouchRecord) {
        began = record.at
        ended = record.at
        path = [Place(x: record.x, y: record.y)]
        close(record)
    }

    private mutating func take(_ record: TouchRecord) {
        ended = record.at
        path.append(Place(x: record.x, y: record.y))
        close(record)
    }

    private mutating func close(_ record: TouchRecord) {
        switch record.phase {
        case .up: end = .lifted
        case .cancel: end = .cancelled
        case .down, .move: end = .open
        }
    }

    /// The contacts that a scene's records tell of, in the order in which they began there; one that began on the scene
    /// before begins with its first record here.
    public static func all(in records: [TouchRecord]) -> [Contact] {
        var contacts: [Contact] = []
        var places: [Int: Int] = [:]
        for record in records {
            if record.phase != .down, let place = places[record.contact] {
                contacts[place].take(record)
            } else {
                contacts.append(Contact(record))
                places[record.contact] = contacts.count - 1
            }
            if record.phase == .up || record.phase == .cancel { places[record.contact] = nil }
        }
        return contacts
    }
}
