/// The card service as the driver sees it; a protocol, so that what only real hardware does (hot-plug, counts that come
/// late) can be played in tests.
protocol CardService: Sendable {
    func makeContext() throws(PCSCError) -> any CardServiceContext
}

/// One connection to the card service.
///
/// The lists of readers and states behind a context are not locked in libpcsclite 1.9 (one array for the process), so
/// `readers` and `wait` are called by one thread only; other threads have contexts of their own for cards.
protocol CardServiceContext: AnyObject {
    func readers() throws(PCSCError) -> [String]

    /// Waits until a reader's state differs from the given one, or readers come or go.
    ///
    /// - Returns: the states in the same order; nil when the time is over.
    func wait(for readers: [(name: String, state: PCSCState)], milliseconds: Int) throws(PCSCError) -> [PCSCState]?

    /// Connects to the card in a reader, shutting everybody else out.
    func connect(to reader: String) throws(PCSCError) -> any CardConnection

    /// Connects to a reader itself, with or without a card.
    func connectDirectly(to reader: String) throws(PCSCError) -> any CardConnection
}

/// A handle to a card or a reader; given back when it is let go.
protocol CardConnection: AnyObject {
    /// Sends a command APDU; the answer includes its two status bytes.
    func transmit(_ command: [UInt8]) throws(PCSCError) -> [UInt8]

    /// An attribute of the reader or its card; nil when the reader does not have it.
    ///
    /// - Throws: when it could not be asked: the service went, or a card moved at that moment.
    func attribute(_ attribute: ReaderAttribute) throws(PCSCError) -> [UInt8]?
}

/// Attributes by their PC/SC numbers, which are function-like macros in the headers.
enum ReaderAttribute: UInt {
    case serialNumber = 0x0001_0103
    case channel = 0x0002_0110
    case answerToReset = 0x0009_0303
}
