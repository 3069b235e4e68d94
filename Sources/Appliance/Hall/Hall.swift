public import CardReaders
internal import CenterLink
import CivilTime
public import Cryptography
internal import Exam
public import Ledger
internal import Packages
public import Platform
public import QuestionBank
public import TerminalLink

/// Where frames for one terminal go.
public protocol TerminalOutput: Sendable {
    func send(_ frame: ToTerminal)
    func close()
}

/// One of a hall's terminals that is connected.
struct ConnectedTerminal: Sendable {
    let output: any TerminalOutput
    var environment: String
    var revision: Int
    /// What is on the screen, without its revision.
    var shown: Scene?
    /// Pictures this connection has.
    var media: Set<String> = []
}

/// The exam hall: check-in, seats and the exams at them.
///
/// Everything that happens comes in through `post`; what belongs to one seat, or to check-in, is done in order, and
/// seats do not wait for each other. Nothing is shown as saved before `journal.append` returned.
public actor Hall {
    /// What the hall is made of; a test gives fakes and a manual clock.
    public struct Parts: Sendable {
        public var configuration: HallConfiguration
        public var journal: Journal
        public var time: any TimeSource
        public var banks: BankFolder
        /// What is practised on free seats; nil offers no practice.
        public var practice: PracticeBank?
        /// Why a practice bank that is configured is not used.
        public var practiceFault: String?
        public var keys: any KeyStore
        public var trust: JWKS
        /// The keys of the site's staff authority; nil, and nobody can approve anything.
        public var staff: JWKS?
        /// Key of the digests of documents, given by the center at enrolment.
        public var candidateKey: [UInt8]
        /// So many random bytes.
        public var entropy: @Sendable (Int) -> [UInt8]
        /// Where slips are kept, beside the journal.
        public var state: any StateFolder
        /// Where snapshots of the journal are made; nil keeps none.
        public var snapshots: (any ActorExecutor)?

        public init(
            configuration: HallConfiguration, journal: Journal, time: any TimeSource, banks: BankFolder,
            practice: PracticeBank? = nil, practiceFault: String? = nil, keys: any KeyStore, trust: JWKS,
            staff: JWKS? = nil, candidateKey: [UInt8],
            entropy: @escaping @Sendable (Int) -> [UInt8] = systemEntropy, state: any StateFolder,
            snapshots: (any ActorExecutor)? = nil
        ) {
            self.configuration = configuration
            self.journal = journal
            self.time = time
            self.banks = banks
            self.practice = practice
            self.practiceFault = practiceFault
            self.keys = keys
            self.trust = trust
            self.staff = staff
            self.candidateKey = candidateKey
            self.entropy = entropy
            self.state = state
            self.snapshots = snapshots
        }
    }

    /// What happens in the hall.
    enum Event: Sendable {
        case intent(Intent)
        case reader(ReaderEvent)
        case timeUp
        /// Time went by that was not spent, with its cause.
        case interrupted(InterruptionCause, stoodMs: Int?)
        case pause(AttemptEntry.PauseReason)
        case resume
        case slipPart(SlipPart)
        case connected(Hello)
        case disconnected
        case noticeOver
        /// A signed attempt whose result the disk had no room for.
        case resultDue
        /// The seat began to work, or does not work any more.
        case condition
        /// Two people approved an act on the attempt here.
        case staff(Asking, @Sendable () -> Void)
        /// The attempt here goes on at another seat.
        case move(SeatMove)
        /// Nothing happened; everything posted before is done.
        case reached(@Sendable () -> Void)
    }

    /// Events that are done one after the other.
    enum Lane: Hashable, Sendable {
        case seat(SeatID)
        case checkIn
    }

    nonisolated let executor: any ActorExecutor
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let parts: Parts
    var journal: Journal { parts.journal }
    var configuration: HallConfiguration { parts.configuration }

    var seats: [SeatID: Seat] = [:]
    /// In their order: what is done for all seats is done in it, so that a day can be lived through again exactly.
    let seatIDs: [SeatID]
    var desks: [String: Desk] = [:]
    var terminals: [String: ConnectedTerminal] = [:]
    /// What the journal says; changed by its entries, but for time spent that the next second's entry will hold.
    var state: HallState
    var personal: [AttemptID: BookedPerson] = [:]
    /// The journal's counters with the papers that are on their way to it, so that two seats at once do not count one of
    /// them only.
    var counted = ExposureCounters()
    /// Pools of questions for today's papers.
    var pools: [PoolKey: DrawingPool] = [:]
    /// Digests of acts on whose approval an entry is on its way.
    var approving: Set<String> = []
    var receipt: Receipt?
    /// The day as of which old personal data were last looked for.
    var retentionDay: CalendarDate?
    /// By digest: the one in use, and those that running exams began with.
    var banks: [String: OpenBank] = [:]
    /// Why the bank in use cannot be opened.
    var bankDamage: String?
    var release: PendingRelease?
    /// Ends when the last package that is looked at is done.
    var installing: Task<BankSummary, any Error>?
    /// What the journal was last told of the clock.
    var toldClock: ClockReading?
    var lastTick: Instant
    /// Makes snapshots; nil where none are kept.
    let keeper: SnapshotKeeper?
    /// The entry at which the last snapshot was taken.
    var snapshotAt = 0
    var isKeepingSnapshot = false
    /// This start went on from a snapshot that nobody has compared with the journal yet.
    var isSnapshotUnproven = false
    /// How much this machine had slept when the hall looked last.
    var slept: Int
    /// When the clock was looked at last.
    var lastLook: Instant
    /// The last signed head that the courier was told of.
    var toldHead = 0
    var cardServiceAvailable = true
    /// What the practice bank shares with the exam bank of this digest; nothing, for practice to be offered.
    var practiceCheck: (exam: String, overlap: String?)?
    /// Set once the journal failed: the daemon must restart and verify.
    var journalFault: String?
    /// The disk had no room for the last entry: clocks stand, screens say so, until an entry fits again.
    var journalIsFull = false
    private var waiting: [Lane: [Event]] = [:]
    private var busy: Set<Lane> = []
    private var captures: [Int: @Sendable (String?) -> Void] = [:]
    private var captureCount = 0
    /// Called when the journal fails for good; the daemon leaves, its supervisor starts it again.
    var onFatal: @Sendable (String) -> Void = { _ in }
    /// Called when there is something new for the courier.
    var onNews: @Sendable () -> Void = {}

    /// - Parameter executor: where everything runs that happens in the hall.
    public init(_ parts: Parts, executor: any ActorExecutor = QueueExecutor(label: "hall")) {
        self.executor = executor
        self.parts = parts
        state = HallState(appliance: parts.configuration.appliance)
        let now = parts.time.now()
        lastTick = now
        lastLook = now
        seatIDs = parts.configuration.terminals.filter { $0.role == .seat }.compactMap(\.seat).sorted()
        slept = parts.time.slept()
        keeper = parts.snapshots.map { executor in
            SnapshotKeeper(
                journal: parts.journal,
                file: SnapshotFile(folder: parts.state, appliance: parts.configuration.appliance, key: parts.keys),
                center: parts.trust, executor: executor)
        }
        for place in parts.configuration.terminals {
            switch place.role {
            case .seat:
                if let id = place.seat { seats[id] = Seat(id: id, terminal: place.name, reader: place.reader) }
            case .checkIn: desks[place.name] = Desk(terminal: place.name, reader: place.reader)
            }
        }
    }

    public func onFatal(_ handler: @escaping @Sendable (String) -> Void) { onFatal = handler }
    public func onNews(_ handler: @escaping @Sendable () -> Void) { onNews = handler }

    // MARK: Events in

    /// A frame from a terminal; called on the hall's queue.
    public func receive(_ frame: FromTerminal, from terminal: String) {
        noteSleep()
        let seat = seats.values.first { $0.terminal == terminal }?.id
        let lane = seat.map(Lane.seat) ?? .checkIn
        if let seat { heard(from: seat) }
        switch frame {
        case .hello(let hello):
            terminals[terminal]?.environment = hello.environment
            if seat != nil {
                post(.connected(hello), to: lane)
            } else {
                desks[terminal]?.isConnected = true
                show(desk: terminal)
            }
        case .intent(let intent):
            if seat != nil { post(.intent(intent), to: lane) } else { deskIntent(intent, at: terminal) }
        case .touch(let record):
            guard let seat, (seats[seat]?.touches.count ?? 0) < 4096 else { return }
            seats[seat]?.touches.append(
                [record.at, record.contact, record.phase.rawValue, record.x, record.y, record.revision])
        case .health(let health):
            guard let seat, seats[seat]?.isConnected == true, seats[seat]?.faults != health.faults else { return }
            seats[seat]?.faults = health.faults
            noteCondition(of: seat)
        case .shown(let shown):
            guard let seat, (seats[seat]?.shown.count ?? 0) < 1024 else { return }
            seats[seat]?.shown.append(
                .init(revision: shown.revision, digest: shown.digest, environment: shown.environment))
        case .slip(let part): if seat != nil { post(.slipPart(part), to: lane) }
        case .capture(let capture): captures.removeValue(forKey: capture.request)?(capture.data)
        }
    }

    /// A terminal's connection came up.
    public func connect(_ terminal: String, output: any TerminalOutput) {
        terminals[terminal]?.output.close()
        // Revisions of one boot only grow, so that an intent that answers a scene of a former daemon is stale.
        let base = terminals[terminal]?.revision ?? parts.time.now().microseconds / 1000
        terminals[terminal] = ConnectedTerminal(output: output, environment: "", revision: base)
    }

    /// A terminal's connection ended; `output` tells it from one that replaced it.
    public func disconnect(_ terminal: String, output: any TerminalOutput & AnyObject) {
        guard let current = terminals[terminal]?.output as? AnyObject, current === output else { return }
        terminals[terminal] = nil
        if let seat = seats.values.first(where: { $0.terminal == terminal })?.id {
            post(.disconnected, to: .seat(seat))
        } else {
            desks[terminal]?.isConnected = false
        }
    }

    /// A terminal sent what does not parse; its connection was closed.
    public func badFrame(_ problem: String, from terminal: String) {
        Log.warning("terminal \(terminal): \(problem)")
        let draft = Draft(.badFrame, stream: "hall", HallEntry.BadFrame(terminal: terminal, problem: problem))
        Task { _ = await self.append([draft]) }
    }

    /// Something happened at a card reader.
    public func receive(_ event: ReaderEvent) {
        noteSleep()
        switch event {
        case .serviceLost, .serviceBack:
            let available = event == .serviceBack
            guard available != cardServiceAvailable else { return }
            cardServiceAvailable = available
            let draft = Draft(.cardService, stream: "hall", HallEntry.CardService(available: available))
            Task { _ = await self.append([draft]) }
        default:
            guard let reader = event.reader else { return }
            if let seat = seats.values.first(where: { $0.reader.map(reader.matches) == true })?.id {
                post(.reader(event), to: .seat(seat))
            } else if desks.values.contains(where: { $0.reader.map(reader.matches) == true }) {
                post(.reader(event), to: .checkIn)
            }
        }
    }

    func post(_ event: Event, to lane: Lane) {
        waiting[lane, default: []].append(event)
        guard busy.insert(lane).inserted else { return }
        Task { await self.drain(lane) }
    }

    private func drain(_ lane: Lane) async {
        while var queue = waiting[lane], !queue.isEmpty {
            let event = queue.removeFirst()
            waiting[lane] = queue
            switch lane {
            case .seat(let seat): await handle(event, at: seat)
            case .checkIn: await handleCheckIn(event)
            }
        }
        busy.remove(lane)
    }

    /// Nothing is being worked on: what was posted is done.
    public var isIdle: Bool { busy.isEmpty }

    // MARK: Journal

    /// Appends entries and folds those of attempts; false when the journal did not take them.
    @discardableResult
    func append(_ drafts: [Draft], head: Bool = false, subjects: [Subject] = []) async -> Bool {
        guard journalFault == nil else { return false }
        do {
            let entries = try await journal.append(drafts, head: head, subjects: subjects)
            if journalIsFull { roomAgain() }
            fold(entries)
            if head { onNews() }
            return true
        } catch {
            journalProblem(error)
            return false
        }
    }

    func journalProblem(_ error: any Error) {
        Log.error("journal: \(error)")
        if case .full = error as? JournalError { return noRoom() }
        journalFault = String(describing: error)
        onFatal(String(describing: error))
    }

    /// Takes committed entries into the state.
    func fold(_ entries: [Entry]) {
        for entry in entries {
            do {
                try state.take(entry, center: parts.trust)
                try countExposure(entry)
            } catch {
                // What we wrote ourselves a moment ago does not fit what we hold: our own bug, and no exam may go on with it.
                preconditionFailure("entry \(entry.sequence): \(error)")
            }
        }
        followRelease()
    }

    // MARK: Pictures of screens, for the command line

    /// What a terminal shows now, as PNG in base64url; nil when it is not connected.
    public func capture(_ terminal: String, _ answer: @escaping @Sendable (String?) -> Void) {
        guard let connected = terminals[terminal] else { return answer(nil) }
        captureCount += 1
        captures[captureCount] = answer
        connected.output.send(.capture(captureCount))
    }
}

extension Hall {
    /// Attempts that hold a seat.
    var attempts: [AttemptID: Attempt] {
        get { state.attempts }
        set { state.attempts = newValue }
    }
    var moments: [AttemptID: AttemptMoments] { state.moments }
    var sittings: SittingBook { state.sittings }
    var bookings: BookingBook { state.bookings }
    var orders: OrderChain { state.orders }
    var erasures: Erasures { state.erasures }
    /// The bank by which new exams are held.
    var installed: InstalledBank? { state.installed }
}
