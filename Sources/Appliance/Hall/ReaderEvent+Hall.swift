import CardReaders

extension ReaderEvent {
    /// The reader that this happened at; nil for what befell the card service as a whole.
    var reader: ReaderID? {
        switch self {
        case .appeared(let id), .vanished(let id), .cardIn(let id), .cardOut(let id): id
        case .document(let id, _), .unreadable(let id, _): id
        case .serviceLost, .serviceBack: nil
        }
    }
}

extension CardFault {
    /// The card is none of an identity card's kind; else it may be read when laid down again.
    var isForeignCard: Bool { if case .notAnIdentityCard = self { true } else { false } }
}
