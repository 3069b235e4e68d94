import Dispatch
import IdentityCards
import Platform

/// What came of an attempt to read.
enum ReadingOutcome {
    case document(IdentityDocument)
    case fault(CardFault)
    /// The card was gone, or went during the reading.
    case gone
    /// The card service went away.
    case serviceLost
}

/// Talks to the cards of one reader, on a queue of its own: nothing can cancel a hung exchange, so it must hang alone.
///
/// The connection to a card that was read is kept until the card goes. So no other program can read it, and the card
/// service does not power it down, in which it would lose sight of a fast swap.
final class ReaderWorker: @unchecked Sendable {
    private let name: String
    private let profile: ReaderProfile?
    private let queue: DispatchQueue
    // On the queue only.
    private var context: PCSCContext?
    private var connection: PCSCConnection?

    init(name: String, profile: ReaderProfile?) {
        self.name = name
        self.profile = profile
        queue = QueueExecutor(label: "reader \(name)").queue
    }

    /// Does work on the queue, now or later.
    func run(after milliseconds: Int = 0, _ work: @escaping @Sendable () -> Void) {
        if milliseconds == 0 {
            queue.async(execute: work)
        } else {
            queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: work)
        }
    }

    /// Asks the reader who it is; a reader whose card another program holds is busy and does not tell. On the queue only.
    func identify() -> (reader: ReaderID, isBusy: Bool) {
        let reader: PCSCConnection
        do throws(PCSCError) {
            reader = try currentContext().connectDirectly(to: name)
        } catch {
            return (ReaderID(name: name), error.code == .sharingViolation)
        }
        let serial = reader.attribute(.serialNumber).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let port = reader.attribute(.channel).flatMap { USBPort.path(channel: $0) }
        return (ReaderID(name: name, serial: serial.flatMap { $0.isEmpty ? nil : $0 }, port: port), false)
    }

    /// Reads the card that lies there now. On the queue only.
    ///
    /// Whatever goes wrong between reader and card looks alike: removal in the middle is "not transacted" first and
    /// "removed" a moment later. So the card is looked for again, at most three times in all, each time from the start:
    /// a connection must not be revived, it would go on with whatever card lies there by then.
    func read() -> ReadingOutcome {
        release()
        guard let profile else { return .fault(.noProfile) }
        for _ in 0..<3 {
            do throws(ReadingFailure) {
                return .document(try attempt(profile))
            } catch {
                switch error {
                case .card(.badContact): break
                case .card(let fault): return .fault(fault)
                case .service(let error):
                    switch error.code {
                    case .noCard, .readerUnavailable, .unknownReader: return .gone
                    case .unpowered, .unresponsive: return .fault(.mute)
                    case .sharingViolation: return .fault(.busy)
                    default: if error.code.isServiceLost { return .serviceLost }
                    }
                }
            }
            connection = nil
        }
        return .fault(.badContact)
    }

    /// Lets go of the card. On the queue only.
    func release() { connection = nil }

    /// Lets go of everything. On the queue only.
    func end() {
        connection = nil
        context = nil
    }

    private func attempt(_ profile: ReaderProfile) throws(ReadingFailure) -> IdentityDocument {
        let card: PCSCConnection
        do throws(PCSCError) {
            card = try currentContext().connect(to: name)
        } catch {
            if error.code.isServiceLost { context = nil }
            throw .service(error)
        }
        connection = card
        if let atr = card.attribute(.answerToReset), !profile.fits(answerToReset: atr) {
            throw .card(.notAnIdentityCard)
        }
        return try CardReading(channel: card, profile: profile).document()
    }

    private func currentContext() throws(PCSCError) -> PCSCContext {
        if let context { return context }
        let made = try PCSCContext()
        context = made
        return made
    }
}
