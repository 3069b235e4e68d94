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
    private let service: any CardService
    private let queue: DispatchQueue
    // On the queue only.
    private var context: (any CardServiceContext)?
    private var connection: (any CardConnection)?

    init(name: String, profile: ReaderProfile?, service: any CardService) {
        self.service = service
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

    /// Asks the reader who it is. On the queue only.
    ///
    /// - Throws: above all a sharing violation, while another program holds the reader's card.
    func identify() throws(PCSCError) -> ReaderID {
        let reader = try onService { context throws(PCSCError) in try context.connectDirectly(to: name) }
        let serial = try reader.attribute(.serialNumber).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let port = try reader.attribute(.channel).flatMap { USBPort.path(channel: $0) }
        return ReaderID(name: name, serial: serial.flatMap { $0.isEmpty ? nil : $0 }, port: port)
    }

    /// Tries to read the card that lies there now, from the start. On the queue only.
    ///
    /// An earlier connection must not be revived: it would go on with whatever card lies there by now.
    func read() -> ReadingOutcome {
        release()
        guard let profile else { return .fault(.noProfile) }
        do throws(ReadingFailure) {
            return .document(try attempt(profile))
        } catch {
            switch error {
            case .card(let fault): return .fault(fault)
            case .service(let error) where error.code.isServiceLost: return .serviceLost
            case .service(let error):
                switch error.code {
                case .noCard, .readerUnavailable, .unknownReader: return .gone
                case .unpowered, .unresponsive: return .fault(.mute)
                case .sharingViolation: return .fault(.busy)
                // Removal in the middle looks like bad contact: "not transacted" first, "removed" a moment later.
                default: return .fault(.badContact)
                }
            }
        }
    }

    /// Lets go of the card. On the queue only.
    func release() { connection = nil }

    /// Lets go of everything. On the queue only.
    func end() {
        connection = nil
        context = nil
    }

    private func attempt(_ profile: ReaderProfile) throws(ReadingFailure) -> IdentityDocument {
        let card: any CardConnection
        do throws(PCSCError) {
            card = try onService { context throws(PCSCError) in try context.connect(to: name) }
        } catch {
            throw .service(error)
        }
        connection = card
        let answerToReset: [UInt8]?
        do throws(PCSCError) {
            answerToReset = try card.attribute(.answerToReset)
        } catch {
            throw .service(error)
        }
        if let answerToReset, !profile.fits(answerToReset: answerToReset) { throw .card(.notAnIdentityCard) }
        return try CardReading(card: card, profile: profile).document()
    }

    /// Uses this worker's context, a new one if the service of the last one is gone.
    private func onService<Result>(_ body: (any CardServiceContext) throws(PCSCError) -> Result) throws(PCSCError)
        -> Result
    {
        do throws(PCSCError) {
            if let context { return try body(context) }
            let made = try service.makeContext()
            context = made
            return try body(made)
        } catch {
            if error.code.isServiceLost { context = nil }
            throw error
        }
    }
}
