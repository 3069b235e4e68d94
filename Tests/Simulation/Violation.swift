/// What must hold whatever happens; a planted bug is caught by the one that it breaks.
public enum Invariant: String, CaseIterable, Sendable, Codable {
    /// An acknowledged answer or mark is never lost or changed.
    case answersStay
    /// What a screen acknowledged of an exam's course is never taken back.
    case progressStays
    /// A paper never changes, and two papers of one person share no question while the bank has others.
    case paperStays
    /// No exam on two seats, no two open exams on one seat.
    case onePlace
    /// Nobody sits another's exam: the rules come after the own card.
    case identity
    /// Spent time never falls and stands when it must, to a second a cut.
    case timeIsSpent
    /// An exam ends when its time is over, and not before.
    case timeEnds
    /// A verdict is told only of a final answer, where the programme tells, and is true.
    case verdictsAreTrue
    /// No key and no explanation leaves the scorer before the end.
    case keysStaySealed
    /// The score is what a recount of the acknowledged answers gives.
    case scoreIsRight
    /// One result for each exam that ended, signed.
    case oneResult
    /// Every refusal that was shown stands in the journal.
    case refusalsAreWritten
    /// The chain verifies, and what matters stands under a signed head.
    case chainHolds
    /// What the center has is what the journal has.
    case centerHasTheSame
    /// What was read back once is there for ever.
    case storedStays
    /// The journal's entries follow from one another.
    case entriesAreLawful
    /// Every restart comes to a hall that serves.
    case restartServes
    /// Whoever may sit is admitted, whoever may not is refused.
    case admissionIsRight
    /// Nobody is stuck without words, and everybody who behaves gets a result.
    case nobodyIsStuck
}

/// An invariant that was broken.
public struct Violation: Error, Sendable, CustomStringConvertible {
    public let invariant: Invariant
    public let words: String
    public var description: String { "\(invariant.rawValue): \(words)" }
}
