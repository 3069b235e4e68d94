public import Exam
import Platform

/// What one appliance is made of; read from the daemon's `--config` file.
public struct HallConfiguration: Sendable, Codable {
    public enum Role: String, Sendable, Codable { case seat, checkIn }

    /// One terminal: its own socket alone says whose it is.
    public struct TerminalPlace: Sendable, Codable {
        public var name: String
        public var role: Role
        public var socket: String
        /// For a seat: its number.
        public var seat: SeatID?
        /// Name of the card reader beside it, or a part of that name; none means a confirmation by touch.
        public var reader: String?

        public init(name: String, role: Role, socket: String, seat: SeatID? = nil, reader: String? = nil) {
            self.name = name
            self.role = role
            self.socket = socket
            self.seat = seat
            self.reader = reader
        }
    }

    /// How an interlock without a device behind it stands.
    public enum Waiver: String, Sendable, Codable { case waived, required }

    public struct Interlocks: Sendable, Codable {
        public var recorder: Waiver
        public var examiner: Waiver
        public var hours: Waiver
        public init(recorder: Waiver = .required, examiner: Waiver = .required, hours: Waiver = .required) {
            self.recorder = recorder
            self.examiner = examiner
            self.hours = hours
        }
    }

    /// When a make-up exam may be sat: the offices' rules differ.
    public enum MakeUp: String, Sendable, Codable { case sameDay, otherDay }

    /// How long personal data can be opened here.
    public struct Retention: Sendable, Codable {
        /// Days after the booked one, counted on the center's calendar.
        public var days: Int
        public init(days: Int) { self.days = days }
    }

    public var appliance: String
    /// Where the hall stands, by its administrative division code (GB/T 2260), such as `330106`; nil gives it no regional questions.
    public var region: String?
    /// Folder of the journal and everything else that is kept.
    public var state: String
    /// Folder of the device keys.
    public var keys: String
    /// Folder of the question banks that are installed.
    public var banks: String
    /// The keys (JWKS) whose signatures on question banks count.
    public var bankSigners: String
    /// The package of questions to practise on, at seats that are free; nil offers no practice.
    public var practice: String?
    /// The center's key set (JWKS), which signs orders and receipts.
    public var trust: String
    /// The center's grant of the candidate key, brought by the enrolment.
    public var grant: String
    /// The key set (JWKS) of the site's staff authority, which certifies approvers; nil, and nobody can approve anything.
    public var staffAuthority: String?
    public var terminals: [TerminalPlace]
    public var courierSocket: String
    public var controlSocket: String
    /// Folder of card reader profiles; nil means no card readers.
    public var readerProfiles: String?
    public var interlocks: Interlocks
    /// No new exam begins below this much free space.
    public var diskFloorMiB: Int
    /// Room kept aside for a full disk.
    public var ballastMiB: Int
    /// How long a refusal or a seat's number stays on the check-in screen.
    public var noticeSeconds: Int
    public var makeUp: MakeUp
    /// How far the wall clock may be off before no exam begins by it.
    public var clock: ClockBounds
    /// nil keeps personal data until the center orders their erasure.
    public var retention: Retention?
    /// How much interruption an exam bears before people decide; each exam keeps the rules it began with.
    public var credit: CreditRules

    public init(
        appliance: String, state: String, keys: String, banks: String, bankSigners: String, trust: String,
        grant: String,
        terminals: [TerminalPlace],
        courierSocket: String, controlSocket: String, readerProfiles: String?, interlocks: Interlocks,
        diskFloorMiB: Int = 256, ballastMiB: Int = 64, noticeSeconds: Int = 20,
        makeUp: MakeUp = .sameDay, credit: CreditRules = .shipped, region: String? = nil, practice: String? = nil,
        staffAuthority: String? = nil, clock: ClockBounds = ClockBounds(), retention: Retention? = nil
    ) {
        self.appliance = appliance
        self.region = region
        self.state = state
        self.keys = keys
        self.banks = banks
        self.bankSigners = bankSigners
        self.trust = trust
        self.grant = grant
        self.terminals = terminals
        self.courierSocket = courierSocket
        self.controlSocket = controlSocket
        self.readerProfiles = readerProfiles
        self.interlocks = interlocks
        self.diskFloorMiB = diskFloorMiB
        self.ballastMiB = ballastMiB
        self.noticeSeconds = noticeSeconds
        self.makeUp = makeUp
        self.credit = credit
        self.practice = practice
        self.clock = clock
        self.retention = retention
        self.staffAuthority = staffAuthority
    }

    /// What is wrong with the configuration, in words that name the member; empty when it can be used.
    public var problems: [String] {
        var problems: [String] = []
        if let region, region.isEmpty || !region.utf8.allSatisfy({ (48...57).contains($0) }) {
            problems.append("region: \"\(region)\" is no administrative division code (digits of GB/T 2260)")
        }
        var seen: Set<String> = []
        for place in terminals where !seen.insert(place.name).inserted {
            problems.append("terminals: two are named \"\(place.name)\"")
        }
        let seats = terminals.filter { $0.role == .seat }
        for place in seats where place.seat == nil {
            problems.append("terminals: \"\(place.name)\" is a seat without a number (\"seat\")")
        }
        if Set(seats.compactMap(\.seat)).count != seats.count {
            problems.append("terminals: two seats have one number")
        }
        if seats.isEmpty { problems.append("terminals: there is no seat") }
        if Set(terminals.map(\.socket)).count != terminals.count { problems.append("terminals: two share a socket") }
        for path in terminals.map(\.socket) + [courierSocket, controlSocket] where path.utf8.count >= 108 {
            problems.append("the socket's path is too long for the kernel (107 bytes at most): \(path)")
        }
        if let retention, !(1...36_500).contains(retention.days) {
            problems.append("retention: days should be 1 to 36500")
        }
        if credit.capMs < 0 || credit.totalCapMs < credit.capMs || credit.unflaggedCuts < 0 {
            problems.append("credit: a cap is negative, or totalCapMs is below capMs")
        }
        if diskFloorMiB < 0 || ballastMiB < 0 || noticeSeconds < 1 { problems.append("a size or a time is negative") }
        if clock.slackSeconds < 1 || clock.absenceDays < 1 || clock.warnSeconds < 1 {
            problems.append("clock: a bound is less than 1")
        }
        return problems
    }
}
