/// What happened to the card on a reader between two looks.
enum CardMove: Hashable { case `in`, out }

/// Turns the states that the card service reports into movements of cards.
///
/// The service counts movements, but tells a new presence before it counts it, so that another reader's event may show
/// one insertion twice: first as a presence with the old count, then as the same presence with the count one higher
/// (under load that was seen at a quarter of all insertions). Count and presence have to agree in parity; where they do
/// not, one count is still due.
///
/// | before | now | counted, less what was due | means |
/// |---|---|---|---|
/// | empty | present | 0 | in; one count is due |
/// | empty | present | 1 | in |
/// | present | present | 0 | nothing |
/// | present | present | 2 | out, in: another card, or the same one laid down again |
/// | present | empty | 1 | out |
/// | empty | empty | 2 | in, out: gone before anybody looked |
struct CardMoves {
    private(set) var isPresent: Bool
    private var count: Int?
    private var due = 0

    /// - Parameter isPresent: whether a card is known to lie there already.
    init(isPresent: Bool = false) { self.isPresent = isPresent }

    /// What moved since the last look.
    mutating func look(_ state: PCSCState) -> [CardMove] {
        guard state.isKnown else { return [] }
        let changed = state.isPresent != isPresent
        defer {
            isPresent = state.isPresent
            count = state.moves
        }
        // The first look has no count to compare with.
        var moves = (count.map { (state.moves - $0) & 0xFFFF } ?? 0) - due
        due = 0
        while moves < (changed ? 1 : 0) || moves.isMultiple(of: 2) == changed {
            moves += 1
            if count != nil { due += 1 }
        }
        switch (isPresent, state.isPresent, moves) {
        case (false, true, _): return [.in]
        case (true, false, _): return [.out]
        case (true, true, 2...): return [.out, .in]
        case (false, false, 2...): return [.in, .out]
        default: return []
        }
    }
}
