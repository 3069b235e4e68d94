public import IdentityCards

/// Where cards come from: the readers of this machine, or a fake of them.
///
/// What every source keeps:
/// - A reader's events come in order: `appeared`, then for each card `cardIn`, at most one `document` or some
///   `unreadable`, `cardOut`; at the end `vanished` (which implies `cardOut`).
/// - A `document` stands between `cardIn` and `cardOut` of a card that still lay there when its reading ended. It is
///   what was read in one exclusive connection; the event before it was only the reason to look.
/// - After `unreadable` a `document` may still follow for the same card: people turn it over and press harder.
/// - `serviceLost` voids everything said before. After `serviceBack` each reader appears anew, and a card that lay
///   there all the time is announced and read again: whoever acts on a document has to know that he did so already.
public protocol CardReaderSource: Sendable {
    /// All events since the start; for one listener.
    var events: AsyncStream<ReaderEvent> { get }
    func start()
    func stop()
    /// The readers as they stand now.
    func readers() -> [ReaderState]
}

/// What identifies a reader. Names number readers in the order of their arrival, so a seat is bound to a port or a serial
/// number, never to a name, while two readers of one make are there.
public struct ReaderID: Hashable, Sendable, CustomStringConvertible {
    /// The name that the card service gives, as `Maker Model 01 00`.
    public let name: String
    /// The serial number that the reader reports, if it does.
    public let serial: String?
    /// The USB port as the kernel's path, `1-1.4.2`, if it is a USB reader.
    public let port: String?

    public init(name: String, serial: String? = nil, port: String? = nil) {
        self.name = name
        self.serial = serial
        self.port = port
    }

    /// Whether a configuration's word means this reader: its port, its serial number, or its name.
    public func matches(_ configured: String) -> Bool {
        configured == port || configured == serial || configured == name
    }

    public var description: String {
        let details = [port.map { "port \($0)" }, serial.map { "serial \($0)" }].compactMap { $0 }
        return details.isEmpty ? name : "\(name) (\(details.joined(separator: ", ")))"
    }
}

public enum ReaderEvent: Hashable, Sendable {
    case appeared(ReaderID)
    case vanished(ReaderID)
    case cardIn(ReaderID)
    case document(ReaderID, IdentityDocument)
    case unreadable(ReaderID, CardFault)
    case cardOut(ReaderID)
    /// The card service is gone; it is looked for until it is back.
    case serviceLost
    case serviceBack
}

/// How a reader stands.
public struct ReaderState: Hashable, Sendable {
    public let reader: ReaderID
    /// The profile that says how this make is read; nil when none fits and its cards cannot be read.
    public let profile: String?
    public let card: Card

    public enum Card: Hashable, Sendable {
        case none
        case reading
        case read
        case unreadable(CardFault)
    }

    public init(reader: ReaderID, profile: String?, card: Card) {
        self.reader = reader
        self.profile = profile
        self.card = card
    }
}

/// Why a card that lies there gives no document.
public enum CardFault: Error, Hashable, Sendable {
    /// It does not answer at all: upside down, no chip, or broken.
    case mute
    /// It answers, but is no identity card.
    case notAnIdentityCard
    /// The contact was too short or too bad; lifting it and laying it down again may help.
    case badContact
    /// Card and security module do not accept each other, or the card's data fail their check.
    case refused(status: Int)
    /// What the card says cannot be.
    case record(RecordError)
    /// Another program holds the reader.
    case busy
    /// The reader's security module is broken or not authorised: staff has to act.
    case readerOutOfService(status: Int)
    /// The reader has not answered for seconds; nothing can cancel its work.
    case readerHangs
    /// No profile says how to read with this make of reader.
    case noProfile
    /// An answer that this reader's profile does not provide for.
    case unexpectedAnswer(status: Int)
}

extension CardFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .mute: "the card does not answer: it lies upside down, has no chip or is broken"
        case .notAnIdentityCard: "this is not an identity card"
        case .badContact: "the card was not read to its end: lift it and lay it down again"
        case .refused(let status): "the card or the security module refused the other (status \(status))"
        case .record(let error): "the card's record is wrong: \(error)"
        case .busy: "another program holds the reader"
        case .readerOutOfService(let status): "the reader's security module is out of service (status \(status))"
        case .readerHangs: "the reader does not answer any more: unplug it and plug it in again"
        case .noProfile: "no profile in Provisioning/readers says how this make of reader is read"
        case .unexpectedAnswer(let status):
            "the reader gave an answer that its profile does not know (status \(status))"
        }
    }
}
