public import Exam

/// What a bank's questions are for; no question is for both.
public enum BankPurpose: String, Codable, Hashable, Sendable {
    case exam, practice
}

/// Questions that anybody may practise on, texts, keys and all: it can only be made of a bank that says it is for
/// practice, and practice is drawn from nothing else.
public struct PracticeBank: Sendable {
    public let index: BankIndex
    private let contents: BankContents
    private let blueprint: Blueprint

    /// - Throws: `PracticeRefusal` for a bank of exam questions, or one that gives no practice.
    public init(_ contents: BankContents) throws(PracticeRefusal) {
        guard contents.index.purpose == .practice else { throw .examBank(contents.index.id) }
        guard let blueprint = contents.index.blueprints.first else { throw .noBlueprint(contents.index.id) }
        let items = contents.index.items
        for entry in items where contents.items[entry.id] == nil || contents.keys[entry.id] == nil {
            throw .incomplete(entry.id)
        }
        for area in blueprint.table.keys.sorted() {
            for kind in ItemKind.allCases {
                let has = items.count { $0.area == area && $0.kind == kind }
                guard has >= blueprint.table[area]?[kind] ?? 0 else { throw .shortCell(area, kind) }
            }
        }
        self.contents = contents
        self.blueprint = blueprint
        index = contents.index
    }

    /// How many questions one practice has.
    public var questions: Int { blueprint.questions }

    /// The questions of this bank that an exam asks as well, by their ids or by their words and picture.
    ///
    /// - Parameters:
    ///   - ids: of the exam's questions, and `fingerprints` theirs.
    ///   - sha256: of bytes.
    public func sharedItems(ids: Set<ItemID>, fingerprints: Fingerprints, sha256: ([UInt8]) -> [UInt8]) -> [ItemID] {
        index.items.map(\.id).filter { id in
            guard !ids.contains(id), let item = contents.items[id] else { return true }
            return item.fingerprints(sha256: sha256).contains(where: fingerprints.contains)
        }
    }

    /// One practice: its questions in order, judge before single before multi, each with its options as they are shown.
    ///
    /// - Parameter seed: 32 random bytes; nothing of practice is drawn again, so it is not kept.
    public func draw(seed: [UInt8]) -> [PracticeQuestion] {
        var generator = ChaCha20Generator(seed: seed)
        func shuffled<Element>(_ list: [Element]) -> [Element] {
            var list = list
            for place in list.indices.dropFirst().reversed() {
                list.swapAt(place, generator.uniform(below: place + 1))
            }
            return list
        }
        var drawn: [PracticeQuestion] = []
        for kind in ItemKind.allCases {
            var block: [ItemIndexEntry] = []
            for area in blueprint.table.keys.sorted() {
                let cell = index.items.filter { $0.area == area && $0.kind == kind }
                block += shuffled(cell).prefix(blueprint.table[area]?[kind] ?? 0)
            }
            drawn += shuffled(block).compactMap { entry in
                guard let item = contents.items[entry.id], let key = contents.keys[entry.id] else { return nil }
                let options = Array(1...entry.options)
                return PracticeQuestion(item: item, key: key, options: kind == .judge ? options : shuffled(options))
            }
        }
        return drawn
    }

    /// A picture's PNG bytes.
    public func picture(digest: String) -> [UInt8]? { contents.pictures[digest] }
}

/// A question of a practice. There is no other way to one than `PracticeBank.draw`.
public struct PracticeQuestion: Hashable, Sendable {
    public let item: Item
    /// The authored numbers of the right options.
    public let key: Set<Int>
    /// The authored numbers of the options in shown order.
    public let options: [Int]

    fileprivate init(item: Item, key: Set<Int>, options: [Int]) {
        self.item = item
        self.key = key
        self.options = options
    }
}

/// Why there is no practice.
public enum PracticeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case examBank(String)
    case noBlueprint(String)
    case incomplete(ItemID)
    case shortCell(Area, ItemKind)

    public var description: String {
        switch self {
        case .examBank(let bank):
            "bank \(bank) is not for practice: its bank.json has to say \"purpose\": \"practice\", and an exam bank never does"
        case .noBlueprint(let bank): "bank \(bank) has no blueprint that says what a practice is made of"
        case .incomplete(let item): "question \(item) has no text or no key"
        case .shortCell(let area, let kind): "there are too few questions in area \(area), kind \(kind.rawValue)"
        }
    }
}
