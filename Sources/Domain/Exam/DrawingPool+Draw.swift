extension DrawingPool {
    /// The paper that a draw gives, as the type's documentation says.
    ///
    /// The counters are those last taken, which have to be the ones that the draw names.
    ///
    /// - Throws: `DrawError` for a draw of another pool, a wrong seed, or enemies that leave no paper.
    public func draw(_ draw: Draw) throws(DrawError) -> Paper {
        guard draw.programme == blueprint.programme, draw.blueprint == blueprint.version,
            draw.vehicleClass == vehicleClass, draw.language == language, draw.region == region, draw.day == day
        else { throw .otherPool(draw) }
        guard let seed = draw.seedBytes, seed.count == 32 else { throw .seed(draw.seed) }
        var drawing = Drawing(pool: self, excluded: draw.excluded)
        try drawing.setLevels()
        var generator = ChaCha20Generator(seed: seed)
        let chosen = drawing.questions(&generator)
        return Paper(draw: draw, items: paperItems(chosen, &generator), relaxed: drawing.relaxations)
    }

    /// Makes sure that a paper can be drawn.
    ///
    /// - Throws: `DrawError.enemies` when enemies leave none.
    public func check() throws(DrawError) {
        var drawing = Drawing(pool: self, excluded: [])
        try drawing.setLevels()
    }

    private func paperItems(_ chosen: [Int], _ generator: inout ChaCha20Generator) -> [PaperItem] {
        var items: [PaperItem] = []
        items.reserveCapacity(chosen.count)
        for place in chosen {
            let slot = slots[place]
            let options: [Int]
            if slot.options < 1 {
                options = Self.judgeOptions
            } else {
                let bound = slot.options < orders.count ? orders[slot.options].count : Self.factorial(slot.options)
                let number = generator.uniform(below: bound)
                options =
                    slot.options < orders.count ? orders[slot.options][number] : Self.order(number, of: slot.options)
            }
            items.append(PaperItem(item: slot.id, version: slot.version, options: options))
        }
        return items
    }

    private static let judgeOptions = [1, 2]
}

/// One paper being drawn.
struct Drawing {
    let pool: DrawingPool
    private let overexposedFrom: Int
    /// Bits by place: taken, or an enemy of one taken.
    private(set) var barred: [UInt64]
    /// Bits by place: barred or seen; what the quick way passes over.
    private var passedOver: [UInt64]
    /// Bits by place; empty when nothing is excluded.
    private var seen: [UInt64] = []
    private var seenByCell: [Int]
    /// By cell: what it may give.
    private(set) var levels: [Int]
    /// By cell: how many questions are still wanted.
    private(set) var wanted: [Int]
    private var relaxedCounts: [(overexposed: Int, repeated: Int)] = []
    /// Enemies are so many that a question is taken only after a look at what is left.
    private var isCareful = false

    init(pool: DrawingPool, excluded: [ItemID]) {
        self.pool = pool
        overexposedFrom = pool.overexposedFrom
        let words = (pool.slots.count + 63) / 64
        barred = [UInt64](repeating: 0, count: words)
        passedOver = barred
        seenByCell = [Int](repeating: 0, count: pool.cells.count)
        levels = seenByCell
        wanted = pool.cells.map(\.wanted)
        guard !excluded.isEmpty else { return }
        seen = barred
        for place in excluded.compactMap({ pool.places[$0] }) where !Self.bit(place, of: seen) {
            Self.set(place, of: &seen)
            Self.set(place, of: &passedOver)
            seenByCell[pool.slots[place].cell] += 1
        }
    }

    // MARK: Levels

    /// - Throws: `DrawError.enemies` when no paper can be made at all.
    mutating func setLevels() throws(DrawError) {
        if isAmple { return }
        isCareful = true
        levels = [Int](repeating: 2, count: levels.count)
        guard completion().isPossible else { throw conflict() }
        for goal in [1, 0] {
            for cell in levels.indices where levels[cell] == goal + 1 {
                levels[cell] = goal
                if !completion().isPossible { levels[cell] = goal + 1 }
            }
        }
    }

    /// Level 0 suffices and no choice leads to a dead end: each cell has either enough questions without enemies, or so
    /// many that all enemies of a whole paper do not use them up.
    private var isAmple: Bool {
        let questions = wanted.reduce(0, +)
        for (number, cell) in pool.cells.enumerated() {
            var lost = seenByCell[number]
            if cell.mostUses >= overexposedFrom { lost += cell.range.count { Int(pool.uses[$0]) >= overexposedFrom } }
            guard
                cell.free - lost >= cell.wanted
                    || cell.count - lost >= cell.wanted + questions * cell.mostEnemies
            else { return false }
        }
        return true
    }

    /// A smallest set of cells that cannot be filled together.
    private func conflict() -> DrawError {
        var trial = self
        for cell in trial.wanted.indices {
            let count = trial.wanted[cell]
            trial.wanted[cell] = 0
            if trial.completion().isPossible { trial.wanted[cell] = count }
        }
        let cells = trial.wanted.indices.filter { trial.wanted[$0] > 0 }.map { number in
            let cell = pool.cells[number]
            return ShortCell(area: cell.area, kind: cell.kind, wanted: cell.wanted, has: cell.count)
        }
        return .enemies(pool.blueprint.programme, pool.vehicleClass, cells)
    }

    /// What is left for the cells that still want questions.
    private func completion() -> Completion {
        var open: [[Int]] = []
        for (number, cell) in pool.cells.enumerated() {
            open.append(
                wanted[number] == 0
                    ? [] : cell.range.filter { !Self.bit($0, of: barred) && level(of: $0) <= levels[number] })
        }
        return Completion(pool: pool, open: open, wanted: wanted)
    }

    private func level(of place: Int) -> Int {
        if !seen.isEmpty && Self.bit(place, of: seen) { return 2 }
        return Int(pool.uses[place]) >= overexposedFrom ? 1 : 0
    }

    // MARK: Questions

    /// The places of the paper's questions, in paper order.
    mutating func questions(_ generator: inout ChaCha20Generator) -> [Int] {
        var chosen: [Int] = []
        chosen.reserveCapacity(wanted.reduce(0, +))
        var block: [Int] = []
        for number in pool.cells.indices {
            relaxedCounts.append((0, 0))
            for _ in 0..<pool.cells[number].wanted {
                let place: Int
                if let quick = quickChoice(from: number, &generator) {
                    place = quick
                } else {
                    place = listedChoice(from: number, &generator)
                    countRelaxed(place, from: number)
                }
                bar(place)
                wanted[number] -= 1
                block.append(place)
            }
            if number + 1 == pool.cells.count || pool.cells[number + 1].kind != pool.cells[number].kind {
                generator.shuffle(&block)
                chosen += block
                block.removeAll(keepingCapacity: true)
            }
        }
        return chosen
    }

    private mutating func quickChoice(from number: Int, _ generator: inout ChaCha20Generator) -> Int? {
        let cell = pool.cells[number]
        let mean = cell.mean
        for _ in 0..<32 {
            let drawn = generator.uniform(below: 2 * cell.count)
            let place = cell.start + drawn >> 1
            if Self.bit(place, of: passedOver) { continue }
            let uses = Int(pool.uses[place])
            if uses >= overexposedFrom || uses > mean && drawn & 1 == 1 { continue }
            if isCareful && !canTake(place, from: number) { continue }
            return place
        }
        return nil
    }

    private func listedChoice(from number: Int, _ generator: inout ChaCha20Generator) -> Int {
        let cell = pool.cells[number]
        let open = cell.range.filter {
            !Self.bit($0, of: barred) && level(of: $0) <= levels[number] && (!isCareful || canTake($0, from: number))
        }
        guard let level = open.lazy.map({ level(of: $0) }).min() else {
            preconditionFailure("a paper that can be completed has a next question")
        }
        var list = open.filter { self.level(of: $0) == level }
        if level == 1 {
            let least = list.lazy.map { pool.uses[$0] }.min()
            list = list.filter { pool.uses[$0] == least }
            return list[generator.uniform(below: list.count)]
        }
        let weights = list.map { Int(pool.uses[$0]) > cell.mean ? 1 : 2 }
        var at = generator.uniform(below: weights.reduce(0, +))
        for (place, weight) in zip(list, weights) {
            if at < weight { return place }
            at -= weight
        }
        preconditionFailure("a number beyond the sum of the weights")
    }

    /// Whether the paper can still be completed with a question; one without enemies hinders nobody.
    private func canTake(_ place: Int, from number: Int) -> Bool {
        guard pool.hasEnemies(place) else { return true }
        var trial = self
        trial.bar(place)
        trial.wanted[number] -= 1
        return trial.completion().isPossible
    }

    private mutating func countRelaxed(_ place: Int, from number: Int) {
        switch level(of: place) {
        case 0: return
        case 1: relaxedCounts[number].overexposed += 1
        default: relaxedCounts[number].repeated += 1
        }
    }

    private mutating func bar(_ place: Int) {
        Self.set(place, of: &barred)
        Self.set(place, of: &passedOver)
        guard pool.hasEnemies(place) else { return }
        for enemy in pool.enemies(of: place) {
            Self.set(Int(enemy), of: &barred)
            Self.set(Int(enemy), of: &passedOver)
        }
    }

    /// What had to give way; to be asked after `questions`.
    var relaxations: [Relaxation] {
        relaxedCounts.indices.compactMap { number in
            let (overexposed, repeated) = relaxedCounts[number]
            guard overexposed + repeated > 0 else { return nil }
            let cell = pool.cells[number]
            return Relaxation(area: cell.area, kind: cell.kind, overexposed: overexposed, repeated: repeated)
        }
    }

    @inline(__always)
    private static func bit(_ place: Int, of bits: [UInt64]) -> Bool {
        bits[place >> 6] &>> UInt64(place & 63) & 1 == 1
    }

    @inline(__always)
    private static func set(_ place: Int, of bits: inout [UInt64]) { bits[place >> 6] |= 1 &<< UInt64(place & 63) }
}
