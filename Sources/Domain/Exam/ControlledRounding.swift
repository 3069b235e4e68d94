extension Blueprint {
    /// How many questions of each kind each area gives: proportional, whole, and both marginals exact.
    ///
    /// The proportional share of a cell is `areas[a] × kinds[k] ÷ questions`, mostly no whole number. The result holds
    /// for every cell its share rounded down or up, each row sums to `areas[a]`, each column to `kinds[k]`.
    ///
    /// Method (controlled rounding after Bacharach, 1966): cells are counted in units of 1/questions, so everything is
    /// whole. While a cell is fractional, walk: from the first fractional cell (areas in order of their names, kinds in
    /// their declared order) along its row to the first other fractional cell, then along that one's column to the first
    /// other, in turn, until the walk meets a line it has been in. Those cells form a loop. Adding d to every second cell of the
    /// loop and taking d from the others changes no sum; d is the least amount, in either direction, that makes a cell
    /// of the loop whole (of two equal ones the direction that raises the loop's first cell).
    ///
    /// Why it ends right: a row's sum is whole, so a row with one fractional cell has a second, likewise a column; the
    /// walk never gets stuck and must meet itself. d takes no cell past a whole number, so each stays between its share
    /// rounded down and up. Each loop makes at least one more cell whole and none fractional.
    ///
    /// - Precondition: no count is negative, and both marginals have the same sum.
    public static func controlledRounding(kinds: [ItemKind: Int], areas: [Area: Int]) -> [Area: [ItemKind: Int]] {
        let rows = areas.keys.sorted()
        let columns = ItemKind.allCases
        let unit = areas.values.reduce(0, +)
        precondition(kinds.values.reduce(0, +) == unit, "the marginals differ in sum")
        precondition(areas.values.allSatisfy { $0 >= 0 } && kinds.values.allSatisfy { $0 >= 0 }, "a count is negative")
        var share = rows.map { row in columns.map { areas[row, default: 0] * kinds[$0, default: 0] } }
        if unit > 0 {
            while let loop = firstLoop(of: share, unit: unit) {
                let (raised, lowered) = step(along: loop, in: share, unit: unit)
                for (index, cell) in loop.enumerated() {
                    share[cell.row][cell.column] += index.isMultiple(of: 2) ? raised - lowered : lowered - raised
                }
            }
        }
        var table: [Area: [ItemKind: Int]] = [:]
        for (rowIndex, row) in rows.enumerated() {
            for (columnIndex, column) in columns.enumerated() {
                table[row, default: [:]][column] = unit == 0 ? 0 : share[rowIndex][columnIndex] / unit
            }
        }
        return table
    }

    private struct Cell {
        let row: Int
        let column: Int
    }

    /// Fractional cells of which each shares a line with the next, rows and columns in turn, the last with the first.
    private static func firstLoop(of share: [[Int]], unit: Int) -> [Cell]? {
        func isFractional(_ row: Int, _ column: Int) -> Bool { share[row][column] % unit != 0 }
        let cells = share.indices.lazy.flatMap { row in share[row].indices.lazy.map { Cell(row: row, column: $0) } }
        guard let start = cells.first(where: { isFractional($0.row, $0.column) }) else { return nil }
        // Cells with an even index were entered along their column (the start counts as such) and left along their row.
        var walk = [start]
        while let here = walk.last {
            let next: Cell
            let met: Int?
            if walk.count.isMultiple(of: 2) {
                guard let row = share.indices.first(where: { $0 != here.row && isFractional($0, here.column) })
                else { preconditionFailure("a column's sum is not whole") }
                next = Cell(row: row, column: here.column)
                met = stride(from: 1, to: walk.count, by: 2).first { walk[$0].row == row }
            } else {
                let columns = share[here.row].indices
                guard let column = columns.first(where: { $0 != here.column && isFractional(here.row, $0) })
                else { preconditionFailure("a row's sum is not whole") }
                next = Cell(row: here.row, column: column)
                met = stride(from: 0, to: walk.count, by: 2).first { walk[$0].column == column }
            }
            // A line met again was left by the cell `met`: from there on the walk is a loop.
            if let met { return walk[met...] + [next] }
            walk.append(next)
        }
        return nil
    }

    /// By how much to raise, or to lower, the first cell and every second one after it; one of the two is 0.
    private static func step(along loop: [Cell], in share: [[Int]], unit: Int) -> (raised: Int, lowered: Int) {
        var raised = unit
        var lowered = unit
        for (index, cell) in loop.enumerated() {
            let above = share[cell.row][cell.column] % unit
            let (toRaise, toLower) = index.isMultiple(of: 2) ? (unit - above, above) : (above, unit - above)
            raised = min(raised, toRaise)
            lowered = min(lowered, toLower)
        }
        return raised <= lowered ? (raised, 0) : (0, lowered)
    }
}
