/// Whether cells can be filled from what is open to them without enemies beside each other; an exact answer.
///
/// Questions that have no enemy among the open ones can always be used, so a cell that wants no more than it has of
/// them is out of the way, and its other questions with it, which frees enemies of theirs in turn. So is a cell with so
/// many questions that the enemies of everything still to be taken do not use it up. What remains is searched through:
/// each group of enemies gives the largest counts by cell that its independent sets reach, and the groups' counts are
/// added up in all ways that are not worse than others.
struct Completion {
    private let isMet: Bool

    /// - Parameter open: by cell, the places that may still be taken.
    /// - Parameter wanted: by cell, how many have to be.
    init(pool: DrawingPool, open: [[Int]], wanted: [Int]) {
        guard zip(open, wanted).allSatisfy({ $0.count >= $1 }) else {
            isMet = false
            return
        }
        let left = wanted.reduce(0, +)
        var unsafe = Set(
            wanted.indices.filter { number in
                wanted[number] > 0 && open[number].count < wanted[number] + left * pool.cells[number].mostEnemies
            })
        var enemies: [Int: [Int]] = [:]
        var free: [Int: Int] = [:]
        while !unsafe.isEmpty {
            let places = Set(unsafe.lazy.flatMap { open[$0] })
            enemies = [:]
            free = [:]
            for number in unsafe {
                for place in open[number] {
                    let near = pool.enemies(of: place).map(Int.init).filter(places.contains)
                    if near.isEmpty { free[number, default: 0] += 1 } else { enemies[place] = near }
                }
            }
            let filled = unsafe.filter { free[$0, default: 0] >= wanted[$0] }
            if filled.isEmpty { break }
            unsafe.subtract(filled)
        }
        guard !unsafe.isEmpty else {
            isMet = true
            return
        }
        let numbers = unsafe.sorted()
        let needs = numbers.map { wanted[$0] - free[$0, default: 0] }
        let column = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, $0) })
        let search = EnemySearch(
            enemies: enemies, column: enemies.keys.reduce(into: [:]) { $0[$1] = column[pool.slots[$1].cell] },
            needs: needs)
        isMet = search.reaches()
    }

    var isPossible: Bool { isMet }
}

/// The search through groups of enemies.
private struct EnemySearch {
    let enemies: [Int: [Int]]
    /// Which count a place adds to.
    let column: [Int: Int]
    let needs: [Int]

    func reaches() -> Bool { best(of: Set(enemies.keys)).contains(needs) }

    /// The counts, none above its need, that independent sets of these places reach and no other of them betters.
    private func best(of places: Set<Int>) -> [[Int]] {
        var sums = [[Int](repeating: 0, count: needs.count)]
        for group in groups(of: places) {
            let more = best(ofGroup: group)
            sums = unbettered(
                sums.flatMap { sum in more.map { add in needs.indices.map { min(needs[$0], sum[$0] + add[$0]) } } })
            if sums == [needs] { break }
        }
        return sums
    }

    private func best(ofGroup group: Set<Int>) -> [[Int]] {
        // The place with the most enemies, the first of equal ones, is in the set or is not.
        let pivot = group.max { (degree($0, in: group), $1) < (degree($1, in: group), $0) }
        guard let pivot else { return [] }
        var with = best(of: group.subtracting(enemies[pivot] ?? []).subtracting([pivot]))
        if let column = column[pivot] {
            for index in with.indices { with[index][column] = min(needs[column], with[index][column] + 1) }
        }
        guard group.count > 1 else { return with }
        return unbettered(with + best(of: group.subtracting([pivot])))
    }

    private func degree(_ place: Int, in group: Set<Int>) -> Int { enemies[place]?.count(where: group.contains) ?? 0 }

    /// The places by who is an enemy of whom, directly or over others.
    private func groups(of places: Set<Int>) -> [Set<Int>] {
        var left = places
        var groups: [Set<Int>] = []
        for start in places.sorted() where left.remove(start) != nil {
            var group: Set = [start]
            var edge = [start]
            while let place = edge.popLast() {
                for enemy in enemies[place] ?? [] where left.remove(enemy) != nil {
                    group.insert(enemy)
                    edge.append(enemy)
                }
            }
            groups.append(group)
        }
        return groups
    }

    private func unbettered(_ counts: [[Int]]) -> [[Int]] {
        let all = Set(counts)
        return all.filter { one in
            !all.contains { other in other != one && zip(other, one).allSatisfy { $0 >= $1 } }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
